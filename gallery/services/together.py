"""One act for many pictures: each is done by itself, and one refused stops no other."""

from collections import Counter
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gallery import problems
from gallery.services import assets as acts
from gallery.services import boards, marks

MOST = 500  # pictures of one act: more would let a person wait too long for the page


@dataclass
class Outcome:
    """What became of the pictures. done: a sentence. unchanged: {why: of how many} that stayed."""

    done: str = ""
    unchanged: Counter = field(default_factory=Counter)


def like(assets, person):
    """Make them favourites."""
    new = marks.like(assets, person)
    said = ngettext("%(n)d is a favourite now.", "%(n)d are favourites now.", new) % {"n": new}
    return _outcome(said if new else "", _("were favourites already"), len(assets) - new)


def unlike(assets, person):
    """Let them be favourites no longer."""
    gone = marks.unlike(assets, person)
    said = ngettext("%(n)d is no favourite any more.", "%(n)d are no favourites any more.", gone)
    return _outcome(said % {"n": gone} if gone else "", _("were no favourites"), len(assets) - gone)


def tag(assets, person, text):
    """Put tags on them. text: their names, parted by commas. Raises Refused as `marks.tags_of`."""
    new = marks.tag(assets, marks.tags_of(text), person)
    said = ngettext("%(n)d was tagged.", "%(n)d were tagged.", new) % {"n": new}
    return _outcome(said if new else "", _("had these tags already"), len(assets) - new)


def lay_on(assets, person, board):
    """Lay them on a board."""
    new = boards.add(board, assets, person)
    said = ngettext("%(n)d lies on “%(board)s” now.", "%(n)d lie on “%(board)s” now.", new)
    facts = {"n": new, "board": board}
    return _outcome(said % facts if new else "", _("lay there already"), len(assets) - new)


def take_off(assets, _person, board):
    """Take them off a board."""
    gone = boards.take_off(board, assets)
    said = ngettext("%(n)d was taken off “%(board)s”.", "%(n)d were taken off “%(board)s”.", gone)
    facts = {"n": gone, "board": board}
    return _outcome(said % facts if gone else "", _("did not lie there"), len(assets) - gone)


def ask(assets, person):
    """Send them for review."""
    refused = acts.ask_review_together(assets, person)
    n = len(assets) - len(refused)
    said = ngettext("%(n)d was sent for review.", "%(n)d were sent for review.", n)
    return _walked(said, n, refused)


def discard(assets, person):
    """Put them into the bin."""
    refused = acts.refused_of(assets, person, acts.discard)
    n = len(assets) - len(refused)
    said = ngettext("%(n)d lies in the bin now.", "%(n)d lie in the bin now.", n)
    return _walked(said, n, refused)


def restore(assets, person):
    """Put them back out of the bin."""
    refused = acts.refused_of(assets, person, acts.restore)
    n = len(assets) - len(refused)
    said = ngettext("%(n)d was put back.", "%(n)d were put back.", n)
    return _walked(said, n, refused)


def _outcome(done, why, count):
    return Outcome(done, Counter({why: count} if count else {}))


def _walked(said, n, refused):
    done = said % {"n": n} if n else ""
    return Outcome(done, Counter(_why(error) for _asset, error in refused))


def _why(error):
    """The reason without the picture's name, so that those of one kind are counted together."""
    facts = {**error.facts, "name": _("the picture")} if "name" in error.facts else error.facts
    return str(problems.sentence(error.code, facts))
