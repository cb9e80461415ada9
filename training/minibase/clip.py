"""The tiny CLIP: an image and a text tower that agree on what a drawn scene shows.

Used to label pictures (zero-shot, from words) and to score how near two sets of pictures are.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers import (
    CLIPConfig,
    CLIPImageProcessorPil,
    CLIPModel,
    CLIPProcessor,
    CLIPTextModel,
    CLIPVisionConfig,
)

from training.minibase import tokenizer, views
from training.minibase.artist import SceneSpec, captions
from training.minibase.text import ATTRIBUTES, WIDTH, labels, text_config

# Zero-shot wording: one sentence per answer.
QUESTIONS: dict[str, dict[str, str]] = {
    "place": {place: words[0] for place, words in captions.PLACE_WORDS.items()},
    "time": {value: words[0] for value, words in captions.TIME_WORDS.items()},
    "vehicle": {kind: f"a {words[0]}" for kind, words in captions.VEHICLE_WORDS.items()},
    "colour": {colour: f"a {colour} car" for colour in ATTRIBUTES["colour"]},
    "facing": {side: f"a car facing {side}" for side in ATTRIBUTES["facing"]},
    "weather": {"clear": "clear weather", "rain": "rain"},
    "extra": {
        "none": "nothing else",
        **{extra: words[0] for extra, words in captions.EXTRA_WORDS.items()},
    },
}
_RATE = 7e-4
_PIXEL_MEAN, _PIXEL_SPREAD = (0.5, 0.5, 0.5), (0.25, 0.25, 0.25)


def new_clip(folder: Path) -> CLIPModel:
    """Return a model whose text tower starts as the base model's text encoder.

    A model that is already in `folder` is taken up again instead.
    """
    if (folder / "clip" / "model.safetensors").exists():
        return CLIPModel.from_pretrained(folder / "clip")
    words = tokenizer.load(folder / "tokenizer")
    vision = CLIPVisionConfig(
        hidden_size=144,
        intermediate_size=432,
        num_hidden_layers=4,
        num_attention_heads=4,
        image_size=views.SIDE,
        patch_size=16,
        projection_dim=WIDTH,
    )
    text = text_config(words)
    config = CLIPConfig(
        text_config=text.to_dict(), vision_config=vision.to_dict(), projection_dim=WIDTH
    )
    model = CLIPModel(config)
    encoder = CLIPTextModel.from_pretrained(folder / "text_encoder")
    inner = getattr(encoder, "text_model", encoder)
    model.text_model.load_state_dict(inner.state_dict())
    return model


def partial_caption(spec: SceneSpec, rng: random.Random) -> tuple[str, tuple[str, ...]]:
    """Return words that name one to four attributes of the scene, and which ones they are."""
    names = rng.sample(tuple(QUESTIONS), rng.choice((1, 1, 1, 2, 3, 4)))
    if rng.random() < 0.4:  # silhouettes are the slowest to learn: ask for them more often
        names = [rng.choice(("vehicle", "facing"))]
    if len(names) == 1 and rng.random() < 0.5:
        return QUESTIONS[names[0]][getattr(spec, names[0])], tuple(names)
    wordings = {
        "place": captions.PLACE_WORDS,
        "time": captions.TIME_WORDS,
        "vehicle": captions.VEHICLE_WORDS,
    }
    parts = []
    for name in names:
        value = getattr(spec, name)
        listed = wordings.get(name, {}).get(value)
        parts.append(rng.choice(listed) if listed else QUESTIONS[name][value])
    return ", ".join(parts), tuple(names)


def _matches(specs: list[SceneSpec], terms: list[tuple[str, ...]]) -> Tensor:
    """Return (texts, pictures): which pictures of the batch fit which words, as 0 or 1."""
    truth = labels(specs)
    fits = torch.ones(len(specs), len(specs), dtype=torch.bool)
    for row, names in enumerate(terms):
        for name in names:
            fits[row] &= truth[name] == truth[name][row]
    return fits.float()


def train(
    folder: Path,
    *,
    seconds: float,
    seed: int = 0,
    workers: int = 2,
    images: int = 7000,
    say: Callable[[str], None] = print,
) -> dict[str, float]:
    """Train for `seconds` of processor time; return zero-shot shares right on unseen scenes.

    The text tower is the base's own encoder and stays as it is; the image tower learns to meet
    it. Words that name one attribute fit many pictures of a batch, so each row's target is spread
    over all that fit instead of the diagonal alone. Helper heads on the image tower get it going.
    """
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    rng, generator = random.Random(f"clip-{seed}"), np.random.default_rng(seed + 1)
    pictures, specs = views.drawn(folder / "views", f"train-{seed}", images, workers)
    words, model = tokenizer.load(folder / "tokenizer"), new_clip(folder)
    heads = nn.ModuleDict({n: nn.Linear(WIDTH, len(ATTRIBUTES[n])) for n in QUESTIONS})
    truth = labels(specs)
    model.text_model.requires_grad_(False)
    learned = [p for p in model.parameters() if p.requires_grad]
    parameters = [*learned, *heads.parameters()]
    optimizer = torch.optim.AdamW(parameters, _RATE, betas=(0.9, 0.98), weight_decay=0.05)
    started, step = time.process_time(), 0
    while (spent := time.process_time() - started) < seconds:
        share = spent / seconds
        for group in optimizer.param_groups:
            group["lr"] = _learning_rate(step, share)
        rows = generator.integers(0, len(specs), 48)
        batch, repainted = views.as_batch(pictures[rows]), torch.zeros(48, dtype=torch.bool)
        # Silhouettes come slowly: begin with clean pictures, then make them harder and harder.
        if generator.random() < 1.5 * share:
            batch, repainted = views.roughened(batch, generator, coarsest=0.55)
        picked = [specs[row] for row in rows]
        texts, terms = zip(*(partial_caption(spec, rng) for spec in picked), strict=True)
        image_features, caption_features = _features(model, words, batch, list(texts))
        loss = _contrast(model, image_features, caption_features, picked, terms, repainted)
        loss = loss + _heads_loss(heads, image_features, truth, rows, repainted)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        step += 1
        if step % 100 == 0:
            with torch.no_grad():
                guesses = heads["vehicle"](image_features).argmax(1)
                right = (guesses == truth["vehicle"][rows]).float().mean()
            say(f"clip step {step}, {spent:.0f} s, loss {loss.item():.3f}, vehicle {right:.2f}")
    model.eval()
    figures = measure(model, words, folder, workers)
    save(model, folder, figures)
    return figures


def _learning_rate(step: int, share: float) -> float:
    """Warms up over 100 steps, stays, and falls from 0.4 of the time on. share: of it, spent."""
    fall = 1.0 if share < 0.4 else max(0.01, (1 - share) / 0.6)
    return _RATE * min(1, (step + 1) / 100) * fall


def _features(model, words, batch: Tensor, texts: list[str]) -> tuple[Tensor, Tensor]:
    """(of the images, of the captions), each (B, WIDTH) float32 in the space they share."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        with torch.no_grad():
            ids = tokenizer.encode(words, texts)[:, :32]
            states = model.text_model(ids).pooler_output
        pooled = model.vision_model(_normalised(batch)).pooler_output
    return model.visual_projection(pooled.float()), model.text_projection(states.float())


def _heads_loss(heads, image_features: Tensor, truth, rows, repainted: Tensor) -> Tensor:
    """What the helper heads get wrong; colours of repainted images are not asked."""
    losses = []
    for name, head in heads.items():
        each = F.cross_entropy(head(image_features), truth[name][rows], reduction="none")
        if name in views.PALETTE_ATTRIBUTES:
            each = each * ~repainted
        losses.append(each.mean() * (2.0 if name in ("vehicle", "facing") else 0.5))
    return torch.stack(losses).sum()


def _normalised(batch: Tensor) -> Tensor:
    return (batch - _PIXEL_MEAN[0]) / _PIXEL_SPREAD[0]


def _contrast(model, image_features, caption_features, specs, terms, repainted) -> Tensor:
    fits = _matches(specs, list(terms))
    scores = (
        F.normalize(caption_features, dim=-1)
        @ F.normalize(image_features, dim=-1).T
        * model.logit_scale.exp()
    )
    about_palette = torch.tensor([any(n in views.PALETTE_ATTRIBUTES for n in ns) for ns in terms])
    unknown = about_palette[:, None] & repainted[None, :]
    scores = scores.masked_fill(unknown, -30.0)
    fits = fits.masked_fill(unknown, 0.0)
    loss = torch.zeros(())
    for logits, target in ((scores, fits), (scores.T, fits.T)):
        count = target.sum(1, keepdim=True)
        rows = count[:, 0] > 0
        share = target[rows] / count[rows]
        loss = loss + F.cross_entropy(logits[rows], share)
    return loss / 2


def save(model: CLIPModel, folder: Path, figures: dict) -> None:
    """Keep the model, its tokenizer and its picture settings in folder/clip."""
    out = folder / "clip"
    model.save_pretrained(out)
    processor(folder).save_pretrained(out)
    for name in ("vocab.json", "merges.txt"):
        (out / name).write_bytes((folder / "tokenizer" / name).read_bytes())
    (out / "figures.json").write_text(json.dumps(figures, indent=1) + "\n")


def processor(folder: Path) -> CLIPProcessor:
    """Return the processor: any picture is squeezed to 128 x 128, nothing is cut off."""
    images = CLIPImageProcessorPil(
        size={"height": views.SIDE, "width": views.SIDE},
        do_center_crop=False,
        image_mean=list(_PIXEL_MEAN),
        image_std=list(_PIXEL_SPREAD),
    )
    return CLIPProcessor(images, tokenizer.load(folder / "tokenizer"))


def load(folder: Path) -> tuple[CLIPModel, CLIPProcessor]:
    """Return the model in float32 and its processor from a finished clip folder."""
    model = CLIPModel.from_pretrained(folder, dtype=torch.float32).eval()
    return model, CLIPProcessor.from_pretrained(folder)


@torch.no_grad()
def picture_features(model: CLIPModel, pixels: Tensor) -> Tensor:
    """Return unit vectors (B, 128) for processed pictures (B, 3, 128, 128)."""
    return F.normalize(model.visual_projection(model.vision_model(pixels).pooler_output), dim=-1)


@torch.no_grad()
def text_features(model: CLIPModel, words, texts: list[str]) -> Tensor:
    """Return unit vectors (B, 128) for texts."""
    ids = tokenizer.encode(words, texts)
    return F.normalize(model.text_projection(model.text_model(ids).pooler_output), dim=-1)


@torch.no_grad()
def measure(model, words, folder: Path, workers: int = 1, count: int = 1000) -> dict[str, float]:
    """Return the share of unseen drawn scenes named right, zero-shot, per attribute."""
    pictures, specs = views.drawn(folder / "views", "held-out", count, workers)
    features = []
    for start in range(0, len(specs), 100):
        batch = _normalised(views.as_batch(pictures[start : start + 100]))
        features.append(picture_features(model, batch))
    features, figures, truth = torch.cat(features), {}, labels(specs)
    for name in ("place", "time", "vehicle", "colour", "facing", "weather"):
        answers = [QUESTIONS[name][value] for value in ATTRIBUTES[name]]
        answer_features = text_features(model, words, answers)
        right = ((features @ answer_features.T).argmax(1) == truth[name]).float().mean()
        figures[name] = round(float(right), 4)
    return figures
