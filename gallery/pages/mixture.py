"""What stands under the sliders of the create page: how strong the packs may be together."""

from dataclasses import dataclass

from brandstudio.core.input.numbers import parse_number
from gallery import problems
from gallery.models import StylePack
from gallery.services import mixing
from training.engine.prompts.mixing import percent_of_one, share_of


@dataclass(frozen=True)
class Mixture:
    """sentence: of the limit. is_refused: whether the door refuses the order for it.

    parts: what each pack counts for: (pack, strength, its greatest allowed, in percent of that).
    lowered: [(slider's name, strength)] that would be within; [] where there is nothing to lower,
    or sliders alone don't do it.
    """

    sentence: str
    is_refused: bool
    lowered: list[tuple[str, str]]
    parts: list[tuple[StylePack, float, float, str]]

    @property
    def strengths(self):
        """What the sliders would be lowered to, in their order."""
        return " + ".join(strength for _name, strength in self.lowered)

    @property
    def lower_to(self):
        """As static/js/strength.js reads it: "strength_3=0.45 strength_4=0.27"."""
        return " ".join(f"{name}={strength}" for name, strength in self.lowered)


def of_form(shown_form, order):
    """The Mixture of an order as its form stands, by the judgement of the door; None for one pack.

    shown_form: a ShownForm. order: its SceneOrder.
    """
    form = shown_form.form
    mix = mixing.Rules([version for version, _strength in order.packs]).mix(order.packs)
    reason = form["reason"].value() if "reason" in form.fields else ""
    refusal = mixing.refusal_of(mix, form.person, reason or "")
    parts = _parts(order, mix)
    if refusal:
        can_lower = (
            mix.lowered and not (mix.forbidden or mix.untested) and _by_sliders(shown_form, order)
        )
        lowered = _lowered(order, mix) if can_lower else []
        return Mixture(
            problems.of(refusal), True, lowered, [] if mix.forbidden or mix.untested else parts
        )
    if mix.limit is None:
        return None
    return Mixture(problems.sentence("mix-within", mix.facts), False, [], parts)


def _by_sliders(shown_form, order):
    """Whether the sliders alone say how strong each pack is: no <lora:…> adds to them."""
    on_sliders = {
        choice["version"].pk: parse_number(choice["strength"])
        for choice in shown_form.choices
        if choice["is_chosen"]
    }
    return on_sliders == {version.pk: strength for version, strength in order.packs}


def _parts(order, mix):
    shares = ((part, share_of(part.strength, part.greatest)) for part in mix.parts)
    return [
        (version.pack, part.strength, part.greatest, percent_of_one(share))
        for (version, _strength), (part, share) in zip(order.packs, shares, strict=True)
        if part.strength > 0
    ]


def _lowered(order, mix):
    return [
        (f"strength_{version.pk}", f"{strength:.2f}")
        for (version, _strength), strength in zip(order.packs, mix.lowered, strict=True)
    ]
