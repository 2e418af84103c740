"""Labels statements of discomfort about the temperature."""

from __future__ import annotations

import re

from training.text.sources.automotive_lexicon import device_of, zone_of
from training.text.sources.record import Reading, SourceRow, rejected, understood

# Change in kelvin that each word of discomfort asks for.
_DISCOMFORT = {
    "cold": 1.0, "cool": 1.0, "cooler": 1.0, "colder": 1.0, "chilly": 1.0, "nippy": 1.0, "shivering": 1.0,
    "freezing": 2.0, "frigid": 2.0, "frozen": 2.0, "frosty": 2.0, "freezer": 2.0,
    "hot": -1.0, "warm": -1.0, "hotter": -1.0, "warmer": -1.0, "toasty": -1.0, "balmy": -1.0,
    "burning up": -2.0, "oven": -2.0, "furnace": -2.0,
}  # fmt: skip
_SLIGHTLY = re.compile(r"\b(a bit|a little|slightly|kind of|kinda|sort of|somewhat)\b")
_STRONGLY = re.compile(r"\b(way|all so|really|much)\b")
_COMPARISON = re.compile(r"\bas \w+( \w+)? as\b")


def _step(base: float, text: str) -> float:
    sign = 1 if base > 0 else -1
    if _SLIGHTLY.search(text):
        return 0.5 * sign
    return 2.0 * sign if _STRONGLY.search(text) else base


def read(row: SourceRow) -> Reading | None:
    """Returns the reading of a complaint about the temperature; comparisons and irony are left alone."""
    setting, values = " ".join(row.values("SETTING")), row.values("VALUE")
    if device_of(setting) == "mirror":
        return rejected("feeling: mirrors")
    if len(values) != 1 or _COMPARISON.search(row.text):
        return None
    base = _DISCOMFORT.get(values[0])
    if base is None and values[0] in ("high", "low") and device_of(setting) == "temperature":
        base = 1.0 if values[0] == "low" else -1.0
    if base is None:
        return None
    zone = "all" if re.search(r"\b(our|we|we're|us|everyone)\b", row.text) else zone_of(setting)
    step = _step(base, row.text)
    return understood("feeling: temperature", "climate.change_temperature", zone=zone, delta_celsius=step)
