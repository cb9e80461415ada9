"""The contact sheets in docs/: what the base paints, and what five LoRA styles make of it."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

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


def write_base(weights: Path, out: Path) -> Path:
    """Paint the 24 scenes with the base alone; return the sheet's path."""
    pipe = bundle.load_pipeline(weights)
    texts = [caption(spec) for spec in base_specs()]
    images = evaluate.paint(pipe, texts, [900 + k for k in range(len(texts))])
    return _saved(sheets.grid(images, len(PLACES)), out / "studio-mini-base.webp")


def write_styles(images: dict[str, list[list[Image.Image]]], out: Path) -> Path:
    """Lay out what `lora_probe.all_styles` painted: styles downwards, strengths across."""
    return _saved(lora_probe.style_sheet(images), out / "studio-mini-styles.webp")


def _saved(sheet: Image.Image, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(path, quality=84, method=6)
    return path
