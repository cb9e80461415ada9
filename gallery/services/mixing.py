"""Whether style packs may be mixed as strong as this: the one judgement that every door asks."""

from dataclasses import dataclass

from brandstudio.core.input import reasons
from brandstudio.core.problems import Refused, name_of
from gallery.models import PackPair, PairState, ReviewState, StyleVersion
from training.engine.prompts import mixing
from training.engine.prompts.mixing import MixedPack

UNKNOWN = 1.0  # the greatest strength of a draft without a band, as part of a mixture


@dataclass(frozen=True)
class Mix:
    """What is to be said of packs at strengths.

    forbidden: the first pair among them that is. untested: the first two of three that were not
    tested together, without which no three go together. limit, total: sums of shares of their
    bands, the greatest allowed (None where nothing limits it) and the one asked. lowered: strengths
    in the same order that are within, None where even the least ones are too much. parts: of the
    packs.
    """

    forbidden: PackPair | None
    untested: tuple[StyleVersion, StyleVersion] | None
    limit: float | None
    total: float
    is_within: bool
    lowered: list[float] | None
    parts: list[MixedPack]

    @property
    def facts(self):
        """For the sentence, in percent that never make a refused sum look allowed."""
        in_percent = mixing.percent if self.is_within else mixing.percent_beyond
        return {"limit": mixing.percent(self.limit or 0), "total": in_percent(self.total)}


class Rules:
    """What was decided about the pairs among some versions, read once."""

    def __init__(self, versions):
        decided = PackPair.objects.among(versions).filter(
            state__in=(PairState.TESTED, PairState.FORBIDDEN)
        )
        pairs = decided.select_related("first__pack", "second__pack") if len(versions) > 1 else ()
        # As stored: pages show drafts with their full range.
        drafts = [version.pk for version in versions if version.state != ReviewState.APPROVED]
        rows = StyleVersion.objects.filter(pk__in=drafts) if len(versions) > 1 and drafts else ()
        self._of_drafts = {row.pk: row.strength_max for row in rows if row.has_band}
        self._tested, self._forbidden = {}, {}
        for pair in pairs:
            key = frozenset((pair.first_id, pair.second_id))
            if pair.is_forbidden:
                self._forbidden[key] = pair
            else:
                self._tested[key] = pair.limit

    def mix(self, packs):
        """The Mix of [(StyleVersion, strength)]; each version once, all of them known here."""
        parts = [self._part(version, strength) for version, strength in packs]
        by_key = {version.pk: version for version, _strength in packs}
        untested = mixing.untested_among(parts, self._tested)
        return Mix(
            forbidden=self.forbidden_among(version for version, _strength in packs),
            untested=untested and (by_key[untested[0]], by_key[untested[1]]),
            limit=mixing.limit_of(parts, self._tested),
            total=mixing.total_of(parts),
            is_within=mixing.is_within(parts, self._tested),
            lowered=mixing.scaled_down(parts, self._tested),
            parts=parts,
        )

    def forbidden_among(self, versions):
        """The PackPair of two of these that is forbidden; None without any."""
        keys = {version.pk for version in versions}
        return next((pair for key, pair in self._forbidden.items() if key <= keys), None)

    def _part(self, version, strength):
        """As the band says. A draft is tried at any strength alone; mixed, it counts by the band
        that its sheet gave, and without one as if it bore UNKNOWN."""
        if version.state == ReviewState.APPROVED:
            return MixedPack(version.pk, strength, version.strength_min, version.strength_max)
        return MixedPack(version.pk, strength, 0.0, self._of_drafts.get(version.pk, UNKNOWN))

    def allow(self, packs):
        """Whether anybody may mix them so, without a reason."""
        mix = self.mix(packs)
        return mix.is_within and not (mix.forbidden or mix.untested)


def check_not_forbidden(packs):
    """Raise Refused("pair-forbidden") if a pair among [(StyleVersion, strength)] now is."""
    versions = [version for version, _strength in packs]
    if pair := Rules(versions).forbidden_among(versions):
        raise _forbidden(pair)


def _forbidden(pair):
    first, second = pair.versions
    names = {"first": name_of(first.pack), "second": name_of(second.pack)}
    return Refused("pair-forbidden", reason=pair.reason, **names)


def check(mix, by, reason=""):
    """Raise the Refused of `refusal_of`, if there is one."""
    if refusal := refusal_of(mix, by, reason):
        raise refusal


def refusal_of(mix, by, reason=""):
    """The Refused that keeps this person from a Mix, or None.

    pair-forbidden and mix-three-untested, whoever asks; mix-too-strong and mix-needs-test, beyond
    which those go with a reason who may leave the band: mix-reason-missing.
    """
    if mix.forbidden:
        return _forbidden(mix.forbidden)
    if mix.untested:
        first, second = (name_of(version.pack) for version in mix.untested)
        return Refused("mix-three-untested", first=first, second=second)
    if mix.is_within or by.may_leave_band and reasons.written(reason):
        return None
    if by.may_leave_band:
        return Refused("mix-reason-missing", **mix.facts)
    return Refused("mix-too-strong" if mix.lowered else "mix-needs-test", **mix.facts)
