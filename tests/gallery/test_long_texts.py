"""Texts that are too long: refused with their length, and still there to be shortened."""

import pytest
from django import forms
from django.utils.html import escape

from gallery.forms.slot_rows import SlotsField
from gallery.models import AssetTag, Board, Remark, SavedFilter

LONG = "因为" + "这张图片里的车标不对" * 101


@pytest.fixture
def doors(in_state):
    """{name: (view, args, field, what else is sent)} of forms that are written by hand."""
    approved, asked = in_state("approved"), in_state("asked")
    return {
        "withdraw": ("asset-withdraw", [approved.pk], "reason", {}),
        "original": ("asset-original", [approved.pk], "why", {"agreed": "yes", "channel": ""}),
        "policy": ("policy", [], "why", {"allow": ["1"]}),
        "remark": ("asset-pin", [asked.pk], "text", {"x": "10", "y": "20"}),
        "together": ("review-pictures", [], "reason", {"decision": "return", "pick": asked.pk}),
        "board": ("board-list", [], "name", {"team": "1"}),
        "new board": ("assets-together", [], "new_board", {"act": "lay-on", "pick": asked.pk}),
        "filter": ("filter-save", [], "name", {"query": "q=lake"}),
        "tags": ("assets-together", [], "tags", {"act": "tag", "pick": asked.pk}),
    }


@pytest.mark.parametrize(
    "door",
    [
        "withdraw",
        "original",
        "policy",
        "remark",
        "together",
        "board",
        "new board",
        "filter",
        "tags",
    ],
)
def test_text_that_is_too_long_is_refused_and_may_be_shortened(
    at, brand_admin, doors, in_english, door
):
    view, args, field, more = doors[door]

    answer = at(brand_admin).post(view, *args, **{field: LONG}, **more)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert f"“{LONG[:20]}…” has {len(LONG)} characters; at most" in page
    box = page.partition(f'name="{field}"')[2].partition("</textarea>")[0]
    assert box.endswith(escape(LONG))
    for name in more:
        assert f'<input type="hidden" name="{name}"' in page
    assert not any(model.objects.exists() for model in (Remark, Board, SavedFilter, AssetTag))


def test_search_that_is_too_long_is_told_and_stays(at, marketer, make_ready, in_english):
    make_ready()

    page = at(marketer).get("asset-list", q="骑楼" * 60).content.decode()

    assert "has 120 characters; at most 100 fit here." in page
    assert f'value="{"骑楼" * 60}"' in page


@pytest.mark.parametrize(("name", "longest"), [("name", 40), ("label_zh", 80), ("label_en", 80)])
def test_slot_that_is_too_long_is_refused(name, longest):
    slot = {"name": "a", "label_zh": "色", "label_en": "Colour", "options": []}

    assert SlotsField().clean([slot | {name: "x" * longest}])
    with pytest.raises(forms.ValidationError, match=f"at most {longest}|最多.*{longest}"):
        SlotsField().clean([slot | {name: "x" * (longest + 1)}])


@pytest.mark.parametrize(("name", "longest"), [("value", 200), ("zh", 80), ("en", 80)])
def test_option_of_a_slot_that_is_too_long_is_refused(name, longest):
    option = {"value": "red", "zh": "红", "en": "Red"} | {name: "x" * (longest + 1)}
    slot = {"name": "a", "label_zh": "色", "label_en": "Colour", "options": [option]}

    with pytest.raises(forms.ValidationError, match=f"at most {longest}|最多.*{longest}"):
        SlotsField().clean([slot])
