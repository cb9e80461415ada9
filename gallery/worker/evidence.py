"""The act of a strength sheet's job: pictures drawn, measured, and a band computed from them.

A version's `evidence` then holds {"figures", "finding", "seeds"}: evidence.Figures and
strength_band.Finding of the engine as JSON, and how many seeds each prompt had. The `nearest` of a
row names its two pictures: {"similarity", "reference": hash of the training picture, "image": key
of the EvidenceImage}. Versions of before have {"scores"} instead: one figure each, no spread.
"""

from collections.abc import Iterator

from django.db import IntegrityError

from brandstudio.core import blobs
from brandstudio.core.models import WrongState
from gallery.models import EvidenceImage
from gallery.services import evidence
from gallery.services.style_files import fitting_weights
from gallery.worker import sheets
from training.engine.data.spread import MOST_REFERENCES, evenly
from training.engine.evaluate import evidence as measuring
from training.engine.evaluate import scene_judge, scene_readers, strength_band
from training.engine.prompts import word_weights
from training.worker.captioning import installed_clip
from training.worker.checkpoint_advice import thresholds


def render_sheet(sheet, turn, stopped):
    """Paint the pictures of a strength sheet that are not there yet, measure them, find the band.

    Raises as `render_asset` does; first of all EngineError if the weights don't fit their base.
    """
    version = sheet.version
    weights = fitting_weights(version)
    there = sheets.sound_images(
        version.images.all(), lambda image: (image.prompt, image.seed, image.strength)
    )

    def draw(scene_renderer, key):
        prompt, seed, strength = key
        packs = [(weights, strength)]
        sha256 = sheets.image_hash(scene_renderer, sheet, prompt, seed, packs, stopped)
        try:
            return EvidenceImage.objects.create(
                version=version, prompt=prompt, seed=seed, strength=strength, sha256=sha256
            )
        except IntegrityError as error:  # the draft was discarded, or another worker was faster
            raise WrongState(sheet, "painted") from error

    sheets.paint(sheet, version.base, plan_of(sheet), there, draw, turn)
    measured, band = _measured(sheet, there)
    evidence.record(version, measured, band)
    sheet.finish()


def plan_of(sheet) -> Iterator[tuple[str, int, float]]:
    """(prompt, seed, strength) of a sheet, a row of strengths after the other, seed by seed."""
    for turn in range(sheet.plan.get("seeds", 1)):
        for row in range(len(sheet.plan["prompts"])):
            for strength in sheet.plan["strengths"]:
                yield (*_row_of(sheet, turn, row), strength)


def _row_of(sheet, turn, row):
    """(prompt, seed) of one row of pictures: no two rows share a seed."""
    opening = word_weights.literal(sheet.version.trigger_words.strip())
    prompts = sheet.plan["prompts"]
    prompt = prompts[row]["prompt"]
    seed = sheet.plan["seed"] + turn * len(prompts) + row
    return (f"{opening}, {prompt}" if opening else prompt), seed


def _measured(sheet, there):
    """(evidence, band by name) of a sheet whose pictures all are there."""
    seeds, rows = range(sheet.plan.get("seeds", 1)), range(len(sheet.plan["prompts"]))
    images = {
        strength: [
            [there[(*_row_of(sheet, turn, row), strength)] for row in rows] for turn in seeds
        ]
        for strength in sheet.plan["strengths"]
    }
    hashes = training_images(sheet.version)
    figures = _figures_of(sheet, images, hashes)
    finding = strength_band.find(figures, thresholds()).to_json()
    measured = {
        "figures": _named(figures.to_json(), images, hashes),
        "finding": finding,
        "seeds": len(seeds),
    }
    return measured, finding["band"] or {}


def _figures_of(sheet, images, hashes):
    """images: {strength: seeds of prompts of rows}. hashes: of the pictures it was trained on."""
    return measuring.measure(
        {
            strength: [[blobs.local(image.sha256) for image in row] for row in turns]
            for strength, turns in images.items()
        },
        [entry["prompt"] for entry in sheet.plan["prompts"]],
        [blobs.local(sha256) for sha256 in hashes],
        judge_of(sheet.version.base.family),
    )


def _named(figures, images, hashes):
    """The figures, their nearest pairs named by keys and hashes instead of places in lists."""
    for row in figures["rows"]:
        if nearest := row["nearest"]:
            flat = [image for turn in images[row["strength"]] for image in turn]
            nearest["image"] = flat[nearest["image"]].pk
            nearest["reference"] = hashes[nearest["reference"]]
    return figures


def judge_of(family):
    """Who says what a picture shows: the bundled classifier for the bundled base, a full CLIP for
    others where it is installed. None: outlines alone are measured."""
    if bundled := scene_judge.bundled_judge(family):
        return bundled
    labeler = installed_clip()
    return scene_judge.SceneJudge(scene_readers.ClipReader(labeler)) if labeler else None


def training_images(version):
    """Hashes of the pictures a version was trained on, at most 60; [] for a file from elsewhere."""
    checkpoint = version.checkpoint
    snapshot = checkpoint.run.snapshot if checkpoint else None
    hashes = list(snapshot.images.values_list("sha256", flat=True)) if snapshot else []
    return evenly(hashes, MOST_REFERENCES)
