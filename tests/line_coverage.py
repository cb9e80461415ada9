"""Which lines of the studio the tests run: `make test` tells their share and has a floor.

    pytest -n … -p tests.line_coverage      each process writes its lines into build/coverage
    python -m tests.line_coverage           the sum of all; exits 1 under the floor

What workers and supervisors run in processes of their own is not counted. slipcover's own way to
start pytest takes packages for plain modules under --import-mode=importlib, hence this file.
"""

import json
import os
import sys
from pathlib import Path

import slipcover

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "build" / "coverage"
SOURCES = [str(ROOT / name) for name in ("brandstudio", "training", "gallery")]
OMIT = ["*/migrations/*", str(ROOT / "training" / "minibase" / "*")]  # Django's; the base's own
FLOOR = 94  # per cent


def _start():
    """Mark the lines of whatever is imported from now on; None where no other process counts."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return None
    lines = slipcover.Slipcover(source=SOURCES, omit=OMIT)
    slipcover.ImportManager(lines, slipcover.FileMatcher(sources=SOURCES, omit=OMIT)).__enter__()
    return lines


_lines = _start()  # before pytest-django imports the studio


def pytest_sessionfinish():
    if _lines is not None:
        FOLDER.mkdir(parents=True, exist_ok=True)
        path = FOLDER / f"{os.environ['PYTEST_XDIST_WORKER']}.json"
        path.write_text(json.dumps(_lines.get_coverage()), encoding="utf-8")


def main():
    """Print what all processes together ran, and where each file lacks most."""
    first, *rest = sorted(FOLDER.glob("*.json"))
    total = json.loads(first.read_text(encoding="utf-8"))
    for path in rest:
        slipcover.merge_coverage(total, json.loads(path.read_text(encoding="utf-8")))
    listing = FOLDER / "lines.txt"
    with listing.open("w", encoding="utf-8") as file:
        slipcover.print_coverage(total, outfile=file)
    share = total["summary"]["percent_covered"]
    where = listing.relative_to(ROOT)
    print(f"Tests run {share:.1f} % of the lines (at least {FLOOR} %); {where} lists the rest.")
    sys.exit(share < FLOOR)


if __name__ == "__main__":
    main()
