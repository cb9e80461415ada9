"""What people put on pictures so that they find them again: favourites, tags, stars."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from .rating import FEWEST, MOST_STARS


class Favourite(models.Model):
    """One person likes one picture: theirs alone, and seen by nobody else."""

    asset = models.ForeignKey("gallery.Asset", models.CASCADE, related_name="favourites")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False
    )
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("favourite")
        verbose_name_plural = _("favourites")
        constraints = [
            models.UniqueConstraint(fields=["person", "asset"], name="favourite_once_a_person")
        ]

    def __str__(self):
        return f"{self.person} → {self.asset_id}"


class AssetTag(models.Model):
    """A word that the team files pictures under, as its first user wrote it."""

    LONGEST = 40

    name = models.CharField(_("name"), max_length=LONGEST)
    assets = models.ManyToManyField("gallery.Asset", related_name="tags")

    class Meta:
        verbose_name = _("tag of pictures")
        verbose_name_plural = _("tags of pictures")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(Lower("name"), name="asset_tag_once")]

    def __str__(self):
        return self.name


class AssetRating(models.Model):
    """One person's stars for a picture. Their mean stands with the picture (`Asset.stars`)."""

    asset = models.ForeignKey("gallery.Asset", models.CASCADE, related_name="ratings")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    stars = models.PositiveSmallIntegerField(
        _("stars"), validators=[MinValueValidator(FEWEST), MaxValueValidator(MOST_STARS)]
    )

    class Meta:
        verbose_name = _("rating of a picture")
        verbose_name_plural = _("ratings of pictures")
        constraints = [
            models.UniqueConstraint(fields=["asset", "person"], name="asset_rating_once_a_person"),
            models.CheckConstraint(
                condition=Q(stars__gte=FEWEST, stars__lte=MOST_STARS), name="asset_rating_of_stars"
            ),
        ]

    def __str__(self):
        return f"{self.asset_id} · {self.stars}"
