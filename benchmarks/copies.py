"""How long it takes to find out whether a file is one of very many stored pictures.

    python benchmarks/copies.py [--stored 10000 100000]

Makes a database of its own (SQLite) in a temporary folder: so many finished pictures, a tenth of
them declined, the others approved, each with the words of 250 made-up features. A strange drawing
is looked up among all: as the studio does, whose processes keep the words that they have read, and
the plain way, which reads the words of all from the database for every file and counts each view's
by itself. What a close look at the 24 likeliest costs is the same for few and many and left out:
their files are not there.
"""

import argparse
import os
import platform
import random
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
ROUNDS = 5
FEATURES = 250
AT_ONCE = 500


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stored", type=int, nargs="+", default=[10_000, 100_000])
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"STUDIO_DATA_DIR": folder, "DATABASE_URL": "", "SECRET_KEY": "x"}
        os.environ["DJANGO_SETTINGS_MODULE"] = "brandstudio.settings"
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        load = os.getloadavg()[0]
        print(
            f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, load {load:.1f}"
        )
        made = 0
        for count in arguments.stored:
            make(made, count)
            made = count
            measure(count)


def measure(count):
    """Print the figures for so many stored pictures."""
    from gallery.services import own_images
    from training.engine.screening import copies as engine
    from training.minibase.artist import picture, spec
    from training.services import copies

    image = picture.draw(spec.random_spec(random.Random(-1)), 256)
    path = Path(os.environ["STUDIO_DATA_DIR"]) / "new.png"
    image.save(path)
    stored = own_images.stored_compared()
    print(f"{len(stored)} stored pictures")

    def ask():
        return copies.Compared(image).likenesses(stored)

    began = time.process_time()
    ask()
    print(f"  first file of a process, which reads the words: {time.process_time() - began:.2f} s")
    kept = median(ask)
    plain = median(lambda: plainly(engine.Probe(image), stored))
    print(
        f"  each further file {kept:.2f} s, the plain way {plain:.2f} s: ratio {plain / kept:.1f}"
    )
    print(f"  which may not come in: {median(own_images.stored_barred):.2f} s")
    print(f"  which were approved or were not: {median(own_images.stored_painted):.2f} s")

    def look_up():
        of_it = own_images.look_up(path)
        return of_it.origin(), of_it.origins()

    print(f"  all that is asked of a file: {median(look_up):.2f} s of processor time")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  most memory of this process so far: {peak:.0f} MB", flush=True)


def median(act):
    """Seconds of processor time."""
    times = []
    for _round in range(ROUNDS):
        began = time.process_time()
        act()
        times.append(time.process_time() - began)
    return sorted(times)[ROUNDS // 2]


def plainly(probe, stored):
    """The places of the 24 likeliest."""
    from brandstudio.core.models import LocalFeatures
    from training.engine.screening.copies.words import words_in

    ordered = sorted(stored)
    words = {}
    for start in range(0, len(ordered), AT_ONCE):
        rows = LocalFeatures.objects.filter(sha256__in=ordered[start : start + AT_ONCE])
        words |= {sha256: bytes(value) for sha256, value in rows.values_list("sha256", "words")}
    others = [words[sha256] for sha256 in ordered]
    packed = np.frombuffer(b"".join(others), dtype=np.uint32)
    ends = np.cumsum([len(other) // 4 for other in others], dtype=int)
    votes = np.zeros(len(others), dtype=int)
    for view in probe._views:
        is_ours = np.zeros(2 << 16, dtype=bool)
        is_ours[words_in(view.features)] = True
        shared = np.concatenate([[0], np.cumsum(is_ours[packed])])
        votes = np.maximum(votes, np.diff(shared[ends], prepend=0))
    return np.argsort(-votes, kind="stable")[:24]


def make(first, end):
    """The rows of pictures of these numbers."""
    from brandstudio.core.models import LocalFeatures, User
    from gallery.models import Asset, Scene
    from training.models import BaseModel

    owner, _is_new = User.objects.get_or_create(username="p")
    base, _is_new = BaseModel.objects.get_or_create(
        name="b", path="b", family="sd15", sha256="b" * 64
    )
    size = {"width": 512, "height": 512, "steps": 20, "guidance": 3, "count": 4}
    numbers = np.random.default_rng(first)
    for start in range(first, end, AT_ONCE):
        scene = Scene.objects.create(
            owner=owner, title="t", prompt="p", base=base, seed=start, **size
        )
        Asset.objects.bulk_create(
            Asset(
                scene=scene,
                index=n,
                seed=n,
                state="ready",
                image_sha256=f"{n:064x}",
                thumb_sha256="a" * 64,
                look="-".join(f"{numbers.integers(1 << 62):016x}" for _hash in range(20)),
                **({} if n % 10 else {"declined_why": "Five wheels."}),
                review="approved" if n % 10 else "declined",
            )
            for n in range(start, start + AT_ONCE)
        )
        LocalFeatures.objects.bulk_create(
            LocalFeatures(sha256=f"{n:064x}", features=b"", words=made_up_words(numbers), small=b"")
            for n in range(start, start + AT_ONCE)
        )


def made_up_words(numbers):
    words = numbers.integers(0, 1 << 16, (2, FEATURES), dtype=np.uint32)
    words[1] += 1 << 16
    return np.unique(words).tobytes()


if __name__ == "__main__":
    main()
