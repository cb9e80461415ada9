"""What a scene is made of: the few choices that a caption names and a picture shows."""

from __future__ import annotations

import random
from dataclasses import dataclass

PLACES = ("harbour", "arcade", "teahouse", "bridge", "mountain", "garden")
TIMES = ("day", "sunset", "night")
WEATHERS = ("clear", "rain")
VEHICLES = ("sedan", "suv", "mpv")
COLOURS = ("white", "black", "red", "blue", "green", "gold")
FACINGS = ("left", "right")
POSITIONS = ("left", "centre", "right")
EXTRAS = ("none", "lanterns", "neon", "palms")


@dataclass(frozen=True)
class SceneSpec:
    """One scene. `seed` decides only the small things a caption does not name."""

    place: str = "harbour"
    time: str = "day"
    weather: str = "clear"
    vehicle: str = "suv"
    colour: str = "white"
    facing: str = "right"
    position: str = "centre"
    extra: str = "none"
    seed: int = 0

    def __post_init__(self) -> None:
        for name, allowed in _ALLOWED.items():
            if getattr(self, name) not in allowed:
                raise ValueError(f"{name} must be one of {allowed}, got {getattr(self, name)!r}")


_ALLOWED = {
    "place": PLACES,
    "time": TIMES,
    "weather": WEATHERS,
    "vehicle": VEHICLES,
    "colour": COLOURS,
    "facing": FACINGS,
    "position": POSITIONS,
    "extra": EXTRAS,
}


def random_spec(rng: random.Random) -> SceneSpec:
    """Return a scene drawn from the training distribution.

    Place, time, vehicle, colour and facing are uniform; the car stands in the centre half the
    time, one scene in six is wet, and half the scenes carry no extra.
    """
    return SceneSpec(
        place=rng.choice(PLACES),
        time=rng.choice(TIMES),
        weather="rain" if rng.random() < 1 / 6 else "clear",
        vehicle=rng.choice(VEHICLES),
        colour=rng.choice(COLOURS),
        facing=rng.choice(FACINGS),
        position=rng.choice(("left", "centre", "centre", "right")),
        extra=rng.choice(("none", "none", "none", "lanterns", "neon", "palms")),
        seed=rng.randrange(1 << 30),
    )
