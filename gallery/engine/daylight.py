"""The time of day that a prompt speaks of: in what light a real car should stand in its scene."""

from __future__ import annotations

import re

DAY, SUNSET, NIGHT = "day", "sunset", "night"
_WORDS = {
    SUNSET: "sunset|sunrise|dusk|dawn|twilight|golden hour|夕阳|日落|日出|黄昏|傍晚|晚霞|晨曦",
    NIGHT: "night|nights|nighttime|midnight|evening|moonlit|moonlight|夜|月光",
}
_TIMES = re.compile(
    "|".join(f"(?P<{light}>{words})" for light, words in _WORDS.items()), re.IGNORECASE
)
_LETTER = re.compile(r"[a-z]", re.IGNORECASE)


def light_of(prompt: str) -> str:
    """DAY, SUNSET or NIGHT: what the prompt names first; DAY where it names none.

    English words count whole ("nightingale" is no night), Chinese ones wherever they stand.
    """
    for match in _TIMES.finditer(prompt):
        if match.lastgroup and not _is_inside_word(prompt, match):
            return match.lastgroup
    return DAY


def _is_inside_word(prompt: str, match: re.Match[str]) -> bool:
    if not _LETTER.match(match[0]):
        return False
    before, after = prompt[: match.start()][-1:], prompt[match.end() :][:1]
    return bool(_LETTER.match(before) or _LETTER.match(after))
