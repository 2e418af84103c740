"""Spoken numbers, read strictly: the words say exactly one number, or none is read."""

import re
from collections.abc import Sequence

UNITS = dict(
    zip(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split(),
        range(20),
        strict=True,
    )
)
TENS = dict(zip("twenty thirty forty fifty sixty seventy eighty ninety".split(), range(20, 100, 10), strict=True))
# Words recognisers and writers use for the same numbers.
ALIASES = {"oh": "zero", "nought": "zero", "fourty": "forty", "a": "one", "an": "one"}

_SIGNS = {"minus": -1, "negative": -1, "plus": 1}
_DIGITS = re.compile(r"[+-]?\d{1,12}(?:[.,]\d{1,12})?")
"""Numerals of a length that a driver can mean; longer ones would become infinite or endless."""


def read_number(words: Sequence[str]) -> float | None:
    """Reads words such as "twenty two", "22.5", "one hundred and ten", "twenty one point five", "minus three".

    Returns None unless all the words together are one number.
    """
    words = [part for word in words for part in (word.split("-") if not _DIGITS.fullmatch(word) else [word])]
    if not words:
        return None
    if words[0] in _SIGNS:
        value = None if words[1:2] and words[1] in _SIGNS else read_number(words[1:])
        return None if value is None else _SIGNS[words[0]] * value
    if len(words) > 2 and words[-2:] == ["a", "half"] and words[-3] == "and":
        value = read_number(words[:-3])
        return None if value is None else value + 0.5
    for mark in ("point", "dot"):
        if mark in words:
            return _decimal(words, words.index(mark))
    value = _whole(words)
    return None if value is None else float(value)


def spell(value: float) -> str:
    """Spells a number as it is spoken: 22.5 -> "twenty two point five". For |value| < 100,000, two decimals."""
    value = round(value, 2)
    if value < 0:
        return "minus " + spell(-value)
    whole, fraction = int(value), round(value - int(value), 2)
    if fraction:
        digits = f"{fraction:.2f}"[2:].rstrip("0")
        return f"{_spell_whole(whole)} point {' '.join(_spell_whole(int(d)) for d in digits)}"
    return _spell_whole(whole)


def _spell_whole(value: int) -> str:
    names = {v: k for k, v in UNITS.items()} | {v: k for k, v in TENS.items()}
    if value in names:
        return names[value]
    if value < 100:
        return f"{names[value // 10 * 10]} {names[value % 10]}"
    for size, name in ((1000, "thousand"), (100, "hundred")):
        if value >= size:
            rest = value % size
            return f"{_spell_whole(value // size)} {name}" + (f" {_spell_whole(rest)}" if rest else "")
    raise AssertionError("unreachable: every whole number below 100 has a name")


def _decimal(words: list[str], at: int) -> float | None:
    whole = _whole(words[:at]) if at else 0
    digits = [_digit(word) for word in words[at + 1 :]]
    if whole is None or whole != int(whole) or not digits or any(d is None for d in digits):
        return None
    return float(f"{int(whole)}.{''.join(str(int(d)) for d in digits if d is not None)}")


def _digit(word: str) -> float | None:
    value = _whole([word])
    return value if value is not None and 0 <= value <= 9 else None


def _whole(words: Sequence[str]) -> float | None:
    """Reads a number without a spoken decimal mark; a numeral such as "22.5" counts as one."""
    if len(words) == 1 and _DIGITS.fullmatch(words[0]):
        value = float(words[0].replace(",", "."))
        return int(value) if value.is_integer() else value
    total, current, last = 0, None, 10_000  # `last`: size of the previous part; parts must shrink
    for i, raw in enumerate(words):
        word = ALIASES.get(raw, raw) if raw not in ("a", "an") or i + 1 < len(words) else raw
        if word == "and" and current is not None and last >= 100 and words[i + 1 : i + 2] not in ([], ["and"]):
            continue
        if word in UNITS and (current is None or (last == 20 and UNITS[word] in range(1, 10)) or last >= 100):
            current, last = (current or 0) + UNITS[word], 1
        elif word in TENS and (current is None or last >= 100):
            current, last = (current or 0) + TENS[word], 20
        elif word == "hundred" and (current is None or (last <= 20 and current < 100)):
            current, last = (1 if current is None else current) * 100, 100
        elif word == "thousand" and total == 0:
            total, current, last = (1 if current is None else current) * 1000, 0, 1000
        else:
            return None
    return None if current is None else total + current
