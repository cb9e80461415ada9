"""What became of the files that somebody sent: a line for each."""

from dataclasses import dataclass, field

from django.utils.translation import gettext

from training.problems import sentence

# What these say names a picture of this studio, not the file.
_OF_OWN_IMAGES = (
    "upload-declined",
    "upload-withdrawn",
    "upload-held",
    "upload-several",
    "upload-style-held",
)


@dataclass(frozen=True)
class Line:
    """What became of one file. outcome: "added", "duplicate", "captioned", "noted" or "refused"."""

    name: str
    outcome: str
    code: str
    facts: dict = field(default_factory=dict)

    @property
    def text(self):
        said = sentence(self.code, self.facts)
        if self.code not in _OF_OWN_IMAGES:
            return said
        return gettext("{label}: {value}").format(label=self.name, value=said)


@dataclass
class UploadReport:
    """What an upload did: the pictures added, and a line for every file."""

    added: list = field(default_factory=list)
    lines: list = field(default_factory=list)

    def note(self, name, outcome, code, /, **facts):
        self.lines.append(Line(name, outcome, code, {"name": name, **facts}))

    def with_outcome(self, outcome):
        return [line for line in self.lines if line.outcome == outcome]

    @property
    def refused(self):
        return self.with_outcome("refused")

    @property
    def noted(self):
        """Lines that a person should read although nothing was refused."""
        return self.with_outcome("noted")

    @property
    def duplicates(self):
        return self.with_outcome("duplicate")

    @property
    def captioned(self):
        return self.with_outcome("captioned")

    @property
    def took_nothing(self):
        """Whether nothing of it was of use, so that a person must mend something first."""
        has_kept = any(line.code == "caption-kept" for line in self.lines)
        return not (self.added or self.captioned or self.duplicates or has_kept)

    def to_json(self, most):
        """How many of each outcome, and the first `most` lines that a person should read."""
        lines = self.refused + self.noted + self.duplicates
        return {
            "added": len(self.added),
            "captioned": len(self.captioned),
            "lines": [[line.name, line.outcome, line.code, line.facts] for line in lines[:most]],
            "more": max(0, len(lines) - most),
        }
