"""Odd pictures, odd names and odd zips on their way in: each is told, none stops the rest."""

import io
import os
import re
import zipfile
from string import ascii_letters

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import override
from PIL import Image

from brandstudio.core import blobs
from tests.corpus.pictures import broken_gps, encoded, picture, spoiled_avif
from tests.training.test_uploads import png_header
from training import jobs, services
from training.engine.fault_reasons import REASONS
from training.models import Upload, UploadState
from training.services.image_store import safe_name

pytestmark = pytest.mark.django_db


def zip_of(path, entries, system=3):
    """A zip whose names are bytes, not marked as UTF-8, as macOS and Chinese Windows make it."""
    with zipfile.ZipFile(path, "w") as archive:
        for letter, (name, content) in zip(ascii_letters, entries.items(), strict=False):
            entry = zipfile.ZipInfo(letter * len(name))
            entry.create_system = system
            archive.writestr(entry, content)
    packed = path.read_bytes()
    for letter, name in zip(ascii_letters.encode(), entries, strict=False):
        packed = packed.replace(bytes([letter]) * len(name), name, 2)
    path.write_bytes(packed)
    return path


def test_form_goes_on_after_a_picture_whose_plugin_fails(at_desk, make_dataset):
    dataset = make_dataset()
    files = [
        SimpleUploadedFile("bad.avif", spoiled_avif(1)),
        SimpleUploadedFile("gps.jpg", encoded(picture(2), "JPEG", exif=broken_gps())),
        SimpleUploadedFile("good.png", encoded(picture(3), "PNG")),
    ]

    answer = at_desk.post(f"/datasets/{dataset.pk}/upload/", {"files": files})

    assert answer.status_code == 200
    assert "bad.avif" in answer.content.decode()
    assert sorted(dataset.images.values_list("name", flat=True)) == ["good.png", "gps.jpg"]
    assert dataset.images.get(name="gps.jpg").height == 96  # turned upright


def test_zip_goes_on_after_a_picture_whose_plugin_fails(make_dataset, tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("bad.avif", spoiled_avif(1))
        archive.writestr("good.png", encoded(picture(3), "PNG"))
    dataset = make_dataset()

    report = services.add_images(dataset, [path])

    assert [line.code for line in report.lines] == ["image-unreadable", "picture-added"]


@pytest.mark.parametrize(
    ("name", "system", "stored"),
    [
        ("楠戞ゼ.png".encode("gb18030"), 3, "骑楼.png"),  # what macOS packs
        ("骑楼.png".encode(), 3, "骑楼.png"),
        ("骑楼.png".encode("gb18030"), 0, "骑楼.png"),
        ("骑楼.png".encode("gb18030"), 3, "骑楼.png"),
        ("一.png".encode("gb18030"), 0, "一.png"),  # the two bytes are a Cyrillic letter in UTF-8
        ("café.png".encode(), 3, "café.png"),
        ("cafe\u0301.png".encode(), 3, "café.png"),
        (b"caf\x82.png", 0, "café.png"),  # DOS
    ],
)
def test_names_in_a_zip_are_those_of_its_maker(make_dataset, tmp_path, name, system, stored):
    path = zip_of(tmp_path / "a.zip", {name: encoded(picture(1), "PNG")}, system)
    dataset = make_dataset()

    services.add_images(dataset, [path])

    assert dataset.images.get().name == stored


def failed_upload(dataset, content):
    """A file that is here as a whole, and over which the software failed."""
    row = Upload.objects.create(
        dataset=dataset,
        sent_by=dataset.owner,
        name="a.png",
        key="a",
        size=len(content),
        arrived=len(content),
    )
    row.fail_whole(blobs.put_bytes(content), "software-fault")
    return row


def test_upload_that_failed_is_told_and_can_be_tried_again(at_desk, make_dataset, queue_redis):
    dataset = make_dataset()
    row = failed_upload(dataset, encoded(picture(1), "PNG"))

    page = at_desk.get(f"/datasets/{dataset.pk}/upload/").content.decode()
    assert f"/uploads/{row.pk}/retry/" in page
    assert at_desk.get(f"/uploads/{row.pk}/").json()["errors"]
    at_desk.post(f"/uploads/{row.pk}/retry/")
    assert Upload.objects.get().state == UploadState.QUEUED
    at_desk.post(f"/uploads/{row.pk}/retry/")  # pressed twice
    jobs.unpack(row.pk)

    assert dataset.images.get().name == "a.png"
    assert Upload.objects.get().state == UploadState.DONE


def test_failed_upload_that_is_put_away_leaves_no_file_behind(at_desk, make_dataset):
    row = failed_upload(make_dataset(), b"abc")

    at_desk.post(f"/uploads/{row.pk}/forget/")

    assert not Upload.objects.exists()
    with pytest.raises(blobs.BlobMissing):
        blobs.local(row.sha256)


def test_mpo_of_a_camera_is_kept_as_it_came(make_dataset, tmp_path):
    content = encoded(picture(1, size=(640, 480)), "MPO", save_all=True, append_images=[picture(2)])
    (tmp_path / "stereo.mpo").write_bytes(content)
    dataset = make_dataset()

    services.add_images(dataset, [tmp_path / "stereo.mpo"])

    image = dataset.images.get()
    assert blobs.local(image.image_sha256).read_bytes() == content


def test_turned_mpo_becomes_a_jpeg_and_no_png(make_dataset, tmp_path):
    turned = Image.Exif()
    turned[0x0112] = 6
    options = {"save_all": True, "append_images": [picture(2)], "exif": turned}
    (tmp_path / "a.mpo").write_bytes(encoded(picture(1), "MPO", **options))
    dataset = make_dataset()

    services.add_images(dataset, [tmp_path / "a.mpo"])

    with Image.open(blobs.local(dataset.images.get().image_sha256)) as copy:
        assert copy.format == "JPEG"


@pytest.mark.parametrize("backwards", [False, True])
def test_captions_of_a_zip_from_chinese_windows_reach_their_pictures(
    make_dataset, tmp_path, backwards
):
    entries = {
        "图片/红色玩具车.png": encoded(picture(1), "PNG"),
        "图片/metadata.csv": "红色玩具车.png,red car\n".encode(),  # 图片 is ͼƬ in UTF-8
        "图片/山水.png": encoded(picture(2), "PNG"),
    }
    named = [(name.encode("gb18030"), content) for name, content in entries.items()]
    path = zip_of(tmp_path / "a.zip", dict(named[::-1] if backwards else named), 0)
    dataset = make_dataset()

    services.add_images(dataset, [path])

    images = dataset.images.order_by("name")
    assert {image.name: image.caption for image in images} == {
        "红色玩具车.png": "red car",
        "山水.png": "",
    }
    assert images.first().sent_as.startswith("/图片/")


@pytest.mark.parametrize("system", [0, 3])
@pytest.mark.parametrize("name", ["图片/车.png", "山水.png", "图片.png"])
def test_short_chinese_name_that_is_utf8_by_chance_is_chinese(make_dataset, tmp_path, name, system):
    path = zip_of(tmp_path / "a.zip", {name.encode("gb18030"): encoded(picture(1), "PNG")}, system)
    dataset = make_dataset()

    services.add_images(dataset, [path])

    assert dataset.images.get().name == name.rpartition("/")[2]


@pytest.mark.parametrize("backwards", [False, True])
def test_metadata_of_a_folder_comes_before_its_other_table(make_dataset, tmp_path, backwards):
    entries = {
        "车/备份.csv": b"a.png,old words\nb.png,only here\n",
        "车/a.txt": b"a text beside",
        "车/a.png": encoded(picture(1), "PNG"),
        "车/b.png": encoded(picture(2), "PNG"),
        "车/metadata.csv": b"a.png,red car\n",
    }
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in sorted(entries.items(), reverse=backwards):
            archive.writestr(name, content)
    dataset = make_dataset()

    report = services.add_images(dataset, [path])

    told = dict(dataset.images.values_list("name", "caption"))
    assert told == {"a.png": "red car", "b.png": "only here"}
    left = [line for line in report.noted if line.code == "caption-second-left"]
    assert [line.facts["second"] for line in left] == ["车/备份.csv", "车/a.txt"]


def test_table_with_two_caption_columns_is_refused_with_their_names(make_dataset, tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.png", encoded(picture(1), "PNG"))
        archive.writestr("metadata.csv", "文件名,中文描述,英文描述\na.png,红车,red car\n")
    dataset = make_dataset()

    report = services.add_images(dataset, [path])

    assert dataset.images.get().caption == ""
    assert [line.code for line in report.refused] == ["captions-column-unclear"]
    assert "中文描述, 英文描述" in report.refused[0].text


def test_numbers_glued_to_captions_are_told_to_the_sender(make_dataset, tmp_path):
    (tmp_path / "metadata.csv").write_bytes(b"a.png,red car,0.9\n")

    report = services.add_images(make_dataset(), [tmp_path / "metadata.csv"])

    assert report.noted[0].code == "captions-numbers-glued"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("长" * 100 + ".png", "长" * 66 + ".png"),
        ("　宽 .png", "宽.png"),
        ("a.png.", "a.png"),
        ("C:drive.png", "C_drive.png"),
        ("back\\slash.png", "slash.png"),
        ("...png", "picture.png"),
    ],
)
def test_stored_name_fits_every_disk_and_keeps_its_ending(sent, kept):
    assert safe_name(sent) == kept
    assert len(os.fsencode(safe_name(sent))) < 230


def test_what_macos_leaves_beside_pictures_is_passed_over_and_told(at_desk, make_dataset):
    dataset = make_dataset()

    answer = at_desk.post(
        f"/datasets/{dataset.pk}/uploads/begin/",
        {"name": "._0.png", "size": 10, "key": "nul\0"},
        headers={"Accept-Language": "en"},
    )

    assert answer.status_code == 422
    assert "._0.png" in answer.json()["errors"][0]
    report = services.add_images(dataset, [SimpleUploadedFile("._0.png", b"Mac OS X")])
    assert [(line.outcome, line.code) for line in report.lines] == [("noted", "file-passed-over")]


def packed(entries):
    """The bytes of a zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def unpacked(dataset, name, content, path):
    """The row of a zip that a worker has read."""
    path.write_bytes(content)
    row = Upload.objects.create(
        dataset=dataset, sent_by=dataset.owner, name=name, key=name, size=len(content)
    )
    row.queue(blobs.put(path))
    jobs.unpack(row.pk)
    return Upload.objects.get(pk=row.pk)


USELESS_ZIPS = {
    "no zip": (b"a page of html, saved as zip", "zip-unreadable"),
    "its end missing": (packed({"a.png": encoded(picture(1), "PNG")})[:-40], "zip-unreadable"),
    "empty": (packed({}), "upload-without-pictures"),
    "a zip inside": (packed({"inner.zip": packed({})}), "upload-took-nothing"),
    "texts only": (packed({"read.me": b"x"}), "upload-took-nothing"),
    "a broken picture": (packed({"a.png": b"\x89PNG\r\n\x1a\n"}), "image-unreadable"),
    "captions of nobody": (packed({"metadata.csv": b"file_name,text\na.png,x\n"}), None),
}


@pytest.mark.parametrize("kind", USELESS_ZIPS)
def test_zip_of_no_use_reads_as_a_fault_and_not_as_done(
    at_desk, make_dataset, queue_redis, tmp_path, kind
):
    content, code = USELESS_ZIPS[kind]
    dataset = make_dataset()

    row = unpacked(dataset, "set.zip", content, tmp_path / "set.zip")

    assert (row.state, row.sha256, row.can_retry) == (UploadState.FAILED, "", False)
    assert code in (None, row.problem)
    page = at_desk.get(f"/datasets/{dataset.pk}/uploads/").content.decode()
    assert "badge--failed" in page
    assert "badge--approved" not in page
    assert "已添加 0" not in page


def test_zip_of_pictures_there_already_is_done(make_dataset, queue_redis, tmp_path):
    dataset = make_dataset()
    content = packed({"a.png": encoded(picture(1), "PNG")})
    unpacked(dataset, "a.zip", content, tmp_path / "a.zip")

    row = unpacked(dataset, "b.zip", content, tmp_path / "b.zip")

    assert row.state == UploadState.DONE


def spoiled_entry():
    content = packed({"a.png": encoded(picture(1), "PNG")})
    return content.replace(b"IDAT", b"IDXT", 1)  # its checksum fits no more


UNREADABLE = {
    "cut.jpg": (encoded(picture(1, size=(400, 300)), "JPEG")[:900], "cut-short"),
    "cut.png": (encoded(picture(1, size=(400, 300)), "PNG")[:900], "cut-short"),
    "page.png": (b"<html>", "web-page"),
    "spoiled.avif": (spoiled_avif(1), "damaged"),
    "page.zip": (b"<html>", "not-a-zip"),
    "cut.zip": (packed({"a.png": encoded(picture(1), "PNG")})[:-40], "cut-short"),
    "spoiled.zip": (spoiled_entry(), "damaged"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_reason_in_a_chinese_sentence_is_chinese(make_dataset, tmp_path, name):
    content, reason = UNREADABLE[name]
    (tmp_path / name).write_bytes(content)

    (line,) = services.add_images(make_dataset(), [tmp_path / name]).refused

    assert line.facts["reason"] == reason
    with override("en"):
        assert REASONS[reason] in line.text
    with override("zh-hans"):
        assert REASONS[reason] not in line.text
        words = line.text.replace(line.facts["name"], "").replace("zip", "")
    assert not re.search("[A-Za-z?]", words), line.text


def test_sides_that_are_not_known_are_no_question_mark(make_dataset, tmp_path):
    (tmp_path / "bomb.png").write_bytes(png_header(50_000, 50_000))

    (line,) = services.add_images(make_dataset(), [tmp_path / "bomb.png"]).refused

    for language in ("en", "zh-hans"):
        with override(language):
            assert "?" not in line.text
            assert "bomb.png" in line.text
