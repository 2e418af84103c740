"""Checks readings against the command catalogue, version 1, and brings commands into comparable form."""

from __future__ import annotations

import re
from dataclasses import dataclass

from training.text.sources.record import Command, Reading, SlotValue


@dataclass(frozen=True, slots=True)
class Choice:
    """A slot with a closed list of values."""

    values: frozenset[str]
    default: str | None = None


@dataclass(frozen=True, slots=True)
class Range:
    """A numeric slot: lowest and highest value and the step between values."""

    low: float
    high: float
    step: float


@dataclass(frozen=True, slots=True)
class Words:
    """A slot filled with contiguous words of the utterance, or one of the reserved values."""

    reserved: frozenset[str] = frozenset()
    default: str | None = None


@dataclass(frozen=True, slots=True)
class Flag:
    """A boolean slot."""


@dataclass(frozen=True, slots=True)
class Several:
    """A slot with several values, from a closed list or (empty list) from the utterance."""

    values: frozenset[str] = frozenset()


Slot = Choice | Range | Words | Flag | Several


def _choice(values: str, default: str | None = None) -> Choice:
    return Choice(frozenset(values.split()), default)


ZONE = _choice("driver passenger front rear rear_left rear_right all", "driver")
SELECT = _choice("nearest cheapest best fastest_to_reach")
AVOID = Several(frozenset(("tolls", "highways", "ferries", "traffic")))
PREFER = _choice("fastest shortest eco")
CLIMATE_QUERY = _choice(
    "temperature outside_temperature fan_speed airflow air_conditioning auto recirculation defrost seat_heating"
    " seat_ventilation steering_wheel_heating power"
)
NEAR = Words(frozenset(("here", "route", "destination")), "here")

# intent -> (slots, names of the required ones); a copy of the contract, kept small enough to compare by eye.
CATALOGUE: dict[str, tuple[dict[str, Slot], frozenset[str]]] = {}


def _define(intent: str, required: str = "", **slots: Slot) -> None:
    CATALOGUE[intent] = (slots, frozenset(required.split()))


_define("climate.set_temperature", "celsius", zone=ZONE, celsius=Range(16, 30, 0.5))
_define("climate.change_temperature", "delta_celsius", zone=ZONE, delta_celsius=Range(-14, 14, 0.5))
_define("climate.set_fan_speed", "level", zone=ZONE, level=Range(0, 7, 1))
_define("climate.change_fan_speed", "delta_level", zone=ZONE, delta_level=Range(-7, 7, 1))
_define(
    "climate.set_airflow", "direction", zone=ZONE, direction=_choice("face feet windshield face_feet feet_windshield")
)
_define("climate.set_air_conditioning", "on", on=Flag())
_define("climate.set_auto", "on", on=Flag())
_define("climate.set_recirculation", "on", on=Flag())
_define("climate.set_defrost", "on", window=_choice("front rear all", "front"), on=Flag())
_define("climate.set_seat_heating", "level", zone=ZONE, level=Range(0, 3, 1))
_define("climate.set_seat_ventilation", "level", zone=ZONE, level=Range(0, 3, 1))
_define("climate.set_steering_wheel_heating", "on", on=Flag())
_define("climate.set_power", "on", on=Flag())
_define("climate.query", "what", zone=ZONE, what=CLIMATE_QUERY)
_define(
    "navigation.navigate", "destination", destination=Words(), select=SELECT, via=Several(), avoid=AVOID, prefer=PREFER
)
_define("navigation.find_place", "query", query=Words(), select=SELECT, near=NEAR)
_define("navigation.add_stop", "destination", destination=Words(), select=SELECT)
_define("navigation.cancel")
_define("navigation.reroute", avoid=AVOID, prefer=PREFER)
_define(
    "navigation.query_trip",
    "what",
    what=_choice("duration distance arrival_time departure_time next_turn"),
    destination=Words(),
)
_define("navigation.query_traffic", where=Words())
_define("navigation.query_location")
_define("navigation.set_guidance", "on", on=Flag())
_define("navigation.save_place", "name", name=Words())
_define("driver_monitoring.set_alerts", "on", alert=_choice("drowsiness distraction all", "all"), on=Flag())
_define("driver_monitoring.set_sensitivity", "level", level=_choice("low medium high"))
_define("driver_monitoring.set_alert_style", "style", style=_choice("chime voice vibration visual"))
_define("driver_monitoring.acknowledge")
_define("driver_monitoring.query", "what", what=_choice("alertness alerts sensitivity driving_time"))
_define("driver_monitoring.report_fatigue", "level", level=_choice("tired very_tired"))
_define("media.set_volume", "percent", percent=Range(0, 100, 1))
_define("media.change_volume", "delta_percent", delta_percent=Range(-100, 100, 1))
_define("media.set_mute", "on", on=Flag())
_define("media.play", query=Words(), source=_choice("radio bluetooth usb podcast audiobook"))
for _intent in ("media.pause", "media.next", "media.previous", "media.query_now_playing"):
    _define(_intent)
_define("phone.call", "contact", contact=Words())
for _intent in ("phone.answer", "phone.hang_up", "phone.read_messages"):
    _define(_intent)
_define("phone.send_message", "contact", contact=Words(), body=Words())
_define("vehicle.set_window", "percent_open", zone=ZONE, percent_open=Range(0, 100, 1))
_define("vehicle.set_sunroof", "percent_open", percent_open=Range(0, 100, 1))
_define("vehicle.set_lock", "locked", locked=Flag())
_define("vehicle.set_light", "light on", light=_choice("ambient reading headlights fog hazard"), on=Flag())
_define("vehicle.set_wipers", "level", level=_choice("off slow fast auto"))
_define("vehicle.open_trunk")
_define("vehicle.query", "what", what=_choice("fuel range tire_pressure oil battery speed doors"))
_define("personal.add_note", "text", text=Words())
_define("personal.read_notes")
_define("personal.clear_notes")
_define("personal.add_event", "title", title=Words(), when=Words())
_define("personal.query_events", when=Words())
_define("personal.delete_event", title=Words(), when=Words())
_define("personal.set_timer", "duration_s", duration_s=Range(1, 86400, 1))
_define("personal.set_alarm", "when", when=Words())
_define("personal.query_weather", where=Words(), when=Words())
for _verb in ("cancel", "undo", "repeat", "help", "confirm", "deny", "explain", "forget"):
    _define(f"assistant.{_verb}")


def words_of(text: str) -> list[str]:
    """Splits text into lower-case words, keeping apostrophes, colons, dots and hyphens inside them."""
    return re.sub(r"[^\w가-힣:'.-]+", " ", text.lower()).split()


def _contains(haystack: list[str], needle: list[str]) -> bool:
    return any(haystack[i : i + len(needle)] == needle for i in range(len(haystack) - len(needle) + 1))


def _slot_problem(slot: Slot, value: SlotValue, text: str) -> str | None:
    match slot:
        case Choice(values):
            return None if value in values else "is not one of its values"
        case Flag():
            return None if isinstance(value, bool) else "is not a flag"
        case Range(low, high, step):
            if isinstance(value, bool) or not isinstance(value, int | float):
                return "is not a number"
            legal = low <= value <= high and float(value / step).is_integer()
            return None if legal else "is out of range"
        case Words(reserved):
            if not isinstance(value, str) or not value.strip():
                return "is not text"
            found = value in reserved or _contains(words_of(text), words_of(value))
            return None if found else "is not a run of words of the utterance"
        case Several(values):
            if not isinstance(value, list) or not value:
                return "is not a list"
            spoken = words_of(text)
            legal = all(v in values if values else _contains(spoken, words_of(v)) for v in value)
            return None if legal else "holds a value outside its list"


def problem(reading: Reading, text: str) -> str | None:
    """Says what breaks the catalogue's constraints in a reading of `text`, or None if nothing does."""
    if (reading.outcome == "not_understood") == bool(reading.commands):
        return "outcome and commands disagree"
    for command in reading.commands:
        if command.intent not in CATALOGUE:
            return f"{command.intent} is not in the catalogue"
        slots, required = CATALOGUE[command.intent]
        for name, value in command.slots.items():
            if name not in slots:
                return f"{command.intent} has no slot {name}"
            wrong = _slot_problem(slots[name], value, text)
            if wrong:
                return f"{command.intent}.{name} {wrong}: {value!r}"
        missing = required - set(command.slots)
        if missing and reading.outcome == "understood":
            return f"{command.intent} lacks {', '.join(sorted(missing))}"
    return None


# Words that do not count at the edges of a text slot; the scorer of the contract drops the same ones.
_LEADING = frozenset("the a an my to for at in on please of some any".split())
_TRAILING = frozenset(("please", "now"))


def _canonical_words(value: str) -> str:
    words = words_of(value)
    while words and words[0] in _LEADING:
        words.pop(0)
    while words and words[-1] in _TRAILING:
        words.pop()
    return " ".join(words)


def canonical(command: Command) -> tuple[str, tuple[tuple[str, object], ...]]:
    """Returns a command in the form the contract's scorer compares: defaults filled in, text edges trimmed."""
    slots = CATALOGUE[command.intent][0] if command.intent in CATALOGUE else {}
    out: dict[str, object] = {}
    for name, value in command.slots.items():
        if isinstance(value, bool):
            out[name] = value
        elif isinstance(value, int | float):
            out[name] = round(float(value), 3)
        elif isinstance(value, list):
            out[name] = tuple(sorted(_canonical_words(v) for v in value))
        else:
            out[name] = _canonical_words(value) if isinstance(slots.get(name), Words) else value
    for name, slot in slots.items():
        if isinstance(slot, Choice | Words) and slot.default is not None:
            out.setdefault(name, slot.default)
    return command.intent, tuple(sorted(out.items()))
