"""What a person can go on to from a finished picture, and why not to the rest."""

from dataclasses import dataclass

from gallery import problems
from gallery.models import AssetState
from gallery.problems import REFUSALS
from gallery.services import enlarging, holds, posters, reuse, sources, validation

# What needs no word: the page tells it elsewhere, or there is nothing to be missed.
_TOLD_ELSEWHERE = {
    "enlarged-already",
    "picture-binned",
    "picture-declined",
    "picture-withdrawn",
    "sweep-needs-one-pack",
}
# What the form of *Change one thing* lets a person mend.
_MENDED_THERE = {
    "mix-needs-test",
    "mix-reason-missing",
    "mix-three-untested",
    "mix-too-strong",
    "pack-replaced",
    "pair-forbidden",
    "reason-missing",
    "strength-out-of-band",
}


@dataclass(frozen=True)
class NextSteps:
    """Which acts the server will not refuse as things stand. why: a sentence on those that are
    missing, "" where none is."""

    again: bool = False
    change: bool = False
    sweep: bool = False
    start: bool = False
    enlarge: bool = False
    poster: bool = False
    why: str = ""

    @property
    def goes_on(self):
        """Whether something is made of the picture itself, not of its settings."""
        return self.start or self.enlarge or self.poster


def next_steps_of(asset, person):
    """The NextSteps of a person who paints pictures; none at all for others."""
    scene = asset.scene
    is_mine = scene.owner_id == person.pk
    paints = person.is_marketer or person.is_brand_admin or scene.is_trial and is_mine
    if asset.state != AssetState.READY or not paints:
        return NextSteps()
    again = _refusal_of(lambda: validation.validate(reuse.again(asset, person), person))
    refusals = {
        "again": again,
        "sweep": _refusal_of(lambda: validation.validate(reuse.sweep(asset, person), person)),
        "start": _refusal_of(lambda: _check_start(asset, person)),
        "enlarge": _refusal_of(
            lambda: validation.validate(enlarging.order_of(asset, person), person)
        ),
    }
    may_change = again is None or is_mine or (again.code in _MENDED_THERE and not scene.is_trial)
    return NextSteps(
        **{name: refusal is None for name, refusal in refusals.items()},
        change=may_change and (again is None or again.code != "enlarged-already"),
        poster=posters.may_hold(asset, person),
        why=_why(scene, is_mine, [refusal for refusal in refusals.values() if refusal]),
    )


def _check_start(asset, person):
    start = sources.init_image_of(asset)
    sources.check_init_image(start, person)
    holds.check_start(start, person)


def _refusal_of(check):
    """The refusal that a check raises; None for none."""
    try:
        check()
    except REFUSALS as error:
        return error
    return None


def _why(scene, is_mine, refusals):
    missing = [refusal for refusal in refusals if refusal.code not in _TOLD_ELSEWHERE]
    if not missing:
        return ""
    if scene.is_trial and not is_mine:
        return problems.sentence("trial-of-colleague", {"name": scene.owner.shown_name})
    return problems.of(missing[0])
