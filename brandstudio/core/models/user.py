from django.contrib.auth.models import AbstractUser, UserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from .fields import LineField, NameField


class PeopleManager(UserManager):
    def reviewers(self, besides):
        """Who may decide on this person's work: nobody decides on their own."""
        return self.filter(is_brand_admin=True, is_active=True).exclude(pk=besides.pk)

    def named(self, username):
        """Whoever signs in with this name, or None: capital letters matter only between twins."""
        matches = list(self.filter(username__iexact=username)[:20])
        exact = [person for person in matches if person.username == username]
        return (exact or matches)[0] if exact or len(matches) == 1 else None

    def get_by_natural_key(self, username):
        if person := self.named(username):
            return person
        raise self.model.DoesNotExist


def _as_django_has_it(name, field_class):
    """A column of Django's people as a field of this class, which takes no sign unseen."""
    _name, _path, args, kwargs = AbstractUser._meta.get_field(name).deconstruct()
    return field_class(*args, **kwargs)


class User(AbstractUser):
    """A person of the content team. One person may wear several hats."""

    is_designer = models.BooleanField(
        _("designer"), default=False, help_text=_("Makes datasets and trains styles.")
    )
    is_marketer = models.BooleanField(
        _("marketer"), default=True, help_text=_("Makes scenes from approved templates and styles.")
    )
    is_brand_admin = models.BooleanField(
        _("brand admin"), default=False, help_text=_("Approves styles, templates and pictures.")
    )
    may_write_prompts = models.BooleanField(
        _("may write free prompts"), default=False, help_text=_("Otherwise templates only.")
    )
    may_leave_band = models.BooleanField(
        _("may leave the strength band"),
        default=False,
        help_text=_("With a reason, which is kept with the picture."),
    )
    email_notices = models.BooleanField(_("notices by e-mail"), default=False)
    username = _as_django_has_it("username", LineField)
    first_name = _as_django_has_it("first_name", NameField)
    last_name = _as_django_has_it("last_name", NameField)

    objects = PeopleManager()

    class Meta(AbstractUser.Meta):
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def clean(self):
        """Raises ValidationError for the last brand admin who would be none any more."""
        super().clean()
        if self.is_brand_admin and self.is_active or self.pk is None:
            return
        was_one = User.objects.filter(pk=self.pk, is_brand_admin=True, is_active=True).exists()
        if was_one and not User.objects.reviewers(besides=self).exists():
            raise ValidationError(
                _(
                    "This is the last brand admin: without one nobody could review, or give the "
                    "role back. Make a colleague brand admin first."
                ),
                code="last-admin",
            )

    @property
    def shown_name(self):
        """The name as colleagues know it: family name first where it is Chinese."""
        full = self.get_full_name()
        return (
            full
            if full and full.isascii()
            else (self.last_name + self.first_name) or (self.username)
        )

    @property
    def initial(self):
        return self.shown_name[:1].upper()

    @property
    def role_names(self):
        """The hats this person wears, as words."""
        hats = ("is_brand_admin", "is_designer", "is_marketer")
        return [self._meta.get_field(hat).verbose_name for hat in hats if getattr(self, hat)]
