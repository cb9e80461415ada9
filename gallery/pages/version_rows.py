"""The versions of a pack as its pages list them, and when that list has something new to tell."""

from gallery.models import StyleVersion
from gallery.services import version_marks


def of_pack(person, slug):
    """Those versions of a pack that the person may see, newest first, with their sheets."""
    versions = StyleVersion.objects.visible_to(person).filter(pack__slug=slug)
    return versions.select_related("pack", "sheet").order_by("-number")


def listed(person, slug):
    """{"versions", "versions_wait"}: whether the sheet of one of them is still being painted."""
    versions = list(of_pack(person, slug))
    version_marks.mark(versions)
    sheets = [getattr(version, "sheet", None) for version in versions]
    return {
        "versions": versions,
        "versions_wait": any(sheet is not None and sheet.is_active for sheet in sheets),
    }


def tag_of(person, slug):
    """Changes with the state of a version, or of its sheet; None where the person sees none."""
    rows = of_pack(person, slug).values_list("pk", "state", "sheet__state")
    return "-".join(f"{pk}.{state}.{sheet}" for pk, state, sheet in rows) or None
