"""The three people of the demo, one for each role, with a password that everybody knows.

They sign in on the machine itself only. Where others may reach the studio (`exposure`) the demo's
content can still be taken in, but its people get no password.
"""

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from brandstudio.core.access import exposure
from brandstudio.core.models import AuditEntry, User

PASSWORD = "studio-demo"
ACCOUNTS = {
    "designer": {"last_name": "林", "first_name": "晓岚", "is_designer": True},
    "marketer": {"last_name": "陈", "first_name": "嘉怡", "is_marketer": True},
    "admin": {
        "last_name": "黄",
        "first_name": "志明",
        "is_brand_admin": True,
        "is_staff": True,
        "is_superuser": True,
    },
}


def make_demo_accounts():
    """Make those of the three that are missing. Returns them all, in the order of ACCOUNTS."""
    password = PASSWORD if exposure.is_local_only() else None  # None: one that opens nothing
    for username, details in ACCOUNTS.items():
        if not User.objects.filter(username=username).exists():
            User.objects.create_user(
                username, password=password, **{"is_marketer": False, **details}
            )
    return [User.objects.get(username=username) for username in ACCOUNTS]


def open_demo_accounts():
    """User names of those who still sign in with the demo's password.

    The demo's people are asked, whatever they are called by now, and all who have power here: a
    check costs a quarter of a second.
    """
    by_name = Q(username__in=ACCOUNTS)
    for details in ACCOUNTS.values():
        by_name |= Q(last_name=details["last_name"], first_name=details["first_name"])
    powerful = Q(is_superuser=True) | Q(is_staff=True) | Q(is_brand_admin=True)
    people = User.objects.filter(by_name | powerful, is_active=True).order_by("pk")
    return [person.username for person in people if _opens(person)]


def close():
    """Take the demo's password from all who have it. Returns their user names."""
    names = open_demo_accounts()
    for person in User.objects.filter(username__in=names):
        person.set_unusable_password()
        person.save(update_fields=["password"])
        AuditEntry.objects.record(person, "open", "closed", why="demo password")
    return names


def _opens(person):
    # Not check_password(): it would write a new hash of the known password.
    return check_password(PASSWORD, person.password)


class NotTheDemosPassword:
    """Password validator: nobody chooses the password that is printed in every studio."""

    def validate(self, password, user=None):
        if password == PASSWORD:
            raise ValidationError(self.get_help_text(), code="password_of_the_demo")

    def get_help_text(self):
        return _("The demo's password is known to everybody. Choose another one.")
