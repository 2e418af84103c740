"""Reads spoken and written numbers, temperatures and durations from short phrases."""

from __future__ import annotations

import math
import re

_SMALL = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
        " seventeen eighteen nineteen".split()
    )
}
_TENS = {
    word: 10 * number
    for number, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)
}
_SIGNS = {"minus": -1, "negative": -1, "plus": 1}


def spoken_number(phrase: str) -> float | None:
    """Returns the number a whole phrase means ("minus eighty-five", "+9", "hundred"), or None if it is not one."""
    words = phrase.lower().strip().replace("-", " - ").split()
    if words and words[0] == "-":  # a leading sign, not the hyphen of "eighty-five"
        words = ["minus", *words[1:]]
    words = [word.lstrip("+") for word in words if word not in ("-", "and", "a")]
    sign = 1
    if words and words[0] in _SIGNS:
        sign, words = _SIGNS[words[0]], words[1:]
    if not words:
        return None
    if len(words) == 1 and re.fullmatch(r"\d+(\.\d+)?", words[0]):
        return sign * float(words[0])
    total, last = 0, ""
    for word in words:
        if word == "hundred":
            total = max(total, 1) * 100
        elif word in _TENS and last not in _TENS and last not in _SMALL:
            total += _TENS[word]
        elif word in _SMALL and last not in _SMALL:
            total += _SMALL[word]
        else:
            return None
        last = word
    return float(sign * total)


def half_step(value: float) -> float:
    """Rounds to the nearest 0.5, halves of a step upward."""
    return math.floor(value * 2 + 0.5) / 2


def celsius(value: float, unit: str) -> float:
    """Returns a spoken cabin temperature in degrees Celsius: Fahrenheit if named or if a bare number is 50 or more."""
    fahrenheit = "fahrenheit" in unit or ("celsius" not in unit and value >= 50)
    return half_step((value - 32) * 5 / 9 if fahrenheit else value)


def celsius_difference(value: float, unit: str) -> float:
    """Returns a spoken temperature difference in kelvin, converting Fahrenheit degrees."""
    return half_step(value * 5 / 9 if "fahrenheit" in unit else value)


def fan_level(percent: float) -> int:
    """Returns the fan level 0-7 of a percentage, rounded half up."""
    return math.floor(percent * 7 / 100 + 0.5)


_UNIT_SECONDS = {"second": 1, "sec": 1, "minute": 60, "min": 60, "hour": 3600, "hr": 3600}
_DURATION = re.compile(
    r"((?:[a-z]+[ -])?[a-z]+|\d+(?:\.\d+)?)[ -]?(second|sec|minute|min|hour|hr)s?\b( and a half)?", re.IGNORECASE
)


def duration_s(text: str) -> int | None:
    """Returns the one duration named in text in seconds; None when there is none, or when a part is unclear."""
    total = 0.0
    for match in _DURATION.finditer(text.lower()):
        words = match[1].split()
        number = spoken_number(match[1])
        if number is None:
            number = spoken_number(words[-1])
        if number is None and words[-1] in ("a", "an"):
            number = 0.5 if words[0] == "half" else 1.0
        if number is None:
            return None
        total += (number + (0.5 if match[3] else 0)) * _UNIT_SECONDS[match[2]]
    return round(total) if total else None
