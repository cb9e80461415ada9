"""Do caption and picture agree? Asked of CLIP, whose answer is a doubt and never a verdict.

Two questions, since each misses what the other finds:
- Does the caption name a term of the vocabulary (by day) where CLIP sees, with much confidence,
  another term of the same group (at night)? The answer names both, so it can be mended in one go.
- Do the captions of other pictures fit this one better than its own? The answer is a share of
  them; it needs no vocabulary, but a dozen different captions to compare with.
"""

import re
from dataclasses import asdict, dataclass

import torch
from PIL import Image

from training.engine.data.labelers import ClipVocabularyLabeler

FEWEST = 12  # other captions; with fewer the share says little


@dataclass(frozen=True)
class Conflict:
    """The caption says one term, CLIP sees another of the same group. sure: 0 to 1."""

    said: str
    seen: str
    sure: float


@dataclass(frozen=True)
class Agreement:
    """What CLIP says of one picture with its caption.

    conflicts: see Conflict. outdone: share, 0 to 1, of the other pictures' different captions that
    fit this picture better than its own; None when there are too few to say.
    """

    conflicts: tuple[Conflict, ...] = ()
    outdone: float | None = None

    def to_json(self) -> dict:
        """As plain lists and dicts."""
        return {"conflicts": [asdict(one) for one in self.conflicts], "outdone": self.outdone}


class CaptionComparer:
    """Compares pictures with captions. labeler: its CLIP and its vocabulary are asked."""

    def __init__(self, labeler: ClipVocabularyLabeler):
        self.labeler = labeler

    def embed(self, image: Image.Image) -> torch.Tensor:
        """(1, D) what CLIP keeps of a picture; small, so that thousands fit in memory."""
        return self.labeler.clip.image_features([image])

    def compare(self, embeds: list[torch.Tensor], captions: list[str]) -> list[Agreement]:
        """An Agreement for each picture.

        embeds: of `embed`. captions: of the same pictures, without trigger words, which CLIP does
        not know.
        """
        if not embeds:
            return []
        images = torch.cat(embeds)
        different = list(dict.fromkeys(captions))
        texts = torch.cat(
            [
                self.labeler.clip.text_features(different[start : start + 64])
                for start in range(0, len(different), 64)
            ]
        )
        fits = images @ texts.T
        return [
            Agreement(
                tuple(self._conflicts(images[row : row + 1], caption)),
                _outdone(fits[row], different.index(caption)),
            )
            for row, caption in enumerate(captions)
        ]

    def _conflicts(self, image: torch.Tensor, caption: str):
        groups = zip(self.labeler.vocabulary.groups, self.labeler.phrase_features, strict=True)
        for group, phrases in groups:
            if group.pick > 1:  # several may be true at once, so none speaks against another
                continue
            terms = [english for english, _chinese in group.terms]
            mentioned = [n for n, term in enumerate(terms) if names_term(caption, term)]
            if not mentioned:
                continue
            chances = (self.labeler.clip.sharpness * image @ phrases.T)[0].softmax(dim=-1)
            best = int(chances.argmax())
            if best not in mentioned:
                yield Conflict(terms[mentioned[0]], terms[best], round(chances[best].item(), 3))


def names_term(caption: str, term: str) -> bool:
    """Whether the caption says this term, as words of its own."""
    return bool(re.search(rf"(?<!\w){re.escape(term)}(?!\w)", caption, re.IGNORECASE))


def _outdone(fits: torch.Tensor, own: int) -> float | None:
    others = len(fits) - 1
    if others < FEWEST:
        return None
    return round((fits > fits[own]).sum().item() / others, 3)
