"""Which checkpoint is best: every one is scored on the same prompts and strengths."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from training.engine.config.run_config import RunConfig
from training.engine.data import labelers
from training.engine.data.buckets import training_size
from training.engine.data.images import open_rgb
from training.engine.evaluate.copy_check import thumb
from training.engine.evaluate.scene_judge import bundled_judge, scene_kept
from training.engine.evaluate.strength_band import Thresholds, told_apart
from training.engine.evaluate.strength_sheet import (
    Reference,
    colour_histogram,
    edge_correlation,
    histogram_distance,
    outline_correlation,
)
from training.engine.families.base_info import BaseInfo
from training.engine.prompts.word_weights import words_of
from training.engine.sampling.renderer import Renderer, SampleRequest

USUAL = 0.6  # strength at which the scene must be kept
STRENGTHS = (USUAL, 1.0)
FEWEST_IMAGES = 8
SHARE_OF_TRAINING = 0.25
STEPS, FEWEST_STEPS = 20, 6
ALWAYS_WORTH = 120  # seconds
COPY_LIMIT = 0.97
"""Correlation with a training picture above which a picture counts as a copy of it."""


@dataclass(frozen=True)
class PictureScores:
    """What pictures of a style are like.

    style: 0 as far from the set as the base … 1 equal to the set (colour, and CLIP where there).
    content: correlation of edges with the base's pictures, 0 … 1: how much of the scene is left.
    scene: the scene that is kept at the usual strength, as a strength sheet measures it, 0 … 1.
    agreement: mean CLIP similarity of pictures and prompts, None without a CLIP.
    copy: highest correlation with a training picture, -1 … 1. total: what the choice goes by.
    """

    style: float
    content: float
    agreement: float | None
    copy: float
    total: float
    scene: float


@dataclass(frozen=True)
class CheckpointScore(PictureScores):
    """The same of one checkpoint's pictures."""

    path: str
    step: int


@dataclass(frozen=True)
class Recommendation:
    """The checkpoint to take, why (codes of checkpoint_reasons), and every score, by step.

    verdict: why none of them should be taken (a code of checkpoint_reasons.VERDICTS, with its
    facts), "" where one should; path and step are then the least bad.
    steps: denoising steps used, fewer when time was short. seconds: what the scoring took.
    """

    path: str
    step: int
    reasons: tuple[str, ...]
    scores: tuple[CheckpointScore, ...]
    pictures: int  # under this name in run.json
    steps: int
    seconds: float
    verdict: str = ""
    facts: dict = field(default_factory=dict)

    def to_json(self) -> dict:
        return asdict(self)


def find_checkpoints(folder: str | Path, name: str) -> dict[int, Path]:
    """The checkpoints of a run's folder by step, `<name>-step000100.safetensors`."""
    prefix = f"{name}-step"
    checkpoints = {
        int(path.stem.removeprefix(prefix)): path
        for path in Path(folder).glob(f"{prefix}*.safetensors")
        if path.stem.removeprefix(prefix).isascii() and path.stem.removeprefix(prefix).isdigit()
    }
    return dict(sorted(checkpoints.items()))


def recommend(
    renderer: Renderer,
    checkpoints: dict[int, Path],
    prompts: Sequence[str],
    references: Sequence[str | Path],
    *,
    training_seconds: float | None = None,
    guidance: float = 5.0,
    most_steps: int = STEPS,
    clip="auto",
    thresholds: Thresholds | None = None,
    on_image: Callable[[int, int], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Recommendation:
    """Score every checkpoint on prompts × two strengths (at least 8 pictures) and choose one.

    checkpoints: step → file. prompts: at least one; repeated with other seeds up to four.
    references: pictures of the training set. training_seconds: the scoring takes about a quarter
    of it at most, with fewer denoising steps where pictures are slow, then with fewer checkpoints,
    evenly thinned; two are always scored, however short the training was. Whether a lone one is
    worth it, `unscored` tells beforehand.
    most_steps: of denoising, where there is time.
    clip: a labelers.Clip; "auto" is the bundled one for the bundled base, whose scenes it knows.
    thresholds: what a checkpoint must keep to, to be recommended at all.
    Raises ValueError without checkpoints or prompts, else what Renderer.render raises.
    """
    if not checkpoints or not prompts:
        raise ValueError("nothing to score: checkpoints and prompts are needed")
    began = time.monotonic()
    seeded_prompts = _with_seeds(prompts)
    judge = None
    if clip == "auto":
        judge = bundled_judge(renderer.base.family)
        clip = labelers.Clip() if judge else None
    steps = most_steps
    if training_seconds:
        per_step = _seconds_per_step(renderer, seeded_prompts[0], guidance)
        budget = SHARE_OF_TRAINING * training_seconds
        affordable_steps, most = affordable(budget, per_step, len(seeded_prompts), len(checkpoints))
        steps = min(steps, affordable_steps)
        checkpoints = thinned(checkpoints, most)
    total = images_for(len(seeded_prompts), len(checkpoints))
    count_image = _counter(on_image, total)

    def render(packs):
        requests = [
            SampleRequest(prompt, steps=steps, guidance=guidance, seed=seed, packs=packs)
            for prompt, seed in seeded_prompts
        ]
        return renderer.render(requests, should_stop=should_stop, on_image=count_image)

    plain = render([])
    asked = [prompt for prompt, _ in seeded_prompts]
    scorer = PictureScorer(plain, references, asked, clip, judge)
    scores = []
    for step, path in checkpoints.items():
        figures = scorer.score([render([(path, strength)]) for strength in STRENGTHS])
        scores.append(CheckpointScore(**asdict(figures), path=str(path), step=step))
    effort = {"pictures": total, "steps": steps, "seconds": time.monotonic() - began}
    return _recommendation(scores, thresholds or Thresholds(), **effort)


def _recommendation(scores, thresholds: Thresholds, **effort) -> Recommendation:
    keeping = [score for score in scores if score.scene >= thresholds.scene]
    best = max(keeping or scores, key=lambda score: (score.total, -score.step))
    verdict, facts = _verdict(scores, thresholds)
    return Recommendation(
        path=best.path,
        step=best.step,
        reasons=() if verdict else tuple(_reasons(best, scores)),
        scores=tuple(scores),
        verdict=verdict,
        facts=facts,
        **effort,
    )


def _counter(on_image: Callable[[int, int], None] | None, total: int):
    """What Renderer.render calls with each image, so that on_image hears (1 … total, total)."""
    if on_image is None:
        return None
    numbers = iter(range(1, total + 1))
    return lambda *_: on_image(next(numbers), total)


def _verdict(scores: list[CheckpointScore], thresholds: Thresholds) -> tuple[str, dict]:
    """(code, facts) of why no checkpoint should be taken, ("", {}) where one should."""
    scene = max(score.scene for score in scores)
    if scene < thresholds.scene:
        facts = told_apart("scene", scene, thresholds.scene)
        return "none-keeps-scene", {"strength": f"{USUAL:g}", **facts}
    if max(score.style for score in scores) < thresholds.gain:
        return "learned-nothing", {}
    return "", {}


def _with_seeds(prompts: Sequence[str]) -> list[tuple[str, int]]:
    """(prompt, seed) pairs, enough that every checkpoint has at least eight pictures."""
    count = max(len(prompts), FEWEST_IMAGES // len(STRENGTHS))
    return [(prompts[i % len(prompts)], i) for i in range(count)]


def images_for(prompts: int, checkpoints: int) -> int:
    """How many pictures are drawn: each checkpoint's at every strength, and the base's own."""
    return prompts * (1 + len(STRENGTHS) * checkpoints)


def affordable(budget: float, per_step: float, prompts: int, checkpoints: int) -> tuple[int, int]:
    """(denoising steps, checkpoints) whose pictures fit the budget, seconds.

    per_step: seconds of one denoising step. The base's own pictures are counted in.
    """
    for steps in range(STEPS, FEWEST_STEPS - 1, -1):
        if steps * per_step * images_for(prompts, checkpoints) <= budget:
            return steps, checkpoints
    rounds = budget / (FEWEST_STEPS * per_step * prompts)
    return FEWEST_STEPS, min(checkpoints, max(2, int((rounds - 1) / len(STRENGTHS))))


def denoising_seconds(
    config: RunConfig, info: BaseInfo, training_seconds: float, training_steps: int
) -> float:
    """Seconds of one denoising step, guessed from a training's: nothing need be loaded to know.

    An image takes a pass forward and one backward, about three forward, a denoising step two, at
    the base's own size. Costs are taken to grow with the area.
    """
    width, height = training_size(config, info)
    larger = info.default_width * info.default_height / (width * height)
    passes = 3 * config.batch_size * config.gradient_accumulation
    return training_seconds / training_steps / passes * 2 * larger


def fits_alone(training_seconds: float, per_step: float, prompts: int) -> bool:
    """Whether a lone checkpoint is worth its scores, which can only say whether it is any good.

    per_step: seconds of one denoising step. Up to two minutes always are.
    """
    least = FEWEST_STEPS * per_step * images_for(prompts, 1)
    return least <= max(ALWAYS_WORTH, training_seconds)


def unscored(
    checkpoints: dict[int, Path],
    prompts: Sequence[str],
    config: RunConfig,
    info: BaseInfo,
    record: Mapping[str, Any],
) -> Recommendation | None:
    """A lone checkpoint as the one to take, where its scores are not worth it; else None.

    Asked before a renderer is made, which takes the base into memory. checkpoints, prompts: as
    `recommend` has them. config, info: of its training. record: what run.json says of that, {}
    where it is not there.
    """
    seconds, steps = record.get("seconds"), record.get("step")
    if len(checkpoints) != 1 or not seconds or not steps:
        return None
    per_step = denoising_seconds(config, info, seconds, steps)
    if fits_alone(seconds, per_step, len(_with_seeds(prompts))):
        return None
    [(step, path)] = checkpoints.items()
    return Recommendation(str(path), step, ("only-one",), (), pictures=0, steps=0, seconds=0.0)


def thinned(checkpoints: dict[int, Path], most: int) -> dict[int, Path]:
    """At most so many of them, evenly spread, the last one among them."""
    steps = sorted(checkpoints)
    if len(steps) > most:
        last = len(steps) - 1
        steps = [steps[last - round(i * last / most)] for i in range(most)][::-1]
    return {step: checkpoints[step] for step in steps}


def _seconds_per_step(renderer, first, guidance) -> float:
    """Measured on a short picture, its decoding shared out among its steps: rather too much."""
    prompt, seed = first
    trial = [SampleRequest(prompt, steps=2, guidance=guidance, seed=seed)]
    renderer.render(trial)  # the first picture also pays for what is done once
    began = time.monotonic()
    renderer.render(trial)
    return (time.monotonic() - began) / 2


class _ClipScorer:
    """What CLIP says of a checkpoint's pictures.

    plain: the base's own. references: (N, D) features of the training set. texts: (P, D) features
    of the prompts.
    """

    def __init__(self, clip: labelers.Clip, plain, references: torch.Tensor, texts: torch.Tensor):
        self.clip = clip
        self.references = references
        self.texts = texts
        self.far = self._similarity(plain)

    def gain(self, images) -> float:
        """How much nearer to the training set than the base's own pictures; 1 is all the way."""
        return (self._similarity(images) - self.far) / max(1 - self.far, 1e-6)

    def agreement(self, images) -> float:
        """How well images, one per prompt, fit their prompts."""
        return float((self.clip.image_features(images) * self.texts).sum(dim=-1).mean())

    def _similarity(self, images) -> float:
        return float((self.clip.image_features(images) @ self.references.T).mean())


class PictureScorer:
    """Compares pictures of a style with the base's and with the training set.

    plain: the base's own, one per prompt. references: files of the training set.
    """

    def __init__(self, plain, references, prompts, clip, judge=None):
        self.plain = plain
        reference = Reference.of(references, clip)
        self.histogram = reference.histogram
        self.far = histogram_distance(colour_histogram(plain), self.histogram)
        self.thumbs = np.stack([thumb(open_rgb(path)) for path in references])
        self.judge = judge
        self.seen = judge.seen([plain], prompts) if judge else []
        self.clip = None
        if clip and reference.features is not None:
            texts = clip.text_features([words_of(prompt) for prompt in prompts])
            self.clip = _ClipScorer(clip, plain, reference.features, texts)

    def score(self, rows: Sequence[Sequence[Image.Image]]) -> PictureScores:
        """rows: pictures at one strength each, as many as prompts; the first row's scene counts."""
        everything = [image for images in rows for image in images]
        near = histogram_distance(colour_histogram(everything), self.histogram)
        style = (self.far - near) / max(self.far, 1e-6)
        agreement = None
        if self.clip:
            style = (style + self.clip.gain(everything)) / 2
            agreement = float(np.mean([self.clip.agreement(images) for images in rows]))
        content = float(
            np.mean(
                [
                    edge_correlation(image, plain)
                    for images in rows
                    for image, plain in zip(images, self.plain, strict=True)
                ]
            )
        )
        copy = max(float((self.thumbs @ thumb(image)).max()) for image in everything)
        style = max(0.0, min(1.0, style))
        # Style counts most; a picture that lost its scene, or is a training picture, is no use.
        total = style + 0.5 * max(0.0, content) - (1.0 if copy > COPY_LIMIT else 0.0)
        if agreement is not None:
            total += 0.5 * agreement
        return PictureScores(style, content, agreement, copy, total, self._scene(rows[0]))

    def _scene(self, images) -> float:
        pairs = zip(images, self.plain, strict=True)
        lines = max(0.0, float(np.mean([outline_correlation(a, b) for a, b in pairs])))
        if not self.seen:
            return lines
        [kept] = self.judge.kept([images], self.seen)
        return scene_kept(lines, kept)


def _reasons(best: CheckpointScore, scores: list[CheckpointScore]) -> Iterator[str]:
    if len(scores) == 1:
        yield "only-one"
        return
    if best.style == max(score.style for score in scores):
        yield "nearest-style"
    if best.content >= 0.3:
        yield "keeps-content"
    later = [score for score in scores if score.step > best.step]
    earlier = [score for score in scores if score.step < best.step]
    if any(score.copy > COPY_LIMIT for score in later):
        yield "copies"
    elif later and min(score.content for score in later) < best.content - 0.05:
        yield "drifts"
    if earlier and all(score.style < best.style - 0.02 for score in earlier):
        yield "weak"
