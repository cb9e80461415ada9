"""Short names stand in addresses: one that the studio's own addresses use is refused by name."""

from importlib import import_module

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import resolve, reverse

from brandstudio.core.input.addresses import words_in_use
from brandstudio.core.models import Vehicle
from brandstudio.core.models.fields import ShortNameInput
from brandstudio.core.problems import Refused
from gallery import services
from gallery.models import Channel, PromptTemplate, StylePack
from gallery.services.style_files import fitting

pytestmark = pytest.mark.usefixtures("in_english")

IN_USE = ["cover", "evidence", "import", "new", "pairs", "plates", "publish"]


def test_words_in_use_are_read_off_the_addresses():
    assert words_in_use() == set(IN_USE)


@pytest.mark.parametrize(
    ("page", "more", "slugs"),
    [("template-detail", [1], ["cover"]), ("pack-detail", [], ["import"]),
     ("version-detail", [1], ["publish", "evidence"])],
)  # fmt: skip
def test_word_in_use_is_another_page(page, more, slugs):
    for slug in slugs:
        assert resolve(reverse(f"gallery:{page}", args=[slug, *more])).url_name != page
        assert slug in words_in_use()


@pytest.mark.parametrize("slug", IN_USE)
def test_template_with_a_word_in_use_as_its_short_name_is_refused(at, designer, slug):
    answer = at(designer).post(
        "template-new",
        name_zh="封面",
        name_en="Cover",
        slug=slug,
        sentence_zh="一辆车。",
        sentence_en="A car.",
        text="a car",
    )

    assert answer.status_code == 422
    assert f"“{slug}”" in answer.context["form"].errors["slug"][0]
    assert not PromptTemplate.objects.exists()


@pytest.mark.parametrize("slug", IN_USE)
def test_import_of_a_pack_with_a_word_in_use_as_its_short_name_is_refused(
    at, designer, base, toy_weights, slug
):
    answer = at(designer).post(
        "version-import",
        file=SimpleUploadedFile("toy.safetensors", toy_weights.read_bytes()),
        base=base.pk,
        name_zh="玩具",
        name_en="Toy",
        slug=slug,
    )

    assert answer.status_code == 422
    assert f"“{slug}”" in answer.context["form"].errors["slug"][0]
    assert not StylePack.objects.exists()


def test_service_refuses_a_pack_with_a_word_in_use_as_its_short_name(designer, base, toy_weights):
    pack = StylePack(slug="evidence", name_zh="证据", name_en="Evidence")

    with pytest.raises(Refused) as caught:
        services.publish_file(fitting(toy_weights, "toy.safetensors", base), designer, pack)

    assert (caught.value.code, caught.value.facts) == ("slug-in-use", {"slug": "evidence"})
    assert not StylePack.objects.exists()


def test_vehicle_with_a_word_in_use_as_its_short_name_is_refused(client, brand_admin):
    brand_admin.is_staff = brand_admin.is_superuser = True
    brand_admin.save()
    client.force_login(brand_admin)
    sent = {"name_zh": "车", "name_en": "Car", "phrase": "car", "body": "", "is_current": "on"}
    sent |= {"colours-TOTAL_FORMS": 0, "colours-INITIAL_FORMS": 0}

    answer = client.post("/admin/core/vehicle/add/", {**sent, "slug": "plates"})
    assert "“plates”" in answer.content.decode()
    assert not Vehicle.objects.exists()

    client.post("/admin/core/vehicle/add/", {**sent, "slug": "plates-2"})
    assert Vehicle.objects.get().slug == "plates-2"


@pytest.mark.parametrize("slug", ["covers", "import-2", "Neon", "sheet", "42"])
def test_every_other_short_name_opens(at, designer, make_template, make_version, slug):
    make_template(slug).full_clean()
    version = make_version(slug)
    version.pack.full_clean()

    assert at(designer).get("template-detail", slug, 1).status_code == 200
    assert at(designer).get("version-detail", slug, 1).status_code == 200


def test_rows_from_before_the_rule_are_renamed_and_can_be_reached(
    designer, make_version, make_template
):
    for _version in range(2):
        make_template("cover", state="draft")
    make_template("cover-2", state="draft")
    version = make_version()
    StylePack.objects.filter(pk=version.pack_id).update(slug="import")
    Channel.objects.create(slug="new", name_zh="新", name_en="New", width=64, height=64)
    vehicle = Vehicle.objects.create(slug="plates", name_zh="车", name_en="Car", phrase="car")

    for app, name in (
        ("brandstudio.core", "0004_names_of_vehicles_that_are_addresses"),
        ("gallery", "0006_names_that_are_addresses"),
    ):
        import_module(f"{app}.migrations.{name}").rename(apps, connection.schema_editor())

    assert sorted(PromptTemplate.objects.values_list("slug", "number")) == [
        ("cover-2", 1), ("cover-3", 1), ("cover-3", 2)
    ]  # fmt: skip
    version.pack.refresh_from_db()
    vehicle.refresh_from_db()
    assert version.pack.slug == "import-2"
    assert vehicle.slug == "plates-2"
    assert Channel.objects.filter(slug="new-2").exists()
    for template in PromptTemplate.objects.all():
        assert resolve(template.get_absolute_url()).url_name == "template-detail"


def test_renaming_knows_every_word_in_use():
    for app, names in (
        (
            "brandstudio.core",
            ("0004_names_of_vehicles_that_are_addresses", "0008_vehicles_called_pairs"),
        ),
        ("gallery", ("0006_names_that_are_addresses", "0027_packs_called_pairs")),
    ):
        renamed = [import_module(f"{app}.migrations.{name}").IN_USE for name in names]
        assert sorted(IN_USE) == sorted(sum(renamed, ()))


@pytest.mark.parametrize(
    ("slug", "signs"), [("spring 2027", " "), ("骑楼-neon！", "骑楼！"), ("a/b/c.d", "/.")]
)
@pytest.mark.parametrize("field", [ShortNameInput(), Channel._meta.get_field("slug").formfield()])
def test_letters_that_no_short_name_has_are_named(field, slug, signs):
    with pytest.raises(ValidationError) as caught:
        field.clean(slug)

    assert caught.value.messages == [
        f"“{signs}” can't stand in a short name. In it stand only a to z, A to Z, digits, hyphens "
        "and underscores, without blanks: such as spring-2027."
    ]
