"""Files on their way in: every kind of picture, every bad file, captions that come along."""

import io
import struct
import zipfile
import zlib

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageCms

from brandstudio.core import blobs
from training import services
from training.models import TrainingImage

pytestmark = pytest.mark.django_db


def codes(report):
    return [line.code for line in report.lines]


def make_zip(path, entries):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


def png_header(width, height):
    """A PNG whose header claims a size, with hardly any data behind it."""
    ihdr = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    idat = b"IDAT" + zlib.compress(b"\0" * 64)
    chunks = [ihdr, idat, b"IEND"]
    body = b"".join(
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
        for chunk in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize(
    ("name", "mode", "options"),
    [
        ("a.jpg", "RGB", {}),
        ("a.jpg", "CMYK", {}),
        ("a.jpg", "L", {}),
        ("a.png", "RGBA", {}),
        ("a.png", "P", {}),
        ("a.png", "I;16", {}),
        ("a.webp", "RGB", {}),
        ("a.tif", "RGB", {"compression": "tiff_lzw"}),
        ("a.heic", "RGB", {}),
    ],
)
def test_every_kind_of_picture_is_taken(make_dataset, tmp_path, name, mode, options):
    if mode == "I;16":
        values = np.linspace(0, 65535, 64 * 48).reshape(48, 64).astype(np.uint16)
        picture = Image.fromarray(values)
    else:
        picture = Image.linear_gradient("L").resize((64, 48)).convert("RGB").convert(mode)
    picture.save(tmp_path / name, **options)
    dataset = make_dataset()

    report = services.add_images(dataset, [tmp_path / name])

    assert codes(report) == ["picture-added"]
    image = dataset.images.get()
    assert (image.width, image.height) == (64, 48)
    with Image.open(blobs.local(image.image_sha256)) as copy:
        assert (copy.mode, copy.size) == ("RGB", (64, 48))
    assert blobs.local(image.original_sha256).read_bytes() == (tmp_path / name).read_bytes()


def test_turned_picture_stands_upright(make_dataset, make_picture):
    exif = Image.Exif()
    exif[0x0112] = 6
    dataset = make_dataset()

    services.add_images(dataset, [make_picture("turned.jpg", size=(64, 32), exif=exif)])

    image = dataset.images.get()
    assert (image.width, image.height) == (32, 64)
    with Image.open(blobs.local(image.image_sha256)) as copy:
        assert copy.size == (32, 64)


def test_plain_picture_is_not_encoded_again(make_dataset, make_picture):
    dataset = make_dataset()

    services.add_images(dataset, [make_picture("plain.jpg")])

    image = dataset.images.get()
    assert image.image_sha256 == image.original_sha256


def test_picture_with_a_profile_becomes_srgb(make_dataset, make_picture):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    dataset = make_dataset()

    services.add_images(dataset, [make_picture("p.jpg", icc_profile=profile)])

    with Image.open(blobs.local(dataset.images.get().image_sha256)) as copy:
        assert "icc_profile" not in copy.info


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("empty.jpg", b"", "file-empty"),
        ("not.jpg", b"no picture at all", "image-unreadable"),
        ("cut.jpg", None, "image-unreadable"),
        ("huge.png", png_header(50_000, 50_000), "picture-is-far-too-large"),
        ("bomb.png", png_header(9_000, 9_000), "image-unreadable"),
        ("notes.docx", b"PK", "file-unknown-kind"),
        ("bad.zip", b"PK\x03\x04 nothing", "zip-unreadable"),
        ("metadata.csv", b"\x00\x01\x02\x00", "captions-not-text"),
    ],
)
def test_bad_file_is_named_with_its_mend(make_dataset, make_picture, tmp_path, name, content, code):
    dataset = make_dataset()
    good = make_picture("good.jpg", size=(400, 300))
    if content is None:
        content = good.read_bytes()[:600]
    bad = tmp_path / name
    bad.write_bytes(content)

    report = services.add_images(dataset, [bad, good])

    assert [line.code for line in report.refused] == [code]
    assert name in report.refused[0].text
    assert [image.name for image in report.added] == ["good.jpg"]


def test_large_file_is_refused(make_dataset, make_picture, settings):
    settings.UPLOAD_MAX_BYTES = 100

    report = services.add_images(make_dataset(), [make_picture("large.jpg")])

    assert codes(report) == ["file-too-large"]


def test_same_file_twice_is_noticed(make_dataset, make_picture):
    dataset = make_dataset()
    path = make_picture("a.jpg")
    services.add_images(dataset, [path])

    report = services.add_images(dataset, [path])

    assert codes(report) == ["picture-there-already"]
    assert dataset.images.count() == 1


def test_two_files_of_one_name_are_both_kept(make_dataset, make_picture, tmp_path):
    dataset = make_dataset()
    paths = [
        make_picture("a.jpg", seed=1, folder=tmp_path / "x"),
        make_picture("A.jpg", seed=2, folder=tmp_path / "y"),
    ]

    services.add_images(dataset, paths)

    assert list(dataset.images.values_list("name", flat=True)) == ["A-2.jpg", "a.jpg"]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/cron.jpg", "cron.jpg"),
        ("骑楼 №1 🏮.jpg", "骑楼 №1 🏮.jpg"),
        ("nul\x00name.jpg", "nulname.jpg"),
        ("C:\\pictures\\a.jpg", "a.jpg"),
        ("x" * 400 + ".jpg", "x" * 180 + ".jpg"),
        ('a<b>"c|?*.jpg', "a_b__c___.jpg"),
    ],
)
def test_name_is_made_safe(make_dataset, make_picture, sent, kept):
    dataset = make_dataset()
    upload = SimpleUploadedFile("a.jpg", make_picture("a.jpg").read_bytes())
    upload._name = sent

    services.add_images(dataset, [upload])

    assert dataset.images.get().name == kept


def test_zip_with_everything_wrong_gives_what_is_right(make_dataset, make_picture, tmp_path):
    picture = make_picture("a.jpg").read_bytes()
    path = make_zip(
        tmp_path / "all.zip",
        {
            "set/a.jpg": picture,
            "set/b.jpg": make_picture("b.jpg", seed=2).read_bytes(),
            "set/broken.png": b"broken",
            "../../climbs.jpg": picture,
            "set/inner.zip": b"PK",
            "set/metadata.csv": "a.jpg,arcade, with red lanterns\r\nghost.jpg,nobody\r\n",
            "set/b.txt": "a teahouse at dawn",
            "__MACOSX/._a.jpg": b"litter",
            "set/.DS_Store": b"litter",
        },
    )
    dataset = make_dataset()

    report = services.add_images(dataset, [path])

    assert sorted(line.code for line in report.refused) == [
        "image-unreadable",
        "zip-entry-climbs-out",
        "zip-in-zip",
    ]
    assert [line.facts["name"] for line in report.noted] == ["ghost.jpg"]  # b.jpg has its .txt
    assert dict(dataset.images.values_list("name", "caption")) == {
        "a.jpg": "arcade, with red lanterns",
        "b.jpg": "a teahouse at dawn",
    }


def test_zip_bomb_is_stopped_and_what_came_before_is_kept(
    make_dataset, make_picture, tmp_path, settings
):
    settings.ZIP_MAX_BYTES = 100_000
    path = make_zip(
        tmp_path / "bomb.zip",
        {"a.jpg": make_picture("a.jpg").read_bytes(), "z.png": b"\0" * 50_000_000},
    )
    dataset = make_dataset()

    report = services.add_images(dataset, [path])

    assert [line.code for line in report.refused] == ["zip-too-large"]
    assert dataset.images.count() == 1


def test_encrypted_entry_is_named(make_dataset, make_picture, tmp_path):
    path = make_zip(tmp_path / "locked.zip", {"a.jpg": make_picture("a.jpg").read_bytes()})
    content = bytearray(path.read_bytes())
    content[6] |= 1  # the flag in the entry's own header, and in the directory
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)

    report = services.add_images(make_dataset(), [path])

    assert codes(report) == ["zip-entry-encrypted"]


def test_plain_form_takes_several_files_and_lists_the_rest(at_desk, make_dataset, make_picture):
    dataset = make_dataset()
    files = [
        SimpleUploadedFile("a.jpg", make_picture("a.jpg").read_bytes()),
        SimpleUploadedFile("bad.jpg", b"no picture"),
    ]

    answer = at_desk.post(f"/datasets/{dataset.pk}/upload/", {"files": files})

    assert answer.status_code == 200
    assert "bad.jpg" in answer.content.decode()
    assert dataset.images.count() == 1


def test_pictures_are_private_and_kept_by_the_browser(at_desk, make_dataset):
    image = make_dataset(1).images.get()

    first = at_desk.get(f"/images/{image.pk}/thumb/")
    again = at_desk.get(f"/images/{image.pk}/thumb/", headers={"If-None-Match": first["ETag"]})

    assert first["Content-Type"] == "image/webp"
    assert first["Cache-Control"].startswith("private, max-age=")
    assert Image.open(io.BytesIO(b"".join(first.streaming_content))).format == "WEBP"
    assert again.status_code == 304


def test_image_belongs_to_one_dataset_once(make_dataset):
    dataset = make_dataset(1)
    image = dataset.images.get()
    image.pk = None
    image.name = "twin.jpg"

    with pytest.raises(Exception, match="UNIQUE|unique"):
        TrainingImage.objects.bulk_create([image])
