from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class SavedFilter(models.Model):
    """A way of narrowing the list of pictures that a person gave a name. Its address may be handed
    on: whoever opens it sees what they may see."""

    LONGEST = 2000

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_filters"
    )
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(max_length=LONGEST)  # of the address, without its page

    class Meta:
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["person", "name"], name="filter_name_once_a_person")
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("gallery:saved-filter", args=[self.pk])
