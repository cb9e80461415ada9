"""The rendering benchmark runs to its end on any base, and both ways paint every picture."""

import re

import pytest

from benchmarks import rendering


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::DeprecationWarning")
@pytest.mark.parametrize("family", ["studio-mini", "sdxl"])
def test_benchmark_prints_every_figure(toy_folder, capsys, family):
    base = str(toy_folder / family)

    rendering.main(["--base", base, "--requests=4", "--steps=2", "--device=cpu", "--batch", "2"])

    said = capsys.readouterr().out
    for line in (
        r"plain +[\d.]+ pictures/s .*outside +[\d.]+%  first step: median \d+ ms",
        r"ours +[\d.]+ pictures/s .*outside +[\d.]+%  first step: median \d+ ms",
        r"ratio +[\d.]+ by the clock, [\d.]+ in CPU seconds",
        r"style against none: [+-][\d.]+%",
        r"2 pictures in one call: [\d.]+ pictures/s",
        r"pack swap: median [\d.]+ ms",
        r"strength: median [\d.]+ ms",
    ):
        assert re.search(line, said), line
