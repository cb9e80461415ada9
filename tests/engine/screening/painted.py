"""Scenes as the bundled base paints them, alike among themselves: places and cars come twice."""

from training.minibase.artist.spec import SceneSpec

SCENES = [
    SceneSpec(place=place, time=time, vehicle=vehicle, colour=colour, seed=seed)
    for seed, (place, time, vehicle, colour) in enumerate(
        [
            ("harbour", "day", "suv", "white"),
            ("harbour", "sunset", "sedan", "red"),
            ("arcade", "day", "mpv", "blue"),
            ("arcade", "day", "suv", "blue"),
            ("mountain", "night", "sedan", "gold"),
        ]
    )
]
