"""How an act of a worker ends before its time; it needs no torch, so jobs know it by name."""


class Stopped(Exception):
    """The work was called off between two steps."""
