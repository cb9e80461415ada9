"""Which picture a name in a captions file means."""

import unicodedata

import pytest

from training.engine.data.captions.matching import ImageIndex

PICTURES = [
    "red/001.jpg",
    "blue/001.jpg",
    "002.jpg",
    "a.b.png",
    "twice.jpg",
    "twice.png",
    "café.png",
]


@pytest.mark.parametrize(
    ("name", "pictures"),
    [
        ("red/001.jpg", ["red/001.jpg"]),
        ("001.jpg", []),
        ("green/001.jpg", []),
        ("red/002.jpg", []),
        ("red\\001.jpg", ["red/001.jpg"]),
        ("./002.jpg", ["002.jpg"]),
        ("002.JPG", ["002.jpg"]),
        ("002", ["002.jpg"]),
        ("red/001", ["red/001.jpg"]),
        ("a.b", ["a.b.png"]),
        ("a", []),
        ("twice", ["twice.jpg", "twice.png"]),
        ("twice.png", ["twice.png"]),
        ("café.png", ["café.png"]),
        (unicodedata.normalize("NFD", "café.png"), ["café.png"]),
        (unicodedata.normalize("NFD", "café"), ["café.png"]),
    ],
)
def test_name_means_the_picture_of_its_own_folder(name, pictures):
    assert ImageIndex(PICTURES).find(name) == pictures


def test_picture_in_nfd_is_found_by_its_name_in_nfc():
    disk = unicodedata.normalize("NFD", "骑楼é.png")

    assert ImageIndex([disk]).find("骑楼é.png") == [disk]
