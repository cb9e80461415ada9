"""The main job without a browser, through the same services and jobs that pages and queue use.

Dataset, captions, training, publishing, review, strength sheet, scenes: each step is a function of
its own and says how long it took.
"""

import random
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from brandstudio.core import blobs
from gallery import jobs as gallery_jobs
from gallery import services
from gallery.models import Channel, PackTag, PromptTemplate, StylePack
from gallery.services import assets as asset_acts
from gallery.services import checklist
from training import jobs as training_jobs
from training import services as training_services
from training.engine import families
from training.engine.data.images import open_rgb
from training.engine.evaluate.strength_sheet import StrengthSheet
from training.minibase import artist
from training.models import BaseModel, DatasetTaskKind, RunState

# Template, pack, channel, and what is chosen besides each slot's first option.
SCENES = (
    ("lingnan-arcade", "lingnan-ink", "xiaohongshu", {"colour": "red"}),
    ("morning-tea", "red-papercut", "moments", {"vehicle": "M8 mpv"}),
    ("festival", "red-papercut", "screen", {"place": "qilou arcade street"}),
)


class DemoFailed(Exception):
    """A step of the demo did not end as it should; the message names it and the cause."""


@contextmanager
def timed(say, what):
    """Say what was done and how long it took."""
    began = time.monotonic()
    yield
    say(f"{what}: {time.monotonic() - began:.0f} s")


def the_base():
    """The bundled base's row. Raises DemoFailed when its files are not there."""
    problems = training_services.sync_base_models()
    base = BaseModel.objects.usable().filter(family=families.BUNDLED).first()
    if base is None:
        raise DemoFailed(f"The bundled base model can't be used: {problems}")
    return base


def make_dataset(style, owner, count):
    """A dataset of `count` pictures that the scene artist drew in this style; no captions yet.

    Returns (dataset, {file name: the caption that says what was drawn}).
    """
    rng = random.Random(style.seed)
    phrase = artist.STYLE_PHRASES[style.artist_style]
    dataset = training_services.make_dataset(owner, style.dataset, trigger_word=phrase)
    captions = {}
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number in range(count):
            spec = artist.random_spec(rng)
            path = Path(folder) / f"{style.artist_style}-{number + 1:03}.jpg"
            artist.draw_style(style.artist_style, spec, 256).save(path, quality=90)
            paths.append(path)
            captions[path.name] = f"{phrase}, {artist.caption(spec, rng, prefix=False)}"
        training_services.add_images(dataset, paths)
    training_services.set_rights(dataset, owner, rights_holder="Brand Studio", licence="CC0")
    return dataset, captions


def draft_captions(dataset, by):
    """Let the machine draft every caption; returns how many it wrote."""
    task = training_services.ask_task(dataset, DatasetTaskKind.DRAFT, by)
    training_jobs.carry_out_task(task.pk)
    return dataset.images.exclude(caption="").count()


def check_captions(dataset, captions, by):
    """A person reads the drafts and sets them right."""
    for image in dataset.images.all():
        image.check_caption(captions[image.name], by)


def train(dataset, base, by, name, **changes):
    """Train a style on the dataset with the base's recommended settings. Returns the run."""
    run = training_services.start_run(dataset, base, changes, by, name=name)
    training_jobs.train(run.pk)
    run.refresh_from_db()
    if run.state != RunState.FINISHED:
        raise DemoFailed(f"The training ended {run.state}: {run.problem} {run.problem_facts}")
    return run


def publish(run, style, by):
    """Publish the run's final checkpoint as a pack's version and have its sheet painted."""
    pack, is_new = StylePack.objects.get_or_create(
        slug=style.slug,
        defaults={
            "name_zh": style.name_zh,
            "name_en": style.name_en,
            "summary_zh": style.summary_zh,
            "summary_en": style.summary_en,
        },
    )
    if is_new:
        pack.tags.set(PackTag.objects.filter(slug__in=style.tags))
    checkpoint = run.checkpoints.filter(is_final=True).get()
    version = services.publish(checkpoint, by, pack, changes="首版 · first version")
    gallery_jobs.render_sheet(version.sheet.pk)
    version.refresh_from_db()
    version.sheet.refresh_from_db()
    if not version.sheet.is_done:
        sheet = version.sheet
        raise DemoFailed(f"The strength sheet ended {sheet.state}: {sheet.problem}")
    if not version.has_band:
        raise DemoFailed(f"{style.slug} has no band: {version.finding}")
    return version


def review(version, maker, approver):
    """Submit and approve: two people."""
    services.submit(version, maker)
    services.approve(version, approver, answers=checklist.all_confirmed())


def render_scenes(marketer, approver, count):
    """The demo's finished scenes, one of whose pictures is approved and one asked for."""
    scenes = []
    for number, (slug, pack, channel, choices) in enumerate(SCENES):
        template = PromptTemplate.objects.approved().get(slug=slug)
        version = StylePack.objects.get(slug=pack).approved_version
        values = {s["name"]: s["options"][0]["value"] for s in template.slots} | choices
        scene = services.compose_scene(
            services.SceneOrder(
                template=template,
                slot_values={s["name"]: values[s["name"]] for s in template.slots},
                packs=((version, version.strength),),
                channel=Channel.objects.get(slug=channel),
                count=count,
                seed=4100 + 10 * number,
            ),
            marketer,
        )
        for asset in scene.assets.order_by("index"):
            gallery_jobs.render(asset.pk)
        scenes.append(scene)
    first = scenes[0].assets.get(index=0)
    asset_acts.ask_review(first, marketer)
    asset_acts.approve(first, approver, checklist.all_confirmed())
    asset_acts.ask_review(scenes[1].assets.get(index=0), marketer)
    return scenes


def contact_sheet(version, path):
    """Write the version's strength sheet as one picture: a row per strength."""
    rows: dict[float, list] = {}
    for image in version.images.order_by("strength", "seed"):
        rows.setdefault(image.strength, []).append(open_rgb(blobs.local(image.sha256)))
    prompts = tuple(f"{image.prompt} {image.seed}" for image in version.images.filter(strength=0))
    sheet = StrengthSheet(tuple(rows), prompts, rows, [])
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.contact_sheet(192).save(path)
    return path


def scores_at(version, strengths=(0.0, 0.3, 0.5, 0.7, 1.0)):
    """[(strength, style, scene)] of a version's sheet at these strengths, means over its seeds."""
    rows = {row["strength"]: row for row in version.evidence["figures"]["rows"]}
    return [(s, rows[s]["style"]["mean"], rows[s]["scene"]["mean"]) for s in strengths if s in rows]
