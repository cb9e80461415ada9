"""Captions: states, in place, in bulk and back, and what is found doubtful."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from brandstudio.core.models import WrongState
from training import services
from training.engine.families.clip_tokenizer import clip_tokenizer
from training.forms.captions import EditForm
from training.models import CaptionState, Snapshot
from training.rules.caption_checks import Yardstick, check_captions
from training.rules.caption_edits import Edit, EditKind, spans, split
from training.rules.readiness import readiness


def found(text, **yardstick):
    findings = check_captions({1: text}, Yardstick(trigger="lnink", **yardstick))
    return [finding.code for finding in findings.get(1, [])]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("lnink, arcade street with red lanterns at dusk", []),
        ("arcade street with red lanterns at dusk", ["no-trigger"]),
        ("lnink, old building at dusk by the river", ["vague"]),
        ("lnink, arcade", ["too-short"]),
        ("lnink, watercolor of an arcade street at night", ["style-word"]),
        ("lnink, arcade street with 红灯笼 at night", ["not-english"]),
        ("lnink, a Tesla before an arcade street at night", ["banned"]),
        ("lnink, 一辆比亚迪停在骑楼前", ["banned", "not-english"]),
        ("lnink, a teslameter on a desk in an office", []),
        ("lnink, " + "word " * 90, ["too-long"]),
    ],
)
def test_doubtful_caption_is_found(text, codes):
    assert found(text, token_limit=77) == codes


@pytest.mark.parametrize(("limit", "codes"), [(0, []), (-1, ["too-long"])])
def test_tokens_are_counted_as_the_base_counts_them(limit, codes):
    text = "lnink, a Chaozhou-style arcade, 3 grey-brick façades, neon signs, wet pavement"
    counted = len(clip_tokenizer(max_length=1000)(text).input_ids)

    findings = check_captions({1: text}, Yardstick(token_limit=counted + limit))

    assert [f.code for f in findings[1]] == codes


def test_twins_are_found_only_together():
    findings = check_captions(
        {
            1: "lnink, red lanterns over an arcade street",
            2: "lnink, the arcade street, a red lantern over the street",
            3: "lnink, green lanterns over an arcade street",
        },
        Yardstick(trigger="lnink"),
        names={1: "a.jpg", 2: "b.jpg", 3: "c.jpg"},
    )

    told = [[(f.code, f.word) for f in findings[key]] for key in (1, 2, 3)]
    assert told == [[("twin", "b.jpg")], [("twin", "a.jpg")], []]


def test_glossary_offers_the_english_phrase():
    text = "lnink, 骑楼 by the river at night"
    findings = check_captions({1: text}, Yardstick(glossary={"骑楼": "arcade", "楼": "house"}))

    assert (findings[1][0].word, findings[1][0].hint) == ("骑楼", "arcade")


@pytest.mark.parametrize(
    ("edit", "before", "after"),
    [
        (Edit(EditKind.REPLACE, "car", find="cat"), "a cat, a category", "a car, a category"),
        (Edit(EditKind.REPLACE, "", find="old "), "old wall", "wall"),
        (Edit(EditKind.REPLACE, r"\1 $&", find="x"), "x, y", r"\1 $&, y"),
        (Edit(EditKind.PREFIX, "lnink"), "arcade", "lnink, arcade"),
        (Edit(EditKind.PREFIX, "lnink"), "LNINK, arcade", "LNINK, arcade"),
        (Edit(EditKind.ADD, "rain"), "arcade", "arcade, rain"),
        (Edit(EditKind.ADD, "rain"), "rain, arcade", "rain, arcade"),
        (Edit(EditKind.REMOVE, "Rain"), "arcade, rain, dusk", "arcade, dusk"),
    ],
)
def test_edit_changes_what_it_says(edit, before, after):
    assert edit.apply(before) == after


@given(text=st.text(max_size=60), term=st.text(min_size=1, max_size=10))
def test_adding_a_term_twice_is_adding_it_once(text, term):
    edit = Edit(EditKind.ADD, term)

    assert edit.apply(edit.apply(text)) == edit.apply(text) or "," in term


@given(before=st.text(max_size=80), after=st.text(max_size=80))
def test_spans_rebuild_both_texts(before, after):
    parts = spans(before, after)

    def glue(*kinds):
        return "".join(text for kind, text in parts if kind in kinds)

    assert (glue("same", "del"), glue("same", "ins")) == (before, after)


@given(st.lists(st.text("abc ", min_size=1, max_size=5), max_size=5))
def test_terms_hold_no_commas_and_no_edges(terms):
    assert all(term == term.strip() and "," not in term for term in split(",".join(terms)))


@pytest.mark.django_db
class TestManyAtOnce:
    def test_preview_changes_nothing_and_shows_the_words(self, at_desk, make_dataset):
        dataset = make_dataset(2)

        answer = at_desk.post(
            f"/datasets/{dataset.pk}/replace/",
            {"kind": "replace", "find": "red lanterns", "text": "lamps", "act": "preview"},
        )

        page = answer.content.decode()
        assert "<del>red lanterns</del>" in page
        assert "<ins>lamps</ins>" in page
        assert not dataset.images.filter(caption__contains="lamps").exists()

    def test_edit_is_carried_out_and_taken_back_as_a_whole(self, at_desk, make_dataset):
        dataset = make_dataset(3, checked=1)
        before = list(dataset.images.values_list("caption", "caption_state"))

        answer = at_desk.post(
            f"/datasets/{dataset.pk}/replace/",
            {"kind": "replace", "find": "lanterns", "text": "lamps", "act": "apply"},
        )
        changed = dataset.images.filter(caption__contains="lamps").count()
        batch = answer.url.split("batch=")[1]
        at_desk.post(f"/datasets/{dataset.pk}/revert/", {"batch": batch})

        assert changed == 3
        assert list(dataset.images.values_list("caption", "caption_state")) == before

    def test_taking_back_spares_what_was_edited_since(self, make_dataset, designer):
        dataset = make_dataset(2)
        batch, _changes = services.apply_edit(
            dataset.images.all(), Edit(EditKind.ADD, "rain"), designer
        )
        first = dataset.images.first()
        first.check_caption("my own words now", by=designer)

        assert services.revert_edit(dataset, batch, designer) == (1, 1)
        assert [i.caption.endswith("rain") for i in dataset.images.all()] == [False, False]
        assert dataset.images.first().caption == "my own words now"

    # A page that was opened before the field was renamed still sends it as "kept".
    @pytest.mark.parametrize("field", ["query", "kept"])
    def test_edit_reaches_the_chosen_or_the_filtered(self, at_desk, make_dataset, field):
        dataset = make_dataset(3, checked=1)
        chosen = dataset.images.last()
        url = f"/datasets/{dataset.pk}/replace/"

        at_desk.post(url, {"kind": "add", "text": "rain", "act": "apply", "image": [chosen.pk]})
        at_desk.post(url, {"kind": "add", "text": "fog", "act": "apply", field: "state=checked"})

        assert [i.name for i in dataset.images.filter(caption__contains="rain")] == [chosen.name]
        assert [i.is_checked for i in dataset.images.filter(caption__contains="fog")] == [True]

    def test_preview_and_change_cost_the_same_whatever_the_number(
        self, at_desk, make_dataset, designer
    ):
        def cost(dataset, act):
            edit = {"kind": "suffix", "text": f"in {act} rain", "act": act}
            with CaptureQueriesContext(connection) as queries:
                at_desk.post(f"/datasets/{dataset.pk}/replace/", edit)
            return len(queries)

        one, many = make_dataset(1), make_dataset(9)

        for act in ("preview", "apply"):
            assert cost(one, act) == cost(many, act)

    def test_empty_search_is_refused_beside_its_field(self, at_desk, make_dataset):
        dataset = make_dataset(1)

        answer = at_desk.post(f"/datasets/{dataset.pk}/replace/", {"kind": "replace", "text": "x"})

        assert answer.status_code == 422
        assert 'id="edit_find_error"' in answer.content.decode()

    @pytest.mark.parametrize(("act", "state"), [("check", "checked"), ("uncheck", "drafted")])
    def test_states_of_the_chosen(self, at_desk, make_dataset, act, state):
        dataset = make_dataset(2, checked=0 if act == "check" else 2)
        ids = list(dataset.images.values_list("pk", flat=True))

        at_desk.post(f"/datasets/{dataset.pk}/bulk/", {"act": act, "image": ids})

        assert set(dataset.images.values_list("caption_state", flat=True)) == {state}

    def test_removed_picture_leaves_the_snapshot_whole(self, at_desk, make_dataset):
        dataset = make_dataset(2)
        snapshot = Snapshot.freeze(dataset)

        at_desk.post(
            f"/datasets/{dataset.pk}/bulk/", {"act": "remove", "image": [dataset.images.first().pk]}
        )

        assert dataset.images.count() == 1
        assert snapshot.images.count() == 2


@pytest.mark.django_db
def test_machine_never_overwrites_a_checked_caption(make_dataset):
    image = make_dataset(1, checked=1).images.get()

    with pytest.raises(WrongState):
        image.draft("machine words")


@pytest.mark.django_db
def test_readiness_names_the_first_thing_to_mend(make_dataset):
    def next_step(dataset):
        return readiness(dataset).next_step.state

    empty, uncaptioned = make_dataset(), make_dataset(2, captioned=1)

    assert readiness(empty).is_blocked
    assert next_step(uncaptioned) == "bad"
    assert "state=missing" in readiness(uncaptioned).next_step.url
    assert not readiness(make_dataset(2, checked=2)).is_blocked


@pytest.mark.parametrize(
    ("before", "after", "parts"),
    [
        ("a b " * 500, "a c " * 500, 1501),
        ("a, " * 660, "b, " * 660, 1980),
        ("a " * 1000, "a b " * 1000, 4),
        ("," * 2000, ", " * 900, 3),
    ],
)
def test_change_of_one_word_said_a_thousand_times_is_compared_at_once(before, after, parts):
    found = spans(before, after)

    assert "".join(text for kind, text in found if kind != "ins") == before
    assert "".join(text for kind, text in found if kind != "del") == after
    assert len(found) <= parts


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("count", "state", "figure"), [(19, "missing", "19 / 20"), (42, "ok", "42 pictures")]
)
def test_enough_pictures_is_not_called_so_at_42_of_100(make_dataset, count, state, figure):
    counts = dict.fromkeys(
        ("missing", "drafted", "checked", "without_rights", "expired", "withdrawn"), 0
    ) | {"not_for_training": 0, "different": 0, "screened": 0, "with_findings": 0, "images": count}

    with translation.override("en"):
        point = readiness(make_dataset(), counts).points[0]

    assert (point.state, point.figure) == (state, figure)


@pytest.mark.parametrize("unseen", ["\u200b", "\ufeff \u2060", "\u3164"])
def test_caption_that_nobody_sees_is_missing(make_dataset, designer, unseen):
    dataset = make_dataset(1)
    image = dataset.images.get()

    image.check_caption(f"{unseen} an arcade", by=designer)
    assert image.caption.endswith("an arcade")
    image.check_caption(unseen, by=designer)

    image = dataset.images.get()
    assert (image.caption, image.caption_state) == ("", CaptionState.MISSING)


def test_edit_that_leaves_nothing_to_be_seen_leaves_no_term():
    assert Edit("suffix", text="\u200b").apply("an arcade") == "an arcade"
    assert not EditForm({"kind": "suffix", "text": "\u200b"}).is_valid()
