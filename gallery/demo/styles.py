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
    tags: tuple[str, ...]
    dataset: str
    seed: int


INK = DemoStyle(
    artist_style="ink-wash",
    slug="lingnan-ink",
    name_zh="岭南水墨",
    name_en="Lingnan ink",
    summary_zh="湿墨、留白、一点朱红。骑楼、茶楼、大桥都稳；夜景偏灰。",
    summary_en="Wet ink, empty paper, a touch of red. Arcades are safe; nights turn grey.",
    tags=("qilou", "teahouse", "sea-bridge", "elegant", "quiet"),
    dataset="水墨采风 · Ink studies",
    seed=11,
)
PAPERCUT = DemoStyle(
    artist_style="papercut",
    slug="red-papercut",
    name_zh="红金剪纸",
    name_en="Red-gold papercut",
    summary_zh="过年主打。大面积红金，车身请用白或黑。",
    summary_en="For the new year: much red and gold. Keep the car white or black.",
    tags=("qilou", "spring-festival", "lively"),
    dataset="剪纸窗花 · Papercut studies",
    seed=23,
)
STYLES = (INK, PAPERCUT)
