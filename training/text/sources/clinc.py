"""Labels the CLINC150 collection: most intents as a whole, those with slots by the wordings that are clear."""

from __future__ import annotations

import re

from training.text.sources import agenda, media, messages, notes, trips, weather
from training.text.sources.clinc_intents import COVERED_AFTER_ALL, OUT_OF_SCOPE, WHOLE
from training.text.sources.numbers import duration_s
from training.text.sources.phrases import without_courtesy
from training.text.sources.record import Reading, SourceRow, incomplete, rejected, understood

_COVERED = re.compile(COVERED_AFTER_ALL)
# Home devices that no car has; a plain "turn on the lights" could be meant for the car and is left alone.
_HOME_ONLY = re.compile(
    r"\b(tv|television|door ?bell|front door|at (my|the) door|living room|kitchen|bedroom|den|basement|garage|house"
    r"|thermostat|furnace|oven|lamp|at the door|my door)\b"
)


def read(row: SourceRow) -> Reading | None:
    """Returns the reading of one CLINC150 row, or None when no rule is sure of it."""
    intent = row.intent.removeprefix("clinc.")
    text = row.text.lower()
    if intent in OUT_OF_SCOPE:
        return None if _COVERED.search(text) else rejected("clinc: out of scope")
    if intent in WHOLE:
        command, slots, must, must_not = WHOLE[intent]
        clear = re.search(must, text) and not re.search(must_not, text)
        return understood(f"clinc: {intent}", command, **slots) if clear else None
    match intent:
        case "smart_home":
            return rejected("clinc: out of scope") if _HOME_ONLY.search(text) and "temp" not in text else None
        case "timer":
            return _timer(text)
        case "alarm":
            return agenda.alarm(text, "clinc: alarm")
        case "text":
            return messages.message(text, "clinc: text")
        case "make_call":
            return messages.call(text, "clinc: make_call")
        case "change_volume":
            return media.volume(text, "clinc: change_volume")
        case "calendar" | "meeting_schedule":
            return agenda.query(text, "clinc: calendar query")
        case "calendar_update":
            return agenda.calendar_update(text, "clinc: calendar_update")
        case "schedule_meeting":
            return agenda.meeting(text, "clinc: schedule_meeting")
        case "schedule_maintenance":
            return agenda.service(text, "clinc: schedule_maintenance")
        case "reminder_update":
            return agenda.reminder(text, "clinc: reminder_update")
        case "shopping_list_update" | "todo_list_update":
            return notes.update(text, "clinc: list update")
        case "play_music":
            return media.play(text, "clinc: play_music")
        case "directions":
            return trips.directions(text, "clinc: directions")
        case "distance":
            return trips.trip_question(text, "clinc: distance")
        case "traffic":
            return trips.traffic(text, "clinc: traffic")
        case "weather":
            return weather.query(text, "clinc: weather")
        case "restaurant_suggestion":
            return trips.suggestion(text, "clinc: restaurant_suggestion")
        case _:
            return None


def _timer(text: str) -> Reading | None:
    family = "clinc: timer"
    if re.search(r"\b(left|cancel|stop|pause|check|delete|remaining|how|off|and another|two timers|timers)\b", text):
        return None
    seconds = duration_s(text)
    if seconds is not None:
        return understood(family, "personal.set_timer", duration_s=seconds)
    plain = without_courtesy(text)
    if re.fullmatch(
        r"(set|start|begin|create|make|need|use|get)( up| me)? (a|the|my|another) (new )?timer( for me)?", plain
    ):
        return incomplete(family, "personal.set_timer")
    return None
