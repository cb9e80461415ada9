"""Settings for those who want none: light, standard, strong."""

from typing import Any

PRESETS = ("light", "standard", "strong")


def preset(name: str, images: int, base_model: str = "") -> dict[str, Any]:
    """Settings for a set of `images` pictures, to be laid under what the person chose.

    light: a hint of the style; standard: the usual; strong: the style leads. Exposures per image
    (how often each is seen) follow the rule of thumb of 20 to 30, clamped so that a small set is
    not learned by heart and a large one not trained for days.
    Raises ValueError for an unknown name.
    """
    if name not in PRESETS:
        raise ValueError(f"no preset {name!r}; there are {PRESETS}")
    exposures, rank, learning_rate = {
        "light": (15, 8, 5e-5),
        "standard": (25, 16, 1e-4),
        "strong": (35, 16, 2e-4),
    }[name]
    if images < 30:
        # Few pictures are learned by heart fast: a smaller adapter, each seen a little more.
        rank = max(4, rank // 2)
    batch = 4 if images >= 30 else max(1, min(2, images))
    least, most = 200, 4000
    steps = min(most, max(least, images * exposures // batch))
    epochs = max(1, round(steps * batch / max(1, images)))
    return {
        "lora_rank": rank,
        "lora_alpha": float(rank),
        "batch_size": batch,
        "epochs": epochs,
        "learning_rate": learning_rate,
        "save_steps": max(10, steps // 10),
    }
