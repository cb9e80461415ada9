"""Every page, for each role, in two languages and three widths: whole, named, never too wide, and
under a finger large enough to be hit."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from brandstudio.core import blobs
from brandstudio.core.models import GlossaryTerm
from tests.browser.conftest import SIZES
from training import services
from training.models import Checkpoint, LossPoint, RunSample

BASICS = (Path(__file__).parent / "basics.js").read_text()
TARGETS = (Path(__file__).parent / "targets.js").read_text()


@pytest.fixture
def full_house(designer, make_dataset, make_version, make_template, make_ready, base, nobody_works):
    """Rows of every kind. Gives the pages to look at: {role: [path]}."""
    dataset = make_dataset(3)
    run = services.start_run(dataset, base, {"epochs": 1, "batch_size": 1}, by=designer)
    services.start_run(dataset, base, {"epochs": 2, "batch_size": 1}, by=designer)
    LossPoint.objects.bulk_create(
        LossPoint(run=run, step=step, loss=0.2 / step) for step in range(1, 30)
    )
    picture = dataset.images.first().thumb_sha256
    RunSample.objects.create(run=run, step=4, prompt="lnink, street", seed=1, sha256=picture)
    checkpoint = Checkpoint.objects.create(
        run=run, step=4, sha256=blobs.put_bytes(b"weights"), size=7
    )
    version = make_version(pictures=(0.0, 0.3, 0.5, 0.7, 1.0))
    waiting = make_version("neon", state="in_review")
    other = make_version("tea")
    GlossaryTerm.objects.create(term="骑楼", phrase="qilou arcade street", category="place")
    dataset.images.update(rights_expire_at=timezone.now() + timedelta(days=9))
    template = make_template()
    assets = make_ready(packs=((version, 0.7),), count=2, template=template)
    first, second = assets
    return {
        "designer": [
            "/",
            "/datasets/",
            "/datasets/new/",
            dataset.get_absolute_url(),
            *(
                f"/datasets/{dataset.pk}/{page}/"
                for page in ("edit", "upload", "statistics", "rights", "snapshots", "train")
            ),
            "/runs/",
            run.get_absolute_url(),
            f"/runs/{run.pk}/log/",
            f"/runs/compare/?a={run.pk}&b={run.pk + 1}",
            "/base-models/",
            "/styles/",
            version.get_absolute_url(),
            "/styles/import/",
            "/styles/import/bundle/",
            f"/styles/publish/{checkpoint.pk}/",
            "/templates/",
            "/templates/new/",
            "/vehicles/",
            template.get_absolute_url(),
            "/account/",
            "/notices/",
        ],
        "admin": [
            "/",
            "/studios/",
            f"/review/?item=version-{waiting.pk}",
            "/review/pictures/",
            version.get_absolute_url(),
            f"/styles/evidence/compare/?a={version.pk}&b={waiting.pk}",
            "/styles/pairs/",
            f"/styles/pairs/{version.pk}/{other.pk}/",
            "/glossary/",
            "/policy/",
            "/rights/",
            f"/downstream/version/{version.pk}/",
        ],
        "marketer": [
            "/",
            "/create/",
            "/create/?mode=picture",
            "/create/?mode=product",
            "/assets/",
            first.get_absolute_url(),
            f"/assets/compare/?pick={first.pk}&pick={second.pk}",
            "/styles/",
            "/templates/",
        ],
    }


@pytest.mark.parametrize("language", ["en-GB", "zh-CN"])
@pytest.mark.parametrize("role", ["designer", "admin", "marketer"])
def test_pages_are_whole_at_every_width(enter, full_house, request, role, language, shot):
    person = request.getfixturevalue({"admin": "brand_admin"}.get(role, role))
    is_touched = language == "zh-CN"
    page = enter(person, language, has_touch=is_touched)
    faults = []

    for path in full_house[role]:
        answer = page.goto(path)
        if answer.status != 200:
            faults.append(f"{path}: {answer.status}")
            continue
        faults += [f"{path}: {fault}" for fault in page.evaluate(BASICS)]
        for size, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            too_wide = page.locator("html").evaluate("h => h.scrollWidth - h.clientWidth")
            if too_wide > 0:
                faults.append(f"{path}: {too_wide} px too wide at {width}")
            if is_touched and size == "phone":
                faults += [f"{path}: {fault}" for fault in page.evaluate(TARGETS)]
            if size == {"en-GB": "desk", "zh-CN": "phone"}[language]:
                shot(page, path.strip("/").replace("/", "-").replace("?", "-") or "home")

    assert faults == []


def test_language_switch_keeps_the_place(enter, marketer):
    page = enter(marketer)
    page.goto("/assets/")
    expect(page.get_by_role("heading", name="Assets", level=1)).to_be_visible()

    page.get_by_role("button", name="中文", exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("素材")
    expect(page).to_have_url(re.compile("/assets/$"))

    page.get_by_role("button", name="EN", exact=True).first.click()
    expect(page.get_by_role("heading", name="Assets", level=1)).to_be_visible()
