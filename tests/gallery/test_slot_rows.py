"""The rows in which slots are written: read, added, moved, removed; in and out as a table."""

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from brandstudio.core.models import GlossaryTerm
from gallery.forms import slot_rows
from gallery.models import PromptTemplate
from gallery.services.reference import TEMPLATES
from tests.gallery.conftest import SLOTS, slot_fields

pytestmark = pytest.mark.usefixtures("in_english")

WORDS = st.text("ab 车,|\"'{}\n", max_size=6)
OPTIONS = st.lists(st.fixed_dictionaries({"value": WORDS, "zh": WORDS, "en": WORDS}), max_size=4)
NAMES = st.fixed_dictionaries({"name": WORDS, "label_zh": WORDS, "label_en": WORDS})


@pytest.fixture
def draft(make_template):
    return make_template(state="draft")


@pytest.fixture
def sent(draft):
    """What the page of the draft sends."""
    names = ("name_zh", "name_en", "slug", "sentence_zh", "sentence_en", "text", "negative_prompt")
    return {name: getattr(draft, name) for name in names} | slot_fields(draft.slots)


def labels(rows):
    return [[option.zh for option in row.options] for row in rows]


def options_on(answer):
    return labels(answer.context["rows"])


@given(st.lists(st.tuples(NAMES, OPTIONS), max_size=3))
def test_rows_that_are_sent_are_the_slots_that_were_shown(slots):
    slots = [{**names, "options": options} for names, options in slots]
    fields = QueryDict(mutable=True)
    fields.update(slot_fields(slots))

    def stripped(words):
        return {name: text.strip() for name, text in words.items() if isinstance(text, str)}

    def said(words):
        return any(stripped(words).values())

    expected = [
        {**stripped(slot), "options": [stripped(o) for o in slot["options"] if said(o)]}
        for slot in slots
        if said(slot) or any(map(said, slot["options"]))
    ]
    assert slot_rows.slots_of(slot_rows.rows_sent(fields)) == expected


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda one: one["slug"])
def test_slots_of_the_first_templates_come_through_their_rows(template):
    slots = template["slots"]

    assert slot_rows.slots_of(slot_rows.rows_of(slots)) == slots
    assert slot_rows.slots_of(slot_rows.rows_sent(slot_fields(slots))) == slots


def test_order_of_the_rows_is_the_order_in_which_they_are_sent(at, designer, draft, sent):
    fields = slot_fields(draft.slots)
    backwards = dict(reversed(fields.items()))

    at(designer).post("template-edit", "arcade", 1, **{**sent, **dict.fromkeys(fields, "")})
    at(designer).post(
        "template-edit", "arcade", 1,
        **{name: words for name, words in sent.items() if name not in fields}, **backwards,
    )  # fmt: skip

    slots = PromptTemplate.objects.get().slots
    assert [slot["name"] for slot in slots] == ["weather", "vehicle"]
    assert [option["zh"] for option in slots[1]["options"]] == ["M8", "GS8"]


@pytest.mark.parametrize(
    ("act", "expected", "focus"),
    [
        ("add 0", [["GS8", "M8", ""], ["晴", "雨"]], "zh-0-2"),
        ("add", [["GS8", "M8"], ["晴", "雨"], [""]], "name-2"),
        ("down 0-0", [["M8", "GS8"], ["晴", "雨"]], "down-0-0"),
        ("up 0-1", [["M8", "GS8"], ["晴", "雨"]], "up-0-1"),
        ("up 0-0", [["GS8", "M8"], ["晴", "雨"]], "up-0-0"),
        ("down 0", [["晴", "雨"], ["GS8", "M8"]], "down-0"),
        ("up 1", [["晴", "雨"], ["GS8", "M8"]], "up-1"),
        ("remove 1", [["GS8", "M8"]], "remove-0"),
        ("remove 1-0", [["GS8", "M8"], ["雨"]], "remove-1-1"),
        ("remove 7", [["GS8", "M8"], ["晴", "雨"]], ""),
    ],
)
def test_button_of_a_row_changes_the_rows_and_saves_nothing(
    at, designer, draft, sent, act, expected, focus
):
    answer = at(designer).post(
        "template-edit", "arcade", 1, **{**sent, "text": "not done yet {", "rows": act}
    )

    assert answer.status_code == 200
    assert options_on(answer) == expected
    assert answer.context["focus"] == focus
    assert answer.context["form"]["text"].value() == "not done yet {"
    draft.refresh_from_db()
    assert (draft.text, draft.slots) == ("a white {vehicle}, qilou arcade street, {weather}", SLOTS)


def test_last_option_that_is_removed_leaves_the_focus_on_the_button_that_adds_one():
    rows = slot_rows.rows_of([{**SLOTS[0], "options": SLOTS[0]["options"][:1]}])

    assert slot_rows.act_on(rows, "remove 0-0")[0] == "add-0"


def test_rows_moved_without_script_keep_what_the_page_had_seen(at, designer, draft, sent):
    PromptTemplate.objects.update(text="a colleague's words")

    answer = at(designer).post(
        "template-edit", "arcade", 1, **{**sent, "rows": "add", "seen": "as it was"}
    )

    assert answer.context["fingerprint"] == "as it was"


def test_colours_of_the_vehicle_are_kept_as_a_mark_of_the_slot(at, designer, draft, sent):
    at(designer).post("template-edit", "arcade", 1, **sent, **{"slots-1-of_vehicle": "1"})

    assert [slot.get("of_vehicle") for slot in PromptTemplate.objects.get().slots] == [None, True]


def test_more_options_than_a_page_holds_are_refused(at, designer, draft, sent):
    option = SLOTS[1]["options"][0]
    many = [{**option, "value": f"rain {n}"} for n in range(slot_rows.MOST_OPTIONS)]

    answer = at(designer).post(
        "template-edit",
        "arcade",
        1,
        **sent | slot_fields([SLOTS[0], {**SLOTS[1], "options": many}]),
    )

    assert answer.status_code == 422
    assert "252 options" in answer.context["form"].errors["slots"][0]


def test_chinese_that_the_glossary_knows_is_saved_in_english(at, designer, draft, sent):
    GlossaryTerm.objects.create(term="骑楼", phrase="arcade")
    fields = {
        **sent,
        "text": "{vehicle} {weather} 骑楼",
        "negative_prompt": "骑楼",
        "slots-1-options-1-value": "骑楼",
    }

    answer = at(designer).post("template-edit", "arcade", 1, **fields)

    draft.refresh_from_db()
    told = " ".join(str(message) for message in get_messages(answer.wsgi_request))
    assert (draft.text, draft.negative_prompt) == ("{vehicle} {weather} arcade", "arcade")
    assert draft.slots[1]["options"][1]["value"] == "arcade"
    assert "骑楼 = arcade" in told


def test_preview_shows_both_sentences_the_prompt_and_what_is_amiss(at, designer, sent):
    answer = at(designer).post("template-preview", **{**sent, "text": "a {vehicle}"})

    preview = answer.context["preview"]
    assert preview.sentence_zh == "GS8停在骑楼，晴。"
    assert preview.sentence_en == "A GS8 in an arcade, clear."
    assert "".join(piece.text for piece in preview.pieces) == "a GS8 suv"
    assert "The prompt never uses {weather}" in preview.notes[0]


def table(text, encoding="utf-8-sig"):
    return SimpleUploadedFile("slots.csv", text.encode(encoding))


HEAD = "slot,slot_zh,slot_en,of_vehicle,option_zh,option_en,phrase\n"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030", "utf-16"])
def test_table_replaces_slots_of_the_same_name_and_adds_the_rest(
    at, designer, draft, sent, encoding
):
    text = (
        HEAD
        + 'weather,天气,Weather,,雪,snow,"snow, falling"\n'
        + "time,时间,Time,,夜里,at night,at night\ntime,,,,白天,by day,by day\n"
    )

    answer = at(designer).post(
        "template-edit", "arcade", 1, **sent, rows="import", table=table(text, encoding)
    )

    assert answer.status_code == 200
    assert options_on(answer) == [["GS8", "M8"], ["雪"], ["夜里", "白天"]]
    assert answer.context["rows"][1].options[0].value == "snow, falling"
    assert answer.context["rows"][2].label_en == "Time"


def test_bad_row_of_a_table_is_named_and_the_rest_is_kept(at, designer, draft, sent):
    text = HEAD + 'weather,天气,Weather,,雪,snow,snow\nweather,,,,"雾,fog,fog\nweather,,,,,x,x\n'

    answer = at(designer).post(
        "template-edit", "arcade", 1, **sent, rows="import", table=table(text)
    )

    told = [str(message) for message in get_messages(answer.wsgi_request)]
    assert options_on(answer) == [["GS8", "M8"], ["雪"]]
    assert any("Line 3 of slots.csv" in sentence for sentence in told)
    assert any("Line 4 of slots.csv was left out: option_zh" in sentence for sentence in told)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"a,b\n1,2\n", "lacks the columns slot, slot_zh"),
        (b"", "lacks the columns"),
        (b"\x89PNG\0\0", "slots.csv"),
    ],
)
def test_file_that_is_no_table_leaves_the_rows_and_is_told(
    at, designer, draft, sent, content, sentence
):
    file = SimpleUploadedFile("slots.csv", content)

    answer = at(designer).post("template-edit", "arcade", 1, **sent, rows="import", table=file)

    assert options_on(answer) == [["GS8", "M8"], ["晴", "雨"]]
    assert sentence in " ".join(str(m) for m in get_messages(answer.wsgi_request))


def test_slots_go_out_as_a_table_and_come_in_the_same(at, designer, draft, sent):
    file = at(designer).get("template-csv", "arcade", 1)

    assert file.content.startswith("\ufeffslot,".encode())
    assert "arcade-slots.csv" in file["Content-Disposition"]
    emptied = {name: words for name, words in sent.items() if not name.startswith("slots-")}
    upload = SimpleUploadedFile("slots.csv", file.content)
    answer = at(designer).post("template-edit", "arcade", 1, **emptied, rows="import", table=upload)
    assert slot_rows.slots_of(answer.context["rows"]) == SLOTS


def test_marketers_have_the_table_of_approved_templates_only(at, marketer, draft, make_template):
    make_template("open")

    assert at(marketer).get("template-csv", "open", 1).status_code == 200
    assert at(marketer).get("template-csv", "arcade", 1).status_code == 404
