"""Labels requests that carry an amount or a direction: temperature, fan and volume."""

from __future__ import annotations

import re

from training.text.sources.automotive_lexicon import switch_of
from training.text.sources.numbers import celsius, celsius_difference, fan_level, spoken_number
from training.text.sources.record import Reading, SourceRow, incomplete, understood

_UPWARD = frozenset("up|increase|raise|boost|rise|hike|increment|higher|crank|crank up".split("|"))
_DOWNWARD = frozenset("down|decrease|drop|lower|decrement|reduce".split("|"))
_WARMER = _UPWARD | frozenset(
    "warmer|hotter|heat|heat up|warm|warm up|start heat|start heat up|start warm up".split("|")
)
_COOLER = _DOWNWARD | frozenset("cooler|colder|cool|cool down|cold|chilly|start cool|start cool down".split("|"))
LOUDNESS = {
    "louder": 10, "loud": 10, "quieter": -10, "more quiet": -10, "quiet": -10, "mute": 0, "silent": 0, "unmute": 0
}  # fmt: skip
# A temperature change of more than this is taken for a mistake, not for a difference.
_LARGEST_DIFFERENCE = 14


def _degree_of(text: str) -> float:
    if re.search(r"\b(a bit|a little|slightly|a touch|a tad)\b", text):
        return 0.5
    return 2.0 if re.search(r"\b(a lot|much|way)\b", text) else 1.0


def _direction(values: list[str], up: frozenset[str], down: frozenset[str]) -> int | None:
    ways = {1 if value in up else -1 if value in down else 0 for value in values}
    return ways.pop() if len(ways) == 1 and 0 not in ways else None


def temperature_words(values: list[str], text: str) -> float | None:
    """Returns the temperature change in kelvin that plain words ask for; None if they do not agree on one."""
    if len(values) == 2 and values[0] == "warm" and values[1] == "up":
        values = ["warm"]
    way = _direction(values, _WARMER, _COOLER)
    return None if way is None else way * _degree_of(text)


def only_direction(values: list[str], setting: str) -> bool:
    """Returns True for "raise it": a direction with nothing that says what should change."""
    return not setting and all(value in _UPWARD | _DOWNWARD for value in values)


def _is_difference(row: SourceRow, amount: str, way: int | None) -> bool:
    if row.values("TYPE"):
        return True
    if way is None:
        return False
    before = row.text[: row.text.find(amount)].split()
    return not before or before[-1] not in {"to", "two", "too", "2", "at", "level", "stage", "degree"}


def temperature(row: SourceRow, zone: str) -> Reading | None:
    """Returns the reading of a temperature with a number or with "minimum" or "maximum"."""
    family = "change: temperature"
    spoken = [amount for amount in row.values("AMOUNT") if amount != "all the way"]
    unit = " ".join(row.values("UNIT"))
    if len(spoken) != 1 or "%" in unit or "percent" in unit:
        return None
    amount = spoken[0]
    if amount in ("min", "minimum", "max", "maximum"):
        return understood(family, "climate.set_temperature", zone=zone, celsius=30.0 if "max" in amount else 16.0)
    number = spoken_number(amount)
    if number is None or number < 0:
        return None
    way = _direction(row.values("VALUE"), _WARMER, _COOLER)
    if _is_difference(row, amount, way):
        if way is None or number > _LARGEST_DIFFERENCE:
            return None
        difference = way * celsius_difference(number, unit)
        return understood(family, "climate.change_temperature", zone=zone, delta_celsius=difference)
    wanted = celsius(number, unit)
    if 16 <= wanted <= 30:
        return understood(family, "climate.set_temperature", zone=zone, celsius=wanted)
    return incomplete(family, "climate.set_temperature", zone=zone)


def fan(row: SourceRow, zone: str, values: list[str]) -> Reading | None:
    """Returns the reading of a request about the fan."""
    family = "change: fan"
    amounts = row.values("AMOUNT")
    way = _direction(values, _UPWARD, _DOWNWARD)
    if not amounts:
        state = switch_of(values)
        if state is False:
            return understood(family, "climate.set_fan_speed", zone=zone, level=0)
        if way is not None:
            delta = way * (2 if _degree_of(row.text) == 2 else 1)
            return understood(family, "climate.change_fan_speed", zone=zone, delta_level=delta)
        return incomplete(family, "climate.set_fan_speed", zone=zone) if state or not values else None
    if len(amounts) != 1:
        return None
    percent = any(unit in ("%", "percent") for unit in row.values("UNIT"))
    if amounts[0] in ("min", "minimum", "max", "maximum"):
        return understood(family, "climate.set_fan_speed", zone=zone, level=7 if "max" in amounts[0] else 1)
    number = spoken_number(amounts[0])
    if number is None or number < 0:
        return None
    level = fan_level(number) if percent else number
    if row.values("TYPE"):
        if way is None or not 1 <= level <= 7:
            return None
        return understood(family, "climate.change_fan_speed", zone=zone, delta_level=way * int(level))
    if level > 7:
        return incomplete(family, "climate.set_fan_speed", zone=zone)
    return understood(family, "climate.set_fan_speed", zone=zone, level=int(level))


def volume_words(value: str, text: str) -> Reading | None:
    """Returns the reading of one plain word about loudness."""
    family = "change: volume"
    if value in ("mute", "silent"):
        return understood(family, "media.set_mute", on=True)
    if value == "unmute":
        return understood(family, "media.set_mute", on=False)
    step = LOUDNESS.get(value)
    if step is None:
        way = _direction([value], _UPWARD, _DOWNWARD)
        step = None if way is None else 10 * way
    if step is None:
        return None
    return understood(family, "media.change_volume", delta_percent=int(step * _degree_of(text)))


def volume(row: SourceRow, values: list[str]) -> Reading | None:
    """Returns the reading of a request about the media volume."""
    family = "change: volume"
    amounts = row.values("AMOUNT")
    if not amounts:
        if not values:
            return incomplete(family, "media.set_volume")
        return volume_words(values[0], row.text) if len(values) == 1 else None
    if len(amounts) != 1:
        return None
    if amounts[0] in ("min", "minimum", "max", "maximum"):
        return understood(family, "media.set_volume", percent=100 if "max" in amounts[0] else 0)
    number = spoken_number(amounts[0])
    if number is None or not 0 <= number <= 100:
        return None
    percent = any(unit in ("%", "percent") for unit in row.values("UNIT"))
    wanted = int(number if percent or number > 10 else number * 10)
    if row.values("TYPE"):
        way = _direction(values, _UPWARD, _DOWNWARD)
        return (
            None if way is None or not wanted else understood(family, "media.change_volume", delta_percent=way * wanted)
        )
    return understood(family, "media.set_volume", percent=wanted)
