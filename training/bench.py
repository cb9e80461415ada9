"""What the captions workbench shows: which pictures, with which doubts. Two queries whatever n."""

from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from brandstudio.core.models import GlossaryTerm
from training.caption_checks import LABELS, check_captions, word_counts
from training.models import BaseModel, CaptionRevision, CaptionState, TrainingImage
from training.picture_findings import GRAVE, picture_findings
from training.readiness import dataset_counts


@dataclass
class Card:
    """One picture with its caption. typed: what was refused and is shown again; None otherwise."""

    image: TrainingImage
    findings: list = field(default_factory=list)
    error: str = ""
    typed: str | None = None

    @property
    def picture_findings(self):
        return picture_findings(self.image)


@dataclass(frozen=True)
class Filter:
    """One chip above the grid."""

    label: str
    count: int
    query: str
    is_on: bool


class Bench:
    """A dataset as filtered by the address: ?state=…&finding=…&word=…"""

    def __init__(self, dataset, query):
        self.dataset = dataset
        self.state = query.get("state", "")
        self.finding = query.get("finding", "")
        self.word = " ".join(query.get("word", "").split())
        self.query = query.urlencode()

    @cached_property
    def counts(self):
        return dataset_counts(self.dataset)

    @cached_property
    def _rows(self):
        """[(pk, caption, state, whether screening found something)] of the whole dataset."""
        rows = self.dataset.images.values_list("pk", "caption", "caption_state", "report__worst")
        return [(pk, text, state, worst in GRAVE) for pk, text, state, worst in rows]

    @cached_property
    def findings(self):
        """pk → list of Finding, of the whole dataset: twins are found only together."""
        return check_captions(
            {pk: text for pk, text, _s, _f in self._rows},
            self.dataset.trigger_word,
            token_limit(),
            glossary(),
        )

    @cached_property
    def image_ids(self):
        """The pictures that pass the filter, in order."""
        return [row[0] for row in self._rows if self._passes(*row)]

    def _passes(self, pk, text, state, has_picture_finding):
        if self.state and state != self.state:
            return False
        if self.word and self.word.casefold() not in text.casefold():
            return False
        if not self.finding:
            return True
        if self.finding == "picture":
            return has_picture_finding
        return any(f.code == self.finding for f in self.findings.get(pk, ()))

    @property
    def is_filtered(self):
        return bool(self.state or self.finding or self.word)

    @property
    def filters(self):
        chips = [Filter(_("All"), self.counts["images"], "?", not self.is_filtered)]
        for state in CaptionState:
            count = self.counts[state.value]
            if count or self.state == state:
                is_on = self.state == state
                chips.append(Filter(state.label, count, f"?state={state}", is_on))
        for code, label in LABELS.items():
            count = self._finding_counts.get(code, 0)
            if count or self.finding == code:
                chips.append(Filter(_(label), count, f"?finding={code}", self.finding == code))
        return chips

    @cached_property
    def _finding_counts(self):
        counts = {"picture": sum(found for *_row, found in self._rows)}
        for findings in self.findings.values():
            for code in {finding.code for finding in findings}:
                counts[code] = counts.get(code, 0) + 1
        return counts

    @cached_property
    def words(self):
        """[(term, count)] of the vocabulary sidebar."""
        captions = [text for _pk, text, _s, _f in self._rows]
        return word_counts(captions, self.dataset.trigger_word, most=16)

    def cards(self, ids):
        images = with_history(self.dataset.images.filter(pk__in=list(ids)))
        return [Card(image, self.findings.get(image.pk, [])) for image in images]


def with_history(images):
    return images.annotate(has_history=Exists(CaptionRevision.objects.filter(image=OuterRef("pk"))))


def findings_of(image):
    """The findings of one picture's caption, its twins included."""
    twins = image.dataset.images.filter(caption=image.caption).exclude(pk=image.pk).exists()
    captions = {image.pk: image.caption}
    if twins:
        captions[0] = image.caption
    found = check_captions(captions, image.dataset.trigger_word, token_limit(), glossary())
    return found.get(image.pk, [])


def token_limit():
    """What the narrowest of the usable bases reads; 0 when none is known."""
    limits = BaseModel.objects.usable().values_list("info__token_limit", flat=True)
    return min((limit for limit in limits if limit), default=0)


def glossary():
    return dict(GlossaryTerm.objects.values_list("term", "phrase"))
