"""Labels the assistant-skills collection: places, ways, calendar, to-do lists, phone, music and weather."""

from __future__ import annotations

import re

from training.text.sources import agenda, media, messages, notes, places, weather
from training.text.sources.phrases import slot_text, without_courtesy
from training.text.sources.record import Reading, SourceRow, rejected, understood

_REJECTED = frozenset(
    """
    ChangeCalendarEntry ConnectToMeeting AddCalendarEntryAttribute AcceptEventEntry AnswerMusicQuestion SelectItem
    SelectAny
    Escalate MarkToDo
    """.split()
)
# Short answers within a dialogue: intent -> command and the words a row must contain.
_DIALOGUE: dict[str, tuple[str, str]] = {
    "Confirm": (
        "assistant.confirm",
        (
            r"\b(yes|yeah|yep|yup|sure|ok|okay|correct|right|go (ahead|for it)|sounds (good|great)|no doubt"
            r"|absolutely|exactly)\b"
        ),
    ),
    "Reject": ("assistant.deny", r"\b(no|not|nope|never|don't|reject|wrong)\b"),
    "SelectNone": ("assistant.deny", r"\b(none|neither)\b"),
    "Cancel": ("assistant.cancel", r"\b(cancel|never mind|quit|forget|abort|stop)\b"),
    "Repeat": ("assistant.repeat", r"\b(repeat|again|pardon|what (was|did))\b"),
    "Help": ("assistant.help", r"\bhelp|assistance\b"),
}


def read(row: SourceRow) -> Reading | None:
    """Returns the reading of one row of the skills collection, or None when no rule is sure of it."""
    skill, _, intent = row.intent.partition(".")
    text = row.text.lower()
    if intent in _REJECTED:
        if re.search(r"\b(play|call|navigate|remind|which song|playing)\b", text):
            return None
        return rejected(f"skills: {intent}")
    if intent in _DIALOGUE:
        command, must = _DIALOGUE[intent]
        return understood("skills: dialogue", command) if re.search(must, text) and len(text.split()) <= 5 else None
    match skill:
        case "pointofinterestskill":
            return _place(row, intent)
        case "calendarskill":
            return _calendar(text, intent)
        case "todoskill":
            return _todo(text, intent)
        case "phoneskill":
            return _phone(text, intent)
        case "musicskill":
            return _music(text, intent)
        case "weatherskill":
            return _weather(text, intent)
        case _:
            return None


def _place(row: SourceRow, intent: str) -> Reading | None:
    match intent:
        case "GetDirections":
            return places.navigate(row, "skills: directions")
        case "FindPointOfInterest":
            return places.find(row, "skills: places")
        case "FindParking":
            return places.parking(row, "skills: parking")
        case "ReadAloud":
            return rejected("skills: ReadAloud") if re.search(r"\b(page|text|screen)\b", row.text) else None
        case _:
            return None


_OTHERS = re.compile(
    r"\b(their|his|her|he|she|they|attend|attendees|who|rooms?|where|how long|office|floor"
    r"|\w+'s (schedule|calendar))\b"
)


def _calendar(text: str, intent: str) -> Reading | None:
    family = f"skills: {intent}"
    match intent:
        case "FindMeetingRoom":
            meeting = re.search(r"\b(hold|schedule|set up|have|arrange|meeting (at|on|in|for|tomorrow|today))\b", text)
            room = re.search(r"\b(rooms?|suite|floor|auditorium|hall)\b", text)
            return rejected(family) if room and not meeting else None
        case "CreateCalendarEntry":
            return agenda.meeting(text, family) or agenda.calendar_update(text, family) or agenda.reminder(text, family)
        case "DeleteCalendarEntry":
            return _delete(text, family)
        case "FindCalendarEntry" | "FindCalendarDetail":
            mine = re.search(r"\b(i|my|me)\b", text) and not _OTHERS.search(text.replace("what's", "what is"))
            return agenda.query(text, family) if mine else None
        case "CheckAvailability":
            mine = re.match(r"(am i|do i|are we|will i|i am|check if i)", text) and not _OTHERS.search(text)
            return agenda.query(text, family) if mine else None
        case "FindCalendarWhen":
            return understood(family, "personal.query_events") if "my next" in text else None
        case _:
            return None


def _delete(text: str, family: str) -> Reading | None:
    match = re.fullmatch(
        (
            r"(?:delete|cancel|remove|clear)(?: my| the| this| that"
            r"| an?)? ([\w' ]+)"
        ),
        without_courtesy(text),
    )
    if match is None or re.search(
        (
            r"\b(room|all|everything|schedule|one|1st|calendar|next|last|for|p|m|am"
            r"|o'clock)\b"
        ),
        match[1],
    ):
        return None
    return agenda.delete(match[1], "", family)


def _todo(text: str, intent: str) -> Reading | None:
    plain = without_courtesy(text)
    match intent:
        case "AddToDo":
            task = re.fullmatch(r"(?:add|create) (?:a )?(?:new )?(?:task|todo|to do|to-do)(?: item)? to (.+)", plain)
            if task and " list" not in task[1]:
                return understood("skills: AddToDo", "personal.add_note", text=slot_text(task[1]))
            return notes.update(text, "skills: AddToDo") or agenda.reminder(text, "skills: reminder")
        case "ShowToDo":
            shown = re.search(
                (
                    r"\b(list|lists|notes?|to-?dos?"
                    r"|tasks?)\b"
                ),
                plain,
            ) and not re.search(r"\b(add|delete|create a)\b", plain)
            return understood("skills: ShowToDo", "personal.read_notes") if shown else None
        case "DeleteToDo":
            one = re.search(r"\b(from|off) (my |the )?[\w -]*list\b", plain) and not re.search(
                r"\b(all|everything)\b", plain
            )
            return rejected("skills: DeleteToDo") if one else None
        case _:
            return None


def _phone(text: str, intent: str) -> Reading | None:
    match intent:
        case "OutgoingCall":
            return messages.call(text, "skills: OutgoingCall")
        case "ContactSelection" if re.match(r"(call|phone|dial|ring)\b", text):
            return messages.call(text, "skills: OutgoingCall")
        case "ContactSelection" | "PhoneNumberSelection":
            if re.search(
                (
                    r"\b(call|phone|dial|ring|none|neither"
                    r"|home)\b"
                ),
                text,
            ) and not re.search(r"\b(mobile|cell) phone\b", text):
                return None
            return rejected("skills: picking from a list")
        case _:
            return None


def _music(text: str, intent: str) -> Reading | None:
    match intent:
        case "PlayMusic":
            return media.play(text, "skills: PlayMusic")
        case "Pause":
            return understood("skills: Pause", "media.pause") if re.search(r"\b(pause|hold|stop)\b", text) else None
        case "AdjustVolume":
            return media.volume(text, "skills: AdjustVolume")
        case "Exclude":
            if re.search(r"\bskip|next song\b", text):
                return understood("skills: Exclude", "media.next")
            return understood("skills: Exclude", "media.pause") if re.search(r"\bstop\b", text) else None
        case "Shuffle" if "play" not in text.replace("playlist", ""):
            return rejected("skills: Shuffle")
        case _:
            return None


def _weather(text: str, intent: str) -> Reading | None:
    match intent:
        case "QueryWeather" | "CheckWeatherValue":
            return weather.query(text, "skills: weather")
        case "CheckWeatherTime":
            past = re.search(
                (
                    r"\b(months?|average|record|(hottest|coldest|best|wettest|lowest|highest) (time"
                    r"|day|month|temp\w*|week))\b"
                ),
                text,
            )
            return rejected("skills: climate history") if past else weather.query(text, "skills: weather")
        case "ChangeTemperatureUnit" if re.search(r"\b(change|convert|switch)\b", text):
            return rejected("skills: temperature unit")
        case _:
            return None
