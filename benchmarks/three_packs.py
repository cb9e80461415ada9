"""Do three packs keep the scene up to the least limit of their pairs? Measured, not assumed.

The demo's two packs and a third file are painted on the bundled base: every two of them at equal
shares of their greatest strengths, all three at equal shares, and with either of them at half of
the sum. Each line tells how much of the scene is kept; docs/evidence.md holds what was found.

    python -m benchmarks.three_packs FOLDER THIRD.safetensors "its trigger words"
"""

import argparse
import json
from itertools import combinations
from pathlib import Path

from gallery.engine.evidence_plan import PROMPTS
from training.engine.base.base_models import BUNDLED, BUNDLED_FOLDER
from training.engine.evaluate.evidence import measure
from training.engine.evaluate.scene_judge import bundled_judge
from training.engine.sampling.renderer import Renderer, SampleRequest

DEMO = Path(__file__).resolve().parents[1] / "gallery" / "demo"
PLACES = 2  # of PROMPTS, as a pair's grid has them
SEED = 7100
SUMS = (1.0, 1.2, 1.4, 1.6)  # of shares of the greatest strengths
STEPS = 10  # of denoising


def packs_of(third: Path, words: str) -> list[tuple[Path, float, str]]:
    """(file, greatest strength, trigger words) of the demo's two and a third, used up to 1."""
    content = json.loads((DEMO / "content.json").read_text(encoding="utf-8"))
    runs = {run["name"]: run for run in content["runs"]}
    versions = [pack["versions"][0] for pack in content["packs"]]
    files = [DEMO / "blobs" / runs[version["run"]]["checkpoint"]["file"] for version in versions]
    bands = [(version["strength_max"], version["trigger_words"]) for version in versions]
    return [(file, *band) for file, band in zip(files, bands, strict=True)] + [(third, 1.0, words)]


def mixtures() -> list[tuple[float, ...]]:
    """Shares of the three packs."""
    pairs = [
        tuple(total / 2 if place in pair else 0.0 for place in range(3))
        for pair in combinations(range(3), 2)
        for total in SUMS
    ]
    equal = [(total / 3,) * 3 for total in SUMS]
    uneven = [
        tuple(total / 2 if place == most else total / 4 for place in range(3))
        for total in SUMS
        for most in range(3)
    ]
    return pairs + equal + uneven


def paint(renderer: Renderer, folder: Path, packs, shares, place: int) -> Path:
    """The picture of a mixture, painted if it is not there yet; all shares 0 is the base alone."""
    path = folder / f"{'-'.join(f'{share:.3f}' for share in shares)}-{place}.webp"
    if not path.exists():
        acting = [(pack, share) for pack, share in zip(packs, shares, strict=True) if share]
        words = [words for (_file, _greatest, words), _share in acting]
        request = SampleRequest(
            ", ".join([*words, PROMPTS[place]["prompt"]]),
            steps=STEPS,
            guidance=3.0,
            seed=SEED + place,
            packs=[(file, share * greatest) for (file, greatest, _words), share in acting],
        )
        [image] = renderer.render([request])
        image.save(path, quality=92)
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("third", type=Path)
    parser.add_argument("words")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    packs = packs_of(options.third, options.words)
    renderer, judge = Renderer(BUNDLED_FOLDER), bundled_judge(BUNDLED)
    prompts = [PROMPTS[place]["prompt"] for place in range(PLACES)]

    def row(shares):
        return [[paint(renderer, options.folder, packs, shares, p) for p in range(PLACES)]]

    base = row((0.0, 0.0, 0.0))
    for shares in mixtures():
        figures = measure({0.0: base, 1.0: row(shares)}, prompts, judge=judge).rows[1]
        told = {"shares": [round(share, 3) for share in shares], "sum": round(sum(shares), 2)}
        told |= {"scene": round(figures.scene.mean, 3), "least": round(figures.least_scene, 3)}
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
