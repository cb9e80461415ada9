"""The three people of the demo, one for each role."""

from brandstudio.core.models import User

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
    for username, details in ACCOUNTS.items():
        if not User.objects.filter(username=username).exists():
            User.objects.create_user(
                username, password=PASSWORD, **{"is_marketer": False, **details}
            )
    return [User.objects.get(username=username) for username in ACCOUNTS]


def open_demo_accounts():
    """User names of the demo people who still sign in with the demo's password."""
    people = User.objects.filter(username__in=ACCOUNTS, is_active=True)
    return [person.username for person in people.order_by("pk") if person.check_password(PASSWORD)]
