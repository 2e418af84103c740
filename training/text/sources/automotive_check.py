"""Labels questions about the state of a vehicle setting."""

from __future__ import annotations

import re

from training.text.sources.automotive_lexicon import (
    Device,
    alert_style,
    asks_for_unoffered_mode,
    asks_to_synchronise,
    device_of,
    is_automatic,
    is_state,
    zone_of,
)
from training.text.sources.record import Reading, SourceRow, rejected, understood

_WHAT: dict[Device, str] = {
    "temperature": "temperature",
    "fan": "fan_speed",
    "airflow": "airflow",
    "recirculation": "recirculation",
    "conditioner": "air_conditioning",
    "heater": "power",
    "climate": "power",
    "ventilation": "power",
    "vents": "power",
    "defrost": "defrost",
}
# Wordings under this intent that are requests rather than questions, or that could be either.
_NOT_A_QUESTION = re.compile(
    r"^(setting on|give me on)\b|\bresume\b|\bhave you (open|close)|\bget adjusted\b|^the .* (is|are) (on|off)$"
)
_IN_THE_CAR = re.compile(r"\b(car|vehicle)\b")
_LEVELS = frozenset(
    "hi|lo|low|high|med|mid|medium|hi med|med hi|mid hi|hi mid|mid lo|lo mid|med lo|low medium|medium high|high medium"
    "|reduce|increase|rise|raise|lower|decrease".split("|")
)


def read(row: SourceRow) -> Reading | None:
    """Returns the reading of a question about a setting, or None when no rule is sure of it."""
    if _NOT_A_QUESTION.search(row.text):
        return None
    setting, values = " ".join(row.values("SETTING")), row.values("VALUE")
    device = device_of(setting)
    if device in ("other", "mirror") or asks_to_synchronise(values):
        return rejected("check: other systems")
    match device:
        case "alerts":
            return _alerts(values)
        case "volume":
            return rejected("check: volume")
        case "fuel":
            return None if re.search(r"\b(type|kind)\b", row.text) else _vehicle("fuel")
        case "tires":
            return _vehicle("tire_pressure")
        case "wheel":
            return _wheel(setting)
        case None:
            return _recirculated(values)
        case _:
            return _climate(row, device, setting, values)


def _vehicle(what: str) -> Reading:
    return understood("check: fuel and tires", "vehicle.query", what=what)


def _alerts(values: list[str]) -> Reading | None:
    if asks_for_unoffered_mode([value for value in values if value != "alert"]):
        return None
    if not all(is_state(value) or value == "alert" or alert_style(value) for value in values):
        return None
    return understood("check: driver alerts", "driver_monitoring.query", what="alerts")


def _wheel(setting: str) -> Reading | None:
    if not re.search(r"\bheat", setting):
        return None
    return understood("check: steering wheel", "climate.query", zone="driver", what="steering_wheel_heating")


def _recirculated(values: list[str]) -> Reading | None:
    if len(values) == 1 and re.search(r"circulat|fresh air", values[0]):
        return understood("check: climate", "climate.query", zone="driver", what="recirculation")
    return None


def _fits(device: Device, value: str) -> bool:
    if is_state(value):
        return True
    if device in ("temperature", "fan"):
        return value in _LEVELS
    if device == "recirculation":
        return "circulat" in value or "fresh" in value
    return (
        device == "airflow"
        and re.search(r"\b(floor|feet|vent|windshield|windscreen|bottom|top|roof)\b", value) is not None
    )


def _climate(row: SourceRow, device: Device, setting: str, values: list[str]) -> Reading | None:
    if not all(_fits(device, value) for value in values):
        return None
    if device in ("vents", "ventilation") and re.search(r"\b(what kind|direction)\b", row.text):
        return None
    zone = zone_of(setting)
    within = re.search(r"\b(?:in|of) (?:the |my )?(front|back|rear)\b", row.text)
    if zone == "driver" and within and not re.search(r"\b(driver|left)", setting):
        zone = zone_of(within[1])
    what = _WHAT.get(device)
    if device == "air":
        what = "airflow" if re.search(r"\bdirection|go(ing)? through|sent through\b", row.text) else None
    if what is None:
        return None
    if is_automatic(setting):
        what = "auto"
    if what == "defrost":
        zone = "rear" if re.search(r"\b(rear|back)\b", setting) else "driver"
    if what == "temperature" and zone == "driver" and _IN_THE_CAR.search(row.text):
        zone = "all"
    return understood("check: climate", "climate.query", zone=zone, what=what)
