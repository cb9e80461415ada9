"""What the create page draws of its form: the sentence, the packs, what stands in error above."""

from django.utils.functional import cached_property

from brandstudio.core.input.numbers import parse_number
from brandstudio.core.ui.wording import labelled_text
from gallery.forms import scene_order
from gallery.models import Channel, SceneMode
from gallery.services import sources, vehicle_words
from gallery.services.orders import Placement, SceneOrder
from training.engine.prompts import strengths

ADVANCED = ("seed", "steps", "guidance", "scheduler", "negative", "sweep", "reason")
# Fields whose errors stand beside them, whatever else the page shows.
_BESIDE = {"template", "free", "pack", "channel", "further", "anew", "campaign", *ADVANCED}
_IN_A_MODE = {
    SceneMode.IMAGE: {"init_image", "denoising_strength"},
    SceneMode.PRODUCT: {"cutout", "cutout_light", "cutout_x", "cutout_y", "cutout_width"},
}


class ShownForm:
    """A SceneForm as its page draws it, sent or not."""

    def __init__(self, form):
        self.form, self.template = form, form.shown_template

    def sentence(self):
        """The template's sentence as parts: {"text"} or {"field", "label", "tail"}."""
        for part in self.template.sentence:
            if "slot" in part:
                field = self._slot(part["slot"])
                by_words = part["slot"]["name"] in self._by_words
                yield {
                    "field": field,
                    "label": field.label,
                    "tail": part["tail"],
                    "by_words": by_words,
                }
            else:
                yield part

    @cached_property
    def _by_words(self):
        """The slots that name real vehicles, which words alone can't show."""
        if self.mode == SceneMode.PRODUCT:
            return {}
        return vehicle_words.named_options(self.template)

    def loose_slots(self):
        """Slots that the sentence doesn't name, so that no choice is out of reach."""
        in_sentence = {p["slot"]["name"] for p in self.template.sentence if "slot" in p}
        return [self._slot(slot) for slot in self.template.slots if slot["name"] not in in_sentence]

    def _slot(self, slot):
        return self.form[f"slot_{slot['name']}"]

    @cached_property
    def choices(self):
        """[{"version", "is_chosen", "strength", "field", "error"}] for the picker of packs."""
        packs = {str(value) for value in (self.form["pack"].value() or ())}
        return [self._choice(version, str(version.pk) in packs) for version in self.form.versions]

    def _choice(self, version, is_chosen):
        form, name = self.form, f"strength_{version.pk}"
        value = form.data.get(name) if form.is_bound else form.initial.get(name)
        return {
            "version": version,
            "is_chosen": is_chosen,
            "strength": value if value not in (None, "") else version.strength,
            "field": name,
            "error": form.errors.get(name, [""])[0] if form.is_bound else "",
        }

    @property
    def any_chosen(self):
        return any(choice["is_chosen"] for choice in self.choices)

    @property
    def mode(self):
        """Which of the three modes the page opens at."""
        return self.form["mode"].value() or SceneMode.TEXT

    @cached_property
    def init_image(self):
        """The InitImage that is chosen so far, or None."""
        return sources.find_init_image(self.form["init_image"].value(), self.form.person)

    @cached_property
    def cutouts(self):
        return self.form.fields["cutout"].queryset

    @cached_property
    def cutout(self):
        """The ProductCutout that is chosen so far, or None."""
        number = str(self.form["cutout"].value() or "")
        return next((cutout for cutout in self.cutouts if str(cutout.pk) == number), None)

    @cached_property
    def channel(self):
        """The channel the form stands at, or None."""
        slug = self.form["channel"].value()
        return Channel.objects.filter(slug=slug).first() if slug else None

    @cached_property
    def further(self):
        """The slugs of the further channels that are ticked."""
        return set(self.form["further"].value() or ())

    @cached_property
    def anew(self):
        """Those of them in whose shape the pictures are painted anew."""
        return self.further & set(self.form["anew"].value() or ())

    def advanced_errors(self):
        """Whether something in the drawer is refused, so that it must stand open."""
        return any(name in self.form.errors for name in ADVANCED)

    def advanced_fields(self):
        return [self.form[name] for name in ADVANCED if name in self.form.fields]

    def advanced_changed(self):
        """How many of the advanced settings differ from what a new page shows."""
        return sum(
            str(field.value() or "") != str(field.field.initial or "")
            for field in self.advanced_fields()
        )

    def errors_above(self):
        """What stands above the form: its own errors, then those of fields nobody sees.

        So none is refused in silence.
        """
        form = self.form
        visible_fields = self._visible_fields() if form.errors else set()  # asks the database
        sentences = list(form.non_field_errors())
        for name, errors in form.errors.items():
            if name in form.fields and name not in visible_fields:
                sentences += [labelled_text(form.fields[name].label, error) for error in errors]
        return sentences

    def _visible_fields(self):
        """Names of the fields that have a place on the page as it stands."""
        sliders = {f"strength_{version.pk}" for version in self.form.versions}
        return _BESIDE | sliders | {"mix"} | _IN_A_MODE.get(self.mode, set())

    def order(self):
        """The order that an unsent or refused form shows, for the prompt beside it.

        Raises EngineError for own words that can't be read.
        """
        form = self.form
        text = (form["free"].value() or "") if "free" in form.fields else ""
        words, tagged = scene_order.read_words(form, text)
        ticked = [
            (choice["version"], parse_number(choice["strength"], choice["version"].strength))
            for choice in self.choices
            if choice["is_chosen"]
        ]
        cutout = self.cutout if self.mode == SceneMode.PRODUCT else None
        return SceneOrder(
            template=self.template,
            slot_values={
                slot["name"]: self._slot(slot).value() or ""
                for slot in (self.template.slots if self.template else ())
            },
            free=words,
            packs=tuple(strengths.added_up([*ticked, *tagged])),
            channel=self.channel,
            placement=cutout and Placement(cutout, light=self.form["cutout_light"].value() or ""),
            negative=form["negative"].value() if "negative" in form.fields else None,
        )
