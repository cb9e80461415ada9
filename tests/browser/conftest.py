"""The whole studio under a browser: live server, real Redis, real workers, toy base model.

The workers live as long as this room's tests: each has to import torch once. What they write lies
in the tests' own data folder, which `tests.settings` makes and removes.
"""

import os
import re
import subprocess
import sys
import zipfile

import numpy as np
import pytest
from django.conf import settings
from PIL import Image
from playwright.sync_api import expect

from gallery.services import policy
from tests.browser.toy_clip import write_clip
from tests.engine import toys
from tests.gallery.conftest import (  # noqa: F401 -- the gallery's own makers, on our toy base
    channel,
    finish,
    in_state,
    make_ready,
    make_scene,
    make_template,
    make_version,
    toy_weights,
    weights_of,
    writer,
)
from training import services
from training.models import BaseModel

SHOTS = settings.ROOT / "test-results" / "shots"
WORDS = {
    "en-GB": ("Username", "Password", "Sign in", "Main"),
    "zh-CN": ("用户名", "密码", "登录", "主导航"),
}
SIZES = {"desk": (1440, 900), "tablet": (820, 1100), "phone": (390, 844)}
# Work that a busy machine may take its time for; a test fails sooner only for what never comes.
PATIENCE = 240_000

expect.set_options(timeout=60_000)


@pytest.fixture(scope="session")
def toy_base():
    """A toy base model in the folder for base models, beside the bundled one."""
    return toys.write_base(settings.BASE_MODELS_DIR / "toy", "studio-mini")


@pytest.fixture(scope="package")
def toy_clip():
    """A toy CLIP as the installation's own labeler."""
    return write_clip(settings.BASE_MODELS_DIR / "clip")


@pytest.fixture(scope="package")
def _hands(django_db_setup, redis_process, toy_base):
    """{queue: (process, log)} of the workers that tests have asked for so far."""
    hands = {}
    yield hands
    _send_home(hands)


@pytest.fixture
def employ(_hands, studio, worker_environment):
    """employ("train", "render"): have a real worker on these queues, at real intervals."""

    def employ(*names):
        for name in names:
            if name not in _hands:
                log = settings.DATA_DIR / f"browser-{name}.log"
                # At real intervals: a busy machine must not look like a dead worker.
                _hands[name] = (_start_worker(name, log, worker_environment), log)

    begins = {log: log.stat().st_size for _process, log in _hands.values()}
    yield employ
    for _process, log in _hands.values():
        said = log.read_bytes()[begins.get(log, 0) :]
        print(f"--- {log.name}\n{said.decode(errors='replace')}")


@pytest.fixture
def nobody_works(_hands):
    """Send home whoever earlier tests have employed, so that work stays as a test lays it out."""
    _send_home(_hands)


def _send_home(hands):
    for process, _log in hands.values():
        process.kill()
        process.wait()
    hands.clear()


def _start_worker(name, log, environment):
    with log.open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "manage.py", "studio_worker", "--queue", name],
            cwd=settings.ROOT,
            # One thread: a toy on a busy machine loses most of its time to two that wait.
            env={**os.environ, **environment, "STUDIO_CLOCK": "1", "OMP_NUM_THREADS": "1"},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


@pytest.fixture
def studio(live_server, transactional_db, queue_redis, toy_base, settings):
    """The studio without its workers. Gives its address."""
    settings.EVIDENCE_SEEDS = 1  # half the pictures; tests/gallery has sheets of several
    services.sync_base_models()
    policy.seed_rules()  # as a first start does
    return live_server.url


@pytest.fixture
def base(studio):
    """The toy base model's row."""
    return BaseModel.objects.get(name="toy")


@pytest.fixture
def enter(studio, new_context):
    """enter(person, language="en-GB", size="desk"): a page of that person's own browser, signed in.

    Whatever the console complains about, the policy's refusals among it, fails the test at its end.
    """
    faults = []

    def note(message):
        # Chromium reports every refused form and order as an error, and the line that a test
        # breaks on purpose; a download that is refused has a page of its own. All show as they
        # should.
        told = r"status of 422|ERR_CONNECTION_RESET|status of 403 .*/(download|sweep)/"
        said = f"{message.text} ({message.location.get('url', '')})"
        if message.type == "error" and not re.search(told, said):
            faults.append(said)

    def enter(person, language="en-GB", size="desk", **options):
        width, height = SIZES[size]
        context = new_context(
            base_url=studio,
            locale=language,
            viewport={"width": width, "height": height},
            **options,
        )
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto("/sign-in/")
        name, password, sign_in, rail = WORDS[language]
        page.get_by_label(name).fill(person.username)
        page.get_by_label(password).fill(person.username)
        page.get_by_role("button", name=sign_in).click()
        expect(page.get_by_role("navigation", name=rail)).to_be_visible()
        # A page stands before its scripts do; without them a form is sent whole, and says less.
        page.wait_for_load_state()
        return page

    yield enter
    assert faults == []


@pytest.fixture
def shot(request):
    """shot(page, "caption-editor"): keep a picture of the page under test-results/shots."""

    def shot(page, name):
        SHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SHOTS / f"{request.node.name}-{name}.png", full_page=True)

    return shot


@pytest.fixture
def make_picture(tmp_path):
    """make_picture("a.jpg", seed=3): a picture file unlike those of other seeds."""

    def make_picture(name="a.jpg", *, seed=0, size=(96, 64)):
        values = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), dtype=np.uint8)
        path = tmp_path / name
        Image.fromarray(values, "RGB").resize(size, Image.Resampling.BICUBIC).save(path)
        return path

    return make_picture


@pytest.fixture
def make_zip(tmp_path):
    """make_zip("more.zip", {"a.jpg": path or text}): a zip with these entries."""

    def make_zip(name, entries):
        path = tmp_path / name
        with zipfile.ZipFile(path, "w") as archive:
            for inner, content in entries.items():
                if isinstance(content, str):
                    archive.writestr(inner, content)
                else:
                    archive.write(content, inner)
        return path

    return make_zip


@pytest.fixture
def make_dataset(designer, make_picture):
    """make_dataset(4): a dataset of the designer with so many pictures, captions checked."""

    def make_dataset(pictures=4, name="Ink", size=(96, 64), **fields):
        dataset = services.make_dataset(designer, name, **{"trigger_word": "lnink", **fields})
        services.add_images(
            dataset, [make_picture(f"{n:03}.jpg", seed=n, size=size) for n in range(pictures)]
        )
        for n, image in enumerate(dataset.images.order_by("name")):
            image.check_caption(f"lnink, arcade street number {n}, red lanterns", by=designer)
        return dataset

    return make_dataset


def open_its_page(page, picture):
    """Click the picture of a tile, and go on from its view at full size to its own page."""
    picture.click()
    viewer = page.get_by_role("dialog", name="Picture at full size")
    viewer.get_by_role("link").click()
    expect(viewer).to_have_count(0)


def answer_checklist(page):
    """Say yes to every item of a reviewer's checklist."""
    for box in page.get_by_label("yes", exact=True).all():
        box.check()
