from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from brandstudio.core.models.fields import LineField

from .style import StyleVersion

FEWEST, MOST_STARS = 1, 5


class StyleRating(models.Model):
    """What one person who painted with a version thinks of it. Theirs to change, one a version."""

    version = models.ForeignKey(StyleVersion, models.CASCADE, related_name="ratings")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    stars = models.PositiveSmallIntegerField(
        _("stars"), validators=[MinValueValidator(FEWEST), MaxValueValidator(MOST_STARS)]
    )
    words = LineField(_("a line of words"), max_length=200, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("rating of a style")
        verbose_name_plural = _("ratings of styles")
        ordering = ["-changed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["version", "person"], name="rating_once_a_person"),
            models.CheckConstraint(
                condition=Q(stars__gte=FEWEST, stars__lte=MOST_STARS), name="rating_of_stars"
            ),
        ]

    def __str__(self):
        return f"{self.version} · {self.stars}"
