"""Is one picture made from another: cut, turned, mirrored, stretched, framed, inverted, labelled?

`data.variants` compares whole pictures, cheaply, among all that there are. This looks closer, at
the few that may not come in again. Local features say which share places with a picture (`words`,
cheaply) and how it would lie on each (`alignment`); then the two are laid upon each other and their
details compared, tile by tile (`details`), but for flat ground beside one (`ground`) and for what
the studio's label and watermark cover (`ink`), and as another light would show them (`light`).
Neither a few places alone nor a like composition make a copy. How the thresholds were found is told
in docs/performance.md.
"""

import cv2

from training.engine.screening.copies.features import MOST_FEATURES, Features, features_of
from training.engine.screening.copies.likeness import LEAST_ALIKE
from training.engine.screening.copies.overlay import Overlay
from training.engine.screening.copies.probe import Probe
from training.engine.screening.copies.words import WordIndex, words_of

cv2.setNumThreads(1)  # a web process has threads of its own

__all__ = [
    "LEAST_ALIKE",
    "MOST_FEATURES",
    "Features",
    "Overlay",
    "Probe",
    "WordIndex",
    "features_of",
    "words_of",
]
