"""What is changed in Django's admin pages stands in the studio's history, and gives no powers."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse
from django.utils import timezone

from brandstudio.core.models import AuditEntry, GlossaryTerm, User, Vehicle
from gallery.services import glossary_terms
from training.engine.base import licences
from training.models import BaseModel

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(client, django_user_model):
    """A superuser who is signed in."""
    person = django_user_model.objects.create_superuser("root", password="root")
    client.force_login(person)
    return person


@pytest.fixture
def clerk(client, make_user):
    """One of the staff who may change accounts, signed in, and no superuser."""
    person = make_user("clerk", is_staff=True)
    person.user_permissions.set(
        Permission.objects.filter(codename__in=["view_user", "change_user", "delete_user"])
    )
    client.force_login(person)
    return person


def account(person, **changes):
    """What the page of an account sends."""
    joined = timezone.localtime(person.date_joined)
    sent = {"username": person.username, "is_active": person.is_active}
    day_and_time = (f"{joined:%Y-%m-%d}", f"{joined:%H:%M:%S}")
    for prefix in ("", "initial-"):
        sent |= {f"{prefix}date_joined_{n}": text for n, text in enumerate(day_and_time)}
    return {name: value for name, value in (sent | changes).items() if value}


def test_roles_given_in_the_admin_pages_are_in_the_history(client, root, make_user):
    lin = make_user("lin", is_designer=True)
    lin.groups.add(Group.objects.create(name="press"))
    address = reverse("admin:core_user_change", args=[lin.pk])

    answer = client.post(address, account(lin, is_brand_admin=True))

    assert answer.status_code == 302
    entry = AuditEntry.objects.about(lin).get()
    assert (entry.actor, entry.source, entry.target) == (root, "changed", "changed")
    assert entry.facts == {
        "before": {"groups": "press", "is_brand_admin": "False", "is_designer": "True"},
        "after": {"groups": "", "is_brand_admin": "True", "is_designer": "False"},
    }
    client.post(address, account(lin, is_brand_admin=True))
    assert AuditEntry.objects.about(lin).count() == 1  # nothing was changed


def test_new_account_is_in_the_history_without_its_password(client, root):
    password = "a long one 1928"
    sent = {"username": "mei", "password1": password, "password2": password}

    client.post(reverse("admin:core_user_add"), {**sent, "usable_password": "true"})

    entry = AuditEntry.objects.about(User.objects.get(username="mei")).get()
    assert (entry.target, entry.facts) == ("added", {"after": {"username": "mei"}})


@pytest.mark.parametrize("reason", ["", "Contract 12, paragraph 3."])
def test_licence_of_a_base_model_changes_with_a_reason_alone(client, root, reason):
    base = BaseModel.objects.create(
        name="b", path="/b", family="sd15", sha256="0" * 64, licence_class=licences.NON_COMMERCIAL
    )
    sent = {"licence": "own", "licence_class": licences.COMMERCIAL, "reason": reason}

    answer = client.post(reverse("admin:training_basemodel_change", args=[base.pk]), sent)

    base.refresh_from_db()
    entries = AuditEntry.objects.about(base)
    if not reason:
        assert answer.context["adminform"].form.has_error("reason")
        assert (base.licence_class, entries.count()) == (licences.NON_COMMERCIAL, 0)
        return
    assert base.licence_class == licences.COMMERCIAL
    [entry] = entries
    assert (entry.actor, entry.why) == (root, reason)
    assert entry.facts == {
        "before": {"licence": "", "licence_class": licences.NON_COMMERCIAL},
        "after": {"licence": "own", "licence_class": licences.COMMERCIAL},
    }


def test_name_of_a_licence_needs_no_reason(client, root):
    base = BaseModel.objects.create(name="b", path="/b", family="sd15", sha256="0" * 64)
    sent = {"licence": "MIT", "licence_class": base.licence_class, "reason": ""}

    client.post(reverse("admin:training_basemodel_change", args=[base.pk]), sent)

    assert AuditEntry.objects.about(base).get().facts["after"] == {"licence": "MIT"}


def test_nobody_but_a_superuser_gives_powers_beyond_the_roles(client, clerk):
    address = reverse("admin:core_user_change", args=[clerk.pk])
    powers = {"is_superuser", "groups", "user_permissions"}

    form = client.get(address).context["adminform"].form
    press = Group.objects.create(name="press")
    sent = account(clerk, is_staff=True, is_designer=True, is_superuser=True, groups=[press.pk])
    answer = client.post(address, sent)

    assert powers.isdisjoint(form.fields)
    assert answer.status_code == 302
    clerk.refresh_from_db()
    assert (clerk.is_designer, clerk.is_superuser, clerk.groups.count()) == (True, False, 0)
    assert clerk.user_permissions.count() == 3


@pytest.mark.parametrize("page", ["core_user_change", "auth_user_password_change"])
def test_account_of_a_superuser_is_changed_by_superusers_alone(
    client, clerk, django_user_model, page
):
    root = django_user_model.objects.create_superuser("root", password="root")
    sent = account(root, password1="a long one 1928", password2="a long one 1928")

    assert client.post(reverse(f"admin:{page}", args=[root.pk]), sent).status_code == 403
    assert client.post(reverse("admin:core_user_delete", args=[root.pk])).status_code == 403
    assert User.objects.get(pk=root.pk).check_password("root")


def test_glossary_tells_what_the_admin_pages_changed(client, root, make_user):
    term = GlossaryTerm.objects.create(term="骑楼", phrase="arcade")
    sent = {"term": "骑楼", "phrase": "qilou arcade", "category": ""}
    client.post(reverse("admin:core_glossaryterm_change", args=[term.pk]), sent)
    client.force_login(make_user("lead", is_brand_admin=True))

    page = client.get(reverse("gallery:glossary"), headers={"accept-language": "en"}).text

    assert [entry.facts["after"]["term"] for entry in glossary_terms.history(5)] == ["骑楼"]
    assert "changed 骑楼 = arcade to 骑楼 = qilou arcade" in " ".join(page.split())


def test_password_set_for_somebody_is_in_the_history_without_it(client, root, make_user):
    lin = make_user("lin")
    address = reverse("admin:auth_user_password_change", args=[lin.pk])
    password = "a long one 1928"
    client.post(address, {"password1": password, "password2": "another", "usable_password": "true"})
    assert not AuditEntry.objects.about(lin).exists()

    client.post(address, {"password1": password, "password2": password, "usable_password": "true"})
    client.post(address, {"usable_password": "false", "unset-password": "1"})

    entries = AuditEntry.objects.about(lin)
    assert [entry.target for entry in entries] == ["password taken away", "password set"]
    assert {entry.actor for entry in entries} == {root}
    assert [entry.facts for entry in entries] == [{}, {}]


@pytest.mark.parametrize("page", ["core:password", "admin:password_change"])
def test_own_new_password_is_in_the_history(client, root, page):
    new = "a long one 1928"

    sent = {"old_password": "root", "new_password1": new, "new_password2": new}
    client.post(reverse(page), sent, follow=True)

    entry = AuditEntry.objects.about(root).get()
    assert (entry.target, entry.actor, entry.facts) == ("password set", root, {})
    root.refresh_from_db()
    assert root.check_password(new)


def colours(vehicle, rows):
    """What the page of a vehicle sends. rows: of its inline of colours."""
    sent = {"slug": vehicle.slug, "name_zh": vehicle.name_zh, "name_en": vehicle.name_en}
    sent |= {"phrase": vehicle.phrase, "body": vehicle.body, "is_current": "on"}
    initial = sum("id" in row for row in rows)
    sent |= {"colours-TOTAL_FORMS": len(rows), "colours-INITIAL_FORMS": initial}
    for place, row in enumerate(rows):
        fields = {"vehicle": vehicle.pk, **row}
        sent |= {f"colours-{place}-{name}": value for name, value in fields.items()}
    return sent


def test_colours_of_a_vehicle_are_in_its_history(client, root):
    vehicle = Vehicle.objects.create(slug="gs8", name_zh="GS8", name_en="GS8", phrase="GS8 suv")
    teal = {"name_zh": "青", "name_en": "Teal", "phrase": "teal"}
    address = reverse("admin:core_vehicle_change", args=[vehicle.pk])

    assert client.post(address, colours(vehicle, [teal])).status_code == 302
    row = vehicle.colours.get()
    client.post(address, colours(vehicle, [{**teal, "id": row.pk, "phrase": "deep teal"}]))
    client.post(address, colours(vehicle, [{**teal, "id": row.pk, "DELETE": "on"}]))

    removed, changed, added = AuditEntry.objects.about(vehicle)
    assert (added.target, added.facts["after"]["phrase"]) == ("added", "teal")
    assert changed.facts["before"] == {"phrase": "teal"}
    assert changed.facts["after"] == {"phrase": "deep teal"}
    assert {entry.facts["kind"] for entry in (removed, changed, added)} == {"vehiclecolour"}
    assert (removed.target, removed.actor) == ("deleted", root)
    assert not vehicle.colours.exists()


@pytest.mark.parametrize("at_once", [False, True])
def test_what_is_deleted_in_the_admin_pages_is_in_the_history(client, root, at_once):
    term = GlossaryTerm.objects.create(term="骑楼", phrase="arcade")
    address = reverse("admin:core_glossaryterm_delete", args=[term.pk])
    if at_once:
        address = reverse("admin:core_glossaryterm_changelist")

    chosen = {"action": "delete_selected", "_selected_action": term.pk, "post": "yes"}
    client.post(address, chosen if at_once else {"post": "yes"})

    entry = AuditEntry.objects.about(term).get()
    assert (entry.target, entry.actor, entry.facts["name"]) == ("deleted", root, str(term))
