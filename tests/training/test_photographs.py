"""What is decided of a photograph holds for it under every name: it is sent again, or lay there."""

import io
import zipfile
from datetime import timedelta

import pytest
from django.utils import timezone
from PIL import Image

from brandstudio.core.models import AuditEntry, Likeness, LocalFeatures, StillAlike, WrongState
from brandstudio.core.queue import work_queue
from tests.photographs import COPIES, VARIANTS, photograph, saved
from training import jobs, services
from training.models import TrainingImage
from training.services import copies, photographs
from training.services.preflight import held_photographs

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(tmp_path):
    """sent(dataset, "b.jpg", bytes, by=…): the report of an upload."""

    def sent(dataset, name, content, by=None):
        path = tmp_path / name
        path.write_bytes(content)
        return services.add_images(dataset, [path], by=by)

    return sent


@pytest.fixture
def photo(sent, designer):
    """A photograph in a dataset of the designer's."""
    dataset = services.make_dataset(designer, "Harbour")
    sent(dataset, "quay.png", saved(photograph(1), "PNG"))
    return dataset.images.get()


@pytest.fixture
def elsewhere(make_user):
    """A dataset of another designer."""
    return services.make_dataset(make_user("=mei", is_designer=True), "Streets")


def withdraw(image, by):
    image.withdraw(by, "the owner took it back")


def expire(image, by):
    TrainingImage.with_removed.filter(pk=image.pk).update(
        rights_expire_at=timezone.now() - timedelta(minutes=1)
    )


def decline(image, by):
    image.note_rights(by, {"rights_holder": "Lin", "uses": "online"})


DECISIONS = [withdraw, expire, decline]


def as_png(image):
    return saved(image, "PNG", compress_level=9)


def as_tiff(image):
    return saved(image, "TIFF")


@pytest.mark.parametrize("decision", DECISIONS)
@pytest.mark.parametrize("file", [as_png, as_tiff])
def test_equal_pixels_are_refused_whatever_the_file(
    photo, elsewhere, designer, sent, decision, file
):
    decision(photo, designer)

    report = sent(elsewhere, "market.png", file(photograph(1)), by=elsewhere.owner)

    assert report.added == []
    assert [line.code for line in report.refused] == ["photograph-barred-elsewhere"]
    assert "Harbour" not in report.refused[0].text
    assert elsewhere.images.count() == 0


def test_refusal_says_which_photograph_to_who_may_see_it(
    photo, designer, brand_admin, sent, in_english
):
    withdraw(photo, brand_admin)
    other = services.make_dataset(designer, "Again")

    line = sent(other, "b.png", as_png(photograph(1)), by=designer).refused[0]

    assert line.code == "photograph-barred"
    for part in ("quay.png", "Harbour", "by admin", "the owner took it back", "Ask an admin"):
        assert part in line.text


def test_same_file_in_a_zip_and_by_the_command_is_refused(photo, elsewhere, designer, tmp_path):
    withdraw(photo, designer)
    content = saved(photograph(1), "PNG")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "renamed.png").write_bytes(content)
    archive = tmp_path / "all.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("renamed.png", content)
        file.writestr("other.png", saved(photograph(2), "PNG"))

    report = services.add_images(elsewhere, [archive], by=elsewhere.owner)
    services.add_images(elsewhere, [folder / "renamed.png"])

    assert [image.name for image in report.added] == ["other.png"]
    assert [image.name for image in elsewhere.images.all()] == ["other.png"]


@pytest.mark.parametrize("change", VARIANTS)
def test_variant_comes_in_with_the_photographs_rights_and_no_run_starts(
    photo, elsewhere, designer, sent, change
):
    photo.note_rights(designer, {"rights_holder": "Lin", "licence": "contract 7"})
    withdraw(photo, designer)
    variant = VARIANTS[change](photograph(1))

    report = sent(elsewhere, "market.png", saved(variant, "PNG"), by=elsewhere.owner)

    (image,) = report.added
    assert (image.rights_holder, image.licence) == ("Lin", "contract 7")
    assert image.withdrawn_at == photo.withdrawn_at
    assert "photograph-alike-elsewhere" in [line.code for line in report.noted]
    stopping = {p.code for p in services.preflight(elsewhere, None, {}) if p.stops}
    assert {"pictures-withdrawn", "photographs-alike"} <= stopping


@pytest.mark.parametrize("change", COPIES)
def test_copy_of_one_that_may_not_be_used_comes_in_with_its_rights(
    photo, elsewhere, designer, sent, change
):
    withdraw(photo, designer)

    report = sent(elsewhere, "market.png", saved(COPIES[change](photograph(1)), "PNG"))

    (image,) = report.added
    assert (image.withdrawn_at, image.carried_from) == (photo.withdrawn_at, photo.pixels_sha256)
    assert "photograph-alike" in [line.code for line in report.noted]


def test_features_of_what_was_withdrawn_are_read_in_the_background(
    photo, elsewhere, designer, sent, queue_redis, django_capture_on_commit_callbacks
):
    sent(elsewhere, "other.png", saved(photograph(2), "PNG"))
    assert not LocalFeatures.objects.exists()
    withdraw(photo, designer)

    with django_capture_on_commit_callbacks(execute=True):
        copies.order_reading()
    assert work_queue.waiting(work_queue.BACKGROUND) == 1
    jobs.read_features()

    features = LocalFeatures.objects.get()
    assert (features.sha256, str(features)) == (photo.thumb_sha256, photo.thumb_sha256[:12])
    assert len(features.features) > 0
    work_queue.withdraw(work_queue.BACKGROUND, "read-features")
    with django_capture_on_commit_callbacks(execute=True):
        copies.order_reading()
    assert work_queue.waiting(work_queue.BACKGROUND) == 0


def test_background_reads_one_after_the_other_until_its_time_is_over(
    photo, designer, sent, elsewhere
):
    sent(elsewhere, "other.png", saved(photograph(2), "PNG"))
    withdraw(photo, designer)
    withdraw(elsewhere.images.get(), designer)

    copies.read_waiting(seconds=0)
    assert LocalFeatures.objects.count() == 1
    copies.read_waiting(seconds=0)
    assert LocalFeatures.objects.count() == 2


def test_photograph_whose_file_is_gone_has_no_copies(photo, elsewhere, designer, sent):
    TrainingImage.with_removed.filter(pk=photo.pk).update(thumb_sha256="e" * 64)
    withdraw(photo, designer)

    (image,) = sent(elsewhere, "market.png", saved(COPIES["turned by 90°"](photograph(1)))).added

    assert image.carried_from == ""
    assert LocalFeatures.objects.get().features == b""


def test_another_photograph_comes_in_as_ever(photo, elsewhere, designer, sent):
    withdraw(photo, designer)

    (image,) = sent(elsewhere, "market.png", saved(photograph(2), "PNG")).added

    assert (image.carried_from, image.withdrawn_at) == ("", None)
    assert held_photographs(elsewhere.images.all()) == []
    assert Likeness.objects.count() == 0


def test_its_sender_can_neither_note_nor_clear_what_was_carried_over(
    photo, elsewhere, designer, sent
):
    expire(photo, designer)
    (image,) = sent(elsewhere, "market.jpg", saved(photograph(1), quality=60)).added

    with pytest.raises(StillAlike):
        image.note_rights(elsewhere.owner, {"rights_holder": "Us", "rights_expire_at": None})
    with pytest.raises(StillAlike):
        image.extend_rights(elsewhere.owner, None, "own")
    noted = services.set_rights(
        elsewhere, elsewhere.owner, rights_holder="Us", rights_expire_at=None
    )

    assert (noted.count, noted.carried) == (0, ["market.jpg"])
    assert elsewhere.images.get().is_expired


@pytest.mark.parametrize("decision", DECISIONS)
def test_decision_reaches_equal_and_near_copies_that_lay_there_before(
    photo, elsewhere, designer, sent, decision
):
    sent(elsewhere, "equal.tif", as_tiff(photograph(1)))
    sent(elsewhere, "near.jpg", saved(VARIANTS["mirrored"](photograph(1)), quality=70))
    sent(elsewhere, "other.png", saved(photograph(2), "PNG"))
    services.set_rights(elsewhere, elsewhere.owner, rights_holder="Us")
    assert held_photographs(elsewhere.images.all()) == []

    decision(photo, designer)

    assert held_photographs(elsewhere.images.all()) == [
        ("photographs-held", {"count": 1, "names": "equal.tif"}),
        ("photographs-alike", {"count": 1, "names": "near.jpg"}),
    ]
    is_ended = decision is not decline
    names = [image.name for image in TrainingImage.with_removed.holding().order_by("pk")]
    assert names == (["quay.png", "equal.tif"] if is_ended else [])
    near = elsewhere.images.get(name="near.jpg")
    assert photographs.copies_of(photo) == [near]


def test_admin_says_that_it_is_another_picture(photo, elsewhere, designer, brand_admin, sent):
    withdraw(photo, designer)
    (image,) = sent(elsewhere, "market.jpg", saved(photograph(1), quality=60)).added

    photographs.decide(image, photo, brand_admin, "our own, of the same quay", is_same=False)

    image.refresh_from_db()
    assert (image.carried_from, image.withdrawn_at, image.rights_holder) == ("", None, "")
    assert held_photographs(elsewhere.images.all()) == []
    pair = Likeness.objects.get()
    assert (pair.apart_by, pair.apart_why) == (brand_admin, "our own, of the same quay")
    entry = AuditEntry.objects.about(image).first()
    assert (entry.target, entry.actor) == ("another picture", brand_admin)
    third = services.make_dataset(designer, "Third")
    (again,) = sent(third, "market.jpg", saved(photograph(1), quality=60)).added
    assert again.carried_from == ""  # said once, it holds for the same picture


FORMS = {
    "a.jpg": lambda image: saved(image, quality=60),
    "b.png": lambda image: saved(VARIANTS["mirrored"](image), "PNG"),
    "c.png": lambda image: saved(VARIANTS["brighter"](image), "PNG"),
    "d.png": lambda image: saved(VARIANTS["cropped by 3 %"](image), "PNG"),
    "e.png": lambda image: saved(VARIANTS["half as wide"](image), "PNG"),
}


def test_page_of_a_copy_of_several_copies_asks_about_the_original_alone(
    photo, elsewhere, designer, brand_admin, sent
):
    withdraw(photo, designer)
    for name, form in FORMS.items():
        sent(elsewhere, name, form(photograph(1)))
    rows = list(elsewhere.images.all())
    assert len(rows) == len(FORMS)
    assert {row.carried_from for row in rows} == {photo.pixels_sha256}

    for row in rows:
        [alike] = photographs.alike_of(row, brand_admin)
        assert alike.photograph == photo
        photographs.decide(row, alike.photograph, brand_admin, "our own", is_same=False)
        assert photographs.alike_of(row, brand_admin) == []

    for row in rows:
        row.refresh_from_db()
        assert (row.carried_from, row.withdrawn_at) == ("", None)
    assert held_photographs(elsewhere.images.all()) == []
    assert photographs.copies_of(photo) == []


def test_copy_of_a_copy_alone_is_freed_with_the_original(
    photo, elsewhere, designer, brand_admin, sent
):
    """Of a picture that looks like a copy, and no more like the photograph itself."""
    withdraw(photo, designer)
    sent(elsewhere, "a.jpg", FORMS["a.jpg"](photograph(1)))
    sent(elsewhere, "b.png", FORMS["b.png"](photograph(1)))
    copy = elsewhere.images.get(name="b.png")
    Likeness.objects.of(copy.pixels_sha256).of(photo.pixels_sha256).delete()
    assert [each.photograph for each in photographs.alike_of(copy, brand_admin)] == [photo]

    photo.reinstate(brand_admin, "allowed again")

    copy.refresh_from_db()
    assert copy.withdrawn_at is None
    assert held_photographs(elsewhere.images.all()) == []


def test_copy_that_comes_in_later_asks_about_no_picture_that_was_decided_already(
    photo, elsewhere, designer, brand_admin, sent
):
    withdraw(photo, designer)
    (own,) = sent(elsewhere, "a.jpg", FORMS["a.jpg"](photograph(1))).added
    photographs.decide(own, photo, brand_admin, "our own", is_same=False)

    (later,) = sent(elsewhere, "b.png", FORMS["b.png"](photograph(1))).added

    assert later.carried_from == photo.pixels_sha256
    assert photographs.alike_of(own, brand_admin) == []
    [(code, facts)] = held_photographs(elsewhere.images.all())
    assert (code, facts["names"]) == ("photographs-alike", "b.png")


def test_copies_are_decided_once_though_a_colleague_was_faster(
    photo, elsewhere, designer, brand_admin, sent
):
    withdraw(photo, designer)
    (own,) = sent(elsewhere, "a.jpg", FORMS["a.jpg"](photograph(1))).added
    photographs.decide(own, photo, brand_admin, "our own", is_same=False)

    with pytest.raises(WrongState):
        photographs.decide(own, photo, brand_admin, "our own", is_same=False)


def test_admin_says_that_it_is_the_photograph(photo, elsewhere, designer, brand_admin, sent):
    (image,) = sent(elsewhere, "market.jpg", saved(photograph(1), quality=60)).added
    withdraw(photo, designer)

    photographs.decide(image, photo, brand_admin, "the same", is_same=True)

    image.refresh_from_db()
    assert (image.withdrawn_at, image.carried_from) == (photo.withdrawn_at, photo.pixels_sha256)
    photo.reinstate(brand_admin, "allowed again")
    image.refresh_from_db()
    assert image.withdrawn_at is None
    assert held_photographs(elsewhere.images.all()) == []


def test_taking_it_out_or_throwing_its_dataset_away_does_not_free_it(
    photo, elsewhere, designer, sent, settings
):
    withdraw(photo, designer)
    services.remove_images(photo.dataset.images.all(), designer)
    photo.dataset.discard(by=designer)
    type(photo.dataset).objects.update(deleted_at=timezone.now() - timedelta(days=99))
    services.empty_bin()

    report = sent(elsewhere, "market.png", as_png(photograph(1)))

    assert [line.code for line in report.refused] == ["photograph-barred"]


def test_pictures_of_an_earlier_studio_are_read_before_anything_is_let_in(
    photo, elsewhere, designer, sent
):
    sent(elsewhere, "near.jpg", saved(photograph(1), quality=60))
    TrainingImage.with_removed.update(pixels_sha256="")
    Likeness.objects.all().delete()
    photographs.Fingerprint.objects.all().delete()
    withdraw(photo, designer)

    report = sent(elsewhere, "market.png", as_png(photograph(1)))
    photographs.read_waiting()

    assert [line.code for line in report.refused] == ["photograph-barred"]
    assert not TrainingImage.with_removed.filter(pixels_sha256="").exists()
    assert [code for code, _facts in held_photographs(elsewhere.images.all())] == [
        "photographs-alike"
    ]


def test_page_shows_both_side_by_side_to_who_may_see_them(
    photo, designer, elsewhere, sent, at_desk, client, brand_admin, in_english
):
    withdraw(photo, designer)
    own = services.make_dataset(designer, "Own")
    (mine,) = sent(own, "mine.jpg", saved(photograph(1), quality=60)).added
    (theirs,) = sent(elsewhere, "theirs.jpg", saved(photograph(1), quality=50)).added

    page = at_desk.get(f"/images/{mine.pk}/").content.decode()
    client.force_login(elsewhere.owner)
    other = client.get(f"/images/{theirs.pk}/").content.decode()

    assert photo.thumb_url in page
    assert mine.thumb_url in page
    assert "It is another picture" not in page
    assert photo.thumb_url not in other
    assert "The photograph lies where only its designer and admins see it." in other
    client.force_login(brand_admin)
    assert "It is another picture" in client.get(f"/images/{theirs.pk}/").content.decode()


def test_picture_of_a_file_that_is_gone_is_a_photograph_of_its_own(photo):
    TrainingImage.with_removed.filter(pk=photo.pk).update(
        pixels_sha256="", original_sha256="e" * 64
    )
    photo.refresh_from_db()

    photographs.read_pixels(photo)

    assert photo.pixels_sha256 == "e" * 64


def test_picture_with_a_place_and_a_profile_has_the_same_pixels(photo):
    file = io.BytesIO(saved(photograph(1), "PNG"))

    assert photographs.image_store.pixels_of(Image.open(file))[0] == photo.pixels_sha256
