"""A car is cut out of a photograph: who may, what comes in, the strokes, and what is saved."""

import io
import json
import random

import numpy as np
import pytest
from django.urls import reverse
from PIL import Image

from benchmarks import cutting_out as benchmark
from brandstudio.core import blobs
from brandstudio.core.models import Vehicle
from brandstudio.core.problems import Refused
from gallery import jobs
from gallery.models import CutoutDraft, DraftState, InitImageUpload, ProductCutout
from gallery.services import cutting_out, downloads
from tests.photographs import saved
from training.engine.tools import salience

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def case():
    """A rendered car on a painted street, 640 px."""
    return next(benchmark.rendered(1, seed=2))


@pytest.fixture(scope="module")
def photograph(case):
    """Its file."""
    return saved(case.image, quality=92)


@pytest.fixture
def vehicle():
    return Vehicle.objects.create(slug="gs8", name_zh="GS8", name_en="GS8", phrase="gs8")


@pytest.fixture
def begin(sent, designer, vehicle, photograph):
    """begin(by=…, content=…): the draft of a photograph that somebody uploads."""

    def begin(by=None, content=None):
        upload = sent("in the sun.jpg", content or photograph)
        return cutting_out.begin(upload, by or designer, vehicle)

    return begin


@pytest.fixture
def draft(begin, case):
    """One that a worker has made, exactly along the car."""
    row = begin()
    row.start("a worker")
    outline = saved(Image.fromarray(case.truth), "PNG")
    copy = blobs.put_bytes(saved(case.image, "WEBP", quality=92))
    row.finish(copy_sha256=copy, outline_sha256=blobs.put_bytes(outline))
    return row


def stroke(kind="ground", radius=0.05, points=((0.5, 0.8),)):
    return {"kind": kind, "radius": radius, "points": points}


def test_the_worker_finds_the_car(begin, case):
    draft = begin()

    jobs.draft_cutout(draft.pk)

    draft.refresh_from_db()
    assert draft.state == DraftState.READY
    with Image.open(io.BytesIO(cutting_out.opacity_file(draft, []))) as file:
        opaque = np.asarray(file.getchannel("A")) > 127

    assert benchmark.agreement(opaque, case.truth) > 0.95


def test_a_wall_is_told_on_the_page(begin, client, designer, in_english):
    row = begin(content=saved(Image.linear_gradient("L").convert("RGB"), quality=92))
    jobs.draft_cutout(row.pk)
    client.force_login(designer)

    page = client.get(row.get_absolute_url()).content.decode()

    assert "Nothing stands out in in the sun.jpg" in page
    assert "data-cutter" not in page


def test_strokes_are_kept_and_change_what_is_seen(draft, client, designer):
    client.force_login(designer)
    address = reverse("gallery:cut-out-opacity", args=[draft.pk])
    before = client.get(address).content

    answer = client.post(address, {"strokes": json.dumps([stroke()])})

    assert answer.headers["Content-Type"] == "image/png"
    assert answer.content != before
    assert client.get(address).content == answer.content
    draft.refresh_from_db()
    assert draft.strokes == [{"kind": "ground", "radius": 0.05, "points": [[0.5, 0.8]]}]
    assert client.post(address, {"strokes": "[]"}).content == before


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "{}x",
        "7",
        '["a"]',
        json.dumps([stroke(kind="sky")]),
        json.dumps([stroke(radius=0)]),
        json.dumps([stroke(radius=9)]),
        json.dumps([stroke(points=[])]),
        json.dumps([stroke(points=[[1]])]),
        json.dumps([stroke(points=[[0.5, 0.5]] * 501)]),
        '[{"kind": "car", "radius": 0.1, "points": [[NaN, 0]]}]',
        '[{"kind": "car", "radius": 0.1, "points": [[1e9, 0]]}]',
        json.dumps([stroke()] * 301),
        "[" * 20_000,
    ],
)
def test_odd_strokes_are_refused_and_nothing_is_lost(draft, client, designer, text):
    client.force_login(designer)
    cutting_out.keep_strokes(draft, cutting_out.strokes_of(json.dumps([stroke()])))

    for name in ("cut-out-opacity", "cut-out-save"):
        answer = client.post(reverse(f"gallery:{name}", args=[draft.pk]), {"strokes": text})
        assert answer.status_code == 422

    draft.refresh_from_db()
    assert len(draft.strokes) == 1
    assert not ProductCutout.objects.exists()


def test_what_is_saved_is_a_cut_out_of_the_vehicle_with_the_rights_of_its_photograph(
    draft, client, designer, case
):
    InitImageUpload.objects.update(rights_holder="GAC", licence="contract 7")
    client.force_login(designer)

    answer = client.post(
        reverse("gallery:cut-out-save", args=[draft.pk]), {"strokes": "[]", "shadow": "1"}
    )

    assert answer.url == reverse("gallery:vehicle-list")
    cutout = ProductCutout.objects.get()
    assert (cutout.vehicle, cutout.made_by, cutout.name) == (
        draft.vehicle,
        designer,
        "in the sun",
    )
    assert (cutout.rights_holder, cutout.licence) == ("GAC", "contract 7")
    columns = np.flatnonzero(case.truth.any(axis=0))
    assert cutout.width == pytest.approx(len(columns), rel=0.25)
    draft.refresh_from_db()
    assert draft.cutout == cutout


def test_rights_that_are_noted_of_the_photograph_later_are_those_of_the_cut_out(
    draft, designer, client
):
    cutout = cutting_out.save(draft, designer, [], with_shadow=False)
    client.force_login(designer)

    on_cutout = reverse("gallery:source-rights", args=["cutout", cutout.pk])
    assert client.post(on_cutout, {"rights_holder": "nobody"}).status_code == 422
    on_photograph = reverse("gallery:source-rights", args=["start", draft.photograph_id])
    client.post(on_photograph, {"rights_holder": "GAC"})

    cutout.refresh_from_db()
    assert cutout.rights_holder == "GAC"


def test_rights_that_are_taken_back_from_the_photograph_hold_the_cut_out(draft, designer):
    cutout = cutting_out.save(draft, designer, [], with_shadow=False)

    draft.photograph.withdraw(designer, "the agency called")

    cutout.refresh_from_db()
    assert cutout.withdrawn_at
    assert cutout in ProductCutout.objects.holding()


def test_a_photograph_that_was_taken_back_meanwhile_gives_no_cut_out(draft, designer):
    draft.photograph.withdraw(designer, "the agency called")

    with pytest.raises(Refused) as caught:
        cutting_out.save(draft, designer, [], with_shadow=False)

    assert caught.value.code == "init-image-withdrawn"
    assert not ProductCutout.objects.exists()


def test_a_draft_is_saved_once(draft, designer):
    cutting_out.save(draft, designer, [], with_shadow=False)

    with pytest.raises(Refused) as caught:
        cutting_out.save(draft, designer, [], with_shadow=False)

    assert caught.value.code == "cut-out-saved"
    assert ProductCutout.objects.count() == 1


def test_where_nothing_is_left_nothing_is_saved(draft, designer, client):
    client.force_login(designer)
    over = stroke(radius=0.25, points=[[x / 10, y / 10] for x in range(11) for y in range(11)])

    answer = client.post(
        reverse("gallery:cut-out-save", args=[draft.pk]), {"strokes": json.dumps([over])}
    )

    assert answer.status_code == 422
    assert not ProductCutout.objects.exists()


@pytest.mark.parametrize("name", ["cut-out", "cut-out-progress", "cut-out-image"])
def test_a_draft_is_seen_by_whom_it_is_alone(draft, client, name, make_user, brand_admin):
    for person in (make_user("other", is_designer=True), brand_admin):
        client.force_login(person)
        assert client.get(reverse(f"gallery:{name}", args=[draft.pk])).status_code == 404


@pytest.mark.parametrize("name", ["cut-out-opacity", "cut-out-save", "cut-out-discard"])
def test_nobody_else_changes_a_draft(draft, client, name, make_user, marketer):
    address = reverse(f"gallery:{name}", args=[draft.pk])

    client.force_login(make_user("other", is_designer=True))
    assert client.post(address, {"strokes": "[]"}).status_code == 404
    client.force_login(marketer)
    assert client.post(address, {"strokes": "[]"}).status_code == 403
    assert CutoutDraft.objects.get().strokes == []


def test_marketers_bring_no_photograph_of_the_range(client, marketer, vehicle, sent, photograph):
    client.force_login(marketer)

    answer = client.post(
        reverse("gallery:cut-out-begin", args=["gs8"]), {"photograph": sent("a.jpg", photograph)}
    )

    assert answer.status_code == 403
    assert not InitImageUpload.objects.exists()


def test_a_discarded_draft_leaves_the_photograph(draft, client, designer):
    client.force_login(designer)

    client.post(reverse("gallery:cut-out-discard", args=[draft.pk]))

    assert not CutoutDraft.objects.exists()
    assert InitImageUpload.objects.get().owner == designer
    jobs.draft_cutout(draft.pk)  # a job that comes late finds nothing to do


def test_a_file_that_is_no_picture_is_refused(begin, client, designer):
    with pytest.raises(Refused):
        begin(content=b"no picture")

    assert not CutoutDraft.objects.exists()


def test_a_photograph_whose_rights_were_taken_back_does_not_come_in_again(begin, designer, draft):
    draft.photograph.withdraw(designer, "the agency called")

    with pytest.raises(Refused) as caught:
        begin()

    assert caught.value.code.startswith("photograph-barred")
    assert CutoutDraft.objects.count() == 1


def test_a_picture_of_this_studio_shows_no_real_car(begin, in_state):
    asset = in_state("approved")
    content = downloads.labelled_file(asset, None, "png").content

    with pytest.raises(Refused) as caught:
        begin(content=content)

    assert caught.value.code == "cutout-painted"
    assert not InitImageUpload.objects.exists()


def test_without_the_network_the_page_says_what_is_off(
    client, designer, vehicle, monkeypatch, in_english, sent, photograph
):
    client.force_login(designer)
    assert "Cut out of a photograph" in client.get("/vehicles/").content.decode()

    monkeypatch.setattr(salience, "PACKAGE", "onnxruntime_that_is_not_there")
    page = client.get("/vehicles/").content.decode()

    assert "Cutting cars out of photographs is off" in page
    assert "Cut out of a photograph" not in page
    answer = client.post(
        reverse("gallery:cut-out-begin", args=["gs8"]), {"photograph": sent("a.jpg", photograph)}
    )
    assert answer.status_code == 422
    assert not InitImageUpload.objects.exists()


def test_many_strokes_are_drawn_anew_after_a_start(draft):
    rng = random.Random(1)
    strokes = cutting_out.strokes_of(
        json.dumps(
            [
                stroke(rng.choice(("car", "ground", "glass")), 0.02, [[rng.random(), rng.random()]])
                for _ in range(20)
            ]
        )
    )
    known = cutting_out.opacity_file(draft, strokes)

    cutting_out._outline_after.cache_clear()

    assert cutting_out.opacity_file(draft, strokes) == known
