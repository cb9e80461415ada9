"""Names that are one word of two hundred letters: no page grows wider than its window."""

import zipfile

import pytest
from django.urls import reverse

from brandstudio.core import blobs
from tests.browser.conftest import SIZES
from training import jobs, services
from training.models import Upload

LONG = "w" * 176 + ".jpg"


@pytest.fixture
def dataset(make_dataset, make_picture, tmp_path):
    """A dataset with a picture of a long name, and reports on its upload page that tell of it."""
    dataset = make_dataset(3, name="D" * 118)
    services.add_images(dataset, [make_picture(LONG, seed=9)])
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        archive.write(make_picture("other.jpg", seed=10), "x" + LONG)
        archive.writestr("y" + LONG, b"no picture")
        archive.writestr("metadata.csv", f"file_name,text\nz{LONG},nobody\n{LONG},\n")
    for name in ("set.zip", "n" * 170 + ".zip"):
        unpack(dataset, name, tmp_path / "set.zip")
    (tmp_path / "none.zip").write_bytes(b"no zip")
    unpack(dataset, "m" * 170 + ".zip", tmp_path / "none.zip")
    services.add_images(dataset, [tmp_path / "set.zip"])
    return dataset


def unpack(dataset, name, path):
    row = Upload.objects.create(dataset=dataset, sent_by=dataset.owner, name=name, key=name, size=9)
    row.queue(blobs.put(path))
    jobs.unpack(row.pk)


def screened(dataset):
    """Screening has looked at the pictures; what was found names them."""
    for image in dataset.images.all():
        found = {
            "check": "readable",
            "code": "image-unreadable",
            "severity": "fault",
            "value": 0,
            "limit": 1,
            "facts": {"reason": "damaged"},
        }
        image.report = {"findings": [found], "measures": {}}
        image.save()


def test_long_names_make_no_page_scroll_sideways(
    enter, designer, dataset, base, nobody_works, shot
):
    for one in dataset.images.all():
        one.check_caption(f"lnink, {LONG}", by=designer)
    run = services.start_run(dataset, base, {"epochs": 1}, by=designer, name="R" * 118)
    run.start(worker="w")
    run.fail("image-unreadable", name=LONG, reason="damaged")
    screened(dataset)
    image = dataset.images.get(name=LONG)
    page = enter(designer, "zh-CN")
    faults = []

    for path in (
        f"/datasets/{dataset.pk}/upload/",
        dataset.get_absolute_url(),
        *(f"/datasets/{dataset.pk}/{name}/" for name in ("rights", "train")),
        reverse("training:image-detail", args=[image.pk]),
        run.get_absolute_url(),
        f"/runs/{run.pk}/log/",
        "/datasets/",
        "/runs/",
    ):
        assert page.goto(path).status == 200
        for size in ("desk", "phone"):
            width, height = SIZES[size]
            page.set_viewport_size({"width": width, "height": height})
            too_wide = page.locator("html").evaluate("h => h.scrollWidth - h.clientWidth")
            if too_wide > 0:
                faults.append(f"{path}: {too_wide} px too wide at {width}")
            shot(page, f"{size}-{path.strip('/').replace('/', '-')}")

    assert faults == []
