"""One picture: its captions so far, one-press mends, withdrawn and what that stops."""

import pytest

from brandstudio.core.models import AuditEntry, GlossaryTerm, WrongState
from training import services
from training.models import CaptionState
from training.pages.image import ImagePage
from training.rules.readiness import readiness

pytestmark = pytest.mark.django_db


@pytest.fixture
def image(make_dataset):
    return make_dataset(1).images.get()


def press(browser, image, act):
    url = f"/images/{image.pk}/caption/"
    data = {"act": act, f"caption-{image.pk}": image.caption}
    answer = browser.post(url, data, headers={"HX-Request": "true"})
    image.refresh_from_db()
    return answer


def test_history_tells_every_change_word_by_word(image, designer):
    image.check_caption("lnink, arcade street number 0, paper lamps", by=designer)
    image.check_caption("lnink, quite another text", by=designer)

    newest, second, first = ImagePage(image, designer).history

    assert any(kind == "ins" and "paper" in text for kind, text in second.parts)
    assert (newest.revision.replaced_by, first.revision.replaced_by) == (designer, None)
    assert (second.revision.state, second.state) == (CaptionState.DRAFTED, CaptionState.CHECKED)
    assert first.revision.state == CaptionState.MISSING


def test_any_earlier_caption_can_be_brought_back_and_that_too_taken_back(at_desk, image, designer):
    first = image.caption
    image.check_caption("lnink, the second text of it", by=designer)
    image.check_caption("lnink, the third text of it", by=designer)
    oldest = image.revisions.get(text=first)

    at_desk.post(f"/images/{image.pk}/revert/", {"revision": oldest.pk})

    image.refresh_from_db()
    assert (image.caption, image.caption_state) == (first, CaptionState.DRAFTED)
    assert image.revisions.first().text == "lnink, the third text of it"


def test_revision_of_another_picture_is_not_taken(at_desk, make_dataset):
    one, other = make_dataset(2).images.all()

    answer = at_desk.post(f"/images/{one.pk}/revert/", {"revision": other.revisions.first().pk})

    assert answer.status_code == 404


def test_page_has_neighbours_and_costs_the_same_whatever_came_before(
    at_desk, make_dataset, designer, count_queries
):
    before, image, after = make_dataset(3).images.all()
    url = f"/images/{image.pk}/"
    cost = count_queries(at_desk, url)
    for n in range(5):
        image.check_caption(f"lnink, text of number {n}", by=designer)

    page = " ".join(at_desk.get(url).content.decode().split())

    assert count_queries(at_desk, url) == cost
    assert f'rel="prev" href="/images/{before.pk}/"' in page
    assert f'rel="next" href="/images/{after.pk}/"' in page


def test_glossary_phrase_takes_the_place_of_the_chinese_in_one_press(at_desk, image, designer):
    GlossaryTerm.objects.create(term="骑楼", phrase="arcade street")
    GlossaryTerm.objects.create(term="红灯笼", phrase="red lanterns")
    image.draft("lnink, 雨中的骑楼挂着红灯笼 at night")
    offered = at_desk.get(f"/datasets/{image.dataset_id}/").content.decode()

    press(at_desk, image, "mend:not-english")

    assert 'value="mend:not-english"' in offered
    assert image.caption == "lnink, 雨中的 arcade street 挂着 red lanterns at night"
    assert image.caption_state == CaptionState.DRAFTED  # nobody has checked it yet


def test_missing_trigger_is_put_in_front_in_one_press(at_desk, image):
    image.draft("an arcade street in the rain")

    press(at_desk, image, "mend:no-trigger")

    assert image.caption == "lnink, an arcade street in the rain"


def test_doubt_of_clip_is_offered_and_gone_once_the_caption_changed(at_desk, image):
    image.draft("lnink, a white sedan, qilou arcade street, by day")
    conflict = {"said": "by day", "seen": "at night", "sure": 0.97}
    image.agreement = {"caption": image.caption, "conflicts": [conflict], "outdone": None}
    image.save(update_fields=["agreement"])
    found = at_desk.get(f"/datasets/{image.dataset_id}/?finding=disagrees").content.decode()

    answer = press(at_desk, image, "mend:disagrees")

    assert 'value="mend:disagrees"' in found
    assert image.caption == "lnink, a white sedan, qilou arcade street, at night"
    assert "mend:disagrees" not in answer.content.decode()


def test_doubt_below_the_wanted_sureness_is_kept_quiet(at_desk, image, settings):
    settings.CAPTION_DOUBT_SURE = 0.99
    conflict = {"said": "arcade", "seen": "bridge", "sure": 0.97}
    image.agreement = {"caption": image.caption, "conflicts": [conflict], "outdone": None}
    image.save(update_fields=["agreement"])

    assert ImagePage(image, image.dataset.owner).findings == []


def test_withdrawn_picture_stops_runs_until_its_rights_are_clear(
    at_desk, image, designer, base, quick_settings
):
    url = f"/images/{image.pk}/withdraw/"
    at_desk.post(url, {"act": "withdraw", "why": "the owner took it back"})

    def codes():
        found = services.preflight(image.dataset, base, {**quick_settings, "batch_size": 1})
        return [problem.code for problem in found if problem.stops]

    image.refresh_from_db()
    assert image.withdrawn_why == "the owner took it back"
    assert codes() == ["pictures-withdrawn"]
    assert readiness(image.dataset).is_blocked
    assert AuditEntry.objects.about(image).first().why == "the owner took it back"
    at_desk.post(url, {"act": "reinstate"})
    assert codes() == []


def test_run_is_not_repeated_on_a_picture_that_was_withdrawn_and_taken_out(make_run, designer):
    run = make_run()
    image = run.dataset.images.first()
    image.withdraw(by=designer, why="the owner took it back")
    services.remove_images(run.dataset.images.filter(pk=image.pk), designer)

    with pytest.raises(services.NotReady) as caught:
        services.repeat_run(run, by=designer)

    assert [problem.code for problem in caught.value.problems] == ["pictures-withdrawn"]


def test_withdrawing_needs_a_reason_and_happens_once(at_desk, image, designer):
    at_desk.post(f"/images/{image.pk}/withdraw/", {"act": "withdraw", "why": " ."})
    image.refresh_from_db()
    assert image.withdrawn_at is None

    image.withdraw(by=designer, why="one")
    with pytest.raises(WrongState):
        type(image).objects.get(pk=image.pk).withdraw(by=designer, why="two")
