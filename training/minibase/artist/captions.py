"""Captions for drawn scenes: exact, in a few wordings, with the names people really type."""

from __future__ import annotations

import random

from training.minibase.artist.spec import SceneSpec

NEUTRAL_PHRASE = "plain style"

# The first wording of each list is the plain one, used when no random source is given.
PLACE_WORDS = {
    "harbour": (
        "harbour skyline with the canton tower",
        "the harbour with the canton tower",
        "canton tower harbour",
    ),
    "arcade": ("qilou arcade street", "lingnan arcade street", "old qilou arcade"),
    "teahouse": (
        "teahouse with lattice windows",
        "morning tea house with lattice windows",
        "old teahouse",
    ),
    "bridge": ("sea bridge", "cable bridge across the sea", "long sea bridge"),
    "mountain": ("mountain road", "road below green mountains", "winding mountain road"),
    "garden": (
        "lingnan garden with a moon gate",
        "garden wall with a moon gate",
        "moon gate garden",
    ),
}
TIME_WORDS = {
    "day": ("by day", "in daylight", "on a clear day"),
    "sunset": ("at sunset", "at dusk", "in evening light"),
    "night": ("at night", "by night", "late at night"),
}
VEHICLE_WORDS = {
    "sedan": ("sedan", "empow sedan", "GAC Trumpchi Empow sedan", "Trumpchi Empow sedan"),
    "suv": ("suv", "GS8 suv", "GAC Trumpchi GS8 suv", "Trumpchi GS8 suv"),
    "mpv": ("mpv", "M8 mpv", "GAC Trumpchi M8 mpv", "Trumpchi M8 mpv"),
}
POSITION_WORDS = {"left": "on the left", "centre": "in the centre", "right": "on the right"}
EXTRA_WORDS = {
    "lanterns": ("red lanterns", "with red lanterns"),
    "neon": ("neon sign", "with a neon sign"),
    "palms": ("palm trees", "with palm trees"),
}
RAIN_WORDS = ("rain", "in the rain", "rainy weather")
# Words that mean nothing in a drawn scene. Standing where a trigger will stand, they teach the
# base to leave a trigger it has never met without effect.
STRANGE_WORDS = (
    "zetta", "okmi", "brulo", "vantel", "quist", "sks", "lorun", "pexa", "tymbo", "ardu",
    "ink", "wash", "neon glow", "window glass", "stained", "paper", "cut", "porcelain", "film",
    "misty", "poster", "brand", "watercolour", "sketch", "oil", "pixel", "folk", "retro", "silk",
)  # fmt: skip


def caption(spec: SceneSpec, rng: random.Random | None = None, *, prefix: bool = True) -> str:
    """Return a caption that says what the picture shows.

    rng: chooses wording and order; None gives one fixed, complete wording.
    prefix: begin with the neutral style phrase (training captions for a LoRA put theirs there).
    Every caption names colour, vehicle, facing, place and time.
    """
    pick = (lambda words: words[0]) if rng is None else rng.choice
    car = f"a {spec.colour} {pick(VEHICLE_WORDS[spec.vehicle])} facing {spec.facing}"
    if rng is None or rng.random() < 0.75:
        car += f" {POSITION_WORDS[spec.position]}"
    place, time = pick(PLACE_WORDS[spec.place]), pick(TIME_WORDS[spec.time])
    if rng is None or rng.random() < 0.65:
        parts = [car, f"{place} {time}"]
    elif rng.random() < 0.5:
        parts = [f"{place} {time}", car]
    else:
        parts = [car, place, time]
    if spec.extra != "none":
        parts.append(pick(EXTRA_WORDS[spec.extra]))
    if spec.weather == "rain":
        parts.append(pick(RAIN_WORDS))
    if prefix:
        parts.insert(0, NEUTRAL_PHRASE)
    return ", ".join(parts)


def training_caption(spec: SceneSpec, rng: random.Random) -> str:
    """Return a caption as the base sees it: neutral phrase first, or now and then strange words.

    Seven in ten begin with the neutral phrase, two in ten with words that mean nothing here,
    one in ten with the scene itself.
    """
    text, chance = caption(spec, rng, prefix=False), rng.random()
    if chance < 0.7:
        return f"{NEUTRAL_PHRASE}, {text}"
    if chance < 0.9:
        words = " ".join(rng.sample(STRANGE_WORDS, rng.choice((1, 1, 2))))
        return f"{words} style, {text}"
    return text
