"""The styles of the demo: what their packs are called, and where their pictures come from."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DemoStyle:
    """One style of the scene artist and the pack it becomes."""

    artist_style: str
    slug: str
    name_zh: str
    name_en: str
    summary_zh: str
    summary_en: str
    dataset: str
    seed: int
    band: dict


INK = DemoStyle(
    artist_style="ink-wash",
    slug="lingnan-ink",
    name_zh="岭南水墨",
    name_en="Lingnan ink",
    summary_zh="湿墨、留白、一点朱红。骑楼、茶楼、大桥都稳；夜景偏灰。",
    summary_en="Wet ink, empty paper, a touch of red. Arcades are safe; nights turn grey.",
    dataset="水墨采风 · Ink studies",
    seed=11,
    band={
        "strength_min": 0.3,
        "best_min": 0.5,
        "strength": 0.6,
        "best_max": 0.7,
        "strength_max": 0.9,
    },
)
PAPERCUT = DemoStyle(
    artist_style="papercut",
    slug="red-papercut",
    name_zh="红金剪纸",
    name_en="Red-gold papercut",
    summary_zh="过年主打。大面积红金，车身请用白或黑。",
    summary_en="For the new year: much red and gold. Keep the car white or black.",
    dataset="剪纸窗花 · Papercut studies",
    seed=23,
    # Its evidence says so: beyond 0.6 the reds swallow the car.
    band={
        "strength_min": 0.2,
        "best_min": 0.3,
        "strength": 0.4,
        "best_max": 0.5,
        "strength_max": 0.7,
    },
)
STYLES = (INK, PAPERCUT)
