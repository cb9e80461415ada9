"""What screening hands back: plain, frozen, JSON-able data."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import NamedTuple


class Severity(StrEnum):
    """How much a finding matters: a remark, a likely harm to the style, a picture to replace."""

    NOTE = "note"
    WARNING = "warning"
    FAULT = "fault"


class Advice(NamedTuple):
    """The two sentences of a finding's code; placeholders are filled from its facts."""

    explanation: str
    suggestion: str


@dataclass(frozen=True)
class Finding:
    """One thing a check noticed.

    value and threshold share the check's unit (docs/screening.md names it); sure is in [0, 1].
    code chooses the sentences, facts fill them; all facts are strings or numbers.
    """

    check: str
    code: str
    severity: Severity
    value: float
    threshold: float
    sure: float = 1.0
    facts: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Report:
    """All about one file. Unreadable files have width 0, no measures and one fault.

    measures: each check's number, also where nothing was found (None: could not be judged).
    phash: fingerprints for `near_duplicates`; empty where a picture is too plain to have one.
    """

    name: str
    width: int
    height: int
    findings: tuple[Finding, ...] = ()
    measures: dict[str, float | None] = field(default_factory=dict)
    phash: str = ""

    @property
    def worst(self) -> Severity | None:
        """The gravest severity found, None for a clean report."""
        order = list(Severity)
        return max((finding.severity for finding in self.findings), key=order.index, default=None)

    def to_json(self) -> dict:
        """The report as plain lists and dicts."""
        data = asdict(self)
        data["findings"] = [
            {**finding, "severity": str(finding["severity"])} for finding in data["findings"]
        ]
        return data

    @classmethod
    def from_json(cls, data: dict) -> "Report":
        """The report that `to_json` made this of."""
        findings = tuple(
            Finding(**{**finding, "severity": Severity(finding["severity"])})
            for finding in data["findings"]
        )
        return cls(**{**data, "findings": findings})
