"""One word per thing: what the table of docs/style.md forbids is no name in the code."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("brandstudio", "training", "gallery")
# The engines are held to the table by reading: half of its rows are about their own few terms.
LEFT_OUT = ("training/engine", "training/minibase", "gallery/engine")

# Forbidden for one thing only: elsewhere these are the plain words for something else.
OTHER_SENSES = {
    "_take": "to take something in, or a lock",
    "answer": "to answer a request",
    "cap": "of a wheel",
    "change": "what changed; the admin's own argument",
    "clean": "a method of Django's forms and models",
    "piece": "of a text, with its words and the kind of them",
    "rate": "of a meter",
    "sampler": "of the denoising, which is its right name",
    "tokens": "of a text, as the base's tokenizer counts them",
    "warm": "of a process that keeps its models",
    "Pace": "how fast pictures are painted, and nothing else",
}
# As a part of a name, too: picture_sha256, PICTURES_SHOWN, plate_of.
PARTS = {"picture", "pictures", "plate", "plates"}
_THE_CAR = "gallery/demo/vehicles/"
ALLOWED = {
    (_THE_CAR, "left"): "the side",
    (_THE_CAR, "reach"): "how far a ray or a shadow goes",
    (_THE_CAR, "plate"): "the number plate",
    (_THE_CAR, "_plate_height"): "of the number plate",
    ("gallery/services/cuts.py", "left"): "the side of a cut",
    ("gallery/models/remark.py", "left"): "where a pin stands from the left, as SVG says it",
    ("training/pages/run.py", "left"): "the side of two runs that are compared",
    ("training/management/commands/", "add_pictures"): "people and scripts type it",
    ("brandstudio/settings.py", "PICTURES_PER_DAY"): "installations set it under this name",
    ("brandstudio/settings.py", "PICTURES_AT_ONCE"): "installations set it under this name",
}


def forbidden_words():
    """The words in code type of the table's first column: {"found", "Way", "hand_back", …}."""
    text = (ROOT / "docs" / "style.md").read_text(encoding="utf-8")
    rows = text.partition("| Not | Say |")[2].partition("\n\n")[0].splitlines()[2:]
    cells = [word for row in rows for word in re.findall(r"`([^`]+)`", row.split("|")[1])]
    words = {cell.removesuffix(".py").rpartition(".")[2] for cell in cells if "/" not in cell}
    return words - set(OTHER_SENSES)


def names_in(source):
    """What a module defines: functions, classes, arguments, variables, fields, imports renamed."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.ClassDef(name=name) | ast.ExceptHandler(name=str(name)):
                yield name
            case ast.arg(arg=name) | ast.alias(asname=str(name)):
                yield name
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield name


def breaks(name, words):
    """Whether a name is a forbidden word, or has one of the PARTS in it."""
    return name.strip("_") in words or not PARTS.isdisjoint(name.lower().split("_"))


def modules():
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            place = path.relative_to(ROOT).as_posix()
            if "migrations" not in path.parts and not place.startswith(LEFT_OUT):
                yield place, path


def offences():
    """{(place, name)} of what stands in the code against the table, allowed or not."""
    words = forbidden_words()
    return {
        (place, name)
        for place, path in modules()
        for name in (path.stem, *names_in(path.read_text(encoding="utf-8")))
        if breaks(name, words)
    }


def exception_for(place, name):
    """The key of ALLOWED that covers the name; (place, name) itself where none does."""
    return next(
        (key for key in ALLOWED if key[1] == name and place.startswith(key[0])), (place, name)
    )


def test_no_name_in_the_code_is_a_word_that_the_style_forbids():
    names = {exception_for(*offence) for offence in offences()}

    assert names - set(ALLOWED) == set(), "see docs/style.md, Words of the field"
    assert set(ALLOWED) - names == set(), "no longer needed"


def test_every_word_of_another_sense_is_one_of_the_table():
    style = (ROOT / "docs" / "style.md").read_text(encoding="utf-8")

    assert {"found", "kept", "Way", "hand_back", "climb", "add_up"} <= forbidden_words()
    assert [word for word in OTHER_SENSES if f"`{word}" not in style] == []


@pytest.mark.parametrize(
    "source",
    [
        "found = 1",
        "for kept in rows: pass",
        "def judge(): pass",
        "class Way: pass",
        "def act(told): pass",
        "act = lambda left: left",
        "with open(path) as _wanted: pass",
        "rows = [found for found in rows]",
        "self.steering = 1",
        "picture_sha256 = BlobField()",
        "import pages as remix",
        "MOST_PICTURES = 8",
    ],
)
def test_forbidden_word_is_noticed_wherever_a_name_is_made(source):
    assert any(breaks(name, forbidden_words()) for name in names_in(source))


@pytest.mark.parametrize(
    "source",
    ["images_left = 1", "seconds_left: float", "row.kept()", "is_kept = True", "call(found=1)"],
)
def test_words_that_qualify_and_words_of_others_are_no_offence(source):
    assert not any(breaks(name, forbidden_words()) for name in names_in(source))
