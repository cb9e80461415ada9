"""What somebody who sees a page for the first time must be able to read off it."""

import re

import pytest
from django.urls import reverse

from gallery.models import Audience, StyleVersion

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


def text_of(page):
    """The words of a page, its markup taken away."""
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def test_designer_without_a_draft_is_told_what_comes_first(at, designer, make_version):
    make_version()

    page = at(designer).get("create")

    assert page.context["trials"] == "first"
    assert "you have none yet: publish a checkpoint of a training" in text_of(page.text)
    assert re.search(r'disabled aria-describedby="no-draft"', " ".join(page.text.split()))


def test_designer_with_a_draft_is_told_what_a_trial_is(at, designer, make_version):
    make_version("approved")
    make_version("fresh", state="draft")

    page = at(designer).get("create")

    words = text_of(page.text)
    assert page.context["trials"] == "only"
    assert "You paint trials: choose a draft of your own style" in words
    assert "my draft v1" in words
    assert "to mix in" in words
    assert 'aria-describedby="no-draft"' not in page.text


@pytest.mark.parametrize("who", ["marketer", "admin"])
def test_who_paints_pictures_is_told_nothing_of_trials(
    at, marketer, brand_admin, make_version, who
):
    make_version()

    page = at({"marketer": marketer, "admin": brand_admin}[who]).get("create")

    assert page.context["trials"] == ""
    assert "to mix in" not in page.text


def test_policy_says_whom_each_column_is_for(at, brand_admin):
    page = at(brand_admin).get("policy")

    words = text_of(page.text)
    assert "Each column is a role." in words
    assert "Its maker Whoever had this very picture painted" in words
    assert [who for who, _meaning in page.context["audiences"]] == list(Audience)


def test_version_without_a_band_warns_instead_of_looking_well(at, designer, make_version):
    version = make_version(state="draft")
    StyleVersion.objects.filter(pk=version.pk).update(
        strength_min=None, strength_max=None, best_min=None, best_max=None, strength=None
    )

    page = at(designer).get("version-detail", "ink", 1).text

    warned = re.search(r'<span class="is-alert">(.*?)</span>', page, re.DOTALL)
    assert "No strength is allowed yet, so nobody can paint with it." in text_of(warned[1])


def test_each_fault_of_a_field_has_a_line_of_its_own_in_the_readers_language(client, designer):
    client.force_login(designer)
    client.cookies["django_language"] = "zh-hans"

    answer = client.post(
        reverse("core:password"),
        {"old_password": "", "new_password1": "123", "new_password2": "123"},
    )

    lines = re.findall(r'<li class="field__error">(.*?)</li>', answer.text, re.DOTALL)
    words = [text_of(line) for line in lines]
    assert "这个密码太短：至少需要 8 个字符。" in words
    assert not [line for line in words if re.search("[a-z]{3}", line)]


def test_several_faults_of_an_act_are_told_one_by_one(at, designer, make_version):
    make_version(state="draft", checkpoint=None, origin="ink.safetensors")
    odd = {"rights_holder": "x" * 500, "licence": "x" * 500, "commercial_use": "perhaps"}

    answer = at(designer).post("version-origin", "ink", 1, **odd)

    trouble = answer.context["trouble"]
    assert answer.status_code == 422
    assert len([trouble.text, *trouble.rest]) > 1
