"""How well does screening tell sound pictures from spoilt ones?

    python benchmarks/screening.py [--photos DIR] [--resolution N] [--mistakes]

Spoils photographs in known ways, screens them all, and prints precision and recall per check.
Without --photos it uses the photographs inside scikit-image's wheel, so anyone can repeat it.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # run as a file, from anywhere

from benchmarks.screening_cases import (
    CHECKS,
    Photo,
    cases,
    copies,
    folder_photos,
    markings,
    wheel_photos,
)
from training.engine.screening import ScreenSettings, near_duplicates, screen_file, text
from training.engine.screening.duplicates import fingerprint_of
from training.engine.screening.screened_image import open_screened

COLUMNS = "| Check | Spoilt | Sound | Precision | Recall |"


def main() -> None:
    """Run the benchmark and print its table."""
    arguments = _arguments()
    wheel = arguments.photos is None
    photos = wheel_photos() if wheel else folder_photos(arguments.photos)
    if not photos:
        sys.exit(f"No pictures in {arguments.photos}.")
    resolution = arguments.resolution or (256 if wheel else 512)
    settings = ScreenSettings(resolution=resolution)
    tally, mistakes, milliseconds = judge(photos, settings)
    wrong_pairs = judge_copies(photos, settings, tally)
    wrong_texts = judge_text(photos, settings, tally) if text.is_installed() else []
    sides = [min(photo.image.size) for photo in photos]
    print(
        f"{len(photos)} photographs ({'scikit-image wheel' if wheel else 'own folder'}), "
        f"short sides {min(sides)} to {max(sides)} px, screened for {resolution} px; "
        f"{len(milliseconds)} files, median {sorted(milliseconds)[len(milliseconds) // 2]:.0f} ms "
        "of processor time each"
    )
    print(COLUMNS, "|---|---|---|---|---|", sep="\n")
    for check in (*CHECKS, "duplicate", "text"):
        print(row(check, tally))
    if arguments.mistakes:
        print(*mistakes, *wrong_pairs, *wrong_texts, sep="\n")


def judge(photos: list[Photo], settings: ScreenSettings) -> tuple[Counter, list, list]:
    """Screen all cases. Returns counts by (check, truth, found), mistakes, and times in ms."""
    tally, mistakes, milliseconds = Counter(), [], []
    with tempfile.TemporaryDirectory() as folder:
        for photo in photos:
            for case in cases(photo, photos, settings.resolution):
                path = Path(folder) / f"picture{case.suffix}"
                path.write_bytes(case.data)
                start = time.process_time()
                report = screen_file(path, settings)
                milliseconds.append(1000 * (time.process_time() - start))
                found = {finding.check for finding in report.findings}
                for check, truth in case.truth.items():
                    if truth is None:
                        continue
                    tally[check, truth, check in found] += 1
                    if truth != (check in found):
                        word = "missed" if truth else "false"
                        mistakes.append(f"{word} {check}: {case.name} {report.measures}")
    return tally, mistakes, milliseconds


def judge_copies(photos: list[Photo], settings: ScreenSettings, tally: Counter) -> list[str]:
    """Compare every photograph with every copy of every photograph; counts into tally."""
    hashes, origin, kind = {}, {}, {}
    for photo in photos:
        for name, picture in [("", photo.image), *copies(photo.image)]:
            small = picture.copy()
            small.thumbnail((512, 512))
            key = f"{photo.name} {name}".strip()
            hashes[key], origin[key], kind[key] = fingerprint_of(small), photo.name, name
    pairs = {frozenset((one.name, one.other)) for one in near_duplicates(hashes, settings)}
    mistakes = []
    originals = [key for key in hashes if not kind[key]]
    for original in originals:
        for key in hashes:
            if key == original or (not kind[key] and key < original):
                continue
            truth = origin[key] == origin[original]
            found = frozenset((original, key)) in pairs
            tally["duplicate", truth, found] += 1
            if truth != found:
                mistakes.append(f"{'missed' if truth else 'false'} duplicate: {original} / {key}")
    return mistakes


def judge_text(photos: list[Photo], settings: ScreenSettings, tally: Counter) -> list[str]:
    """Look for writing on each photograph as it is and with writing laid over it."""
    mistakes = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "picture.png"
        for photo in photos:
            truth = photo.truth.get("text", False)
            pictures = [("untouched", photo.image, truth)]
            pictures += [(name, picture, True) for name, picture in markings(photo.image)]
            for name, picture, truth in pictures:
                picture.save(path, compress_level=1)
                measures, findings = text.check(open_screened(path, settings), settings)
                tally["text", truth, bool(findings)] += 1
                if truth != bool(findings):
                    word = "missed" if truth else "false"
                    mistakes.append(f"{word} text: {photo.name} {name} {measures}")
    return mistakes


def row(check: str, tally: Counter) -> str:
    """One line of the table."""
    right, false = tally[check, True, True], tally[check, False, True]
    missed, passed = tally[check, True, False], tally[check, False, False]
    precision = f"{right / (right + false):.3f}" if right + false else "–"
    recall = f"{right / (right + missed):.3f}" if right + missed else "–"
    return f"| {check} | {right + missed} | {false + passed} | {precision} | {recall} |"


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photos", type=Path, help="folder of sound photographs of your own")
    parser.add_argument("--resolution", type=int, help="training resolution (256; 512 for yours)")
    parser.add_argument("--mistakes", action="store_true", help="list what was judged wrongly")
    return parser.parse_args()


if __name__ == "__main__":
    main()
