"""Whether style packs may be mixed as strong as this: the one judgement that every door asks."""

from dataclasses import dataclass

from brandstudio.core.problems import Refused
from gallery.models import PackPair, PairState, ReviewState
from training.engine.prompts import mixing
from training.engine.prompts.mixing import MixedPack


@dataclass(frozen=True)
class Mix:
    """What is to be said of packs at strengths.

    forbidden: the first pair among them that is. limit: the greatest sum at these proportions, None
    where nothing limits it. lowered: strengths in the same order that are within, None where even
    the least ones are too much.
    """

    forbidden: PackPair | None
    limit: float | None
    total: float
    is_within: bool
    lowered: list[float] | None

    @property
    def facts(self):
        """For the sentence, in whole hundredths that never make a refused sum look allowed."""
        limit = 0 if self.limit is None else self.limit
        total = self.total if self.is_within else mixing.raised(self.total)
        return {"limit": f"{mixing.floored(limit):.2f}", "total": f"{total:.2f}"}


class Rules:
    """What was decided about the pairs among some versions, read once."""

    def __init__(self, versions):
        decided = PackPair.objects.among(versions).filter(
            state__in=(PairState.TESTED, PairState.FORBIDDEN)
        )
        pairs = decided.select_related("first__pack", "second__pack") if len(versions) > 1 else ()
        self._tested, self._forbidden = {}, {}
        for pair in pairs:
            key = frozenset((pair.first_id, pair.second_id))
            if pair.is_forbidden:
                self._forbidden[key] = pair
            else:
                self._tested[key] = pair.limit

    def mix(self, packs):
        """The Mix of [(StyleVersion, strength)]; each version once, all of them known here."""
        keys = {version.pk for version, _strength in packs}
        parts = [_part(version, strength) for version, strength in packs]
        return Mix(
            forbidden=next((p for key, p in self._forbidden.items() if key <= keys), None),
            limit=mixing.limit_of(parts, self._tested),
            total=mixing.total_of(parts),
            is_within=mixing.is_within(parts, self._tested),
            lowered=mixing.scaled_down(parts, self._tested),
        )

    def allow(self, packs):
        """Whether anybody may mix them so, without a reason."""
        mix = self.mix(packs)
        return mix.is_within and not mix.forbidden


def _part(version, strength):
    """A draft is tried at any strength, alone and mixed."""
    is_banded = version.state == ReviewState.APPROVED
    least, greatest = (version.strength_min, version.strength_max) if is_banded else (0.0, None)
    return MixedPack(version.pk, strength, least, greatest)


def check(mix, by, reason=""):
    """Raise the Refused of `refusal_of`, if there is one."""
    if refusal := refusal_of(mix, by, reason):
        raise refusal


def refusal_of(mix, by, reason=""):
    """The Refused that keeps this person from a Mix, or None.

    pair-forbidden, whoever asks; mix-too-strong and mix-needs-test, beyond which those go with a
    reason who may leave the band: mix-reason-missing.
    """
    if mix.forbidden:
        first, second = mix.forbidden.versions
        facts = {"first": str(first.pack), "second": str(second.pack)}
        return Refused("pair-forbidden", reason=mix.forbidden.reason, **facts)
    if mix.is_within or by.may_leave_band and reason.strip():
        return None
    if by.may_leave_band:
        return Refused("mix-reason-missing", **mix.facts)
    return Refused("mix-too-strong" if mix.lowered else "mix-needs-test", **mix.facts)
