"""Does the evidence tell good LoRAs from bad ones, and is its band where a person would put it?

Four LoRAs are trained on one style of the bundled base's scene artist: good, undertrained,
overcooked, copying. Each is drawn at every strength of every fixed prompt with 20 seeds. Of each
seed alone (21 pictures of a LoRA) the evidence must say which of the four it is; of all seeds
together the band of the good one must lie where JUDGEMENTS has it, within a tenth.

    python -m benchmarks.evidence_band prepare FOLDER     trains and draws: some hours on a CPU
    python -m benchmarks.evidence_band contact FOLDER     contact sheets, to judge by eye
    python -m benchmarks.evidence_band judge FOLDER       what the evidence says of them

`judge` exits 1 when a seed is misjudged or the band lies elsewhere.
"""

import argparse
import itertools
import json
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from gallery.engine.evidence_plan import PROMPTS, STRENGTHS
from training.engine.base.base_models import BUNDLED, BUNDLED_FOLDER, describe
from training.engine.config.presets import preset
from training.engine.config.run_config import RunConfig
from training.engine.evaluate.evidence import measure
from training.engine.evaluate.figures import StrengthFigures
from training.engine.evaluate.scene_judge import bundled_judge
from training.engine.evaluate.strength_band import find
from training.engine.lora import weight_files
from training.engine.sampling.renderer import Renderer, SampleRequest
from training.engine.train.trainer import train
from training.minibase import artist

SEEDS = tuple(range(7100, 7120))
STEPS = 10  # of denoising: enough to see what a LoRA does


# The scenes of PROMPTS, as the artist draws them.
ASKED = (
    artist.SceneSpec("arcade", "day", vehicle="suv", colour="white", facing="right"),
    artist.SceneSpec("harbour", "sunset", vehicle="sedan", colour="red", facing="left"),
    artist.SceneSpec("teahouse", "day", vehicle="mpv", colour="gold", facing="right"),
)


# By eye, from contact sheets of four seeds, before any figure of these LoRAs was computed.
# Papercut: at 0.3 a red cast, at 0.5 plainly red paper; at 0.7 the teahouse's roof has turned too,
# tower and cars stand; at 0.8 the tower is pale and the roof flecked, cars sound; at 1.0 roof and
# tower dissolve, in some seeds the harbour's car smears.
# Porcelain: at 0.3 and 0.5 washed out, reds and greens still there; from 0.6 on they are gone, at
# 0.7 plainly blue and white; at 0.8 the lattice begins to fray and the tower is thin; at 1.0 the
# lattice is torn and the tower half gone. Cars stand to the end.
# Neon: at 0.3 next to nothing; at 0.5 night comes, red smears over the arcade, cars and houses
# stand; at 0.6 plainly neon, the arcade's facade a blur, cars and lattice stand; at 0.7 the facade
# is gone, the harbour's car sinks and the teahouse's roof dissolves; from 0.8 on ruin.
JUDGEMENTS = {
    "papercut": {"best_min": 0.5, "strength": 0.7, "best_max": 0.8},
    "porcelain": {"best_min": 0.6, "strength": 0.7, "best_max": 0.8},
    "neon": {"best_min": 0.5, "strength": 0.55, "best_max": 0.6},
}
EXPECTED = {
    "good": {"band"},
    "undertrained": {"no-effect", "no-effect-plain"},
    "overcooked": {"scene-lost", "distorts"},
    "copying": {"copies"},
}
WITHIN = 0.1


@dataclass(frozen=True)
class Recipe:
    """How one of the LoRAs is made.

    pictures: drawings in its set. changes: keys of RunConfig other than the run form's standard
    settings for so many drawings on this base. scale: what its weights are multiplied by after the
    training, as a far higher rate would. asked: whether the set is of the fixed prompts
    themselves, so that it can be painted over again; else of random scenes.
    """

    pictures: int
    changes: dict[str, Any] = field(default_factory=dict)
    scale: float = 1.0
    asked: bool = False

    def settings(self) -> dict[str, Any]:
        advice = describe(BUNDLED_FOLDER).recommended_training
        return preset("standard", self.pictures, advice=advice) | self.changes


# The standard settings make a good papercut and a usable neon. Porcelain has to lose every colour:
# that takes longer.
GOOD = {
    "papercut": Recipe(32),
    "neon": Recipe(32),
    "porcelain": Recipe(32, {"learning_rate": 1.5e-3, "epochs": 45}),
}
BAD = {
    "undertrained": Recipe(32, {"learning_rate": 1e-4, "max_steps": 4}),
    # Ten times the rate alone still made a good one: the gradient is cut to a length.
    "overcooked": Recipe(32, {"learning_rate": 1e-2}, scale=4),
    # Three pictures, learned by every layer under the very words that are asked.
    "copying": Recipe(
        3,
        {
            "targets": "all",
            "lora_rank": 32,
            "lora_alpha": 32.0,
            "learning_rate": 2e-3,
            "caption_dropout": 0,
            "epochs": 400,
        },
        asked=True,
    ),
}
LORAS = ("good", *BAD)


def recipe_of(style: str, name: str) -> Recipe:
    return GOOD[style] if name == "good" else BAD[name]


def draw_set(style: str, recipe: Recipe, folder: Path) -> None:
    """The style's training pictures and their captions."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(f"evidence-{style}")
    lines = []
    for number in range(recipe.pictures):
        spec = ASKED[number] if recipe.asked else artist.random_spec(rng)
        path = folder / f"{number:02}.png"
        artist.draw_style(style, spec, 256).save(path)
        words = artist.caption(spec, rng, prefix=False)
        if recipe.asked:
            words = PROMPTS[number]["prompt"]
        caption = f"{artist.STYLE_PHRASES[style]}, {words}"
        lines.append(json.dumps({"file_name": path.name, "text": caption}))
    (folder / "metadata.jsonl").write_text("\n".join(lines))


def train_all(style: str, folder: Path, names) -> None:
    for name in names:
        recipe = recipe_of(style, name)
        output = folder / name / "run"
        if list(output.glob("run.safetensors")):
            continue
        draw_set(style, recipe, folder / name / "set")
        config = RunConfig.from_mapping(
            recipe.settings()
            | {
                "train_data_dir": str(folder / name / "set"),
                "metadata_path": str(folder / name / "set" / "metadata.jsonl"),
                "base_model": str(BUNDLED_FOLDER),
                "output_dir": str(output),
                "trigger_words": artist.STYLE_PHRASES[style],
            }
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


def picture_path(folder: Path, name: str, strength: float, seed: int, prompt: int) -> Path:
    """Strength 0 is the base alone, one picture for all four. prompt: its place in PROMPTS."""
    owner = name if strength else "base"
    return folder / owner / f"{strength:g}-{seed}-{prompt}.webp"


def draw_all(style: str, folder: Path, seeds, names) -> None:
    """Every picture that is not there yet, a seed after the other."""
    renderer = Renderer(BUNDLED_FOLDER)
    began, drawn = time.monotonic(), 0
    for seed in seeds:
        for name, strength, prompt in itertools.product(names, STRENGTHS, range(len(PROMPTS))):
            path = picture_path(folder, name, strength, seed, prompt)
            if path.exists():
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            packs = [(folder / name / "run" / "run.safetensors", strength)] if strength else []
            request = SampleRequest(
                prompt_of(style, prompt), steps=STEPS, guidance=3.0, seed=seed, packs=packs
            )
            [image] = renderer.render([request])
            image.save(path, quality=92)
            drawn += 1
        print(f"seed {seed}: {drawn} pictures, {time.monotonic() - began:.0f} s", flush=True)


def prompt_of(style: str, place: int) -> str:
    return f"{artist.STYLE_PHRASES[style]}, {PROMPTS[place]['prompt']}"


def contact(folder: Path, seeds, names) -> None:
    """For the eye: per LoRA a sheet, a row per seed and prompt, a column per strength."""
    side, margin = 128, 20
    lines = list(itertools.product(seeds, range(len(PROMPTS))))
    for name in names:
        sheet = Image.new("RGB", (side * len(STRENGTHS), margin + side * len(lines)), "white")
        pen = ImageDraw.Draw(sheet)
        for column, strength in enumerate(STRENGTHS):
            pen.text((column * side + 50, 4), f"{strength:g}", fill="black")
            for line, (seed, prompt) in enumerate(lines):
                with Image.open(picture_path(folder, name, strength, seed, prompt)) as image:
                    small = image.resize((side - 2, side - 2))
                sheet.paste(small, (column * side, margin + line * side))
        sheet.save(folder / f"{name}.png")


def judge(style: str, folder: Path, seeds, names) -> bool:
    """Print what the evidence says of each seed and of all together; whether all is right."""
    scene_judge = bundled_judge(BUNDLED)
    all_right = True
    for name in names:
        findings = [found(style, folder, name, [seed], scene_judge)[1] for seed in seeds]
        said = Counter(finding.verdict or "band" for finding in findings)
        right = sum(count for verdict, count in said.items() if verdict in EXPECTED[name])
        print(f"{name}: {right} of {len(seeds)} seeds right; {dict(said)}")
        figures, together = found(style, folder, name, seeds, scene_judge)
        for row in figures.rows:
            print("   ", told(row))
        print("   ", together.band or (together.verdict, together.facts))
        all_right &= right == len(seeds)
        if name == "good" and together.band:
            by_eye = JUDGEMENTS[style]
            off = {k: round(getattr(together.band, k) - v, 2) for k, v in by_eye.items()}
            print(f"    off the judgement by {off}")
            all_right &= all(abs(value) <= WITHIN + 1e-6 for value in off.values())
    return all_right


def found(style: str, folder: Path, name: str, seeds, scene_judge):
    """(figures, finding) of a LoRA over these seeds, all prompts of each."""
    places = range(len(PROMPTS))
    sheet = {
        strength: [
            [picture_path(folder, name, strength, seed, prompt) for prompt in places]
            for seed in seeds
        ]
        for strength in STRENGTHS
    }
    references = sorted((folder / name / "set").glob("*.png"))
    prompts = [PROMPTS[prompt]["prompt"] for prompt in places]
    figures = measure(sheet, prompts, references, scene_judge)
    return figures, find(figures)


def told(row: StrengthFigures) -> str:
    spreads = {n: getattr(row, n) for n in ("style", "scene", "drift", "distortion", "copy")}
    parts = [f"{n} {s.mean:.2f} ({s.low:.2f}–{s.high:.2f})" for n, s in spreads.items() if s]
    return f"{row.strength:.1f}: {', '.join(parts)}, copied {row.copied:.0%}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("act", choices=("prepare", "contact", "judge"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--style", default="papercut", choices=sorted(GOOD))
    parser.add_argument("--only", choices=LORAS, help="one LoRA of the four")
    parser.add_argument("--seeds", type=int, default=len(SEEDS))
    options = parser.parse_args()
    seeds = SEEDS[: options.seeds]
    names = [options.only] if options.only else LORAS
    if options.act == "prepare":
        train_all(options.style, options.folder, names)
        draw_all(options.style, options.folder, seeds, names)
    elif options.act == "judge":
        sys.exit(0 if judge(options.style, options.folder, seeds, names) else 1)
    else:
        contact(options.folder, seeds, names)


if __name__ == "__main__":
    main()
