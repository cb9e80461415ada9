"""Favourites, tags and stars: what people put on pictures that they may see."""

from django.db import transaction
from django.db.models import Avg

from brandstudio.core.input import lengths
from brandstudio.core.input.names import odd_sign
from brandstudio.core.models import AuditEntry
from brandstudio.core.problems import Refused
from gallery.models import AssetRating, AssetTag, Favourite

MOST_TAGS = 20  # written at once


def like(assets, person):
    """Make these pictures favourites of a person. Returns how many were none before."""
    mine = Favourite.objects.filter(person=person)
    before = mine.count()
    rows = (Favourite(asset=asset, person=person) for asset in assets)
    Favourite.objects.bulk_create(rows, ignore_conflicts=True)
    return mine.count() - before


def unlike(assets, person):
    """These pictures are no favourites of the person any more. Returns how many were."""
    keys = [asset.pk for asset in assets]
    return Favourite.objects.filter(person=person, asset__in=keys).delete()[0]


def tags_of(text):
    """The AssetTags that a person wrote, parted by commas; new ones are made.

    Raises TooLong, and Refused: tags-too-many, tags-none, name-odd.
    """
    names = [" ".join(name.split()) for name in text.replace("，", ",").split(",")]
    names = [*{name.casefold(): name for name in reversed(names) if name}.values()][::-1]
    if not names:
        raise Refused("tags-none")
    if len(names) > MOST_TAGS:
        raise Refused("tags-too-many", most=MOST_TAGS)
    for name in names:
        lengths.within(name, AssetTag.LONGEST)
        if sign := odd_sign(name):
            raise Refused("name-odd", sign=sign)
    return [_tag_called(name) for name in names]


def _tag_called(name):
    known = AssetTag.objects.filter(name__iexact=name).first()
    return known or AssetTag.objects.create(name=name)


def tag(assets, tags, by):
    """Put tags on pictures. Returns how many of them had not all of these."""
    changed = 0
    with transaction.atomic():
        for asset in assets:
            former = set(asset.tags.values_list("pk", flat=True))
            if added := [one for one in tags if one.pk not in former]:
                asset.tags.add(*added)
                _note(asset, by, added=added)
                changed += 1
    return changed


def untag(asset, tag, by):
    """Take a tag off a picture; one that is on none any more is forgotten."""
    with transaction.atomic():
        asset.tags.remove(tag)
        _note(asset, by, gone=[tag])
        if not tag.assets.exists():
            tag.delete()


def _note(asset, by, *, added=(), gone=()):
    facts = {"added": [str(one) for one in added], "gone": [str(one) for one in gone]}
    AuditEntry.objects.record(asset, "", "tagged", by=by, **facts)


def rate(asset, person, stars):
    """A person's stars for a picture; None takes them back. The picture's mean follows."""
    with transaction.atomic():
        ratings = AssetRating.objects.filter(asset=asset)
        if stars is None:
            ratings.filter(person=person).delete()
        else:
            AssetRating.objects.update_or_create(
                asset=asset, person=person, defaults={"stars": stars}
            )
        asset.stars = ratings.aggregate(mean=Avg("stars"))["mean"]
        asset.save(update_fields=["stars"])
