"""By which words a pack is found, who may change them, and what stays on record of it."""

from django.db import transaction

from brandstudio.core.models import AuditEntry
from brandstudio.core.problems import Refused
from gallery.models import PackTag, ReviewState

_SETTLED = (ReviewState.IN_REVIEW, ReviewState.APPROVED, ReviewState.RETIRED)


def may_tag(person, pack):
    """Admins always; whoever made a version as long as all of the pack are drafts."""
    if person.is_brand_admin:
        return True
    versions = list(pack.versions.all())
    is_settled = any(version.state in _SETTLED for version in versions)
    return not is_settled and any(version.made_by_id == person.pk for version in versions)


def set_tags(pack, by, tags):
    """Give the pack these PackTags and no others; the change is written down.

    Raises Refused("tags-not-yours").
    """
    if not may_tag(by, pack):
        raise Refused("tags-not-yours", name=str(pack))
    with transaction.atomic():
        before = set(pack.tags.values_list("slug", flat=True))
        pack.tags.set(tags)
        after = {tag.slug for tag in tags}
        if before != after:
            AuditEntry.objects.record(
                pack, "", "tagged", by=by, added=sorted(after - before), gone=sorted(before - after)
            )


def grouped():
    """[(label of the group, its PackTags)] in their order."""
    groups: dict[str, list] = {}
    for tag in PackTag.objects.all():
        groups.setdefault(tag.get_group_display(), []).append(tag)
    return list(groups.items())
