"""What the caption editor shows: which pictures, with which doubts. Two queries whatever n."""

from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from brandstudio.core.input.choices import chosen
from brandstudio.core.models import GlossaryTerm
from training.engine.prompts.trigger_words import with_trigger
from training.models import BaseModel, CaptionRevision, CaptionState, TrainingImage
from training.rules.caption_checks import LABELS, Yardstick, check_captions, word_counts
from training.rules.caption_edits import put_in_place
from training.rules.image_findings import GRAVE, image_findings
from training.rules.readiness import dataset_counts


@dataclass
class Card:
    """One picture with its caption. typed: what was refused and is shown again; None otherwise."""

    image: TrainingImage
    findings: list = field(default_factory=list)
    error: str = ""
    typed: str | None = None

    @property
    def shown_caption(self):
        return self.image.caption if self.typed is None else self.typed

    @property
    def image_findings(self):
        return image_findings(self.image)


@dataclass(frozen=True)
class Filter:
    """One chip above the grid."""

    label: str
    count: int
    query: str
    is_on: bool


def posted_query(post):
    """The editor's filter as a form of its page carries it along: the query string, "" for none.

    "kept" was its name. A page that was opened before an update still sends it, and what it asks
    for must not reach the captions outside its filter.
    """
    return post.get("query", post.get("kept", ""))


class CaptionEditor:
    """A dataset as filtered by the address: ?state=…&finding=…&word=…"""

    def __init__(self, dataset, query):
        self.dataset = dataset
        self.state = chosen(query, "state", CaptionState.values)
        self.finding = chosen(query, "finding", ["picture", *LABELS])
        self.word = " ".join(query.get("word", "").split())
        self.query = query.urlencode()

    @cached_property
    def counts(self):
        return dataset_counts(self.dataset)

    @cached_property
    def _rows(self):
        """[(pk, name, caption, state, whether screening found something, agreement)] of all."""
        columns = ("pk", "name", "caption", "caption_state", "report__worst", "agreement")
        return [
            (pk, name, text, state, worst in GRAVE, agreement)
            for pk, name, text, state, worst, agreement in self.dataset.images.values_list(*columns)
        ]

    @cached_property
    def findings(self):
        """pk → list of Finding, of the whole dataset: twins are found only together."""
        return check_captions(
            {pk: text for pk, _n, text, *_rest in self._rows},
            yardstick(self.dataset),
            {pk: agreement for pk, *_rest, agreement in self._rows if agreement},
            {pk: name for pk, name, *_rest in self._rows},
        )

    @cached_property
    def image_ids(self):
        """The pictures that pass the filter, in order."""
        return [row[0] for row in self._rows if self._passes(*row)]

    def _passes(self, pk, name, text, state, has_image_finding, _agreement):
        if self.state and state != self.state:
            return False
        word = self.word.casefold()
        if word and word not in text.casefold() and word not in name.casefold():
            return False
        if not self.finding:
            return True
        if self.finding == "picture":
            return has_image_finding
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
        counts = {"picture": sum(has_finding for *_row, has_finding, _agreement in self._rows)}
        for findings in self.findings.values():
            for code in {finding.code for finding in findings}:
                counts[code] = counts.get(code, 0) + 1
        return counts

    @cached_property
    def words(self):
        """[(term, its Chinese or "", count)] of the vocabulary sidebar."""
        chinese = {phrase.casefold(): term for term, phrase in glossary().items()}
        captions = [text for _pk, _name, text, *_rest in self._rows]
        counts = word_counts(captions, self.dataset.trigger_word, most=16)
        return [(term, chinese.get(term, ""), count) for term, count in counts]

    def cards(self, ids):
        images = with_history(self.dataset.images.filter(pk__in=list(ids)))
        return [Card(image, self.findings.get(image.pk, [])) for image in images]


def with_history(images):
    return images.annotate(has_history=Exists(CaptionRevision.objects.filter(image=OuterRef("pk"))))


def findings_of(image):
    """The findings of one picture's caption, its twins included."""
    rows = list(image.dataset.images.exclude(pk=image.pk).values_list("pk", "name", "caption"))
    captions = {image.pk: image.caption, **{pk: text for pk, _name, text in rows}}
    names = {pk: name for pk, name, _text in rows}
    findings = check_captions(
        captions, yardstick(image.dataset), {image.pk: image.agreement}, names, only={image.pk}
    )
    return findings.get(image.pk, [])


def mended(image, text, code):
    """The caption text with one finding of this image's caption put right, where that is known."""
    if code == "no-trigger":
        return with_trigger(text, image.dataset.trigger_word)
    if code == "not-english":
        return put_in_place(text, glossary())
    mendable = (f for f in findings_of(image) if f.code == code and f.has_mend)
    return put_in_place(text, {finding.word: finding.hint for finding in mendable})


def yardstick(dataset):
    """What this dataset's captions are held against: the base that runs take by default."""
    base = BaseModel.objects.default()
    return Yardstick(
        trigger=dataset.trigger_word,
        token_limit=base.info.get("token_limit") or 0 if base else 0,
        **({"family": base.family, "base": base.path} if base else {}),
        glossary=glossary(),
    )


def glossary():
    """Chinese term → English phrase."""
    return dict(GlossaryTerm.objects.values_list("term", "phrase"))
