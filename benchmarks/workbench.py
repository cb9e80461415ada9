"""How fast does the designer's workbench answer with 2,000 pictures?

    python benchmarks/workbench.py [--pictures N] [--rounds N]

Takes so many generated pictures into a dataset of a temporary database, as an upload would, gives
them captions, screening reports and CLIP's answers, and asks each page several times through
Django's own request handling (no network). Prints the median by the clock and in processor time,
the slowest answer, and the queries of each; docs/performance.md has the figures.
"""

import argparse
import os
import random
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # run as a file, from anywhere

WARM_UP = 2


def main() -> None:
    """Build the dataset, ask the pages, print the table."""
    arguments = _arguments()
    folder = tempfile.mkdtemp(prefix="workbench-")
    try:
        set_up(folder)
        dataset, client = build(arguments.pictures, Path(folder))
        print(f"{dataset.images.count()} pictures; answers in milliseconds")
        print(
            "| Page | Median | Processor | Slowest | Queries |", "|---|---|---|---|---|", sep="\n"
        )
        for name, ask in pages(dataset, client):
            print(measured(name, ask, arguments.rounds))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def set_up(folder: str, database: str = "") -> None:
    """A site of its own in the folder; must come before any of its modules.

    database: the address of an empty one; without it a file in the folder.
    """
    os.environ |= {
        "STUDIO_DATA_DIR": folder,
        "DJANGO_SETTINGS_MODULE": "brandstudio.settings",
        "DJANGO_ALLOWED_HOSTS": "testserver",
        "LOG_LEVEL": "ERROR",
    }
    for name in ("DATABASE_URL", "REDIS_URL", "STORAGE_URL"):
        os.environ.pop(name, None)
    if database:
        os.environ["DATABASE_URL"] = database
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)


def build(pictures: int, folder: Path):
    """(dataset, signed-in client): pictures taken in as files, with captions and reports."""
    from django.test import Client  # after the settings

    from brandstudio.core.models import User
    from gallery.services.reference import seed_reference
    from training import services
    from training.engine.screening import ScreenSettings, screen_file
    from training.minibase import artist

    seed_reference()
    services.sync_base_models()
    designer = User.objects.create_user("designer", is_designer=True)
    dataset = services.make_dataset(designer, "Two thousand", trigger_word="lnink")
    rng = random.Random(7)
    shoot = folder / "shoot"
    shoot.mkdir()
    specs = [artist.random_spec(rng) for _ in range(pictures)]
    for n, spec in enumerate(specs):
        # A drawn scene takes a third of a second; one pixel of its own makes each file another.
        picture = _scene(artist, spec, n)
        picture.save(shoot / f"{n:04}.png", compress_level=1)
    services.add_images(dataset, sorted(shoot.iterdir()))
    report = screen_file(shoot / "0000.png", ScreenSettings(resolution=512)).to_json()
    images = list(dataset.images.all())
    for n, (image, spec) in enumerate(zip(images, specs, strict=True)):
        image.caption = f"lnink, {artist.caption(spec)}" if n % 20 else "old building, 骑楼"
        image.caption_state = "checked" if n % 3 else "drafted"
        image.report = {**report, "worst": "warning" if n % 10 == 0 else ""}
        image.agreement = {"caption": image.caption, "conflicts": [], "outdone": 0.0}
    dataset.images.model.objects.bulk_update(
        images, ["caption", "caption_state", "report", "agreement"], batch_size=200
    )
    client = Client()
    client.force_login(designer)
    return dataset, client


_scenes: list = []


def _scene(artist, spec, number: int):
    """One of 40 drawn scenes, with a mark that makes it differ from all others."""
    if len(_scenes) < 40:
        _scenes.append(artist.draw(spec))
    picture = _scenes[number % len(_scenes)].copy()
    picture.putpixel((number % 64, number // 64), (number % 256, number // 256, 77))
    return picture


def pages(dataset, client):
    """(name, function that asks and returns the response) for each page of the workbench."""
    url = dataset.get_absolute_url()
    image = dataset.images.all()[1000 if dataset.images.count() > 1000 else 0]

    def get(address):
        return lambda: client.get(address)

    def save():
        image.refresh_from_db()
        text = f"{image.caption.removesuffix(', rain')}, rain"
        return client.post(
            f"/images/{image.pk}/caption/",
            {f"caption-{image.pk}": text, f"seen-{image.pk}": image.caption},
            headers={"HX-Request": "true"},
        )

    def preview():
        return client.post(
            f"{url}replace/",
            {"kind": "replace", "find": "sedan", "text": "saloon", "act": "preview"},
            headers={"HX-Request": "true"},
        )

    yield "captions", get(url)
    yield "captions, page 30", get(f"{url}?page=30")
    yield "captions, one finding", get(f"{url}?finding=vague")
    yield "captions, one word", get(f"{url}?word=bridge")
    yield "statistics", get(f"{url}statistics/")
    yield "rights", get(f"{url}rights/")
    yield "snapshots", get(f"{url}snapshots/")
    yield "one picture", get(f"/images/{image.pk}/")
    yield "saving a caption", save
    yield "preview of a bulk edit", preview
    yield "new run", get(f"{url}train/")


def measured(name: str, ask, rounds: int) -> str:
    """A line of the table."""
    from django.db import connection  # after the settings
    from django.test.utils import CaptureQueriesContext

    milliseconds, processor = [], []
    for number in range(WARM_UP + rounds):
        start, cpu = time.perf_counter(), time.process_time()
        response = ask()
        taken, worked = time.perf_counter() - start, time.process_time() - cpu
        assert response.status_code == 200, (name, response.status_code)
        if number >= WARM_UP:
            milliseconds.append(1000 * taken)
            processor.append(1000 * worked)
    with CaptureQueriesContext(connection) as queries:
        ask()
    middle, slowest = statistics.median(milliseconds), max(milliseconds)
    cpu = statistics.median(processor)
    return f"| {name} | {middle:.0f} | {cpu:.0f} | {slowest:.0f} | {len(queries)} |"


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=15, help="answers per page that count")
    return parser.parse_args()


if __name__ == "__main__":
    main()
