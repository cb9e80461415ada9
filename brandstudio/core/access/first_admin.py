"""Who sets a studio up that has no demo accounts: one person, by a link that works once."""

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.db.models import Q
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from brandstudio.core.models import AuditEntry, User

NAME = "admin"
_ROLES = {"is_brand_admin": True, "is_staff": True, "is_superuser": True}
# Django begins a password that opens nothing with this sign.
_WITHOUT_PASSWORD = Q(password__startswith="!") | Q(password="")


def is_missing():
    """Whether nobody who may give others their roles can sign in."""
    admins = User.objects.filter(is_superuser=True, is_active=True)
    return not admins.exclude(_WITHOUT_PASSWORD).exists()


def link():
    """The address at which the first admin chooses a password. It works once and for three days."""
    person = _first_admin()
    key, token = urlsafe_base64_encode(force_bytes(person.pk)), default_token_generator.make_token
    path = reverse("core:welcome", args=[key, token(person)])
    return settings.STUDIO_ADDRESS.rstrip("/") + path


def _first_admin():
    """The account that waits for its password, made if there is none."""
    waiting = User.objects.filter(_WITHOUT_PASSWORD, is_superuser=True, is_active=True)
    if person := waiting.order_by("pk").first():
        return person
    usernames = set(
        User.objects.filter(username__startswith=NAME).values_list("username", flat=True)
    )
    name, number = NAME, 1
    while name in usernames:
        number += 1
        name = f"{NAME}-{number}"
    person = User.objects.create_user(name, is_marketer=False, **_ROLES)
    AuditEntry.objects.record(person, "", "made", why="first admin")
    return person
