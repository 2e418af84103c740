"""Maps the setting phrases of the automotive collection to devices, zones and switch words."""

from __future__ import annotations

import re
from typing import Literal

Device = Literal[
    "other", "mirror", "alerts", "volume", "fuel", "tires", "wheel", "defrost", "recirculation", "temperature",
    "fan", "airflow", "air", "conditioner", "heater", "vents", "ventilation", "climate",
]  # fmt: skip

# Read top down: the first pattern that the setting phrase contains names the device. Assistance systems come first,
# because "pedestrian alert" or "brake assist" must never be taken for the driver's own alerts.
_DEVICES: tuple[tuple[Device, str], ...] = (
    ("mirror", r"mirrors?|mirros"),
    ("other", r"equali[sz]ers?|treble|midrange|surround"),
    (
        "other",
        (
            r"pedestrians?|collisions?|crash(es)?|lanes?|lca|blind|cross|traffic|brak(e|es|ing)|f[ca]b|fca|fcs|park|parking"
            r"|parallel|distance|gap|margin|spacing|impact|reverse|rearview|bumper|backup|ultrasonic|camera"
        ),
    ),
    ("alerts", r"drows\w*|sleep\w*|tired\w*|dds"),
    (
        "alerts",
        r"(alert|alerts|warning|warnings|notifications?|detections?|monitor|checker|checking|warner) ?(type|types)",
    ),
    ("alerts", r"alert delivery method|alerts?|notifications? type|detectors? type"),
    ("volume", r"volume"),
    ("tires", r"ti?yres?|tires?"),
    ("fuel", r"fuel|gas|gasoline|diesel|petrol|tank|juice|refuel|refill"),
    ("wheel", r"steering|wheel"),
    ("defrost", r"defrost\w*|defog\w*|demist\w*|fog removal|anti fogger"),
    ("recirculation", r"air (re)?circulat\w+|air supply"),
    ("airflow", r"air ?(flow|direction|delivery|mode)"),
    ("temperature", r"temp|temperature"),
    ("fan", r"fans?|blowers?"),
    ("ventilation", r"ventilation"),
    ("vents", r"vents?"),
    ("conditioner", r"a/?c|air condition(ing|er)?|cool|cooling|cooler"),
    ("heater", r"heat|heaters?|heating|heated"),
    ("climate", r"hvac|climate"),
    ("air", r"air"),
)
_COMPILED = tuple((device, re.compile(rf"(?<![\w/])(?:{pattern})(?![\w/])")) for device, pattern in _DEVICES)
_AUTO = re.compile(r"\b(auto|automatic|automated)\b")


def device_of(setting: str) -> Device | None:
    """Returns the device a setting phrase names, or None when it names only a place or nothing."""
    for device, pattern in _COMPILED:
        if pattern.search(setting):
            return device
    return None


def is_automatic(setting: str) -> bool:
    """Returns True when the setting phrase asks for automatic control ("automated co-driver's heaters")."""
    return _AUTO.search(setting) is not None


def zone_of(setting: str) -> str:
    """Returns the climate zone a setting phrase names, `driver` when it names none (left-hand drive)."""
    words = set(re.sub(r"[^a-z ]", " ", setting.replace("co-driver", "passenger")).split())
    rear = bool(words & {"rear", "back"})
    if rear and words & {"left"}:
        return "rear_left"
    if rear and words & {"right"}:
        return "rear_right"
    if rear:
        return "rear"
    if words & {"passenger", "passengers", "right"}:
        return "passenger"
    if words & {"driver", "drivers", "left"}:
        return "driver"
    return "front" if "front" in words else "driver"


_ON = frozenset(
    "on|activate|activated|active|enable|enabled|start|started|start up|open|allow|use|using|resume|initiate|begin"
    "|execute|engage|engaged|running|going|operating|online|powered up|allow|press".split("|")
)
_OFF = frozenset(
    "off|deactivate|deactivated|disable|disabled|stop|shut down|close|get rid of|cancel|quit|end|terminate|discontinue"
    "|disconnect|exit|disengage|disengaged|offline|powered down".split("|")
)
AUTO_VALUES = frozenset(("auto", "automatic", "automated", "automate", "start auto"))
_SYNC = re.compile(r"\b(un)?(sync|synch)\w*\b|\blinked\b")
# Modes and actions of a car that the catalogue does not offer.
_UNOFFERED = re.compile(r"\b(comfort|economy|alert|alerts|brak(e|es|ing)|steer|steering)\b")


def switch_of(values: list[str]) -> bool | None:
    """Returns True or False when every value is an on or an off word of one kind; None otherwise."""
    if not values:
        return None
    if all(value in _ON for value in values):
        return True
    return False if all(value in _OFF for value in values) else None


def is_state(value: str) -> bool:
    """Returns True for words that say whether something runs."""
    return value in _ON or value in _OFF or value in AUTO_VALUES


def asks_to_synchronise(values: list[str]) -> bool:
    """Returns True when the values ask for zone synchronisation, which the catalogue does not offer."""
    return any(_SYNC.search(value) for value in values)


def asks_for_unoffered_mode(values: list[str]) -> bool:
    """Returns True when the values name a comfort or economy mode or an assistance action."""
    return any(_UNOFFERED.search(value) for value in values)


_AIRFLOW = {
    "floor": "feet", "feet": "feet", "bottom": "feet",
    "windshield": "windshield", "windscreen": "windshield",
    "vent": "face",
    "floor and vent": "face_feet", "floor and the vent": "face_feet",
    "floor and windshield": "feet_windshield", "floor and the windshield": "feet_windshield",
}  # fmt: skip


def airflow_direction(values: list[str]) -> str | None:
    """Returns the airflow direction of the values beside plain switch-on words; None if unclear."""
    named = [re.sub(r"^(on|open) | on$", "", value) for value in values if value not in _ON]
    return _AIRFLOW.get(named[0]) if len(named) == 1 else None


_STYLES: tuple[tuple[str, str], ...] = (
    ("vibration", r"seat|vibrations?"),
    ("chime", r"chimes?|sounds?|noises?|beeps?|dinging|audible"),
)


def alert_style(value: str) -> str | None:
    """Returns the alert style a value names, or None."""
    for style, pattern in _STYLES:
        if re.search(rf"\b({pattern})\b", value):
            return style
    return None
