"""How many steps does an early end save, and what does it cost?

Each set of the demo is trained with the standard preset on the bundled base, once all the way and
once with `early_stop`, both with the same seed: up to its end the early run has the weights of the
other. The checkpoints are scored as after any run, and what is recommended of each is compared.

    python -m benchmarks.early_stop FOLDER [--patience 2] [--json]

About a quarter of an hour on two CPU cores; what FOLDER holds already is not made again. Exits 1
where less than 30 % of the steps are saved, or more than 2 % of the score is lost.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import gallery.demo
from training.engine.base.base_models import BUNDLED_FOLDER, describe
from training.engine.config.presets import preset
from training.engine.config.run_config import RunConfig
from training.engine.evaluate import checkpoint_scores, sample_scores
from training.engine.prompts.checks import as_prompt
from training.engine.sampling.renderer import Renderer
from training.engine.train.trainer import train

DEMO = Path(gallery.demo.__file__).parent
STEPS = 10  # of denoising: enough to compare checkpoints by
WANTED_SAVED, BEARABLE_LOSS = 0.30, 0.02


@dataclass(frozen=True)
class Saving:
    """One set: steps of both runs, the step recommended of each, and its score."""

    name: str
    steps: int
    early_steps: int
    best_step: int
    early_best_step: int
    score: float
    early_score: float

    @property
    def saved(self) -> float:
        return 1 - self.early_steps / self.steps

    @property
    def lost(self) -> float:
        return 1 - self.early_score / self.score

    @property
    def is_good(self) -> bool:
        return self.saved >= WANTED_SAVED and self.lost <= BEARABLE_LOSS


def demo_sets(folder: Path) -> Iterator[tuple[Path, dict]]:
    """(folder with pictures and captions, what the demo says of the set)."""
    content = json.loads((DEMO / "content.json").read_text(encoding="utf-8"))
    for facts in content["datasets"]:
        target = folder / "sets" / facts["trigger_word"].replace(" ", "-")
        target.mkdir(parents=True, exist_ok=True)
        lines = []
        for image in facts["images"]:
            (target / image["name"]).write_bytes((DEMO / "blobs" / image["file"]).read_bytes())
            lines.append(json.dumps({"file_name": image["name"], "text": image["caption"]}))
        (target / "metadata.jsonl").write_text("\n".join(lines), encoding="utf-8")
        yield target, facts


def config_of(pictures: Path, facts: dict, output: Path, early_stop: int) -> RunConfig:
    captions = [image["caption"] for image in facts["images"]]
    advice = describe(BUNDLED_FOLDER).recommended_training
    return RunConfig.from_mapping(
        preset("standard", len(captions), are_drawn=True, advice=advice)
        | {
            "train_data_dir": str(pictures),
            "metadata_path": str(pictures / "metadata.jsonl"),
            "base_model": str(BUNDLED_FOLDER),
            "output_dir": str(output),
            "trigger_words": facts["trigger_word"],
            # Two of the set's own captions, as the studio's form proposes.
            "sample_prompts": [as_prompt(text) for text in (captions[0], captions[16])],
            "sample_steps": STEPS,
            "early_stop": early_stop,
        }
    )


def trained(config: RunConfig, cache: Path) -> dict:
    """run.json of the run, made now unless it is there."""
    record = Path(config.output_dir) / "run.json"
    if not record.is_file():
        for event in train(config, cache_dir=cache, make_judge=sample_scores.make_judge):
            if event.kind in ("checkpoint", "finished"):
                print(event, file=sys.stderr, flush=True)
    return json.loads(record.read_text(encoding="utf-8"))


def measure(pictures: Path, facts: dict, folder: Path, patience: int) -> Saving:
    name = pictures.name
    whole, early = (
        config_of(pictures, facts, folder / f"{name}-{kind}", stop)
        for kind, stop in (("whole", 0), (f"early{patience}", patience))
    )
    steps, early_steps = (trained(run, folder / "cache")["step"] for run in (whole, early))
    files = checkpoint_scores.find_checkpoints(whole.output_dir, whole.name)
    files[steps] = Path(whole.output_dir) / f"{whole.name}.safetensors"
    scores = checkpoint_scores.recommend(
        Renderer(BUNDLED_FOLDER),
        files,
        whole.sample_prompts,
        sorted(pictures.glob("*.jpg")),
        guidance=whole.sample_guidance,
        most_steps=STEPS,
    ).scores
    for score in scores:
        print(f"{name} {score.step}: {score.total:.3f}", file=sys.stderr, flush=True)
    best = max(scores, key=lambda score: score.total)
    early_best = max((s for s in scores if s.step <= early_steps), key=lambda score: score.total)
    return Saving(
        name, steps, early_steps, best.step, early_best.step, best.total, early_best.total
    )


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--patience", type=int, default=2)
    parser.add_argument("--only", default="", help="the set of this trigger word alone")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    savings = [
        measure(pictures, facts, options.folder, options.patience)
        for pictures, facts in demo_sets(options.folder)
        if options.only in ("", facts["trigger_word"])
    ]
    if options.json:
        rows = [asdict(one) | {"saved": one.saved, "lost": one.lost} for one in savings]
        print(json.dumps(rows, indent=2))
    else:
        for one in savings:
            print(
                f"{one.name}: {one.early_steps} of {one.steps} steps ({one.saved:.0%} saved), "
                f"score {one.early_score:.3f} at step {one.early_best_step} instead of "
                f"{one.score:.3f} at {one.best_step} ({one.lost:.1%} lower)"
            )
    return 0 if all(one.is_good for one in savings) else 1


if __name__ == "__main__":
    sys.exit(main())
