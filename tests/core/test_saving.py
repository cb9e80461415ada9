"""What a form saves: the columns a person changed, and none that others changed meanwhile."""

import ast
from pathlib import Path

import pytest
from django import forms
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.forms import SetPasswordMixin
from django.db import models
from django.urls import reverse

from brandstudio.core.admin import ChangedOnly
from brandstudio.core.forms import (
    FirstPasswordForm,
    GuardedModelForm,
    OwnPasswordForm,
    PersonPasswordForm,
)
from brandstudio.core.models import User, Vehicle, WrongState
from brandstudio.core.ui.views import AccountForm
from gallery.forms import TemplateForm
from gallery.models import PromptTemplate
from training.forms import DatasetForm
from training.models import Dataset

ROOMS = ("brandstudio", "training", "gallery")
pytestmark = pytest.mark.django_db


def ours(base):
    """Every class of our rooms that comes from base."""
    for cls in base.__subclasses__():
        if cls.__module__.split(".")[0] in ROOMS:
            yield cls
        yield from ours(cls)


def test_every_model_form_of_the_site_is_guarded():
    bare = {cls for cls in ours(forms.ModelForm) if not issubclass(cls, GuardedModelForm)}

    assert bare == set()
    assert {cls.__name__ for cls in ours(GuardedModelForm)} >= {"TemplateForm", "DatasetForm"}


def test_every_password_form_of_the_site_saves_the_password_alone():
    password_forms = {cls for cls in ours(SetPasswordMixin) if issubclass(cls, forms.BaseForm)}

    assert password_forms == {FirstPasswordForm, OwnPasswordForm, PersonPasswordForm}


def test_every_admin_page_of_ours_saves_changed_columns_only():
    changeable = {
        type(page)
        for model, page in admin.site._registry.items()
        if model in apps.get_models() and type(page).__module__.split(".")[0] in ROOMS
        if type(page).has_change_permission is admin.ModelAdmin.has_change_permission
    }

    assert changeable
    assert {page for page in changeable if not issubclass(page, ChangedOnly)} == set()


def bare_saves(path):
    """Lines that call save() on something with neither update_fields nor force_insert."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if is_call and node.func.attr == "save" and not node.args and not node.keywords:
            on = node.func.value
            is_form = isinstance(on, ast.Name) and on.id == "form"  # guarded: the test above
            if not is_form:
                yield f"{path.name}:{node.lineno}"


def test_no_row_is_written_back_with_all_its_columns():
    files = [
        path
        for room in ROOMS
        for path in (Path(settings.ROOT) / room).rglob("*.py")
        if not {"engine", "minibase", "migrations"} & set(path.parts)
    ]

    assert [line for path in files for line in bare_saves(path)] == []


# What another person does to the row while the form is open, and what the form sends.
@pytest.fixture
def open_forms(designer, make_user):
    """(form, as sent by a person): for each ModelForm that edits a row."""
    dataset = Dataset.objects.create(owner=designer, name="Ink")
    template = PromptTemplate.objects.create(
        slug="arcade", made_by=designer, name_zh="骑", name_en="Arcade", sentence_zh="一",
        sentence_en="One", text="arcade",
    )  # fmt: skip
    person = make_user("person", is_designer=True)

    def open_form(cls, row, **changes):
        data = forms.models.model_to_dict(row, [name for name in cls.base_fields])
        data = {name: "" if value is None else value for name, value in data.items()}
        if "slots" in data:
            data["slots"] = ""
        return cls({**data, **changes}, instance=row)

    return [
        open_form(DatasetForm, dataset, name="Renamed"),
        open_form(TemplateForm, template, name_en="Renamed"),
        open_form(AccountForm, person, last_name="Renamed"),
    ]


def other_value(field):
    """A value that this column does not hold yet."""
    if isinstance(field, models.BooleanField):
        return True
    if isinstance(field, models.CharField | models.TextField):
        return "others"
    return None


def test_saving_a_form_leaves_every_other_column_as_others_wrote_it(open_forms):
    for form in open_forms:
        row = form.instance
        assert form.is_valid(), form.errors
        others = {
            field.name: value
            for field in row._meta.concrete_fields
            if field.name not in {*form.changed_data, *form.GUARD, *form.ALONG}
            if not field.primary_key and not field.unique
            if (value := other_value(field)) is not None
        }
        type(row).objects.filter(pk=row.pk).update(**others)

        form.save()

        kept = type(row).objects.filter(pk=row.pk).values(*others, *form.changed_data).get()
        assert {name: kept[name] for name in others} == others
        assert {kept[name] for name in form.changed_data} == {"Renamed"}
    assert [len(form.changed_data) for form in open_forms] == [1, 1, 1]


def test_template_submitted_while_it_is_edited_stays_submitted(
    client, designer, make_user, open_forms
):
    form = open_forms[1]
    assert form.is_valid()
    PromptTemplate.objects.get().submit(make_user("colleague", is_designer=True))

    with pytest.raises(WrongState):
        form.save()

    stored = PromptTemplate.objects.get()
    assert (stored.state, stored.name_en) == ("in_review", "Arcade")


def test_words_written_into_a_submitted_template_stay_on_the_page(client, designer, open_forms):
    template = PromptTemplate.objects.get()
    template.submit(designer)
    client.force_login(designer)

    answer = client.post(
        reverse("gallery:template-edit", args=["arcade", 1]),
        {**open_forms[1].data, "text": "words of an hour"},
    )

    assert answer.status_code == 422
    assert "words of an hour" in answer.text
    assert PromptTemplate.objects.get().text == "arcade"


def test_dataset_put_in_the_bin_while_it_is_edited_stays_there(designer, open_forms):
    form = open_forms[0]
    assert form.is_valid()
    Dataset.objects.get().discard(by=designer)

    with pytest.raises(WrongState):
        form.save()

    assert Dataset.objects.get().deleted_at is not None


def test_second_of_two_who_edit_one_template_is_told(client, designer, brand_admin, open_forms):
    address = reverse("gallery:template-edit", args=["arcade", 1])
    sent = dict(open_forms[1].data)
    client.force_login(designer)
    seen = client.get(address).context["form"].fingerprint
    client.force_login(brand_admin)
    client.post(address, {**sent, "text": "the admin's words", "seen": seen})
    client.force_login(designer)

    told = client.post(address, {**sent, "text": "the designer's words", "seen": seen})
    kept = PromptTemplate.objects.get().text
    now = told.context["form"].fingerprint
    again = client.post(address, {**sent, "text": "the designer's words", "seen": now})

    assert (told.status_code, kept) == (422, "the admin's words")
    assert "the designer&#x27;s words" in told.text
    assert again.status_code == 302
    assert PromptTemplate.objects.get().text == "the designer's words"


def test_new_password_does_not_bring_a_lost_role_back(make_user):
    person = make_user("lin", is_brand_admin=True)
    form = OwnPasswordForm(
        person,
        {"old_password": "lin", "new_password1": "q8-Kapok!", "new_password2": "q8-Kapok!"},
    )
    assert form.is_valid(), form.errors
    User.objects.filter(pk=person.pk).update(is_brand_admin=False)

    form.save()

    stored = User.objects.get(pk=person.pk)
    assert stored.check_password("q8-Kapok!")
    assert not stored.is_brand_admin


def test_admin_page_does_not_bring_a_lost_role_back(client, rf, django_user_model, make_user):
    root = django_user_model.objects.create_superuser("root", password="root")
    client.force_login(root)
    person = make_user("lin", is_brand_admin=True)
    address = reverse("admin:core_user_change", args=[person.pk])
    fields = client.get(address).context["adminform"].form.initial
    sent = {
        name: value
        for name, value in fields.items()
        if value not in (None, False, []) and name not in {"date_joined", "last_login", "password"}
    }
    joined = fields["date_joined"]
    sent |= {"date_joined_0": f"{joined:%Y-%m-%d}", "date_joined_1": f"{joined:%H:%M:%S}"}
    page = client.get(address).context["adminform"].form
    User.objects.filter(pk=person.pk).update(is_designer=True)

    form = type(page)({**sent, "last_name": "Lin", "is_brand_admin": True}, instance=person)
    assert form.is_valid(), form.errors
    request = rf.post(address)
    request.user = root
    admin.site._registry[User].save_model(request, form.save(commit=False), form, change=True)

    stored = User.objects.get(pk=person.pk)
    assert (stored.last_name, stored.is_designer) == ("Lin", True)


@pytest.mark.parametrize("lost", ["is_brand_admin", "is_active"])
def test_last_brand_admin_keeps_the_keys(client, django_user_model, make_user, lost):
    root = django_user_model.objects.create_superuser("root", password="root", is_brand_admin=True)
    client.force_login(root)
    page = client.get(reverse("admin:core_user_change", args=[root.pk])).context["adminform"].form
    sent = {"username": "root", "is_brand_admin": True, "is_active": True, "is_superuser": True}
    joined = page.initial["date_joined"]
    sent |= {"date_joined_0": f"{joined:%Y-%m-%d}", "date_joined_1": f"{joined:%H:%M:%S}"}
    sent.pop(lost)

    assert type(page)(sent, instance=User.objects.get(pk=root.pk)).has_error(
        "__all__", "last-admin"
    )

    make_user("lin", is_brand_admin=True)
    assert type(page)(sent, instance=User.objects.get(pk=root.pk)).is_valid()


def test_admin_page_still_saves_the_brands_words(client, django_user_model):
    client.force_login(django_user_model.objects.create_superuser("root", password="root"))
    vehicle = Vehicle.objects.create(slug="gs8", name_zh="GS8", name_en="GS8", phrase="GS8 suv")

    client.post(
        reverse("admin:core_vehicle_change", args=[vehicle.pk]),
        {"slug": "gs8", "name_zh": "GS8", "name_en": "GS8", "phrase": "a GS8", "body": ""}
        | {"colours-TOTAL_FORMS": 1, "colours-INITIAL_FORMS": 0, "colours-0-name_zh": "白色"}
        | {"colours-0-name_en": "white", "colours-0-phrase": "white"},
    )

    vehicle.refresh_from_db()
    assert (vehicle.phrase, vehicle.is_current) == ("a GS8", False)
    assert vehicle.colours.get().phrase == "white"
