"""How amounts are spoken: named choices ("max", "a bit warmer") and words to be read ("twenty two degrees").

Every number slot of the catalogue names one of these quantities. The values are the catalogue's wording rules
(docs/contract/catalogue.md). A reading gives shape only; pydantic checks the range, and what is out of range is
refused.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from intents.numbers import read_number

Reading = Callable[[Sequence[str]], float | None]


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to state an amount: complete by itself (`value`), or followed by words of the utterance (`read`)."""

    name: str
    value: float | None = None
    read: Reading | None = None


@dataclass(frozen=True, slots=True)
class Quantity:
    """A kind of amount: its unit and the ways to state it."""

    name: str
    unit: str
    choices: tuple[Choice, ...]

    def choice(self, name: str) -> Choice:
        """The choice of that name; KeyError when there is none."""
        for choice in self.choices:
            if choice.name == name:
                return choice
        raise KeyError(name)


def half_steps(value: float) -> float:
    """Rounds to the nearest 0.5, halves away from zero."""
    return math.copysign(math.floor(abs(value) * 2 + 0.5) / 2, value) if value else 0.0


def _half_up(value: float) -> int:
    return math.floor(value + 0.5)


def _split_unit(words: Sequence[str], units: Mapping[str, str]) -> tuple[list[str], str]:
    """Takes unit words off the end: ["72", "degrees", "fahrenheit"] -> (["72"], "fahrenheit")."""
    rest, unit = list(words), ""
    while len(rest) > 1 and rest[-1] in units:
        unit = units[rest.pop()] or unit
    return rest, unit


_DEGREES = {
    "degrees": "", "degree": "", "degreees": "", "deg": "", "°": "", "celsius": "celsius", "c": "celsius",
    "centigrade": "celsius", "fahrenheit": "fahrenheit", "f": "fahrenheit", "farenheit": "fahrenheit",
}  # fmt: skip
_PERCENT = {"percent": "percent", "per": "", "cent": "percent", "%": "percent", "percents": "percent"}
_LEVELS = {"level": "level", "levels": "level", "notches": "level", "notch": "level", "steps": "level", "step": "level",
           "points": "level", "point": "level", "bars": "level", "clicks": "level"}  # fmt: skip


def _glued(words: Sequence[str]) -> list[str]:
    """Splits a unit that is written onto its numeral: "22c" -> "22", "c"; "50%" -> "50", "%"."""
    out: list[str] = []
    for word in words:
        numeral = word.rstrip("%°cfCF")
        suffix = word[len(numeral) :]
        if suffix and numeral and numeral[-1].isdecimal():
            out += [numeral, *suffix.lower().replace("°", "° ").split()]
        else:
            out.append(word)
    return out


def _one_or(rest: Sequence[str], words: Sequence[str]) -> float | None:
    """Reads the number before a unit, where "a" is one: "a degree"."""
    return read_number(["one"] if list(rest) in (["a"], ["an"]) and len(words) > 1 else rest)


def read_temperature(words: Sequence[str]) -> float | None:
    """Reads a temperature in degrees Celsius; 50 or more without a unit is Fahrenheit."""
    rest, unit = _split_unit(_glued(words), _DEGREES)
    value = read_number(rest)
    if value is None:
        return None
    if unit == "fahrenheit" or (not unit and value >= 50):
        value = (value - 32) * 5 / 9
    return half_steps(value)


def read_temperature_change(words: Sequence[str]) -> float | None:
    """Reads a temperature difference in kelvin, to the nearest 0.5; Fahrenheit differences times 5/9."""
    if list(words) in (["half", "a", "degree"], ["half", "degree"], ["a", "half", "degree"]):
        return 0.5
    if list(words) in (["a", "degree", "and", "a", "half"], ["degree", "and", "a", "half"]):
        return 1.5
    rest, unit = _split_unit(_glued(words), _DEGREES)
    value = _one_or(rest, words)
    if value is None:
        return None
    return half_steps(value * 5 / 9 if unit == "fahrenheit" else value)


def read_level(words: Sequence[str]) -> float | None:
    """Reads a fan level of 0-7: a number, or a percentage p as p * 7 / 100 rounded half up."""
    rest, unit = _split_unit(_glued([w for w in words if w != "level" or len(words) == 1]), _PERCENT | _LEVELS)
    value = _one_or(rest, words)
    if value is None:
        return None
    return _half_up(value * 7 / 100) if unit == "percent" else value


def read_count(words: Sequence[str]) -> float | None:
    """Reads a plain number of steps: "two levels", "three"."""
    rest, _ = _split_unit(_glued(words), _LEVELS)
    return _one_or(rest, words)


def read_percent(words: Sequence[str]) -> float | None:
    """Reads a percentage: "forty percent", "40 %", "forty"."""
    rest, _ = _split_unit(_glued(words), _PERCENT)
    if rest in (["half"], ["halfway"]):
        return 50.0
    if rest in (["a", "quarter"], ["quarter"]):
        return 25.0
    if rest in (["three", "quarters"], ["three", "quarter"]):
        return 75.0
    value = read_number(rest)
    return None if value is None else float(_half_up(value))


def read_volume(words: Sequence[str]) -> float | None:
    """Reads a volume in percent; a bare level of 0-10 is taken times ten."""
    rest, unit = _split_unit(_glued(words), _PERCENT | _LEVELS)
    value = read_percent(rest)
    if value is not None and unit != "percent" and 0 <= value <= 10:
        return value * 10
    return value


_SECONDS = {"second": 1, "seconds": 1, "sec": 1, "secs": 1, "minute": 60, "minutes": 60, "min": 60, "mins": 60,
            "hour": 3600, "hours": 3600, "hr": 3600, "hrs": 3600}  # fmt: skip


def read_duration(words: Sequence[str]) -> float | None:
    """Reads a duration in seconds: "an hour and a half", "ten minutes", "half an hour", "1 hour 20 minutes"."""
    text = " ".join(word.replace("-", " ") for word in words)
    for spoken, plain in _DURATIONS:
        text = f" {text} ".replace(f" {spoken} ", f" {plain} ").strip()
    total, number = 0.0, list[str]()
    for word in text.split():
        if word in _SECONDS:
            value = _one_or(number, [*number, word])
            if value is None:
                return None
            total, number = total + value * _SECONDS[word], []
        elif word == "and" and not number and total:
            continue
        else:
            number.append(word)
    if total >= 60 and number:  # "one minute thirty", "an hour twenty"
        rest = read_number(number)
        return None if rest is None else total + rest * (1 if total < 3600 else 60)
    return total if total and not number else None


_DURATIONS = (
    ("an hour and a half", "90 minutes"),
    ("one hour and a half", "90 minutes"),
    ("hour and a half", "90 minutes"),
    ("a minute and a half", "90 seconds"),
    ("minute and a half", "90 seconds"),
    ("three quarters of an hour", "45 minutes"),
    ("half an hour", "30 minutes"),
    ("half hour", "30 minutes"),
    ("a half hour", "30 minutes"),
    ("half a minute", "30 seconds"),
    ("quarter of an hour", "15 minutes"),
    ("a quarter hour", "15 minutes"),
    ("quarter hour", "15 minutes"),
    ("a couple of", "2"),
    ("a 30", "30"),
    ("a 15", "15"),
)


def _negative(read: Reading) -> Reading:
    def reading(words: Sequence[str]) -> float | None:
        value = read(words)
        return None if value is None else -value

    return reading


def _change(name: str, unit: str, plain: float, little: float, lot: float, read: Reading) -> Quantity:
    """A change up or down: plain, "a bit", "a lot", or by an amount that is said."""
    return Quantity(
        name,
        unit,
        (
            Choice("up", plain),
            Choice("down", -plain),
            *(() if little == plain else (Choice("up_little", little), Choice("down_little", -little))),
            Choice("up_lot", lot),
            Choice("down_lot", -lot),
            Choice("up_by", read=read),
            Choice("down_by", read=_negative(read)),
        ),
    )


def _amount(name: str, unit: str, read: Reading, **named: float) -> Quantity:
    return Quantity(name, unit, (*(Choice(k, v) for k, v in named.items()), Choice("", read=read)))


QUANTITIES: Mapping[str, Quantity] = MappingProxyType(
    {
        q.name: q
        for q in (
            _amount("temperature", "degC", read_temperature, max=30.0, min=16.0),
            _change("temperature_change", "K", 1.0, 0.5, 2.0, read_temperature_change),
            _amount("fan_level", "level", read_level, off=0, min=1, low=2, medium=4, high=6, max=7),
            _change("fan_change", "level", 1, 1, 2, read_level),
            _amount("seat_level", "level", read_count, off=0, low=1, medium=2, high=3),
            _amount("volume", "percent", read_volume, min=0, half=50, max=100),
            _change("volume_change", "percent", 10, 5, 20, read_volume),
            _amount("opening", "percent", read_percent, close=0, crack=10, half=50, open=100),
            _amount("duration", "s", read_duration),
        )
    }
)
