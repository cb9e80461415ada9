"""The studio's present content as files that can be committed: content.json and its blobs."""

import copy
import json
import shutil
from dataclasses import dataclass

from brandstudio.core import blobs
from gallery.demo.leaving import Leaving
from training.engine.files import disk

FORMAT = 1


@dataclass(frozen=True)
class Exported:
    """size: bytes of all that lies in the folder now. left_out: a line in the reader's language of
    each thing that stayed, with the reason."""

    size: int
    left_out: list[str]


def export_demo(folder, base):
    """Write datasets, runs, packs, template covers and scenes below folder, whole or not at all.

    base: the BaseModel all of it was made with; its hash is kept, so that a test can tell when the
    content is older than the bundled base. What may not leave the studio, or isn't finished, is
    left out (`leaving`). What else lies in folder, such as the cars, stays. Returns an Exported.
    Raises blobs.BlobMissing, EngineError: folder-read-only, disk-full.
    """
    leaving = Leaving(base)
    with disk.refilled_folder(folder) as temporary:
        (temporary / "blobs").mkdir()
        files = _Blobs(temporary / "blobs")
        content = {
            "format": FORMAT,
            "base": {"family": base.family, "sha256": base.sha256},
            "datasets": [_dataset(row, files) for row in leaving.datasets()],
            "runs": [_run(row, checkpoint, files) for row, checkpoint in leaving.runs()],
            "packs": [_pack(row, versions, files) for row, versions in leaving.packs()],
            "covers": {
                template.slug: files.keep(template.cover_sha256, ".webp")
                for template in leaving.covered_templates()
            },
            "scenes": [_scene(row, assets, files) for row, assets in leaving.scenes()],
        }
        text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
        (temporary / "content.json").write_text(text + "\n", encoding="utf-8")
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return Exported(size, leaving.left_out)


class _Blobs:
    """Copies blobs into a folder; each is named by its hash, cut short, with a suffix for eyes."""

    def __init__(self, folder):
        self.folder = folder

    def keep(self, sha256, suffix):
        name = f"{sha256[:16]}{suffix}"
        shutil.copyfile(blobs.local(sha256, name), self.folder / name)
        return name


def _dataset(dataset, files):
    return {
        "name": dataset.name,
        "trigger_word": dataset.trigger_word,
        "images": [
            {
                "name": image.name,
                "file": files.keep(image.original_sha256, ".jpg"),
                "caption": image.caption,
                "rights_holder": image.rights_holder,
                "licence": image.licence,
            }
            for image in dataset.images.order_by("name")
        ],
    }


def _run(run, checkpoint, files):
    return {
        "name": run.name,
        "dataset": run.dataset.name,
        "config": run.config,
        "seconds": (run.ended_at - run.started_at).total_seconds(),
        "steps": run.steps_done,
        "epoch": run.epoch,
        "loss": run.loss,
        "losses": [
            [point.step, point.loss, point.learning_rate, point.validation]
            for point in run.losses.order_by("step")
        ],
        "samples": [
            {
                "step": sample.step,
                "prompt": sample.prompt,
                "seed": sample.seed,
                "file": files.keep(sample.sha256, ".png"),
            }
            for sample in run.samples.all()
        ],
        # The final weights only: the others are steps on the way to them.
        "checkpoint": {
            "step": checkpoint.step,
            "file": files.keep(checkpoint.sha256, ".safetensors"),
        },
    }


def _pack(pack, versions, files):
    names = ("slug", "name_zh", "name_en", "summary_zh", "summary_en")
    return {
        **{name: getattr(pack, name) for name in names},
        "tags": sorted(pack.tags.values_list("slug", flat=True)),
        "versions": [_version(version, files) for version in versions],
    }


def _version(version, files):
    names = (
        "trigger_words",
        "changes",
        "strength_min",
        "best_min",
        "strength",
        "best_max",
        "strength_max",
    )
    images = list(version.images.order_by("pk"))
    places = {image.pk: place for place, image in enumerate(images)}
    return {
        **{name: getattr(version, name) for name in names},
        "evidence": renamed(version.evidence, places),
        "run": version.checkpoint.run.name,
        "plan": version.sheet.plan,
        "pictures": [
            {
                "prompt": image.prompt,
                "seed": image.seed,
                "strength": image.strength,
                "file": files.keep(image.sha256, ".webp"),
            }
            for image in images
        ],
    }


def renamed(evidence, names):
    """The evidence with its images called by other keys. names: {key: new key}."""
    evidence = copy.deepcopy(evidence)
    for row in evidence.get("figures", {}).get("rows", ()):
        if row["nearest"]:
            row["nearest"]["image"] = names[row["nearest"]["image"]]
    return evidence


def _scene(scene, assets, files):
    names = ("title", "prompt", "negative_prompt", "slot_values", "width", "height", "steps")
    return {
        **{name: getattr(scene, name) for name in names},
        "guidance": scene.guidance,
        "seed": scene.seed,
        "template": scene.template.slug,
        "channel": scene.channel.slug,
        "packs": [[p.version.pack.slug, p.strength] for p in scene.packs.all()],
        "assets": [
            {
                "index": asset.index,
                "seed": asset.seed,
                "seconds": asset.seconds,
                "review": asset.review,
                "lineage": asset.lineage,
                "file": files.keep(asset.image_sha256, ".png"),
                "thumb": files.keep(asset.thumb_sha256, ".webp"),
            }
            for asset in assets
        ],
    }
