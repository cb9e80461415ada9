"""Pictures of this studio that came into a dataset before something was decided of them."""

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from PIL import Image

from brandstudio.core import blobs
from brandstudio.core.problems import Refused
from gallery import jobs
from gallery.engine import labelling
from gallery.engine.file_forms import FileForm
from gallery.models import Asset, PaintedPhotograph
from gallery.services import assets as acts
from gallery.services import recalls, rights
from gallery.services.checklist import all_confirmed
from gallery.services.downstream import figures_of, find_source, fingerprint
from gallery.services.shown import mark
from tests.gallery.test_own_images import file_of, without_marks
from tests.photographs import photograph, saved
from training import services as training_services
from training.models import Snapshot
from training.services.preflight import preflight
from training.services.runs import NotReady, check_rights
from training.services.tastes import start_taste

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


SETTINGS = {"epochs": 1, "batch_size": 1}


def stopping(dataset, base):
    return [problem for problem in preflight(dataset, base, SETTINGS) if problem.stops]


PREPARED = {"as it left": lambda content: content, "without its mark": without_marks}


@pytest.mark.parametrize("how", PREPARED)
def test_nothing_learns_from_copies_of_a_picture_that_was_withdrawn_since(
    copies_in, approved, brand_admin, designer, base, how
):
    dataset = copies_in(PREPARED[how](file_of(approved)))
    assert stopping(dataset, base) == []
    run = training_services.start_run(dataset, base, SETTINGS, designer)

    acts.withdraw(approved, brand_admin, "The light is wrong.")

    [problem] = stopping(dataset, base)
    assert problem.code == "photographs-painted"
    assert f"sent.png (#{approved.pk})" in problem.sentence
    assert "Take it out of the dataset" in problem.sentence
    for act in (
        lambda: training_services.start_run(dataset, base, SETTINGS, designer),
        lambda: training_services.repeat_run(run, designer),
        lambda: training_services.resume_run(run, designer),
        lambda: start_taste(dataset, base, SETTINGS, designer),
    ):
        with pytest.raises(NotReady, match="declined, withdrawn or"):
            act()
    with pytest.raises(Refused) as claimed:
        check_rights(run)
    assert claimed.value.code == "photographs-painted"
    training_services.remove_images(dataset.images.filter(name="sent.png"), designer)
    assert stopping(dataset, base) == []


def test_whole_file_of_a_withdrawn_picture_leaves_by_no_page_of_its_copy(
    copies_in, approved, brand_admin, designer
):
    dataset = copies_in(file_of(approved))
    copy = dataset.images.get(name="sent.png")
    client = Client()
    client.force_login(dataset.owner)
    addresses = [reverse("training:image-file", args=[copy.pk, w]) for w in ("original", "picture")]
    assert [client.get(address).status_code for address in addresses] == [200, 200]

    acts.withdraw(approved, brand_admin, "The light is wrong.")

    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 403
        assert f"sent.png (#{approved.pk})" in answer.text
    page = client.get(reverse("training:image-detail", args=[copy.pk])).text
    assert not [address for address in addresses if address in page]
    assert client.get(reverse("training:image-file", args=[copy.pk, "thumb"])).status_code == 200
    other = dataset.images.exclude(pk=copy.pk).first()
    assert (
        client.get(reverse("training:image-file", args=[other.pk, "original"])).status_code == 200
    )


def test_undone_recall_frees_its_copies_again(
    copies_in, in_state, make_version, brand_admin, base, marketer
):
    version = make_version()
    asset = in_state("approved", packs=((version, 0.7),), size=(64, 64))
    dataset = copies_in(file_of(asset))
    source = find_source("version", str(version.pk))

    row = recalls.recall(source, brand_admin, "asked for", fingerprint(source, figures_of(source)))

    assert [problem.code for problem in stopping(dataset, base)] == ["photographs-painted"]
    assert dataset.owner in row.recipients.all()
    recalls.undo(row, brand_admin)
    assert stopping(dataset, base) == []


def test_approval_after_a_decline_frees_copies_again(
    copies_in, approved, brand_admin, marketer, base
):
    dataset = copies_in(file_of(approved))
    Asset.objects.filter(pk=approved.pk).update(review="asked", declined_why="Five wheels.")
    assert [problem.code for problem in stopping(dataset, base)] == ["photographs-painted"]

    approved.refresh_from_db()
    acts.approve(approved, brand_admin, all_confirmed(), "Four, after all.")

    assert stopping(dataset, base) == []


def test_trial_pictures_are_learned_from_no_longer_once_their_style_is_recalled(
    copies_in, make_version, brand_admin, base, tmp_path
):
    version = make_version()
    picture = version.images.first()
    path = tmp_path / "evidence.png"
    with Image.open(blobs.local(picture.sha256)) as image, path.open("wb") as file:
        of_it = mark(f"evidence-{picture.pk}", picture.sha256)
        labelling.write(image, file, file_form=FileForm("png"), mark=of_it)
    dataset = copies_in(path.read_bytes())
    assert stopping(dataset, base) == []
    source = find_source("version", str(version.pk))

    recalls.recall(source, brand_admin, "asked for", fingerprint(source, figures_of(source)))

    [problem] = stopping(dataset, base)
    assert problem.code == "photographs-painted"
    assert "(sent.png)" in problem.sentence


def test_photographs_of_a_studio_of_before_are_read(copies_in, approved, brand_admin, base):
    dataset = copies_in(file_of(approved))
    PaintedPhotograph.objects.all().delete()
    acts.withdraw(approved, brand_admin, "The light is wrong.")
    assert stopping(dataset, base) == []

    jobs.read_origins()

    assert [problem.code for problem in stopping(dataset, base)] == ["photographs-painted"]
    kept = PaintedPhotograph.objects.count()
    jobs.read_origins()
    assert PaintedPhotograph.objects.count() == kept == dataset.images.count()


def test_run_that_waited_reads_them_itself_before_it_learns(
    copies_in, approved, brand_admin, base, designer
):
    dataset = copies_in(file_of(approved))
    run = training_services.start_run(dataset, base, SETTINGS, designer)
    PaintedPhotograph.objects.all().delete()
    acts.withdraw(approved, brand_admin, "The light is wrong.")

    with pytest.raises(Refused, match="photographs-painted"):
        check_rights(run)


def test_withdrawal_names_and_tells_what_learned_from_it(
    at, copies_in, approved, brand_admin, designer, train_on, make_version
):
    dataset = copies_in(file_of(approved))
    version = make_version("harbour", checkpoint=train_on(dataset))
    draft = make_version("harbour-2", state="in_review", checkpoint=version.checkpoint)

    page = at(brand_admin).post("asset-withdraw", approved.pk, reason="The light is wrong.")

    followed = at(brand_admin).get("asset-detail", approved.pk).text
    assert page.status_code == 302
    assert "2 style versions learned from it as a photograph" in followed
    for named in ("sent.png", str(dataset), str(version), str(draft), "Ink one"):
        assert named in followed
    codes = set(designer.notices.values_list("code", flat=True))
    assert {"dataset-holds-barred", "style-learned-barred"} <= codes
    assert rights.obstacle_of(draft).code == "photographs-painted"
    assert (
        f"sent.png (#{approved.pk})"
        in at(brand_admin).get("version-detail", "harbour", version.number).text
    )


def test_style_that_learned_from_a_withdrawn_picture_is_marked_and_retired_from_there(
    at, copies_in, approved, brand_admin, marketer, train_on, make_version
):
    version = make_version("harbour", checkpoint=train_on(copies_in(file_of(approved))))
    copy = make_version("harbour-2", weights_sha256=version.weights_sha256)
    other = make_version("tea")
    words = "approved, but learned from a picture that may be used no longer"
    retire = reverse("gallery:version-retire", args=["harbour", version.number])
    assert words not in at(marketer).get("pack-list").text
    assert retire not in at(brand_admin).get("asset-detail", approved.pk).text

    acts.withdraw(approved, brand_admin, "The light is wrong.")

    assert at(marketer).get("pack-list").text.count(words) == 2  # the copy's card, too
    for pack, marked in ((version, True), (copy, True), (other, False)):
        page = at(marketer).get("version-detail", pack.pack.slug, pack.number).text
        assert (words in page) is marked
    page = at(brand_admin).get("asset-detail", approved.pk).text
    assert retire in page
    assert page.count('id="id_reason') == 2
    assert f'id="id_reason{version.pk}"' in page

    at(brand_admin).post("version-retire", "harbour", version.number, reason="It learned from it.")

    version.refresh_from_db()
    assert version.state == "retired"
    assert retire not in at(brand_admin).get("asset-detail", approved.pk).text
    assert at(marketer).get("pack-list").text.count(words) == 1


def test_page_of_the_photograph_says_what_it_is_a_file_of(
    at, client, copies_in, approved, brand_admin, designer
):
    dataset = copies_in(file_of(approved))
    client.force_login(designer)
    address = reverse("training:image-detail", args=[dataset.images.get(name="sent.png").pk])
    said = f"declined, withdrawn or recalled (sent.png (#{approved.pk}))"
    assert said not in client.get(address).text

    acts.withdraw(approved, brand_admin, "The light is wrong.")

    assert said in client.get(address).text


def test_what_learned_from_pictures_is_named_to_admins_alone(
    at, copies_in, approved, marketer, train_on
):
    train_on(copies_in(file_of(approved)))

    assert "Learned from as a photograph" not in at(marketer).get("asset-detail", approved.pk).text


def test_recall_names_what_learned_from_its_pictures(
    at, copies_in, in_state, make_version, brand_admin, train_on
):
    version = make_version()
    dataset = copies_in(file_of(in_state("approved", packs=((version, 0.7),))))
    other = make_version("harbour", checkpoint=train_on(dataset))

    page = at(brand_admin).get("downstream", "version", version.pk).text
    source = find_source("version", str(version.pk))
    row = recalls.recall(source, brand_admin, "asked for", fingerprint(source, figures_of(source)))

    assert "Learned from as a photograph" in page
    assert str(other) in page
    report = blobs.local(row.report_sha256).read_text("utf-8-sig")
    assert "sent.png · Ink" in report
    assert f"style version that learned from such a file,{other.pk}" in report


def test_strange_photograph_is_known_as_one(copies_in, approved, brand_admin, base):
    dataset = copies_in(saved(photograph(1), "PNG"))

    acts.withdraw(approved, brand_admin, "The light is wrong.")

    assert stopping(dataset, base) == []


def test_dataset_leaves_for_no_other_trainer_either(
    client, copies_in, approved, brand_admin, designer, tmp_path
):
    dataset = copies_in(file_of(approved))
    snapshot = Snapshot.freeze(dataset)
    client.force_login(designer)
    doors = [
        reverse("training:dataset-export", args=[dataset.pk]),
        reverse("training:snapshot-export", args=[snapshot.pk]),
    ]
    for door in doors:
        assert b"".join(client.get(door).streaming_content)

    acts.withdraw(approved, brand_admin, "The light is wrong.")

    for door in doors:
        answer = client.get(door)
        assert answer.status_code == 403
        assert f"sent.png (#{approved.pk})" in answer.text
    with pytest.raises(CommandError, match="declined, withdrawn or recalled"):
        call_command("export_dataset", dataset=str(dataset.pk), output=str(tmp_path / "out"))
    assert not (tmp_path / "out").exists()
    page = client.get(reverse("training:dataset-snapshots", args=[dataset.pk])).text
    assert doors[0] not in page
    assert f"sent.png (#{approved.pk})" in page
    training_services.remove_images(dataset.images.filter(name="sent.png"), designer)
    call_command("export_dataset", dataset=str(dataset.pk), output=str(tmp_path / "out"))


def test_photographs_whose_rights_ended_leave_for_no_other_trainer(client, dataset, designer):
    dataset.images.filter(name="red.png").first().withdraw(designer, "gone")
    client.force_login(designer)

    answer = client.get(reverse("training:dataset-export", args=[dataset.pk]))

    assert answer.status_code == 403
    assert "1 picture has been withdrawn." in answer.text
