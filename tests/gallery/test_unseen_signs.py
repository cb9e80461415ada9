"""No name, title or line of words looks empty, or like another one, by signs that nobody sees."""

import pytest
from django.urls import reverse

from brandstudio.core.problems import Refused
from gallery.forms import PublishForm
from gallery.forms.exchange import StudioForm
from gallery.forms.slot_rows import SlotsField
from gallery.models import Asset, Board, Poster, PromptTemplate, SavedFilter
from gallery.services import assets as acts
from tests.gallery.conftest import SLOTS
from training.forms import DatasetForm
from training.forms.run import RunForm
from training.models import Dataset

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

UNSEEN = pytest.mark.parametrize(
    ("typed", "told"), [("\u200b", "U+200B"), ("GS8\u202eedis", "U+202E"), ("\u3164", "U+3164")]
)


@UNSEEN
def test_title_of_a_picture_is_refused_and_stays_typed(at, in_state, marketer, typed, told):
    asset = in_state("private")

    answer = at(marketer).post("asset-title", asset.pk, title=typed)

    assert answer.status_code == 422
    assert told in answer.text
    assert Asset.objects.get().own_title == ""


def test_title_with_an_emoji_is_kept_whole(at, in_state, marketer):
    asset = in_state("private")

    at(marketer).post("asset-title", asset.pk, title="家人👨\u200d👩\u200d👧 ❤\ufe0f")

    assert Asset.objects.get().own_title == "家人👨\u200d👩\u200d👧 ❤\ufe0f"


@UNSEEN
def test_boards_filters_and_tags_are_refused(at, in_state, marketer, typed, told):
    asset = in_state("private")

    answers = [
        at(marketer).post("board-list", name=typed),
        at(marketer).post("filter-save", name=typed, query="q=red"),
        at(marketer).post("assets-together", act="tag", pick=[asset.pk], tags=typed),
    ]

    assert [answer.status_code for answer in answers] == [422] * 3
    assert all(told in answer.text for answer in answers)
    kept = (Board.objects.all(), SavedFilter.objects.all(), asset.tags.all())
    assert [rows.count() for rows in kept] == [0, 0, 0]


@UNSEEN
def test_forms_refuse_it_beside_the_field(designer, typed, told):
    forms = [
        (DatasetForm({"name": typed}, instance=Dataset(owner=designer)), "name"),
        (PublishForm({"name_zh": typed, "name_en": "Ink", "slug": "ink"}), "name_zh"),
        (PublishForm({"summary_en": typed}), "summary_en"),
        (StudioForm({"name": typed, "public_key": "x"}), "name"),
        (RunForm({"name": typed}), "name"),
    ]

    for form, field in forms:
        assert told in str(form.errors[field])


@pytest.mark.parametrize(
    ("model", "field"),
    [
        (Poster, "headline"),
        (Poster, "price"),
        (PromptTemplate, "name_en"),
        (PromptTemplate, "sentence_zh"),
        (Dataset, "name"),
    ],
)
def test_columns_that_people_read_refuse_it(model, field):
    column = model._meta.get_field(field)

    with pytest.raises(Exception, match=r"U\+200B"):
        column.clean("GS8\u200b", None)
    assert column.clean("GS8 家人👨\u200d👩", None) == "GS8 家人👨\u200d👩"


def test_words_of_a_templates_slot_refuse_it():
    slots = [dict(SLOTS[0], label_en="Car\u200b")]

    with pytest.raises(Exception, match=r"U\+200B"):
        SlotsField().clean(slots)


def test_reason_of_unseen_signs_declines_nothing_and_others_are_kept_clean(
    at, in_state, brand_admin
):
    asset = in_state("asked")
    with pytest.raises(Refused, match="decline-reason"):
        acts.decline(asset, brand_admin, "。\u200b")

    acts.decline(asset, brand_admin, "five\u202e wheels\u200b")

    assert Asset.objects.get().declined_why == "five wheels"


def test_licence_class_takes_a_reason_that_says_something(client, base, django_user_model):
    client.force_login(django_user_model.objects.create_superuser("root", password="x"))
    address = reverse("admin:training_basemodel_change", args=[base.pk])

    for reason in ("。", "\u200b"):
        answer = client.post(
            address, {"licence": "x", "licence_class": "commercial", "reason": reason}
        )
        assert "reason" in answer.context["adminform"].form.errors
