"""The act that a form was sent for: the value of the button pressed, or of a choice beside it."""


class UnknownAct(Exception):
    """None of the page's buttons sends this value; nothing was done."""

    def __init__(self, act):
        self.act = act
        super().__init__(f"{act!r} is no act of this page.")


def one_of(value, choices):
    """The value as sent (None is ""). Raises UnknownAct unless it is among the choices."""
    value = value or ""
    if value not in choices:
        raise UnknownAct(value[:40])
    return value
