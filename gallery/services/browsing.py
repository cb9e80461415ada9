"""The style library as a list: what a person may see of it, searched and filtered.

The list is laid out over a few light columns of every pack, so that choices can be counted and
relevance compared; whole rows are read for the page in view alone (`cards_of`). Queries are of
constant number, however many packs there are.
"""

from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import Avg, Count, OuterRef, Prefetch, Subquery

from brandstudio.core.models import GlossaryTerm
from gallery.models import (
    Asset,
    AssetState,
    EvidenceImage,
    PackTag,
    ReviewState,
    StylePack,
    StyleRating,
    StyleVersion,
    TagGroup,
)
from gallery.services import library, search, version_marks

FILTERS = ("state", *TagGroup.values, "family", "licence")
_ORDER = {
    ReviewState.APPROVED: 0,
    ReviewState.IN_REVIEW: 1,
    ReviewState.DRAFT: 2,
    ReviewState.RETIRED: 3,
}
# What a match in each of a pack's texts is worth.
_NAME, _TAG, _TRIGGER, _SUMMARY = 10, 4, 3, 2


@dataclass
class Entry:
    """A pack as the list knows it: the version that stands for it, and its filters' values.

    values: {filter: the slugs or codes it has}. score: how well it fits what was searched.
    """

    pack: StylePack
    version_pk: int
    trigger_words: str
    values: dict[str, set[str]]
    tags: list[PackTag]
    score: float = 0.0

    @cached_property
    def fields(self):
        """(weight, folded text) of all that a search looks through."""
        pack = self.pack
        names = [(_NAME, pack.name_zh), (_NAME, pack.name_en), (_NAME, pack.slug)]
        tags = [(_TAG, name) for tag in self.tags for name in (tag.name_zh, tag.name_en)]
        summaries = [(_SUMMARY, pack.summary_zh), (_SUMMARY, pack.summary_en)]
        texts = [*names, *tags, (_TRIGGER, self.trigger_words), *summaries]
        return [(weight, search.fold(str(text))) for weight, text in texts]

    def passes(self, chosen, besides=""):
        """Whether it has, of each filter that is set, one of the chosen values."""
        return all(
            self.values[name] & values
            for name, values in chosen.items()
            if values and name != besides
        )


@dataclass(frozen=True)
class Browsing:
    """entries: those that pass, best first. matches: all that the search brought, before filters.

    chosen: {filter: values asked for}. total: how many packs the person may see at all.
    translations: what was searched besides the words typed.
    """

    entries: list[Entry]
    matches: list[Entry]
    chosen: dict[str, set[str]]
    total: int
    tags: list[PackTag] = field(default_factory=list)
    translations: tuple[str, ...] = ()

    def counts(self, name):
        """{value: packs that would be shown} of one filter, the others as they are."""
        counts: dict[str, int] = {}
        for entry in self.matches:
            if entry.passes(self.chosen, besides=name):
                for value in entry.values[name]:
                    counts[value] = counts.get(value, 0) + 1
        return counts


def browse(person, words="", chosen=None):
    """The Browsing of what a person asks for. chosen: {name of FILTERS: values}, all may be empty.

    Of one filter any of its values will do; each filter must be met.
    """
    chosen = {name: set((chosen or {}).get(name, ())) for name in FILTERS}
    tags = list(PackTag.objects.all())
    everything = _entries(person, tags)
    matches = everything
    translations: tuple[str, ...] = ()
    if words.strip():
        pairs = [*GlossaryTerm.objects.values_list("term", "phrase")]
        asked = search.read_search(words, [*pairs, *((t.name_zh, t.name_en) for t in tags)])
        for entry in everything:
            entry.score = asked.score(entry.fields)
        matches, translations = [entry for entry in everything if entry.score], asked.translations
    entries = [entry for entry in matches if entry.passes(chosen)]
    entries.sort(key=lambda e: (-e.score, _ORDER[_only(e.values["state"])], -e.version_pk))
    return Browsing(entries, matches, chosen, len(everything), tags, translations)


def _only(values):
    [value] = values
    return value


def _entries(person, tags):
    by_pk = {tag.pk: tag for tag in tags}
    tags_of: dict[int, list[PackTag]] = {}
    for pack_pk, tag_pk in StylePack.tags.through.objects.values_list("stylepack", "packtag"):
        tags_of.setdefault(pack_pk, []).append(by_pk[tag_pk])
    packs = StylePack.objects.in_bulk()
    return [
        _entry(packs[row["pack_id"]], row, tags_of.get(row["pack_id"], []))
        for row in _shown(person)
    ]


def _shown(person):
    """Per pack, the version that stands for it: the approved one, else the newest."""
    rows = StyleVersion.objects.visible_to(person).order_by("number")
    shown: dict[int, dict] = {}
    for row in rows.values(
        "pk", "pack_id", "state", "trigger_words", "base__family", "base__licence_class"
    ):
        former = shown.get(row["pack_id"])
        is_older_approved = former and former["state"] == ReviewState.APPROVED
        if not is_older_approved or row["state"] == ReviewState.APPROVED:
            shown[row["pack_id"]] = row
    return shown.values()


def _entry(pack, row, tags):
    values = {
        "state": {row["state"]},
        "family": {row["base__family"]},
        "licence": {row["base__licence_class"]},
    }
    for group in TagGroup.values:
        values[group] = {tag.slug for tag in tags if tag.group == group}
    return Entry(pack, row["pk"], row["trigger_words"], values, tags)


def cards_of(entries):
    """The entries' versions ready for their cards, in order: `library.prepared`, with .uses, .stars
    (mean of its ratings, None without) and .rated_by (how many).
    """
    ratings = StyleRating.objects.filter(version=OuterRef("pk")).order_by().values("version")
    images = Asset.objects.filter(
        scene__packs__version=OuterRef("pk"), state=AssetState.READY
    ).order_by()
    counted = images.values("scene__packs__version").annotate(n=Count("pk", distinct=True))
    versions = (
        StyleVersion.objects.filter(pk__in=[entry.version_pk for entry in entries])
        .select_related("base", "pack", "sheet")
        .prefetch_related(Prefetch("images", EvidenceImage.objects.order_by("pk")))
        .annotate(
            uses=Subquery(counted.values("n")[:1]),
            stars=Subquery(ratings.annotate(n=Avg("stars")).values("n")[:1]),
            rated_by=Subquery(ratings.annotate(n=Count("pk")).values("n")[:1]),
        )
    )
    by_pk = {version.pk: version for version in versions}
    cards = []
    for entry in entries:
        if version := by_pk.get(entry.version_pk):  # else it went while we were reading
            library.prepared(version)
            version.tags = entry.tags
            cards.append(version)
    version_marks.mark(cards)
    return cards
