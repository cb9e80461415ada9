"""How fast does the style library answer with 500 packs of three versions each?

    python benchmarks/library.py [--packs N] [--rounds N]

Lays the packs out in a temporary database, with tags, strength sheets of seven pictures in three
rows, ratings and a glossary, and asks the list several times through Django's own request handling
(no network). Prints the median by the clock and in processor time, the slowest answer, and the
queries of each; docs/performance.md has the figures.
"""

import argparse
import random
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # run as a file, from anywhere

from benchmarks.workbench import measured, set_up

WORDS_ZH = ["水墨", "霓虹", "剪纸", "青花", "琉璃", "晨雾", "胶片", "木雕", "灰塑", "满洲窗"]
WORDS_EN = [
    "ink",
    "neon",
    "papercut",
    "porcelain",
    "glazed",
    "mist",
    "film",
    "carved",
    "plaster",
    "lattice",
]
STRENGTHS = (0.0, 0.3, 0.5, 0.6, 0.7, 0.8, 1.0)


def main() -> None:
    """Lay out the library, ask for its lists, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--packs", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="library-")
    try:
        set_up(folder)
        client = build(arguments.packs)
        print(f"{arguments.packs} packs of three versions; answers in milliseconds")
        print(
            "| Page | Median | Processor | Slowest | Queries |", "|---|---|---|---|---|", sep="\n"
        )
        for name, query in (
            ("the list", ""),
            ("its last page", "?page=999"),
            ("two filters", "?place=qilou&mood=quiet"),
            ("a Chinese word", "?q=骑楼水墨"),
            ("an English word, filtered", "?q=arcades&state=approved&mood=quiet&mood=elegant"),
        ):
            address = f"/styles/{query}"
            print(measured(name, lambda address=address: client.get(address), arguments.rounds))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def build(packs: int):
    """A signed-in client of a library with so many packs."""
    from django.test import Client  # after the settings

    from brandstudio.core.models import User
    from gallery.models import EvidenceImage, PackTag, StylePack, StyleRating, StyleVersion
    from gallery.services.reference import seed_reference
    from training import services
    from training.models import BaseModel

    seed_reference()
    services.sync_base_models()
    base, rng = BaseModel.objects.get(), random.Random(7)
    maker = User.objects.create_user("maker", is_designer=True)
    admin = User.objects.create_user("admin", is_brand_admin=True)
    reader = User.objects.create_user("reader", is_marketer=True)
    rows = StylePack.objects.bulk_create(_pack(StylePack, number, rng) for number in range(packs))
    tags = list(PackTag.objects.all())
    through = StylePack.tags.through
    through.objects.bulk_create(
        through(stylepack=pack, packtag=tag) for pack in rows for tag in rng.sample(tags, 4)
    )
    states = {1: "retired", 2: "retired", 3: "approved"}
    versions = StyleVersion.objects.bulk_create(
        StyleVersion(
            pack=pack,
            number=number,
            state=state,
            base=base,
            made_by=maker,
            submitted_by=maker,
            reviewed_by=admin,
            weights_sha256="0" * 64,
            size=1,
            trigger_words=f"{pack.slug} style",
            strength_min=0.3,
            best_min=0.5,
            strength=0.6,
            best_max=0.7,
            strength_max=0.9,
        )
        for pack in rows
        for number, state in states.items()
    )
    EvidenceImage.objects.bulk_create(
        (
            EvidenceImage(
                version=version, prompt=f"scene {row}", seed=row, strength=s, sha256="0" * 64
            )
            for version in versions
            for row in range(3)
            for s in STRENGTHS
        ),
        batch_size=2000,
    )
    StyleRating.objects.bulk_create(
        StyleRating(version=version, person=reader, stars=rng.randint(1, 5)) for version in versions
    )
    client = Client()
    client.force_login(reader)
    return client


def _pack(model, number: int, rng):
    zh, en = rng.choice(WORDS_ZH), rng.choice(WORDS_EN)
    return model(
        slug=f"{en}-{number}",
        name_zh=f"{zh} {number}",
        name_en=f"{en} {number}",
        summary_zh=f"{zh}、{rng.choice(WORDS_ZH)}；骑楼、茶楼都稳，夜景偏灰。",
        summary_en=f"{en} and {rng.choice(WORDS_EN)}; arcades hold, nights turn grey.",
    )


if __name__ == "__main__":
    main()
