"""About how long something takes, as people are told it."""

_SPREAD = (0.8, 1.5)  # around the median: half and more of all pictures end inside


def estimate(seconds):
    """A range of whole seconds around an estimate, never below one."""
    low, high = (max(1, round(seconds * factor)) for factor in _SPREAD)
    return low, max(high, low + 1)
