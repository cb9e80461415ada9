"""The committed demo content, taken into this studio. What is there already stays."""

import json
from datetime import timedelta
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from brandstudio.core import blobs
from brandstudio.core.access import demo_accounts
from brandstudio.core.models import Vehicle
from gallery import services
from gallery.demo.export import renamed
from gallery.models import (
    Asset,
    AssetReview,
    AssetState,
    Channel,
    Daylight,
    EvidenceImage,
    EvidenceSheet,
    PackTag,
    ProductCutout,
    PromptTemplate,
    ReviewState,
    Scene,
    ScenePack,
    SheetState,
    StylePack,
    StyleVersion,
)
from gallery.services import assets as asset_acts
from gallery.services import checklist, cutouts, words
from training import services as training_services
from training.models import (
    BaseModel,
    Checkpoint,
    Dataset,
    LossPoint,
    RunSample,
    RunState,
    Snapshot,
    TrainingRun,
)
from training.services import weights

# Of the rendered cars, enough for each way a scene may face.
_CUTOUTS = {
    "empow-blue-right": ("蓝色，朝右", "Blue, facing right"),
    "empow-white-left": ("白色，朝左", "White, facing left"),
    "gs8-red-right": ("红色，朝右", "Red, facing right"),
    "gs8-white-left": ("白色，朝左", "White, facing left"),
    "m8-black-right": ("黑色，朝右", "Black, facing right"),
    "m8-gold-left": ("金色，朝左", "Gold, facing left"),
}
FOLDER = Path(__file__).resolve().parent


def content_of(folder=FOLDER):
    """content.json of a folder, or None where there is none."""
    path = Path(folder) / "content.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def load_demo(folder=FOLDER, say=lambda line: None):
    """Accounts, reference rows, templates and the content of folder. Returns what was noted.

    say: is told of each step, in a line, before it is taken.

    Content made with another base than the bundled one leaves out its packs and scenes: their
    pictures could not be made again here. Safe to run twice.
    """
    designer, marketer, admin = demo_accounts.make_demo_accounts()
    say("Channels, vehicles, glossary and templates …")
    services.seed_reference()
    services.seed_templates(designer, admin)
    say("Base models …")
    problems = training_services.sync_base_models()
    content = content_of(folder)
    if content is None:
        return ["There is no demo content; run make demo-content."]
    files = _Files(Path(folder) / "blobs")
    with transaction.atomic():
        for entry in content["datasets"]:
            say(f"{len(entry['images'])} training pictures of {entry['name']} …")
            _dataset(entry, designer, files)
        say("Cut-outs of the cars …")
        _cutouts(designer)
    base = BaseModel.objects.usable().filter(sha256=content["base"]["sha256"]).first()
    if base is None:
        reason = f" ({problems})" if problems else ""
        return [f"The demo's packs were made with another base model and are left out{reason}."]
    with transaction.atomic():
        for entry in content["runs"]:
            say(f"The training {entry['name']} …")
            _run(entry, designer, base, files)
        for entry in content["packs"]:
            say(f"The style {entry['slug']} with its evidence …")
            _pack(entry, designer, admin, base, files)
        for slug, name in content["covers"].items():
            PromptTemplate.objects.filter(slug=slug, cover_sha256="").update(
                cover_sha256=files.put(name)
            )
        say(f"{len(content['scenes'])} scenes …")
        for entry in content["scenes"]:
            _scene(entry, marketer, admin, base, files)
    return []


class _Files:
    """The content's files; each becomes a blob when it is asked for."""

    def __init__(self, folder):
        self.folder = folder

    def path(self, name):
        return self.folder / Path(name).name

    def put(self, name):
        return blobs.put(self.path(name))


def _dataset(entry, owner, files):
    if Dataset.objects.filter(owner=owner, name=entry["name"]).exists():
        return
    dataset = training_services.make_dataset(owner, entry["name"], entry["trigger_word"])
    training_services.add_images(dataset, [files.path(i["file"]) for i in entry["images"]])
    by_file = {image.name: image for image in dataset.images.all()}
    for one in entry["images"]:
        image = by_file[Path(one["file"]).name]
        image.name = one["name"]
        image.rights_holder, image.licence = one["rights_holder"], one["licence"]
        image.save(update_fields=["name", "rights_holder", "licence"])
        if one["caption"]:
            image.check_caption(one["caption"], owner)


def _cutouts(designer):
    """Cut-outs of the demo's cars, which our own renderer made (gallery/demo/vehicles)."""
    if ProductCutout.objects.exists():
        return
    for stem, names in _CUTOUTS.items():
        vehicle = Vehicle.objects.filter(slug=stem.partition("-")[0]).first()
        if vehicle:
            _car(stem, names, vehicle, designer)


def _car(stem, names, vehicle, designer):
    """One car in every light. names: Chinese, English."""
    name, name_en = names
    first = None
    for light in Daylight.values:
        path = FOLDER / "vehicles" / "pictures" / f"{stem}-{light}.webp"
        cutout = cutouts.keep_cutout(path, f"{name}.webp", designer, vehicle, light, name_en)
        cutout.note_rights(designer, {"rights_holder": "Brand Studio", "licence": "CC0"})
        if first:
            cutouts.join_light(cutout, first)
        first = first or cutout


def _run(entry, owner, base, files):
    if TrainingRun.objects.filter(owner=owner, name=entry["name"]).exists():
        return
    dataset = Dataset.objects.get(owner=owner, name=entry["dataset"])
    ended = timezone.now()
    run = TrainingRun.objects.create(
        name=entry["name"],
        owner=owner,
        dataset=dataset,
        snapshot=Snapshot.freeze(dataset),
        base=base,
        config=entry["config"],
        state=RunState.FINISHED,
        attempt=1,
        started_at=ended - timedelta(seconds=entry["seconds"]),
        ended_at=ended,
        steps_done=entry["steps"],
        steps_total=entry["steps"],
        epoch=entry["epoch"],
        loss=entry["loss"],
        seconds_left=0,
    )
    LossPoint.objects.bulk_create(
        LossPoint(run=run, step=step, loss=loss, learning_rate=rate, validation=validation)
        for step, loss, rate, validation in entry["losses"]
    )
    RunSample.objects.bulk_create(
        RunSample(
            run=run,
            step=sample["step"],
            prompt=sample["prompt"],
            seed=sample["seed"],
            sha256=files.put(sample["file"]),
        )
        for sample in entry["samples"]
    )
    checkpoint = entry["checkpoint"]
    sha256 = files.put(checkpoint["file"])
    Checkpoint.objects.create(
        run=run,
        step=checkpoint["step"],
        sha256=sha256,
        size=files.path(checkpoint["file"]).stat().st_size,
        is_final=True,
    )
    weights.note_content(sha256)


def _pack(entry, designer, admin, base, files):
    names = ("name_zh", "name_en", "summary_zh", "summary_en")
    pack, is_new = StylePack.objects.get_or_create(
        slug=entry["slug"], defaults={name: entry[name] for name in names}
    )
    if not is_new:
        return
    pack.tags.set(PackTag.objects.filter(slug__in=entry.get("tags", ())))
    for number, version in enumerate(entry["versions"], start=1):
        _version(version, number, pack, designer, admin, base, files)


def _version(entry, number, pack, designer, admin, base, files):
    run = TrainingRun.objects.get(owner=designer, name=entry["run"])
    checkpoint = run.checkpoints.get(is_final=True)
    fields = {key: value for key, value in entry.items() if key not in {"run", "plan", "pictures"}}
    version = StyleVersion.objects.create(
        pack=pack,
        number=number,
        made_by=designer,
        base=base,
        checkpoint=checkpoint,
        weights_sha256=checkpoint.sha256,
        size=checkpoint.size,
        **fields,
    )
    images = EvidenceImage.objects.bulk_create(
        EvidenceImage(
            version=version,
            prompt=image["prompt"],
            seed=image["seed"],
            strength=image["strength"],
            sha256=files.put(image["file"]),
        )
        for image in entry["pictures"]
    )
    keys = {place: image.pk for place, image in enumerate(images)}
    version.evidence = renamed(version.evidence, keys)
    version.save(update_fields=["evidence"])
    total = len(images)
    EvidenceSheet.objects.create(
        version=version, plan=entry["plan"], state=SheetState.DONE, done=total, total=total
    )
    services.submit(version, designer)
    services.approve(version, admin, answers=checklist.all_confirmed())


def _scene(entry, marketer, admin, base, files):
    template = PromptTemplate.objects.filter(
        slug=entry["template"], state=ReviewState.APPROVED
    ).first()
    if Scene.objects.filter(owner=marketer, seed=entry["seed"], prompt=entry["prompt"]).exists():
        return
    names = ("title", "prompt", "negative_prompt", "slot_values", "width", "height", "steps")
    scene = Scene.objects.create(
        owner=marketer,
        template=template,
        base=base,
        channel=Channel.objects.get(slug=entry["channel"]),
        guidance=entry["guidance"],
        seed=entry["seed"],
        count=len(entry["assets"]),
        is_shared=True,
        **{name: entry[name] for name in names},
    )
    for slug, strength in entry["packs"]:
        version = StylePack.objects.get(slug=slug).approved_version
        ScenePack.objects.create(scene=scene, version=version, strength=strength)
    words.note_scene(scene)
    for one in entry["assets"]:
        asset = Asset.objects.create(
            scene=scene,
            index=one["index"],
            seed=one["seed"],
            attempt=1,
            state=AssetState.READY,
            steps_done=scene.steps,
            # Its time was another machine's: an estimate drawn from it would mislead here.
            seconds=None,
            lineage=one["lineage"],
            image_sha256=files.put(one["file"]),
            thumb_sha256=files.put(one["thumb"]),
        )
        if one["review"] in (AssetReview.ASKED, AssetReview.APPROVED):
            asset_acts.ask_review(asset, marketer)
        if one["review"] == AssetReview.APPROVED:
            asset_acts.approve(asset, admin, checklist.all_confirmed())
