"""The bundled CLIP names what the bundled base's scenes show."""

import random

from training.engine.data.labelers import ClipVocabularyLabeler
from training.minibase import artist
from training.minibase.artist.captions import PLACE_WORDS, TIME_WORDS


def test_drafts_name_colour_vehicle_place_and_time_of_scenes_never_seen():
    rng = random.Random(990)
    specs = [artist.random_spec(rng) for _ in range(20)]
    labeler = ClipVocabularyLabeler()

    right = 0
    for spec in specs:
        words = labeler.draft(artist.draw(spec)).caption.split(", ")
        truth = [spec.colour, spec.vehicle, PLACE_WORDS[spec.place][0], TIME_WORDS[spec.time][0]]
        right += words == truth

    assert right >= 18
