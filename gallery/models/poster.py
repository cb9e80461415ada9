from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from brandstudio.core.models.fields import LineField

from .asset import Asset, AssetReview
from .brand import BrandColour, BrandFont, BrandLogo, LegalLine
from .channel import Channel
from .review import HELD_NOW, Reviewed, ReviewQuerySet, ReviewState

LONGEST = {"headline": 60, "subline": 140, "price": 30, "price_note": 30}  # characters


# Why nothing of a poster leaves, whatever its own state.
_ASSET_STAYS = {
    AssetReview.DECLINED: _("its picture was declined"),
    AssetReview.WITHDRAWN: _("its picture was withdrawn"),
    ReviewState.RETIRED: _("its picture is in the bin"),
    HELD_NOW: _("its picture is held now"),
}


class PosterTemplate(models.TextChoices):
    """The looks of `engine.posters`."""

    PLAIN = "plain", _("Plain")
    SPRING = "spring", _("Spring Festival")
    LANTERNS = "lanterns", _("Lantern Festival")
    DRAGON_BOAT = "dragon-boat", _("Dragon Boat Festival")
    MID_AUTUMN = "mid-autumn", _("Mid-Autumn Festival")
    NATIONAL = "national", _("National Day")
    MOTOR_SHOW = "motor-show", _("Motor show")


class PosterLanguage(models.TextChoices):
    """Of the words on a poster, which decides its legal line."""

    CHINESE = "zh", _("Chinese")
    ENGLISH = "en", _("English")


class PosterQuerySet(ReviewQuerySet):
    def visible_to(self, person):
        """Admins see all, others their own and the approved ones of pictures they may see."""
        if person.is_brand_admin:
            return self
        shown = Asset.objects.visible_to(person).values("pk")
        return self.filter(Q(made_by=person) | Q(state=ReviewState.APPROVED, asset__in=shown))


class Poster(Reviewed):
    """A picture with the brand's words on it, for one channel. Once approved it never changes.

    focus_x, focus_y: what of the picture stands in the middle of its place, shares of width and
    height in [0, 1]; None: the car.
    """

    asset = models.ForeignKey(Asset, models.PROTECT, related_name="posters")
    channel = models.ForeignKey(
        Channel, models.PROTECT, related_name="+", verbose_name=_("channel")
    )
    template = models.CharField(
        _("look"), max_length=20, choices=PosterTemplate, default=PosterTemplate.PLAIN
    )
    language = models.CharField(
        _("language of the words"),
        max_length=2,
        choices=PosterLanguage,
        default=PosterLanguage.CHINESE,
    )
    headline = LineField(_("headline"), max_length=LONGEST["headline"])
    subline = LineField(_("sub-line"), max_length=LONGEST["subline"], blank=True)
    price = LineField(_("price"), max_length=LONGEST["price"], blank=True)
    price_note = LineField(_("words above the price"), max_length=LONGEST["price_note"], blank=True)
    legal = models.ForeignKey(
        LegalLine, models.PROTECT, null=True, related_name="+", verbose_name=_("legal line")
    )
    logo = models.ForeignKey(
        BrandLogo, models.PROTECT, null=True, related_name="+", verbose_name=_("logo")
    )
    font = models.ForeignKey(
        BrandFont, models.PROTECT, null=True, related_name="+", verbose_name=_("headline's font")
    )
    colour = models.ForeignKey(
        BrandColour, models.PROTECT, null=True, related_name="+", verbose_name=_("ground")
    )
    focus_x = models.FloatField(null=True)
    focus_y = models.FloatField(null=True)

    objects = PosterQuerySet.as_manager()

    class Meta:
        verbose_name = _("poster")
        verbose_name_plural = _("posters")
        ordering = ["-pk"]
        constraints = [
            Reviewed.four_eyes("poster_four_eyes"),
            models.CheckConstraint(
                condition=Q(focus_x=None, focus_y=None)
                | Q(focus_x__range=(0, 1), focus_y__range=(0, 1)),
                name="poster_focus_inside",
            ),
        ]

    def __str__(self):
        return self.headline

    def get_absolute_url(self):
        return reverse("gallery:poster-detail", args=[self.pk])

    @property
    def shown_state(self):
        """Its state as it counts now, as the badge tag wants it: nothing of it leaves without its
        picture."""
        asset = self.asset
        if self.state == ReviewState.RETIRED:
            return self.state
        if asset.barred:
            return asset.barred
        if asset.deleted_at is not None:
            return ReviewState.RETIRED
        return HELD_NOW if asset.is_held else self.state

    @property
    def state_words(self):
        """Its state as people read it."""
        shown = self.shown_state
        if shown == self.state:
            return self.get_state_display()
        return _ASSET_STAYS[shown]

    @property
    def legal_words(self):
        """The legal line in the poster's language; "" without one."""
        return getattr(self.legal, self.language) if self.legal else ""

    @property
    def focus(self):
        """(x, y), or None where the car is the middle."""
        return None if self.focus_x is None else (self.focus_x, self.focus_y)
