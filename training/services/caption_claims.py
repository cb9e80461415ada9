"""Which picture of a dataset a caption that was sent belongs to.

A table speaks for the folder it was sent in, and a row with a folder for that folder only. The
dataset remembers where each picture lay (`TrainingImage.sent_as`), so that pictures and captions
may come in zips of their own. What came without a folder, as from a browser, is known by its name.
"""

from dataclasses import dataclass
from pathlib import PurePosixPath

from training.engine.data.captions.matching import ImageIndex

LOOSE = ""  # the source of files that came by themselves
_LONGEST = 400  # letters of a place that are remembered


@dataclass(frozen=True)
class Claim:
    """That a picture has a caption.

    name: the picture's, as the caption's file has it. folder: the one the file speaks for.
    source: what it was in, a zip or a folder; LOOSE if it came by itself. said_in: how messages
    call the file. lines: of a text file beside its picture; 0 for a table's row. is_heading:
    perhaps no row at all.
    """

    name: str
    caption: str
    folder: str = ""
    source: str = LOOSE
    said_in: str = ""
    lines: int = 0
    is_heading: bool = False

    @property
    def place(self):
        """The picture's name from the top of the source on."""
        return str(PurePosixPath(self.folder) / self.name)


class Places:
    """Where the pictures of a dataset lay when they were sent; a picture is its stored name."""

    def __init__(self, dataset):
        self._names = ImageIndex()
        self._earlier = ImageIndex()  # those sent before, whose folder is known
        self._unknown = ImageIndex()  # those whose folder nobody knows
        self._by_source = {}  # source → ImageIndex of this upload
        self._anywhere = ImageIndex()  # this upload's, from whichever zip or folder
        self._in_folders = set()  # those of this upload that lay in a folder
        for name, sent_as in dataset.images.values_list("name", "sent_as"):
            self._names.add(name)
            if sent_as:
                self._earlier.add(sent_as.removeprefix("/"), name)
            else:
                self._unknown.add(name)

    def note(self, path, name, source):
        """A picture of this upload. name: its name in the dataset; "" where it was refused."""
        self._by_source.setdefault(source, ImageIndex()).add(path, name)
        if name:
            self._names.add(name)
        if source != LOOSE:
            self._anywhere.add(path, name)
            if "/" in path:
                self._in_folders.add(name)

    def find(self, claim):
        """Stored names of the pictures that are meant: none, one, or several that all fit."""
        if claim.source != LOOSE and claim.source in self._by_source:
            names = self._by_source[claim.source].find(claim.place) or self._earlier.find(
                claim.place
            )
        else:
            names = self._find_loosely(claim)
        return [name for name in names if name]

    def _find_loosely(self, claim):
        """For captions that came without the pictures they speak of."""
        own = PurePosixPath(claim.name).name
        loose = self._by_source.get(LOOSE, ImageIndex())
        names = (
            loose.find(own)
            or self._anywhere.find(claim.place)
            or self._earlier.find(claim.place)
            or self._unknown.find(own)
        )
        if names or "/" in claim.place:
            return names
        return [name for name in self._names.find(own) if name not in self._in_folders]


def sent_as(name, source):
    """What the dataset remembers of a picture's place: "/red/001.jpg", or "" if nobody knows."""
    place = f"/{name}"
    return place if source != LOOSE and len(place) <= _LONGEST else ""
