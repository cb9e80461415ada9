import math

from django.db import models
from django.utils.translation import gettext_lazy as _

from brandstudio.core.models.fields import ShortNameField
from brandstudio.core.models.vocabulary import Named


class Channel(Named):
    """Where a picture goes: the size it is delivered in. Platforms change, so admins edit these."""

    slug = ShortNameField(unique=True)
    width = models.PositiveIntegerField(_("width"), help_text="px")
    height = models.PositiveIntegerField(_("height"), help_text="px")
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("channel")
        verbose_name_plural = _("channels")
        ordering = ["position", "slug"]

    @property
    def ratio(self):
        """The shape in words, such as 3:4 or 2.35:1."""
        divisor = math.gcd(self.width, self.height)
        wide, high = self.width // divisor, self.height // divisor
        if max(wide, high) <= 16:
            return f"{wide}:{high}"
        share = self.width / self.height
        return f"{share:.2f}:1" if share >= 1 else f"1:{1 / share:.2f}"

    @property
    def drawing(self):
        """x, y, width, height of a rectangle of this shape inside 36 × 28, as SVG wants them."""
        scale = min(34 / self.width, 25 / self.height)
        width, height = self.width * scale, self.height * scale
        sides = ((36 - width) / 2, (28 - height) / 2, width, height)
        return dict(zip(("x", "y", "width", "height"), (f"{s:.1f}" for s in sides), strict=True))
