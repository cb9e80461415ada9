"""The contact sheets in docs/: what the base paints, and what five LoRA styles make of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from training.minibase import bundle, evaluate, lora_probe, sheets
from training.minibase.artist import COLOURS, PLACES, TIMES, VEHICLES, SceneSpec, caption


def base_specs() -> list[SceneSpec]:
    """Return 24 scenes: every place at every time, then in the rain or decorated."""
    rows = []
    for row in range(4):
        for column, place in enumerate(PLACES):
            extra = ("none", "none", "none", "lanterns")[row]
            spec = SceneSpec(
                place,
                TIMES[(row + column) % 3],
                "rain" if row == 2 and column % 2 else "clear",
                VEHICLES[(row * 2 + column) % 3],
                COLOURS[(row + column * 5) % 6],
                "left" if (row + column) % 2 else "right",
                extra=extra,
            )
            rows.append(spec)
    return rows


def write(weights: Path, out: Path, say: Callable[[str], None] = print) -> list[Path]:
    """Paint both sheets into `out`; the style sheet trains its five LoRAs first."""
    out.mkdir(parents=True, exist_ok=True)
    pipe = bundle.load_pipeline(weights)
    texts = [caption(spec) for spec in base_specs()]
    base = evaluate.paint(pipe, texts, [900 + k for k in range(len(texts))])
    _, pictures = lora_probe.all_styles(weights, say=say)
    written = []
    for name, sheet in (
        ("studio-mini-base", sheets.grid(base, len(PLACES))),
        ("studio-mini-styles", lora_probe.style_sheet(pictures)),
    ):
        path = out / f"{name}.webp"
        sheet.save(path, quality=84, method=6)
        written.append(path)
    return written
