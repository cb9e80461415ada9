"""The act that a form was sent for: the value of the button pressed, or of a choice beside it."""


class UnknownAct(Exception):
    """None of the page's buttons sends this value; nothing was done."""

    def __init__(self, act):
        self.act = act
        super().__init__(f"{act!r} is no act of this page.")


def one_of(sent, known):
    """The value as sent (None is ""). Raises UnknownAct unless it is among those known."""
    sent = sent or ""
    if sent not in known:
        raise UnknownAct(sent[:40])
    return sent
