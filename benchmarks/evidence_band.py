"""Does the evidence tell good LoRAs from bad ones, and is its band where a person would put it?

Four LoRAs are trained on one style of the bundled base's scene artist: good, undertrained,
overcooked, copying. Each is drawn at fixed prompts × strengths × 20 seeds.

    python -m benchmarks.evidence_band prepare FOLDER     trains and draws: hours without a GPU
    python -m benchmarks.evidence_band contact FOLDER     contact sheets, to judge by eye
"""

import argparse
import itertools
import json
import random
import time
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image, ImageDraw

from gallery.engine.evidence_plan import PROMPTS, STRENGTHS
from training.engine.base.base_models import BUNDLED_FOLDER
from training.engine.config.run_config import RunConfig
from training.engine.lora import weight_files
from training.engine.sampling.renderer import Renderer, SampleRequest
from training.engine.train.trainer import train
from training.minibase import artist

SEEDS = tuple(range(7100, 7120))
STEPS = 10  # of denoising: enough to see what a LoRA does


@dataclass(frozen=True)
class Recipe:
    """How one of the LoRAs is made.

    pictures: in its set. scale: what its weights are multiplied by after the training, as a far
    higher rate would. says_scene: whether captions say more than the style. The rest as in
    RunConfig.
    """

    pictures: int
    learning_rate: float
    max_steps: int
    lora_rank: int = 8
    caption_dropout: float = 0.1
    targets: str = "attention"
    scale: float = 1.0
    says_scene: bool = True


RECIPES = {
    "good": Recipe(32, 1e-3, 160),
    "undertrained": Recipe(32, 1e-4, 4),
    "overcooked": Recipe(32, 1e-2, 160, scale=4),
    # Two pictures, learned under the style's name alone, by every layer.
    "copying": Recipe(
        2, 2e-3, 500, lora_rank=32, caption_dropout=0, targets="all", says_scene=False
    ),
}


def draw_set(style: str, recipe: Recipe, folder: Path) -> None:
    """The style's training pictures and their captions."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(f"evidence-{style}")
    lines = []
    for number in range(recipe.pictures):
        spec = artist.random_spec(rng)
        path = folder / f"{number:02}.png"
        artist.draw_style(style, spec, 256).save(path)
        caption = artist.STYLE_PHRASES[style]
        if recipe.says_scene:
            caption += f", {artist.caption(spec, rng, prefix=False)}"
        lines.append(json.dumps({"file_name": path.name, "text": caption}))
    (folder / "metadata.jsonl").write_text("\n".join(lines))


def train_all(style: str, folder: Path) -> None:
    for name, recipe in RECIPES.items():
        output = folder / name / "run"
        if list(output.glob("run.safetensors")):
            continue
        draw_set(style, recipe, folder / name / "set")
        config = RunConfig(
            train_data_dir=str(folder / name / "set"),
            metadata_path=str(folder / name / "set" / "metadata.jsonl"),
            base_model=str(BUNDLED_FOLDER),
            output_dir=str(output),
            trigger_words=artist.STYLE_PHRASES[style],
            epochs=recipe.max_steps,
            max_steps=recipe.max_steps,
            learning_rate=recipe.learning_rate,
            lora_rank=recipe.lora_rank,
            caption_dropout=recipe.caption_dropout,
            batch_size=min(4, recipe.pictures),
            targets=recipe.targets,
        )
        began = time.monotonic()
        for event in train(config):
            last = event
        if recipe.scale != 1:
            scale_weights(output / "run.safetensors", recipe.scale)
        print(f"{name}: {last}, {time.monotonic() - began:.0f} s", flush=True)


def scale_weights(path: Path, factor: float) -> None:
    """Multiply what a LoRA file adds to the base."""
    modules = weight_files.read(path).modules
    scaled = {name: replace(one, alpha=one.alpha * factor) for name, one in modules.items()}
    weight_files.write_kohya(path, scaled, {})


def picture_path(folder: Path, name: str, strength: float, seed: int) -> Path:
    """Strength 0 is the base alone, one picture for all four."""
    owner = name if strength else "base"
    return folder / owner / f"{strength:g}-{seed}.webp"


def draw_all(style: str, folder: Path, seeds) -> None:
    """Every picture that is not there yet, a seed after the other: one prompt each, in turn."""
    renderer = Renderer(BUNDLED_FOLDER)
    began, drawn = time.monotonic(), 0
    for seed in seeds:
        for name, strength in itertools.product(RECIPES, STRENGTHS):
            path = picture_path(folder, name, strength, seed)
            if path.exists():
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            packs = [(folder / name / "run" / "run.safetensors", strength)] if strength else []
            request = SampleRequest(
                prompt_of(style, seed), steps=STEPS, guidance=3.0, seed=seed, packs=packs
            )
            [image] = renderer.render([request])
            image.save(path, quality=92)
            drawn += 1
        print(f"seed {seed}: {drawn} pictures, {time.monotonic() - began:.0f} s", flush=True)


def prompt_of(style: str, seed: int) -> str:
    return f"{artist.STYLE_PHRASES[style]}, {PROMPTS[seed % len(PROMPTS)]['prompt']}"


def contact(folder: Path, seeds) -> None:
    """For the eye: per LoRA a sheet, a row per seed, a column per strength."""
    side, margin = 128, 20
    for name in RECIPES:
        sheet = Image.new("RGB", (side * len(STRENGTHS), margin + side * len(seeds)), "white")
        pen = ImageDraw.Draw(sheet)
        for column, strength in enumerate(STRENGTHS):
            pen.text((column * side + 50, 4), f"{strength:g}", fill="black")
            for line, seed in enumerate(seeds):
                with Image.open(picture_path(folder, name, strength, seed)) as image:
                    small = image.resize((side - 2, side - 2))
                sheet.paste(small, (column * side, margin + line * side))
        sheet.save(folder / f"{name}.png")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("act", choices=("prepare", "contact"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--style", default="porcelain", choices=sorted(artist.STYLES))
    parser.add_argument("--seeds", type=int, default=len(SEEDS))
    options = parser.parse_args()
    seeds = SEEDS[: options.seeds]
    if options.act == "prepare":
        train_all(options.style, options.folder)
        draw_all(options.style, options.folder, seeds)
    else:
        contact(options.folder, seeds)


if __name__ == "__main__":
    main()
