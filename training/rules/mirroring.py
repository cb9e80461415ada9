"""Which pictures of a dataset must not be mirrored: those with writing, badges or plates."""

import re

from training.engine.data.spread import first_names

FINDING = "text-found"  # of the screening report
_ENGLISH = (
    r"badges?",
    r"emblems?",
    r"logos?",
    r"name ?plates?",
    r"(?:number|licen[cs]e|registration) plates?",
    r"signs?",
    r"signboards?",
    r"letters?",
    r"lettering",
    r"writing",
    r"words",
    r"calligraphy",
    r"inscriptions?",
    r"couplets?",
)
_CHINESE = (
    *("车标", "徽标", "标志", "标识", "铭牌", "车牌", "牌照", "招牌"),
    *("牌匾", "匾额", "字样", "文字", "书法", "对联", "春联", "题字"),
)
_WORDS = re.compile(rf"\b(?:{'|'.join(_ENGLISH)})\b")
_CHARACTERS = re.compile("|".join(_CHINESE))


SHOWN = 3  # names in a sentence


def in_short(names):
    """The first names, and an ellipsis for the rest."""
    return first_names(names, SHOWN)


def names_writing(caption):
    """Whether a caption speaks of something that is wrong when mirrored."""
    if _WORDS.search(caption.lower()):
        return True
    return not caption.isascii() and bool(_CHARACTERS.search(caption))


def images_with_writing(dataset):
    """Names of the pictures on which screening read letters, or whose captions speak of them."""
    rows = dataset.images.order_by("name").values_list("name", "caption", "report__findings")
    return [
        name
        for name, caption, findings in rows
        if names_writing(caption) or any(finding["code"] == FINDING for finding in findings or ())
    ]
