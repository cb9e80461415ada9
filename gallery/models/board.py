from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class BoardQuerySet(models.QuerySet):
    def visible_to(self, person):
        """One's own, and those of the team."""
        return self.filter(Q(owner=person) | Q(is_team=True))

    def kept_by(self, person):
        """Those whose name, reach and end this person decides."""
        if person.is_brand_admin:
            return self.visible_to(person)
        return self.filter(owner=person)


class Board(models.Model):
    """Pictures laid together under a name: for oneself, or for the team, who may all add to it.

    It shows nobody a picture that they may not see elsewhere.
    """

    name = models.CharField(_("name"), max_length=80)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="boards")
    is_team = models.BooleanField(_("for the team"), default=False)
    assets = models.ManyToManyField("gallery.Asset", through="BoardItem", related_name="boards")
    made_at = models.DateTimeField(auto_now_add=True)

    objects = BoardQuerySet.as_manager()

    class Meta:
        verbose_name = _("board")
        verbose_name_plural = _("boards")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="board_name_once_a_person")
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        """The list of pictures, narrowed to the board."""
        return f"{reverse('gallery:asset-list')}?board={self.pk}"


class BoardItem(models.Model):
    """A picture on a board, and who put it there."""

    board = models.ForeignKey(Board, models.CASCADE, related_name="items", db_index=False)
    asset = models.ForeignKey("gallery.Asset", models.CASCADE, related_name="+")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("picture of a board")
        verbose_name_plural = _("pictures of boards")
        constraints = [models.UniqueConstraint(fields=["board", "asset"], name="board_item_once")]

    def __str__(self):
        return f"{self.board} · {self.asset_id}"
