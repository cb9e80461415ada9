"""The main job from a folder of pictures to an approved style and its scenes, without a browser.

Each act is the service that the pages call, each job the function that the queue calls; here they
run one after the other in this process.
"""

import logging
from dataclasses import dataclass

from django.db import transaction

from brandstudio.core import demo_accounts
from gallery import jobs as gallery_jobs
from gallery.demo import styles
from gallery.models import Channel, PromptTemplate, StylePack
from gallery.services import publishing, reference, scenes
from training import jobs as training_jobs
from training.models import Chore, ChoreKind, RunState
from training.recipes import preset_settings
from training.services import bases, chores, datasets, runs, uploads

RIGHTS = {"rights_holder": "Brand Studio", "licence": "CC0-1.0", "allowed_uses": "any"}


class StoryBroken(Exception):
    """A step of the story did not end as it should; the message says which and why."""


@dataclass
class People:
    designer: object
    marketer: object
    admin: object


def set_the_stage():
    """The three people, the bundled base and the brand's words. Returns People."""
    # No queue is needed here, and its absence is no news.
    logging.getLogger("brandstudio.core.queue").setLevel(logging.ERROR)
    designer, marketer, admin = demo_accounts.make_demo_accounts()
    bases.sync_base_models()
    reference.seed_reference()
    reference.seed_templates(maker=designer, approver=admin)
    return People(designer, marketer, admin)


def make_dataset(style, people, folder, count):
    """A dataset of drawn pictures: uploaded, drafted by the machine, corrected by the designer.

    Returns (dataset, share of drafts that named vehicle and place truly).
    """
    specs = styles.draw_pictures(style, count, folder)
    dataset = datasets.make_dataset(people.designer, style.dataset, style.trigger)
    report = uploads.add_pictures(dataset, [folder / name for name in specs], by=people.designer)
    if report.refused:
        raise StoryBroken("; ".join(line.text for line in report.refused))
    datasets.set_rights(dataset, people.designer, **RIGHTS)
    for kind in (ChoreKind.SCREEN, ChoreKind.DRAFT):
        _ended(_chore(dataset, kind, people.designer))
    true = 0
    for image in dataset.images.all():
        true += styles.names_truly(image.caption, specs[image.name])
        image.check_caption(styles.true_caption(style, specs[image.name]), by=people.designer)
    return dataset, true / count


def _chore(dataset, kind, by):
    chore = chores.ask_chore(dataset, kind, by)
    training_jobs.do_chore(chore.pk)
    return Chore.objects.get(pk=chore.pk)


def _ended(chore):
    if chore.problem:
        raise StoryBroken(f"{chore}: {chore.problem} {chore.problem_facts}")


def train(dataset, people, samples=()):
    """A run of the standard preset on the bundled base. Returns the finished TrainingRun."""
    base = scenes.default_base()
    asked = preset_settings(
        "standard", dataset.images.count(), base, dataset.trigger_word, prompts=samples
    )
    run = runs.start_run(dataset, base, asked, people.designer)
    training_jobs.train(run.pk)
    run.refresh_from_db()
    if run.state != RunState.FINISHED:
        raise StoryBroken(f"The run ended {run.state}: {run.problem} {run.problem_facts}")
    return run


def publish(style, run, people, remarks=""):
    """The run's last checkpoint, published, judged by its strength sheet and approved."""
    pack, _made = StylePack.objects.get_or_create(
        slug=style.slug,
        defaults={
            "name_zh": style.name_zh,
            "name_en": style.name_en,
            "summary_zh": style.summary_zh,
            "summary_en": style.summary_en,
        },
    )
    version = publishing.publish(run.checkpoints.get(is_final=True), people.designer, pack)
    gallery_jobs.paint_sheet(version.sheet.pk)
    version.refresh_from_db()
    if not version.sheet.is_done:
        raise StoryBroken(f"The strength sheet ended {version.sheet.state}.")
    publishing.submit(version, people.designer)
    publishing.approve(version, people.admin, remarks)
    version.refresh_from_db()
    return version


def paint(people, *, template, packs, channel, count, seed, **slots):
    """A scene by the marketer, painted to its end. packs: (StyleVersion, strength)."""
    template = PromptTemplate.objects.approved().get(slug=template)
    values = {slot["name"]: slot["options"][0]["value"] for slot in template.slots}
    order = scenes.SceneOrder(
        template=template,
        slot_values={**values, **slots},
        packs=tuple(packs),
        channel=Channel.objects.get(slug=channel),
        count=count,
        seed=seed,
    )
    with transaction.atomic():
        scene = scenes.compose_scene(order, people.marketer)
    for asset in scene.assets.order_by("index"):
        gallery_jobs.render(asset.pk)
    return scene
