"""The styles of the demo, and their training pictures, drawn by the scene artist."""

import random
from dataclasses import dataclass

from training.engine.captions import write_metadata
from training.minibase import artist
from training.minibase.artist.captions import PLACE_WORDS, VEHICLE_WORDS


@dataclass(frozen=True)
class DemoStyle:
    """A style as the demo tells it. drawn: the artist's name for it. trigger: an invented word."""

    drawn: str
    slug: str
    trigger: str
    name_zh: str
    name_en: str
    summary_zh: str
    summary_en: str
    dataset: str


STYLES = {
    style.drawn: style
    for style in (
        DemoStyle(
            "ink",
            "lingnan-ink",
            "lnink",
            "岭南水墨",
            "Lingnan ink wash",
            "灰墨淡彩，只留一点朱红。骑楼和园林最合适。",
            "Grey ink and a touch of cinnabar. Best for arcades and gardens.",
            "岭南水墨 · 骑楼写生",
        ),
        DemoStyle(
            "papercut",
            "red-gold-papercut",
            "rgcut",
            "红金剪纸",
            "Red and gold papercut",
            "大红与金，年节用。强度过高时车身会失真。",
            "Festive red and gold. Too much of it bends the car.",
            "红金剪纸 · 年节",
        ),
        DemoStyle(
            "neon",
            "harbour-neon",
            "hbneon",
            "霓虹港夜",
            "Harbour neon",
            "紫蓝霓虹线条，夜景专用。",
            "Violet and blue neon lines, for the night.",
            "霓虹港夜 · 珠江",
        ),
    )
}


def draw_pictures(style, count, folder, seed=7):
    """Draw `count` training pictures of a style into `folder`, with their true captions.

    Returns {file name: SceneSpec}. Writes JPEGs and a metadata.csv of their captions, which begin
    with the style's trigger word and do not name the style itself.
    """
    rng = random.Random(f"{style.drawn}-{seed}")
    folder.mkdir(parents=True, exist_ok=True)
    specs = {}
    for number in range(1, count + 1):
        spec = artist.random_spec(rng)
        name = f"{style.slug}-{number:03d}.jpg"
        artist.draw_style(style.drawn, spec).save(folder / name, quality=90)
        specs[name] = spec
    write_metadata(folder / "metadata.csv", {n: true_caption(style, s) for n, s in specs.items()})
    return specs


def true_caption(style, spec):
    """What a person would write below the picture."""
    return f"{style.trigger}, {artist.caption(spec, prefix=False)}"


def names_truly(caption, spec):
    """Whether a caption names the picture's vehicle and place by one of their wordings."""
    text = caption.lower()
    groups = (VEHICLE_WORDS[spec.vehicle], PLACE_WORDS[spec.place])
    return all(any(word.lower() in text for word in words) for words in groups)
