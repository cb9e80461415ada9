"""What a list shows of style versions beside their state: what may not be used, or should not."""

from gallery.models import Asset
from gallery.services import holds, learned, own_images


def mark(versions):
    """Give each of these versions `.is_held`, whether nobody may use it as things are now, and
    `.learned_barred`, whether it learned from a picture that was declined or withdrawn."""
    keys = [version.pk for version in versions]
    held, barred = holds.held_versions(keys), _learned_from_barred() if keys else set()
    for version in versions:
        version.is_held = version.pk in held
        version.learned_barred = version.pk in barred


def _learned_from_barred():
    """The keys of all versions, under whatever name, that learned from such pictures."""
    images = own_images.photographs_of(Asset.objects.barred())
    if not images.exists():
        return set()
    return {version.pk for version in learned.learned_of(images).versions}
