"""The time of day that a prompt speaks of: in what light a real car should stand in its scene."""

from __future__ import annotations

import re

DAY, SUNSET, NIGHT = "day", "sunset", "night"
# English words count whole ("nightingale" is no night), Chinese ones wherever they stand.
_TIMES = re.compile(
    r"(?P<sunset>(?<![a-z])(?:sunset|sunrise|dusk|dawn|twilight|golden hour)(?![a-z])"
    r"|夕阳|日落|日出|黄昏|傍晚|晚霞|晨曦)"
    r"|(?P<night>(?<![a-z])(?:nights?|nighttime|midnight|evening|moonlit|moonlight)(?![a-z])"
    r"|夜|月光)",
    re.IGNORECASE,
)


def light_of(prompt: str) -> str:
    """DAY, SUNSET or NIGHT: what the prompt names first; DAY where it names none."""
    match = _TIMES.search(prompt)
    return (match and match.lastgroup) or DAY
