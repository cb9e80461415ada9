"""The glossary's rows: looked for, written, taken away, in and out as a table; each change kept."""

from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Q

from brandstudio.core.models import AuditEntry, GlossaryTerm
from brandstudio.core.problems import Refused
from brandstudio.core.ui.wording import sentences_of
from gallery import problems
from training.engine.data.named_table import csv_bytes, read_named_table

COLUMNS = ("term", "phrase", "category")
LARGEST_TABLE = 2 * 2**20  # bytes


@dataclass
class Report:
    """What became of a table's rows. refusals: a sentence for each that was left out."""

    added: int = 0
    changed: int = 0
    same: int = 0
    refusals: list[str] = field(default_factory=list)


def search(words="", category=""):
    """Terms that hold the words in Chinese or in English, of a category if one is named."""
    terms = GlossaryTerm.objects.filter(Q(term__icontains=words) | Q(phrase__icontains=words))
    return terms.filter(category=category) if category else terms


def categories():
    """The categories in use, in their order."""
    named = GlossaryTerm.objects.exclude(category="").order_by("category")
    return list(named.values_list("category", flat=True).distinct())


def save(form, by):
    """Store a valid GlossaryTermForm, with a row of the history if anything changed.

    Raises WrongState for a row that is gone meanwhile.
    """
    is_new = form.instance._state.adding
    before = {name: str(form.initial.get(name) or "") for name in COLUMNS}
    with transaction.atomic():
        term = form.save()
        if form.changed_data:
            source, target = ("", "added") if is_new else ("changed", "changed")
            after = {name: getattr(term, name) for name in COLUMNS}
            facts = {"after": after} if is_new else {"before": before, "after": after}
            AuditEntry.objects.record(term, source, target, by=by, **facts)
    return term


@transaction.atomic
def remove(term, by):
    """Take a term out of the glossary; what was painted with it stays as it was sent."""
    before = {name: getattr(term, name) for name in COLUMNS}
    AuditEntry.objects.record(term, "added", "removed", by=by, before=before)
    term.delete()


def history(limit):
    """The newest changes of all terms."""
    entries = AuditEntry.objects.filter(subject_kind=GlossaryTerm._meta.label_lower)
    return entries.select_related("actor")[:limit]


def as_csv():
    """All terms as bytes of a CSV file that spreadsheets open."""
    return csv_bytes(COLUMNS, GlossaryTerm.objects.values_list(*COLUMNS))


def take_in(upload, by, form_class):
    """Add and change terms as the rows of a CSV file say; none is removed. Returns a Report.

    form_class: judges each row as the page judges one that is typed. Raises Refused or EngineError
    for a file of which nothing can be read.
    """
    if upload.size > LARGEST_TABLE:
        facts = {"megabytes": round(upload.size / 2**20, 1), "limit": LARGEST_TABLE // 2**20}
        raise Refused("file-too-large", name=upload.name, **facts)
    table = read_named_table(upload.read(), upload.name, COLUMNS, filled=("term", "phrase"))
    report = Report(refusals=[problems.of(error) for error in table.problems])
    known = {row.term: row for row in GlossaryTerm.objects.all()}
    seen = set()
    with transaction.atomic():
        for row in table.rows:
            if row["term"] in seen:
                facts = {"term": row["term"], "name": upload.name}
                report.refusals.append(problems.sentence("term-twice", facts))
                continue
            seen.add(row["term"])
            _take_row(row, known.get(row["term"]), by, form_class, report)
    return report


def _take_row(row, former, by, form_class, report):
    form = form_class(row, instance=former or GlossaryTerm())
    if not form.is_valid():
        sentences = " ".join(sentences_of(form))
        facts = {"term": row["term"], "why": sentences}
        report.refusals.append(problems.sentence("term-refused", facts))
    elif former and not form.changed_data:
        report.same += 1
    else:
        save(form, by)
        if former:
            report.changed += 1
        else:
            report.added += 1
