"""Is a picture one of the training pictures over again? Asked of small pictures of both."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

SIDE = 16  # px of the small pictures: enough for the composition, too few for grain
LEAST_LIMIT, MOST_LIMIT = 0.8, 0.97
NEARER = 0.02  # than the base's own picture, at least, to be a copy


@dataclass(frozen=True)
class Nearest:
    """similarity: -1 … 1, 1 for equal. reference: place of that picture in the training set.
    image: place of the sheet's picture in its strength, all prompts of a seed after the other."""

    similarity: float
    reference: int
    image: int = 0

    def at(self, image: int) -> "Nearest":
        return replace(self, image=image)


class CopyCheck:
    """Compares pictures with those of a training set.

    limit: similarity from which a picture counts as a copy. A set whose pictures are much alike
    (one car on one ground) makes pictures that are much like all of them, so the limit is how near
    its own pictures are to one another, at least LEAST_LIMIT and at most MOST_LIMIT.
    """

    def __init__(self, references: Sequence[Image.Image]):
        """Raises ValueError without pictures."""
        if not references:
            raise ValueError("nothing to compare with")
        self._thumbs = np.stack([thumb(one) for one in references])
        alike = self._thumbs @ self._thumbs.T
        np.fill_diagonal(alike, -1)
        nearest = alike.max(axis=1)
        # The nearest pair may be one picture taken in twice; one in twenty is left out.
        self.limit = float(np.clip(np.quantile(nearest, 0.95), LEAST_LIMIT, MOST_LIMIT))

    def nearest(self, image: Image.Image) -> Nearest:
        products = self._thumbs @ thumb(image)
        best = int(products.argmax())
        return Nearest(float(products[best]), best)

    def is_copy(self, nearest: Nearest, plain: Nearest) -> bool:
        """plain: of the base's own picture; it has not seen the set, so as near is no copy yet."""
        return nearest.similarity > max(self.limit, plain.similarity + NEARER)


def thumb(image: Image.Image) -> np.ndarray:
    """(SIDE² · 3,) of length 1: a small picture without its mean, so that products correlate."""
    small = image.resize((SIDE, SIDE), Image.Resampling.BOX)
    values = np.asarray(small, dtype=np.float64).ravel()
    values -= values.mean()
    length = np.linalg.norm(values)
    return values / length if length else values
