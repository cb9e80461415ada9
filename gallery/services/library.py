"""The shared style library, as one person sees it."""

from gallery.models import ReviewState, StyleVersion
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
