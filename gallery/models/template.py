import re

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from brandstudio.core.models.fields import BlobField, LineField, ShortNameField
from brandstudio.core.models.vocabulary import Named
from gallery.engine.slots import SLOT

from .review import Reviewed, ReviewQuerySet, ReviewState
from .style import StylePack
from .template_faults import faults_of

VEHICLE_SLOTS = {"vehicle", "car"}


def _in_language(zh, en):
    return en if (get_language() or "").startswith("en") else zh


class PromptTemplateQuerySet(ReviewQuerySet):
    def visible_to(self, person):
        """Designers and admins see all, others what they may use."""
        return self if person.is_designer or person.is_brand_admin else self.approved()


class PromptTemplate(Named, Reviewed):
    """Locked text with slots. Marketers fill the slots and touch nothing else.

    `slots` is a list of {"name", "label_zh", "label_en", "options": [{"value", "zh", "en"}]}:
    `value` is the English phrase that enters the prompt in place of {name}, `zh` and `en` are what
    the reader sees. A slot with "of_vehicle": true offers the chosen vehicle's colours only
    (services.vehicle_words). `sentence_zh` and `sentence_en` are the sentence on screen with the
    same slots.
    A change of an approved template is a new version: the same slug with the next number.
    """

    slug = ShortNameField()
    number = models.PositiveIntegerField(_("version"), default=1)
    sentence_zh = LineField(_("sentence, Chinese"), max_length=300)
    sentence_en = LineField(_("sentence, English"), max_length=300)
    text = models.TextField(_("prompt"))
    negative_prompt = models.TextField(_("negative prompt"), blank=True)
    slots = models.JSONField(_("slots"), default=list, blank=True)
    packs = models.ManyToManyField(
        StylePack, blank=True, related_name="templates", verbose_name=_("default packs")
    )
    changes = LineField(_("what changed"), max_length=200, blank=True)
    cover_sha256 = BlobField(blank=True)

    objects = PromptTemplateQuerySet.as_manager()

    class Meta:
        verbose_name = _("prompt template")
        verbose_name_plural = _("prompt templates")
        ordering = ["slug", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["slug", "number"], name="template_number_once"),
            Reviewed.four_eyes("template_four_eyes"),
        ]

    def get_absolute_url(self):
        return reverse("gallery:template-detail", args=[self.slug, self.number])

    def may_be_tried_by(self, person):
        """Whether this draft is the person's own, to paint samples with."""
        is_open = self.state in (ReviewState.DRAFT, ReviewState.IN_REVIEW)
        return is_open and person.is_designer and self.made_by_id == person.pk

    @property
    def sentence(self):
        """The sentence on screen, in the reader's language, as text and slots in their order.

        [{"text": …} or {"slot": …, "tail": …}]: a page draws a field for each slot. `tail` is the
        punctuation after it, which must not begin a line.
        """
        parts = SLOT.split(_in_language(self.sentence_zh, self.sentence_en))
        slots = {slot["name"]: slot for slot in self.slots}
        fragments = []
        for index, part in enumerate(parts):
            if index % 2:
                if part in slots:
                    fragments.append({"slot": slots[part], "tail": ""})
                continue
            if fragments:
                rest = re.sub(r"^\s*[，。、：；！？,.:;!?]*", "", part)
                fragments[-1]["tail"], part = part.removesuffix(rest), rest
            if text := part.strip():
                fragments.append({"text": text})
        return fragments

    @property
    def scenery(self):
        """The text without the clauses that speak of the vehicle, for where the real one stands.

        Everything, if nothing would be left.
        """
        clauses = self.text.split(",")
        without_vehicle = [
            clause for clause in clauses if not VEHICLE_SLOTS & set(SLOT.findall(clause))
        ]
        return ",".join(without_vehicle or clauses).strip()

    def painted_slots(self, with_real_car):
        """The slots that say what was painted: where the real car stands, those of the scenery."""
        painted = set(SLOT.findall(self.scenery if with_real_car else self.text))
        if with_real_car:
            painted -= VEHICLE_SLOTS
        return [slot for slot in self.slots if slot["name"] in painted]

    @staticmethod
    def slot_label(slot):
        """What a slot, or one of its options, is called in the reader's language."""
        if "label_zh" in slot:
            return _in_language(slot["label_zh"], slot["label_en"])
        return _in_language(slot["zh"], slot["en"])

    def clean(self):
        super().clean()
        if faults := faults_of(self):
            raise ValidationError(faults)

    def fill(self, values):
        """The prompt with each slot's phrase in place.

        values: slot name → one of that slot's values. Raises KeyError for a missing slot and
        ValueError for a value that is not on its list.
        """
        for slot in self.slots:
            if values[slot["name"]] not in {option["value"] for option in slot["options"]}:
                raise ValueError(slot["name"])
        return SLOT.sub(lambda match: values[match[1]], self.text)
