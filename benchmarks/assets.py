"""How fast does the list of pictures answer with 100,000 of them?

    python benchmarks/assets.py [--pictures N] [--rounds N] [--database URL] [--unsettled]
    .ci/with-postgres sh -c 'python benchmarks/assets.py --database "$POSTGRES_URL"'

Lays out scenes of thirty people with their words, packs, channels, vehicles, tags, boards,
favourites and stars in a database of its own (a file without --database, which must be empty), and
asks the list for each filter and search through Django's own request handling (no network), as a
marketer and as an admin. What the web process holds for good is settled first, as it is when the
studio starts; --unsettled leaves that out. Prints median and 95th percentile by the clock, the
median of processor time and the queries of each; docs/performance.md has the figures.
"""

import argparse
import datetime
import random
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # run as a file, from anywhere

from benchmarks.workbench import set_up

WARM_UP = 2
PEOPLE, PACKS, TAGS, BOARDS, A_SCENE = 30, 20, 200, 20, 4
DAYS = 400
BATCH = 2000


def main() -> None:
    """Lay out the pictures, ask for the lists, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--database", default="", help="of an empty PostgreSQL")
    parser.add_argument("--unsettled", action="store_true", help="let the collector see all")
    arguments = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="assets-")
    try:
        set_up(folder, arguments.database)
        from brandstudio.core.process import resident  # after the settings

        clients = build(arguments.pictures)
        if not arguments.unsettled:
            resident.settle()
        print(f"{arguments.pictures} pictures; answers in milliseconds")
        print(
            "| Page | Who | Median | 95 % | Processor | Queries |",
            "|---|---|---|---|---|---|",
            sep="\n",
        )
        for name, query in addresses():
            for who, client in clients.items():
                print(measured(name, who, client, f"/assets/?{query}", arguments.rounds))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def addresses():
    """(what is asked for, its query) of each line of the table."""
    from gallery.models import Asset, AssetTag, Board  # after the settings
    from gallery.pages.asset_list import cursor

    deep = Asset.objects.order_by("made_at")[5000]
    today = datetime.date.today()
    yield "all", ""
    yield "all, 95 % down", f"before={cursor(deep.made_at, deep.pk)}"
    yield "mine", "mine=1"
    yield "favourites", "favourite=1"
    yield "approved", "review=approved"
    yield "declined", "review=declined"
    yield "one vehicle", "vehicle=gs8"
    yield "one channel", "channel=xiaohongshu"
    yield "one day", f"from={today - datetime.timedelta(9)}&to={today - datetime.timedelta(9)}"
    yield "the last 30 days", f"from={today - datetime.timedelta(30)}"
    yield "one pack", "pack=pack-3"
    yield "one pack, from 0.65", "pack=pack-3&strength_from=0.65"
    yield "from 0.85", "strength_from=0.85"
    yield "one template", "template=lingnan-arcade"
    yield "one person", "person=person-7"
    yield "one tag", f"tag={AssetTag.objects.first().pk}"
    yield "one board", f"board={Board.objects.first().pk}"
    yield "4 stars and more", "stars=4"
    yield "search: white", "q=white"
    yield "search: 白色", "q=白色"
    yield "search: 小红书", "q=小红书"
    yield "search: 骑楼", "q=骑楼"
    yield "search: suv (half of all)", "q=suv"
    yield "search: a person", "q=Person 7"
    yield "search: a title", "q=早市 1200"
    yield "search: nothing", "q=zeppelin"
    yield "search: white gs8 小红书", "q=white gs8 小红书"
    yield (
        "white GS8, Xiaohongshu, one day",
        (
            f"q=white&vehicle=gs8&channel=xiaohongshu&from={today - datetime.timedelta(6)}"
            f"&to={today - datetime.timedelta(6)}"
        ),
    )


def measured(name: str, who: str, client, address: str, rounds: int) -> str:
    """A line of the table."""
    from django.db import connection  # after the settings
    from django.test.utils import CaptureQueriesContext

    milliseconds, processor = [], []
    for number in range(WARM_UP + rounds):
        start, cpu = time.perf_counter(), time.process_time()
        response = client.get(address)
        taken, worked = time.perf_counter() - start, time.process_time() - cpu
        assert response.status_code == 200, (name, response.status_code)
        if number >= WARM_UP:
            milliseconds.append(1000 * taken)
            processor.append(1000 * worked)
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    middle, slow = statistics.median(milliseconds), statistics.quantiles(milliseconds, n=20)[-1]
    cpu = statistics.median(processor)
    figures = f"{middle:.0f} | {slow:.0f} | {cpu:.0f} | {len(queries)}"
    return f"| {name} | {who} | {figures} |"


def build(pictures: int):
    """{who: signed-in client} of a studio with so many pictures."""
    from django.db import connection
    from django.test import Client  # after the settings

    from brandstudio.core.models import User
    from gallery.models import Asset, Scene
    from gallery.services.reference import seed_reference, seed_templates
    from training import services

    for model in (Asset, Scene):  # their days are laid out here
        model._meta.get_field("made_at").auto_now_add = False
    seed_reference()
    services.sync_base_models()
    people = [
        User.objects.create_user(
            f"person-{n}", first_name="Person", last_name=str(n), is_marketer=True
        )
        for n in range(PEOPLE)
    ]
    designer = User.objects.create_user("designer", is_designer=True)
    admin = User.objects.create_user("admin", is_brand_admin=True)
    seed_templates(designer, admin)
    rng = random.Random(7)
    versions = _versions(designer, admin)
    scenes = _scenes(pictures // A_SCENE, people, versions, rng)
    assets = _assets(scenes, rng)
    _marks(assets, people, rng)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    clients = {"marketer": Client(), "admin": Client()}
    clients["marketer"].force_login(people[3])
    clients["admin"].force_login(admin)
    return clients


def _versions(designer, admin):
    from gallery.models import StylePack, StyleVersion
    from training.models import BaseModel

    packs = StylePack.objects.bulk_create(
        StylePack(slug=f"pack-{n}", name_zh=f"风格 {n}", name_en=f"Style {n}") for n in range(PACKS)
    )
    base = BaseModel.objects.first()
    fields = {"base": base, "made_by": designer, "submitted_by": designer, "reviewed_by": admin}
    band = {
        "strength_min": 0.3,
        "best_min": 0.5,
        "strength": 0.6,
        "best_max": 0.7,
        "strength_max": 0.9,
    }
    return StyleVersion.objects.bulk_create(
        StyleVersion(
            pack=pack, number=1, state="approved", weights_sha256="0" * 64, size=1,
            trigger_words="x", **fields, **band,
        )
        for pack in packs
    )  # fmt: skip


def _scenes(count: int, people, versions, rng):
    """Scenes of the seeded templates and channels, with their words, vehicles and packs."""
    from django.utils import timezone

    from brandstudio.core.models import Vehicle
    from gallery.models import Channel, PromptTemplate, Scene, ScenePack

    vehicles = {one.slug: one for one in Vehicle.objects.all()}
    channels, templates = list(Channel.objects.all()), list(PromptTemplate.objects.approved())
    now, scenes = timezone.now(), []
    for n in range(count):
        template = rng.choice(templates)
        values = {slot["name"]: rng.choice(slot["options"])["value"] for slot in template.slots}
        named = values.get("vehicle", "").split(" ")[0].lower()
        scenes.append(
            Scene(
                owner=rng.choice(people), template=template, slot_values=values,
                title=template.name_zh, prompt=template.fill(values), base=versions[0].base,
                channel=rng.choice(channels), vehicle=vehicles.get(named), width=512, height=512,
                steps=20, guidance=3, seed=n, count=A_SCENE, is_shared=rng.random() < 0.3,
                has_words=True, made_at=now - datetime.timedelta(days=DAYS * (count - n) / count),
            )
        )  # fmt: skip
    scenes = Scene.objects.bulk_create(scenes, batch_size=BATCH)
    ScenePack.objects.bulk_create(
        (
            ScenePack(
                scene=scene, version=rng.choice(versions), strength=rng.choice((0.5, 0.6, 0.7, 0.9))
            )
            for scene in scenes
        ),
        batch_size=BATCH,
    )
    _words(scenes)
    return scenes


def _words(scenes):
    """What `services.words.note_scene` keeps, for all at once."""
    from gallery.models import SceneWord, Word
    from gallery.services import words

    kept_words = {scene: words.words_in(words.text_of(scene)) for scene in scenes}
    texts = set().union(*kept_words.values())
    Word.objects.bulk_create(Word(text=text) for text in texts)
    keys = dict(Word.objects.values_list("text", "pk"))
    SceneWord.objects.bulk_create(
        (
            SceneWord(word_id=keys[text], scene=scene)
            for scene in scenes
            for text in kept_words[scene]
        ),
        batch_size=BATCH,
    )


def _assets(scenes, rng):
    from gallery.models import Asset, AssetState

    reviews = ("private",) * 12 + ("asked",) + ("approved",) * 6 + ("declined",)
    assets = Asset.objects.bulk_create(
        (
            Asset(
                scene=scene, index=index, seed=scene.seed, state=AssetState.READY, attempt=1,
                image_sha256="0" * 64, thumb_sha256="1" * 64, review=rng.choice(reviews),
                lineage={"prompt": scene.prompt, "software": {"torch": "2.13.0"}},
                stars=rng.choice((None,) * 9 + (2.0, 3.5, 4.5)), own_title=_title_of(scene, index),
                made_at=scene.made_at + datetime.timedelta(seconds=index),
            )
            for scene in scenes
            for index in range(A_SCENE)
        ),
        batch_size=BATCH,
    )  # fmt: skip
    return assets


def _title_of(scene, index):
    return f"早市 {scene.seed}" if index == 0 and scene.seed % 12 == 0 else ""


def _marks(assets, people, rng):
    from gallery.models import AssetTag, AssetWord, Board, BoardItem, Favourite, Word
    from gallery.services import words

    tags = AssetTag.objects.bulk_create(AssetTag(name=f"tag {n}") for n in range(TAGS))
    through = AssetTag.assets.through
    through.objects.bulk_create(
        (through(assettag=rng.choice(tags), asset=asset) for asset in assets[::4]), batch_size=BATCH
    )
    boards = Board.objects.bulk_create(
        Board(name=f"Board {n}", owner=people[n % PEOPLE], is_team=True) for n in range(BOARDS)
    )
    BoardItem.objects.bulk_create(
        (BoardItem(board=boards[n % BOARDS], asset=asset) for n, asset in enumerate(assets[::7])),
        batch_size=BATCH,
    )
    Favourite.objects.bulk_create(
        (Favourite(asset=asset, person=rng.choice(people)) for asset in assets[::3]),
        batch_size=BATCH,
    )
    titled = [asset for asset in assets if asset.own_title]
    texts = set().union(*(words.words_in(asset.own_title) for asset in titled))
    Word.objects.bulk_create((Word(text=text) for text in texts), ignore_conflicts=True)
    keys = dict(Word.objects.values_list("text", "pk"))
    AssetWord.objects.bulk_create(
        AssetWord(word_id=keys[text], asset=asset)
        for asset in titled
        for text in words.words_in(asset.own_title)
    )


if __name__ == "__main__":
    main()
