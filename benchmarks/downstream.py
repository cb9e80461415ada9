"""How long it takes to say what one photograph reached, among 100,000 pictures of scenes.

    python benchmarks/downstream.py [--assets 100000]

Makes a database of its own in a temporary folder: every tenth picture comes from the style that
trained on the photograph, one in ten of those was continued, one in twenty downloaded. As many
photographs lie in an archive, the rights of one in two hundred have ended.
"""

import argparse
import io
import os
import random
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
PER_SCENE = 4
ROUNDS = 9


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--assets", type=int, default=100_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"STUDIO_DATA_DIR": folder, "DATABASE_URL": "", "SECRET_KEY": "x"}
        os.environ["DJANGO_SETTINGS_MODULE"] = "brandstudio.settings"
        measure(arguments.assets)


def measure(count):
    """Print the figures for so many assets."""
    import django

    django.setup()
    from django.core.management import call_command

    from gallery.models import Asset, StyleVersion
    from gallery.pages.downstream import downstream_of
    from gallery.services import holds, own_images
    from gallery.services.downstream import find_source
    from training.engine.data import variants
    from training.models import Dataset
    from training.services import copies, photographs
    from training.services.preflight import held_photographs

    call_command("migrate", verbosity=0)
    person = make(count)
    make_archive(count, person)
    source = find_source("image", "0" * 64)
    report(f"what a photograph reached, of {count} assets", lambda: downstream_of(source, person))
    print(downstream_of(source, person).figures)
    asset = Asset.objects.order_by("-pk").first()
    report("whether one asset is held", lambda: holds.is_held(asset))
    report("which styles are held", lambda: list(StyleVersion.objects.held()))
    dataset = Dataset.objects.get(name="d0")
    report(
        "what of a dataset is, or looks like, a photograph that may not be used",
        lambda: held_photographs(dataset.images.all()),
    )
    probe = os.urandom(8 * variants.HASHES)
    report("which photographs look like a new one", lambda: photographs.Shelf().near(probe))
    shelf = photographs.Shelf()
    report("which look like the next one of the same zip", lambda: shelf.near(probe))
    image = scene(-1)
    barred = len(photographs.stored_barred())
    copies.read_waiting(seconds=3600)  # the background's part
    report(
        f"of which of {barred} that may not be used a new one is a copy",
        lambda: copies.Compared(image).likenesses(photographs.stored_barred()),
    )
    report(
        "which pictures of the studio may not come in again",
        lambda: own_images.stored_barred(),
    )


def report(name, act):
    act()
    times = []
    for _round in range(ROUNDS):
        began = time.perf_counter()
        act()
        times.append((time.perf_counter() - began) * 1000)
    times.sort()
    print(f"{name}: median {times[ROUNDS // 2]:.0f} ms, worst {times[-1]:.0f} ms")


def make(count):
    """The rows. Returns an admin."""
    from brandstudio.core.models import User
    from gallery.models import (
        Asset,
        Download,
        Scene,
        ScenePack,
        StylePack,
        StyleVersion,
    )
    from training.models import (
        BaseModel,
        Checkpoint,
        Dataset,
        Snapshot,
        SnapshotImage,
        TrainingImage,
        TrainingRun,
        WeightsContent,
    )

    people = [User.objects.create(username=f"p{n}", is_marketer=True) for n in range(20)]
    admin = User.objects.create(username="admin", is_brand_admin=True)
    base = BaseModel.objects.create(name="b", path="b", family="sd15", sha256="b" * 64)
    versions = []
    for number in range(10):
        dataset = Dataset.objects.create(name=f"d{number}", owner=admin)
        snapshot = Snapshot.objects.create(dataset=dataset, sha256=f"{number:064}")
        images = TrainingImage.objects.bulk_create(
            TrainingImage(
                dataset=dataset,
                name=f"{n}.jpg",
                original_sha256=f"{number * 1000 + n:064}",
                image_sha256=f"{number * 1000 + n:064}",
                pixels_sha256=f"{number * 1000 + n:064}",
                width=1,
                height=1,
            )
            for n in range(100)
        )
        SnapshotImage.objects.bulk_create(
            SnapshotImage(
                snapshot=snapshot,
                position=n,
                image_number=image.pk,
                name=image.name,
                sha256=image.image_sha256,
            )
            for n, image in enumerate(images)
        )
        run = TrainingRun.objects.create(
            name="r", owner=admin, dataset=dataset, base=base, snapshot=snapshot
        )
        sha256 = f"{number:064}"
        WeightsContent.objects.create(sha256=sha256, content=sha256)
        checkpoint = Checkpoint.objects.create(run=run, step=1, sha256=sha256, size=1)
        pack = StylePack.objects.create(slug=f"s{number}", name_zh="s", name_en="s")
        versions.append(
            StyleVersion.objects.create(
                pack=pack,
                number=1,
                base=base,
                checkpoint=checkpoint,
                weights_sha256=sha256,
                size=1,
                made_by=admin,
            )
        )
    size = {"width": 512, "height": 512, "steps": 20, "guidance": 3, "count": PER_SCENE}
    roots = count * 9 // 10 // PER_SCENE
    scenes = Scene.objects.bulk_create(
        (
            Scene(owner=people[n % 20], title="t", prompt="p", base=base, seed=n, **size)
            for n in range(roots)
        ),
        batch_size=500,
    )
    ScenePack.objects.bulk_create(
        (
            ScenePack(scene=scene, version=versions[n % 10], strength=0.7)
            for n, scene in enumerate(scenes)
        ),
        batch_size=500,
    )
    assets = paint(Asset, scenes)
    later = Scene.objects.bulk_create(
        (
            Scene(
                owner=people[n % 20],
                title="t",
                prompt="p",
                base=base,
                seed=n,
                mode="picture",
                init_image_sha256="a" * 64,
                init_image_asset=assets[n * 36 % len(assets)],
                **size,
            )
            for n in range((count - len(assets)) // PER_SCENE)
        ),
        batch_size=500,
    )
    paint(Asset, later)
    Download.objects.bulk_create(
        (
            Download(
                asset=asset,
                person=people[n % 20],
                form="png",
                width=1,
                height=1,
                sha256="f" * 64,
            )
            for n, asset in enumerate(assets[::20])
        ),
        batch_size=500,
    )
    return admin


def scene(seed):
    """A drawing as the bundled base learned from."""
    from training.minibase.artist import picture, spec

    return picture.draw(spec.random_spec(random.Random(seed)), 256)


def stored_scene(seed):
    """The SHA-256 of a stored drawing."""
    from brandstudio.core import blobs

    file = io.BytesIO()
    scene(seed).save(file, "PNG")
    return blobs.put_bytes(file.getvalue())


def make_archive(count, admin):
    """A dataset of so many photographs with fingerprints, of which one in 200 may not be used any
    more; one is an equal of the traced one."""
    from django.utils import timezone

    from brandstudio.core.models import Fingerprint
    from training.engine.data import variants
    from training.models import Dataset, TrainingImage

    dataset = Dataset.objects.create(name="archive", owner=admin)
    ended = timezone.now()
    TrainingImage.objects.bulk_create(
        (
            TrainingImage(
                dataset=dataset,
                name=f"{n}.jpg",
                original_sha256=f"a{n:063}",
                image_sha256=f"a{n:063}",
                pixels_sha256=f"a{n:063}" if n else "0" * 64,
                thumb_sha256=stored_scene(n) if n % 200 == 1 else "",
                rights_expire_at=ended if n % 200 == 1 else None,
                width=1,
                height=1,
            )
            for n in range(count)
        ),
        batch_size=500,
    )
    Fingerprint.objects.bulk_create(
        (
            Fingerprint(pixels_sha256=f"a{n:063}", hashes=os.urandom(8 * variants.HASHES))
            for n in range(count)
        ),
        batch_size=500,
    )


def paint(model, scenes):
    """Finished assets of these scenes."""
    return model.objects.bulk_create(
        (
            model(
                scene=scene,
                index=index,
                seed=index,
                state="ready",
                image_sha256="a" * 64,
                thumb_sha256="a" * 64,
            )
            for scene in scenes
            for index in range(PER_SCENE)
        ),
        batch_size=500,
    )


if __name__ == "__main__":
    main()
