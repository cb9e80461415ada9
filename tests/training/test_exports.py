"""Datasets and snapshots as files: the exact layouts, and that they can be read back."""

import json
import tomllib
import zipfile

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from brandstudio.core import blobs
from training import services
from training.engine.data.captions.tables import read_metadata, read_sidecars
from training.models import Snapshot

pytestmark = pytest.mark.django_db


@pytest.fixture
def dataset(make_dataset, make_picture):
    """Three pictures, one without a caption, one of them a HEIC whose copy is a JPEG."""
    dataset = make_dataset(2)
    services.add_images(dataset, [make_picture("002.heic", seed=2)])
    return dataset


def fetch(at_desk, url, path):
    path.write_bytes(b"".join(at_desk.get(url).streaming_content))
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def captions_of(dataset):
    return {image.name: image.caption for image in dataset.images.all()}


def test_studio_layout_is_pictures_and_a_headerless_table(at_desk, dataset, tmp_path):
    files = fetch(at_desk, f"/datasets/{dataset.pk}/export/", tmp_path / "a.zip")

    said = captions_of(dataset)
    assert sorted(files) == ["000.jpg", "001.jpg", "002.jpg", "metadata.csv"]
    assert files["metadata.csv"].decode() == (
        f'000.jpg,"{said["000.jpg"]}"\r\n001.jpg,"{said["001.jpg"]}"\r\n'
    )


def test_imagefolder_layout_has_one_line_for_every_picture(at_desk, dataset, tmp_path):
    url = f"/datasets/{dataset.pk}/export/?layout=imagefolder"
    files = fetch(at_desk, url, tmp_path / "a.zip")

    # A metadata.csv beside it, or a picture without a line, would make the loader refuse it.
    assert sorted(files) == ["000.jpg", "001.jpg", "002.jpg", "metadata.jsonl"]
    lines = [json.loads(line) for line in files["metadata.jsonl"].decode().splitlines()]
    said = captions_of(dataset)
    assert lines == [
        {"file_name": "000.jpg", "text": said["000.jpg"]},
        {"file_name": "001.jpg", "text": said["001.jpg"]},
        {"file_name": "002.jpg", "text": ""},
    ]


def test_kohya_layout_is_a_repeats_folder_with_sidecars(at_desk, dataset, tmp_path):
    url = f"/datasets/{dataset.pk}/export/?layout=kohya"
    files = fetch(at_desk, url, tmp_path / "a.zip")

    assert sorted(files) == [
        "1_lnink/000.jpg",
        "1_lnink/000.txt",
        "1_lnink/001.jpg",
        "1_lnink/001.txt",
        "1_lnink/002.jpg",
        "dataset.toml",
    ]
    assert files["1_lnink/000.txt"].decode() == captions_of(dataset)["000.jpg"] + "\n"


def test_two_pictures_of_one_stem_keep_their_own_sidecars(make_dataset, make_picture, tmp_path):
    dataset = make_dataset()
    services.add_images(dataset, [make_picture("a.jpg", seed=1), make_picture("a.png", seed=2)])
    for image in dataset.images.all():
        image.draft(f"the picture {image.name.replace('.', ' ')}")

    call_command("export_dataset", dataset="Ink", output=str(tmp_path / "out"), layout="kohya")

    assert read_sidecars(tmp_path / "out" / "1_lnink") == {
        "a.jpg": "the picture a jpg",
        "a-2.png": "the picture a png",
    }


@pytest.mark.parametrize("layout", ["studio", "imagefolder", "kohya"])
def test_every_layout_can_be_taken_in_again(at_desk, dataset, make_dataset, tmp_path, layout):
    path = tmp_path / "export.zip"
    fetch(at_desk, f"/datasets/{dataset.pk}/export/?layout={layout}", path)
    other = make_dataset(name="Other")

    services.add_images(other, [path])

    def rows(dataset):
        return list(dataset.images.values_list("image_sha256", "caption"))

    assert rows(other) == rows(dataset)


def test_snapshot_is_exported_as_it_was(at_desk, dataset, designer, tmp_path):
    snapshot = Snapshot.freeze(dataset)
    before = captions_of(dataset)["000.jpg"]
    dataset.images.get(name="000.jpg").check_caption("lnink, quite another", by=designer)

    call_command(
        "export_dataset",
        dataset=str(dataset.pk),
        snapshot=snapshot.sha256[:8],
        output=str(tmp_path / "out"),
    )

    assert read_metadata(tmp_path / "out" / "metadata.csv").rows["000.jpg"] == before
    picture = dataset.images.get(name="000.jpg").image_sha256
    assert (tmp_path / "out" / "000.jpg").read_bytes() == blobs.local(picture).read_bytes()
    web = fetch(at_desk, f"/snapshots/{snapshot.pk}/export/", tmp_path / "a.zip")
    assert before in web["metadata.csv"].decode()


def test_export_never_writes_into_a_folder_that_holds_something(dataset, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")

    with pytest.raises(CommandError, match="no empty folder"):
        call_command("export_dataset", dataset=str(dataset.pk), output=str(tmp_path))


def test_folder_is_taken_in_from_the_command_line_and_again_without_doubles(
    make_picture, designer, tmp_path, capsys
):
    folder = tmp_path / "shoot"
    make_picture("a.jpg", seed=1, folder=folder / "day one")
    make_picture("b.png", seed=2, folder=folder)
    (folder / "day one" / "a.txt").write_text("an arcade street at dawn")
    (folder / "notes.docx").write_bytes(b"left alone")
    command = ("add_pictures", str(folder))
    named = {"dataset": "Shoot", "owner": "designer", "trigger": "lnink"}

    call_command(*command, **named)
    call_command(*command, **named)

    dataset = designer.datasets.get()
    assert captions_of(dataset) == {"a.jpg": "an arcade street at dawn", "b.png": ""}
    told = capsys.readouterr()
    assert f"passed over in {folder} (1): notes.docx." in told.err
    said = told.out.splitlines()
    assert said[0].endswith("): 2 added, 1 caption")
    assert said[1].endswith("): 2 there already, 1 caption")


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"dataset": "Ink", "trigger": "lnink"}, "--trigger acts only with --owner"),
        (
            {"dataset": "Ink", "owner": "designer", "trigger": "other"},
            "--trigger acts only with a new dataset",
        ),
        ({"dataset": "New", "owner": "designer", "trigger": "a\nb"}, "it has a line break"),
    ],
)
def test_trigger_that_the_command_line_would_pass_over_is_refused(
    make_picture, make_dataset, designer, told, said
):
    make_dataset(trigger_word="lnink")

    with pytest.raises(CommandError, match=said):
        call_command("add_pictures", str(make_picture()), **told)

    assert designer.datasets.get().images.count() == 0


def test_command_line_names_what_it_cannot_take(make_picture, make_dataset, tmp_path, capsys):
    make_dataset()
    (tmp_path / "bad.jpg").write_bytes(b"no picture")

    with pytest.raises(CommandError):
        call_command("add_pictures", str(tmp_path / "bad.jpg"), dataset="Ink")

    assert "bad.jpg" in capsys.readouterr().err


def test_folders_on_the_command_line_keep_their_captions_apart(make_picture, designer, tmp_path):
    for seed, colour in enumerate(("red", "blue")):
        make_picture("001.jpg", seed=seed, folder=tmp_path / "shoot" / colour)
        (tmp_path / "shoot" / colour / "metadata.csv").write_text(f"001.jpg,a {colour} car\n")
    apart = [str(tmp_path / "shoot" / colour) for colour in ("red", "blue")]
    told = {"owner": "designer", "trigger": "lnink"}

    call_command("add_pictures", str(tmp_path / "shoot"), dataset="Together", **told)
    call_command("add_pictures", *apart, dataset="Apart", **told)

    assert captions_of(designer.datasets.get(name="Together")) == {
        "001.jpg": "a blue car",
        "001-2.jpg": "a red car",
    }
    assert captions_of(designer.datasets.get(name="Apart")) == {
        "001.jpg": "a red car",
        "001-2.jpg": "a blue car",
    }


def test_command_line_speaks_english_whatever_the_site_speaks(
    make_dataset, make_picture, tmp_path, capsys, settings
):
    settings.LANGUAGE_CODE = "zh-hans"
    make_dataset()
    (tmp_path / "notes.txt").write_text("call the printer")

    with translation.override("zh-hans"):
        call_command("add_pictures", str(tmp_path / "notes.txt"), dataset="Ink")

    assert "is a text without a picture of its name" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("trigger", "folder"),
    [
        ("ink wash style", "1_ink wash style"),
        ("水墨", "1_水墨"),
        ('a "b" / c\\d: e', "1_a -b- - c-d- e"),
        ("", "1_style"),
    ],
)
def test_kohya_is_told_where_captions_are_and_what_stands_for_missing_ones(
    dataset, tmp_path, capsys, trigger, folder
):
    type(dataset).objects.filter(pk=dataset.pk).update(trigger_word=trigger)

    call_command("export_dataset", dataset="Ink", output=str(tmp_path / "out"), layout="kohya")

    told = tomllib.loads((tmp_path / "out" / "dataset.toml").read_text(encoding="utf-8"))
    (subset,) = told["datasets"][0]["subsets"]
    named = {"class_tokens": trigger} if trigger else {}
    assert subset == {
        "image_dir": folder,
        "caption_extension": ".txt",
        "num_repeats": 1,
        **named,
    }
    assert (tmp_path / "out" / folder / "000.txt").exists()
    assert not (tmp_path / "out" / folder / "002.txt").exists()
    assert "--caption_extension .txt" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "stem"),
    [("slash/y", "slash-y"), ("..\\..\\etc", "etc"), ("///", None), ("a\nb", "a b")],
)
def test_dataset_is_downloaded_under_its_whole_name(at_desk, make_dataset, name, stem):
    dataset = make_dataset(1, name=name)

    answer = at_desk.get(f"/datasets/{dataset.pk}/export/")
    b"".join(answer.streaming_content)
    answer.close()

    assert f'filename="{stem or dataset.pk}-studio.zip"' in answer["Content-Disposition"]


def test_caption_that_begins_like_a_formula_leaves_as_text_and_comes_back(
    make_dataset, at_desk, tmp_path
):
    dataset = make_dataset(1)
    dataset.images.get().check_caption('=HYPERLINK("x"), +tea', by=dataset.owner)
    files = fetch(at_desk, f"/datasets/{dataset.pk}/export/", tmp_path / "a.zip")
    other = make_dataset(name="Other")

    services.add_images(other, [tmp_path / "a.zip"])

    assert b'000.jpg,"\t=HYPERLINK' in files["metadata.csv"]
    assert other.images.get().caption == '=HYPERLINK("x"), +tea'


@pytest.mark.usefixtures("in_english")
@pytest.mark.parametrize(
    ("address", "refused"),
    [
        ("export/?layout=zip", "“zip” is none of the values that “layout” takes"),
        ("?state=lost", "“lost” is none of the values that “state” takes"),
        ("?finding=lost", "“lost” is none of the values that “finding” takes"),
    ],
)
def test_unknown_choice_in_an_address_is_refused_by_name(at_desk, dataset, address, refused):
    answer = at_desk.get(f"/datasets/{dataset.pk}/{address}")

    assert answer.status_code == 400
    assert refused in answer.text
