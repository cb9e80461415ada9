"""How strong style packs may be together.

A band says how strong a pack may be alone. Together their changes add up, so each takes the share
of its greatest strength that it uses, and the shares of an untested pair sum to at most 1: where
each pack alone keeps the scene, and what lies between two mixtures that keep it keeps it too, all
of these do. A tested pair has the sum of shares that its grid gave instead. Three packs go together
only when every two of them were tested, and the shares of all are held to the least limit of their
pairs (measured: docs/evidence.md). It is told in percent, of which 100 is one pack alone at its
greatest strength.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

_NEARLY = 1e-9  # strengths are decimal fractions, which sums of floats miss by less
STEP = 0.01  # in which strengths are set


@dataclass(frozen=True)
class MixedPack:
    """A pack as it stands in a mixture.

    key: what `tested` knows it by. strength: as asked. least, greatest: of its band, 0 ≤ least ≤
    greatest.
    """

    key: int
    strength: float
    least: float
    greatest: float


Tested = Mapping[frozenset[int], float]  # keys of a tested pair → the greatest sum of its shares
UNTESTED = 1.0  # the same of a pair without a grid


def limit_of(packs: Sequence[MixedPack], tested: Tested) -> float | None:
    """The greatest sum of shares that these may have; None where nothing limits it.

    Packs of strength 0 or less don't act, and are no part of a mixture.
    """
    acting = [pack.key for pack in packs if pack.strength > 0]
    limits = [tested.get(frozenset(pair), UNTESTED) for pair in combinations(acting, 2)]
    return min(limits, default=None)


def untested_among(packs: Sequence[MixedPack], tested: Tested) -> tuple[int, int] | None:
    """The keys of the first two of three or more acting packs that have no grid together; None
    where they may go together."""
    acting = [pack.key for pack in packs if pack.strength > 0]
    pairs = combinations(acting, 2) if len(acting) > 2 else ()
    return next((pair for pair in pairs if frozenset(pair) not in tested), None)


def share_of(strength: float, greatest: float) -> float:
    """The share of its band that a pack uses: 1 at its greatest strength."""
    return strength / greatest if greatest else math.inf


def total_of(packs: Sequence[MixedPack]) -> float:
    """The sum of the shares of those that act."""
    return math.fsum(share_of(pack.strength, pack.greatest) for pack in packs if pack.strength > 0)


def is_within(packs: Sequence[MixedPack], tested: Tested) -> bool:
    """Whether the packs may be as strong as this together."""
    limit = limit_of(packs, tested)
    return limit is None or total_of(packs) <= limit + _NEARLY


def scaled_down(packs: Sequence[MixedPack], tested: Tested) -> list[float] | None:
    """The strongest that the packs may be together, each lowered by the same share of its way to
    its least strength, in STEPs; None where even their least ones are too much."""
    for percent in range(100, -1, -1):
        lowered = [replace(pack, strength=_lowered(pack, percent / 100)) for pack in packs]
        if is_within(lowered, tested):
            return [pack.strength for pack in lowered]
    return None


def _lowered(pack: MixedPack, share: float) -> float:
    least = min(pack.least, pack.strength)
    step = floored(least + (pack.strength - least) * share)
    return min(max(least, step), pack.strength)


def floored(value: float) -> float:
    """Down to a whole STEP."""
    return round(math.floor(value / STEP + 1e-6) * STEP, 2) if value > 0 else value


def percent(shares: float) -> str:
    """A sum of shares as it is told, in whole percent, down: "132"."""
    return f"{math.floor(shares * 100 + 1e-6)}"


def percent_of_one(share: float) -> str:
    """What one pack counts for, in the nearest whole percent: "78"."""
    return "∞" if math.isinf(share) else f"{share * 100:.0f}"


def percent_beyond(shares: float) -> str:
    """The same of a sum that is too great, up, so that it never looks allowed."""
    return "∞" if math.isinf(shares) else f"{math.ceil(shares * 100 - 1e-6)}"
