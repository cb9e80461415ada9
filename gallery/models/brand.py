"""The brand kit's pieces. None is changed once added: what was approved with it stays so."""

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from brandstudio.core.models.fields import BlobField, LineField, NameField
from brandstudio.core.models.states import update_as_last_seen
from brandstudio.core.models.vocabulary import Named

_HEX = RegexValidator(r"^#[0-9A-Fa-f]{6}\Z", _("Write the colour as # and six digits: #C8102E."))
SCRIPTS = {
    "latin": _("Latin"),
    "simplified": _("simplified Chinese"),
    "traditional": _("traditional Chinese"),
}


class BrandItemQuerySet(models.QuerySet):
    def in_use(self):
        return self.filter(is_current=True)


class BrandItem(models.Model):
    """A piece of the kit: who brought it, and whether it is offered."""

    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)
    is_current = models.BooleanField(default=True, editable=False)

    objects = BrandItemQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["-is_current", "pk"]

    def offer(self, is_offered):
        """Put it among what is offered, or take it from there. Raises WrongState if it is."""
        update_as_last_seen(self, {"is_current": not is_offered}, {"is_current": is_offered})


class LogoGround(models.TextChoices):
    """What a logo is drawn for."""

    DARK = "dark", _("for a dark ground")
    LIGHT = "light", _("for a light ground")


class BrandLogo(BrandItem):
    """A PNG with a transparent ground. width, height: px."""

    name = NameField(_("name"), max_length=60)
    ground = models.CharField(_("ground"), max_length=5, choices=LogoGround)
    sha256 = BlobField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()

    class Meta(BrandItem.Meta):
        verbose_name = _("logo")
        verbose_name_plural = _("logos")

    def __str__(self):
        return self.name


class BrandFont(BrandItem):
    """A font file with what permits its use. scripts: keys of SCRIPTS; weight: 100 to 900."""

    family = models.CharField(max_length=100)
    style = models.CharField(max_length=60, blank=True)
    weight = models.PositiveSmallIntegerField()
    scripts = models.JSONField(default=list)
    glyphs = models.PositiveIntegerField()
    form = models.CharField(max_length=3)
    sha256 = BlobField()
    licence = models.TextField(_("licence"), max_length=20_000)

    class Meta(BrandItem.Meta):
        verbose_name = _("font")
        verbose_name_plural = _("fonts")

    def __str__(self):
        return f"{self.family} {self.style}".strip()

    @property
    def writing(self):
        """The writings it covers, in words."""
        return [SCRIPTS[script] for script in self.scripts if script in SCRIPTS]


class BrandColour(Named, BrandItem):
    hex = models.CharField(_("colour"), max_length=7, validators=[_HEX])

    class Meta(BrandItem.Meta):
        verbose_name = _("colour")
        verbose_name_plural = _("colours")

    def __str__(self):
        return Named.__str__(self)


class LegalLine(BrandItem):
    """A sentence that the law or the brand's lawyers want on what is published."""

    zh = LineField(_("in Chinese"), max_length=200)
    en = LineField(_("in English"), max_length=300)

    class Meta(BrandItem.Meta):
        verbose_name = _("legal line")
        verbose_name_plural = _("legal lines")

    def __str__(self):
        return self.en if (get_language() or "").startswith("en") else self.zh
