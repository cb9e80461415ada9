"""Channels as rows that admins keep: what the form lets through, and what the file then is."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from brandstudio.core.models import AuditEntry
from gallery.models import Channel
from gallery.services import reference
from tests.gallery.engine import print_profile

SENT = {
    "name_zh": "灯箱",
    "name_en": "Light box",
    "slug": "light-box",
    "width": 1200,
    "height": 800,
    "form": "tiff",
    "megabytes": "",
    "dpi": 150,
    "bleed_mm": 3,
    "label_corner": "auto",
    "covered_top": 0,
    "covered_right": 0,
    "covered_bottom": 0,
    "covered_left": 0,
    "declaration": "",
    "source": "The hall's own sheet",
    "position": 30,
    "is_current": "on",
}


def add(browser, **changes):
    return browser.post("channel-new", **SENT | changes)


def test_admin_adds_a_channel_and_it_is_written_down(at, brand_admin):
    answer = add(at(brand_admin), megabytes="2.5")

    channel = Channel.objects.get(slug="light-box")
    assert answer.status_code == 302
    assert channel.max_bytes == 2_500_000
    assert channel.bleed == 18  # 3 mm at 150 dpi
    assert channel.file_size == (1236, 836)
    assert AuditEntry.objects.about(channel).get().actor == brand_admin


@pytest.mark.parametrize("role", ["marketer", "designer"])
def test_nobody_else_changes_channels(request, at, channel, role):
    browser = at(request.getfixturevalue(role))

    assert add(browser).status_code in (302, 403)
    edit = browser.post("channel-edit", channel.slug, **SENT)
    assert edit.status_code in (302, 403)
    assert not Channel.objects.filter(width=1200).exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"width": 1, "height": 1}, "width"),
        ({"width": 60_000, "height": 60_000}, "width"),
        ({"width": 20_000, "height": 20_000}, "width"),
        ({"width": 64, "height": 30_000}, "width"),
        ({"width": 1001, "height": 100}, "width"),
        ({"megabytes": "0.001"}, "__all__"),
        ({"dpi": 5}, "dpi"),
        ({"bleed_mm": -1}, "bleed_mm"),
        ({"bleed_mm": "nan"}, "bleed_mm"),
        ({"form": "gif"}, "form"),
        ({"covered_top": 90}, "covered_top"),
        ({"label_corner": "middle"}, "label_corner"),
    ],
)
def test_what_no_file_can_be_is_refused_beside_its_field(at, brand_admin, changes, field):
    answer = add(at(brand_admin), **changes)

    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Channel.objects.filter(slug="light-box").exists()


@pytest.mark.parametrize(("field", "value", "least"), [("width", -5, 64), ("dpi", 0, 36)])
def test_number_below_the_limit_is_told_the_true_limit_once(
    at, brand_admin, in_english, field, value, least
):
    answer = add(at(brand_admin), **{field: value})

    said = answer.context["form"].errors[field]
    assert said == [f"At least {least} is needed here. Write a larger number."]
    assert f'min="{least}"' in str(answer.context["form"][field])


def test_hairline_shape_is_refused_by_its_name(at, brand_admin, in_english):
    refused = add(at(brand_admin), width=64, height=30_000)
    [said] = refused.context["form"].errors["width"]

    assert said.startswith("64 × 30000 px is 1:468.75: no side may be more than 10 times")
    assert add(at(brand_admin), width=1000, height=100).status_code == 302


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"width": "5"}, "width", "这里不能小于 64。请填写更大的数字。"),
        (
            {"slug": "灯箱"},
            "slug",
            "短名里不能有“灯箱”。短名只能用 a–z、A–Z、数字、连字符和下划线，不能有空格，"
            "例如 spring-2027。",
        ),
        (
            {"source": "a" * 301},
            "source",
            "这里最多 300 个字符，目前有 301 个。请改短。",
        ),
    ],
)
def test_refusals_of_the_framework_speak_the_studios_words(at, brand_admin, changes, field, said):
    answer = add(at(brand_admin), **changes)

    assert answer.context["form"].errors[field] == [said]


def test_choice_of_nothing_is_told_in_words(at, brand_admin):
    page = at(brand_admin).get("channel-new").text

    assert "---------" not in page
    assert '<option value="" selected>不指定</option>' in page


def test_limit_is_told_in_the_megabytes_that_it_is_asked_in(at, brand_admin, in_english):
    refused = add(at(brand_admin), megabytes="0.001")
    add(at(brand_admin), megabytes="0.03")

    page = at(brand_admin).get("channel-list").text
    assert "0.03 MB" in refused.context["form"].non_field_errors()[0]
    assert "≤ 0.03 MB" in page


def test_profile_is_kept_with_its_name_and_taken_away_again(at, brand_admin):
    browser = at(brand_admin)
    file = SimpleUploadedFile("press.icc", print_profile.cmyk())

    add(browser, profile=file)
    channel = Channel.objects.get(slug="light-box")
    assert channel.profile_name == "press.icc"

    browser.post("channel-edit", "light-box", **SENT, drop_profile="on")
    channel.refresh_from_db()
    assert (channel.profile_name, channel.profile_sha256) == ("", "")


@pytest.mark.parametrize(("form", "content"), [("tiff", b"rubbish"), ("png", None)])
def test_profile_that_does_not_fit_is_refused(at, brand_admin, form, content):
    file = SimpleUploadedFile("press.icc", content or print_profile.cmyk())

    answer = add(at(brand_admin), profile=file, form=form)

    assert answer.status_code == 422
    assert not Channel.objects.filter(slug="light-box").exists()


def test_channel_out_of_use_is_not_offered(at, marketer, channel):
    Channel.objects.update(is_current=False)

    page = at(marketer).get("create").content.decode()

    assert f'value="{channel.slug}"' not in page


@pytest.mark.django_db
def test_channels_of_a_new_studio_are_whole():
    reference.seed_reference()

    for channel in Channel.objects.all():
        channel.full_clean()
    assert Channel.objects.get(slug="poster-a3").file_size == (3508 + 70, 4961 + 70)


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "a\u202eb", "tab\there", "a > b"])
def test_name_with_markup_or_unseen_signs_is_refused_beside_its_field(at, brand_admin, name):
    answer = add(at(brand_admin), name_en=name)

    assert answer.status_code == 422
    assert "name_en" in answer.context["form"].errors
    assert not Channel.objects.filter(slug="light-box").exists()


def test_channel_that_was_never_used_is_deleted_and_written_down(at, brand_admin):
    browser = at(brand_admin)
    add(browser)
    channel = Channel.objects.get(slug="light-box")
    offered = browser.get("channel-edit", "light-box").context["may_remove"]

    browser.post("channel-remove", "light-box")

    assert offered is True
    assert not Channel.objects.filter(slug="light-box").exists()
    assert list(AuditEntry.objects.about(channel).values_list("target", flat=True)) == [
        "deleted",
        "added",
    ]


def test_channel_that_something_was_made_for_is_only_put_out_of_use(
    at, brand_admin, channel, make_scene
):
    make_scene(channel=channel)
    browser = at(brand_admin)

    answer = browser.post("channel-remove", channel.slug)

    assert answer.status_code == 409
    assert browser.get("channel-edit", channel.slug).context["may_remove"] is False
    assert Channel.objects.filter(pk=channel.pk).exists()


def test_nobody_but_an_admin_deletes_a_channel(at, marketer, channel):
    assert at(marketer).post("channel-remove", channel.slug).status_code in (302, 403)
    assert Channel.objects.filter(pk=channel.pk).exists()


def test_no_choice_is_called_by_words_not_by_hyphens(
    at, brand_admin, make_ready, in_english, channel
):
    browser = at(brand_admin)

    pages = [browser.get("channel-new").text, browser.get("brand").text]
    pages.append(browser.get("poster-new", make_ready(by=brand_admin)[0].pk).text)

    assert not [page for page in pages if "-----" in page]
    assert "not specified" in pages[0]
