"""The code by which China's AI-content label names who answers for a picture.

TC260-PG-20252A (service providers' codes): 27 characters, "00" and "11" (an organisation, known by
its unified social credit code), that code's 18, and 5 for the service. The check digit of the 18 is
that of GB 32100-2015.
"""

from __future__ import annotations

from training.engine.errors import EngineError

LENGTH = 27
_BEGIN = "0011"
_CREDIT = slice(4, 22)
_UNUSED = "00000"  # of the service's part
_SERVICES = "12"  # generation, propagation
_DIGITS = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # of GB 32100: no I, O, S, V, Z
_UPPER = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def check(code: str) -> None:
    """Raise EngineError for a code that can't be right: producer-code-length,
    producer-code-character, producer-code-begin, producer-code-check, producer-code-service."""
    if len(code) != LENGTH:
        raise EngineError("producer-code-length", count=len(code), length=LENGTH)
    for place, character in enumerate(code, 1):
        allowed = _DIGITS if 4 < place <= 22 else _UPPER
        if character not in allowed:
            raise EngineError("producer-code-character", character=character, place=place)
    if not code.startswith(_BEGIN):
        raise EngineError("producer-code-begin", found=code[:4], right=_BEGIN)
    credit = code[_CREDIT]
    if credit[-1] != check_digit(credit[:-1]):
        raise EngineError("producer-code-check", found=credit[-1], right=check_digit(credit[:-1]))
    if code[22:] != _UNUSED and code[22] not in _SERVICES:
        raise EngineError("producer-code-service", found=code[22])


def check_digit(body: str) -> str:
    """The 18th character of a unified social credit code, from the 17 before it."""
    values = map(_DIGITS.index, body)
    total = sum(value * pow(3, place, 31) for place, value in enumerate(values))
    return _DIGITS[-total % 31]
