"""The shared style library, as one person sees it."""

from django.db.models import Count, Prefetch, Q

from gallery.models import EvidenceImage, ReviewState, StylePack, StyleVersion
from gallery.models.style import LEAST, MOST

DRAWN_WITHOUT_A_BAND = 0.7  # the strength whose picture stands for a version without a band


def usable_versions():
    """The newest approved version of each pack that may be used now, ready for its card."""
    approved = (
        StyleVersion.objects.free()
        .approved()
        .select_related("pack", "base")
        .prefetch_related("images")
        .order_by("pack__slug", "-number")
    )
    newest: dict[int, StyleVersion] = {}
    for version in approved:
        newest.setdefault(version.pack_id, version)
    return [prepared(version) for version in newest.values()]


def versions_for(person):
    """What the person may paint with: `usable_versions`, and drafts of their own as trials.

    A draft stands with its full range of strengths. Who paints nothing but trials has them first.
    """
    usable = usable_versions()
    drafts = (
        StyleVersion.objects.free()
        .tried_by(person)
        .select_related("pack", "base")
        .prefetch_related("images")
        .order_by("pack__slug", "-number")
    )
    trials = [_with_full_range(prepared(version)) for version in drafts]
    return usable + trials if person.is_marketer or person.is_brand_admin else trials + usable


def _with_full_range(version):
    version.strength_min = version.best_min = LEAST
    version.strength_max = version.best_max = MOST
    if not version.has_band:
        version.strength = DRAWN_WITHOUT_A_BAND
    version.is_unbanded = True  # nothing is recommended of a draft
    return version


def by_name(versions):
    """{name: version}: each pack's slug, then its two names where they mean no other pack.

    Of a pack's several versions it is the approved one, else the newest.
    """
    packs = {}
    for version in sorted(versions, key=lambda v: (v.state == ReviewState.APPROVED, v.number)):
        packs[version.pack_id] = version
    versions = list(packs.values())
    groups: dict[str, list] = {}
    for version in versions:
        for name in dict.fromkeys((version.pack.name_zh, version.pack.name_en)):
            groups.setdefault(" ".join(name.split()), []).append(version)
    slugs = {version.pack.slug: version for version in versions}
    return slugs | {
        name: group[0] for name, group in groups.items() if len(group) == 1 and name not in slugs
    }


def prepared(version):
    """The version with what its card, film and sheet draw: .cover, .film, .rows, .columns."""
    images = list(version.images.all())
    rows: dict[tuple, list] = {}
    for image in images:
        rows.setdefault((image.prompt, image.seed), []).append(image)
    version.rows = [sorted(row, key=lambda p: p.strength) for row in rows.values()]
    version.columns = sorted({image.strength for image in images})
    first = version.rows[0] if version.rows else []
    best = version.strength if version.has_band else DRAWN_WITHOUT_A_BAND
    version.cover = min(first, key=lambda p: abs(p.strength - best), default=None)
    version.film = [(p.strength, p.get_absolute_url(), "") for p in first]
    return version


def packs_for(person, state="", family="", words=""):
    """Cards of the library: packs with their best version (`.shown`), newest approval first.

    state, family, words: filters; empty ones let everything through.
    """
    versions = (
        StyleVersion.objects.visible_to(person)
        .select_related("base")
        .prefetch_related(Prefetch("images", EvidenceImage.objects.order_by("pk")))
        .annotate(uses=Count("scene_packs__scene__assets", distinct=True))
        .order_by("-number")
    )
    packs = StylePack.objects.prefetch_related(Prefetch("versions", versions))
    if words:
        packs = packs.filter(
            Q(name_zh__icontains=words)
            | Q(name_en__icontains=words)
            | Q(summary_zh__icontains=words)
            | Q(summary_en__icontains=words)
            | Q(slug__icontains=words)
        )
    cards = []
    for pack in packs:
        visible_versions = list(pack.versions.all())
        if visible_versions:
            pack.shown = prepared(_shown(visible_versions))
            pack.shown.pack = pack
            cards.append(pack)
    if state:
        cards = [pack for pack in cards if pack.shown.state == state]
    if family:
        cards = [pack for pack in cards if pack.shown.base.family == family]
    return sorted(cards, key=lambda pack: (_ORDER[pack.shown.state], -pack.shown.pk))


_ORDER = {
    ReviewState.APPROVED: 0,
    ReviewState.IN_REVIEW: 1,
    ReviewState.DRAFT: 2,
    ReviewState.RETIRED: 3,
}


def _shown(versions):
    """The version that stands for the pack: the approved one, else the newest."""
    return next((v for v in versions if v.state == ReviewState.APPROVED), versions[0])
