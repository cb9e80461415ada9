"""The caption editor's pages: many captions at once, previews, what is counted."""

import pytest
from django.http import QueryDict

from brandstudio.core.models import GlossaryTerm
from training.models import CaptionState
from training.pages.caption_editor import CaptionEditor


@pytest.mark.django_db
class TestInPlace:
    def post(self, browser, image, text=None, **data):
        if text is not None:
            data[f"caption-{image.pk}"] = text
        return browser.post(f"/images/{image.pk}/caption/", data, headers={"HX-Request": "true"})

    def test_typed_caption_is_saved_as_checked(self, at_desk, make_dataset):
        image = make_dataset(1).images.get()

        answer = self.post(
            at_desk, image, "lnink, a  new   text", **{f"seen-{image.pk}": image.caption}
        )

        image.refresh_from_db()
        assert (image.caption, image.caption_state) == ("lnink, a new text", CaptionState.CHECKED)
        assert 'id="readiness"' in answer.content.decode()

    def test_leaving_a_field_untouched_changes_nothing(self, at_desk, make_dataset):
        image = make_dataset(1).images.get()

        self.post(at_desk, image, image.caption)

        image.refresh_from_db()
        assert image.caption_state == CaptionState.DRAFTED
        assert image.revisions.count() == 1

    def test_nod_uncheck_and_undo(self, at_desk, make_dataset):
        image = make_dataset(1).images.get()

        states = []
        for act in ("check", "uncheck", "undo"):
            self.post(at_desk, image, image.caption, act=act)
            image.refresh_from_db()
            states.append(image.caption_state)

        assert states == [CaptionState.CHECKED, CaptionState.DRAFTED, CaptionState.CHECKED]

    def test_emptied_caption_is_missing_again(self, at_desk, make_dataset):
        image = make_dataset(1).images.get()

        self.post(at_desk, image, "")

        image.refresh_from_db()
        assert image.caption_state == CaptionState.MISSING

    def test_too_long_caption_is_refused_and_kept_in_the_field(self, at_desk, make_dataset):
        image = make_dataset(1).images.get()

        answer = self.post(at_desk, image, "x" * 3000)

        assert answer.status_code == 422
        assert "x" * 3000 in answer.content.decode()
        assert image.caption == type(image).objects.get(pk=image.pk).caption

    def test_second_of_two_people_is_told(self, at_desk, make_dataset):
        image = make_dataset(1).images.get()

        answer = self.post(at_desk, image, "mine", **{f"seen-{image.pk}": "what was there before"})

        assert answer.status_code == 422
        image.refresh_from_db()
        assert image.caption != "mine"

    def test_text_sent_twice_at_once_is_nobody_elses(self, at_desk, make_dataset):
        image = make_dataset(1).images.get()
        seen = {f"seen-{image.pk}": image.caption}

        answers = [self.post(at_desk, image, "my own words", **seen, act="check") for _ in "ab"]

        assert [answer.status_code for answer in answers] == [200, 200]

    def test_without_script_one_comes_back_to_the_same_filter(self, at_desk, make_dataset):
        image = make_dataset(1).images.get()

        answer = at_desk.post(
            f"/images/{image.pk}/caption/", {"act": "check", "query": "state=drafted"}
        )

        assert answer.url == f"/datasets/{image.dataset_id}/?state=drafted#image-{image.pk}"


@pytest.mark.django_db
def test_caption_editor_filters_by_state_finding_and_word(make_dataset, designer):
    dataset = make_dataset(3, captioned=2, checked=1)
    first = dataset.images.first()
    first.check_caption("an old building by the river", by=designer)

    def names(**query):
        asked = QueryDict(mutable=True)
        asked.update(query)
        editor = CaptionEditor(dataset, asked)
        return [card.image.name for card in editor.cards(editor.image_ids)]

    assert names() == ["000.jpg", "001.jpg", "002.jpg"]
    assert names(state="missing") == ["002.jpg"]
    assert names(finding="vague") == ["000.jpg"]
    assert names(finding="no-trigger") == ["000.jpg"]
    assert names(word="LANTERNS") == ["001.jpg"]


@pytest.mark.django_db
def test_two_thousand_captions_cost_no_more_queries_than_one(make_dataset, at_desk, count_queries):
    GlossaryTerm.objects.create(term="骑楼", phrase="arcade street")
    small, large = make_dataset(1), make_dataset(1)
    image = large.images.get()
    copies = []
    for n in range(1999):
        copy = type(image)(**{f.name: getattr(image, f.name) for f in image._meta.fields})
        copy.pk, copy.name, copy.original_sha256 = None, f"{n:05}.jpg", f"{n:064x}"
        copies.append(copy)
    large.images.model.objects.bulk_create(copies, batch_size=500)

    assert count_queries(at_desk, f"/datasets/{large.pk}/") == count_queries(
        at_desk, f"/datasets/{small.pk}/"
    )


@pytest.mark.django_db
def test_preview_of_long_captions_shows_so_many_and_counts_the_rest(at_desk, make_dataset):
    image = make_dataset(1).images.get()
    copies = []
    for n in range(400):
        copy = type(image)(**{f.name: getattr(image, f.name) for f in image._meta.fields})
        copy.pk, copy.name, copy.original_sha256 = None, f"{n:05}.png", f"{n:064x}"
        copy.caption = "red " * 500
        copies.append(copy)
    type(image).objects.bulk_create(copies)

    edit = {"kind": "replace", "find": "red", "text": "blue", "act": "preview"}
    page = at_desk.post(f"/datasets/{image.dataset_id}/replace/", edit)

    context = page.context
    # All 400 would have 2,499 characters, more than a caption may have; the first has room.
    assert (context["total"], context["too_long"]) == (1, 400)
    edit["text"] = "wet"
    context = at_desk.post(f"/datasets/{image.dataset_id}/replace/", edit).context
    assert (context["total"], len(context["changes"]), len(context["rest"])) == (401, 12, 288)
    assert context["unseen"] == 101


@pytest.mark.django_db
def test_edit_makes_no_caption_longer_than_captions_may_be(at_desk, make_dataset):
    dataset = make_dataset(2)
    long, short = dataset.images.all()
    long.mend("red " * 499 + "red", by=dataset.owner)

    edit = {"kind": "replace", "find": "red", "text": "x" * 200, "act": "apply"}
    at_desk.post(f"/datasets/{dataset.pk}/replace/", edit)

    long.refresh_from_db()
    short.refresh_from_db()
    assert long.caption == "red " * 499 + "red"
    assert "x" * 200 in short.caption
