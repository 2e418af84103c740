"""Personal: notes, events, timers, alarms and the weather."""

from types import MappingProxyType

from intents.base import Command, DurationS, Hazard, Kind, Part, State, Text


class Event(Part):
    """Something in the calendar."""

    title: str
    when: str = ""


class PersonalState(State):
    """What is kept for the driver, in the vehicle only."""

    notes: tuple[str, ...] = ()
    events: tuple[Event, ...] = ()
    timers_s: tuple[int, ...] = ()
    """Durations of the running timers, in seconds."""
    alarms: tuple[str, ...] = ()
    weather: str = ""
    """The answer to the last question about the weather."""


class AddNote(Command):
    """Keeps a note."""

    intent = "personal.add_note"
    kind = Kind.ACT
    text: Text


class ReadNotes(Command):
    """Reads the notes aloud."""

    intent = "personal.read_notes"
    kind = Kind.QUERY
    reads = MappingProxyType({"": "notes"})
    hazard = frozenset({Hazard.LONG_READING})


class ClearNotes(Command):
    """Deletes all notes."""

    intent = "personal.clear_notes"
    kind = Kind.ACT
    hazard = frozenset({Hazard.ERASES})


class AddEvent(Command):
    """Puts something into the calendar or sets a reminder."""

    intent = "personal.add_event"
    kind = Kind.ACT
    title: Text
    when: Text | None = None


class QueryEvents(Command):
    """Asks what is in the calendar."""

    intent = "personal.query_events"
    kind = Kind.QUERY
    reads = MappingProxyType({"": "events"})
    when: Text | None = None


class DeleteEvent(Command):
    """Takes something out of the calendar."""

    intent = "personal.delete_event"
    kind = Kind.ACT
    hazard = frozenset({Hazard.ERASES})
    title: Text | None = None
    when: Text | None = None


class SetTimer(Command):
    """Starts a timer."""

    intent = "personal.set_timer"
    kind = Kind.ACT
    duration_s: DurationS


class SetAlarm(Command):
    """Sets an alarm."""

    intent = "personal.set_alarm"
    kind = Kind.ACT
    when: Text


class QueryWeather(Command):
    """Asks about the weather."""

    intent = "personal.query_weather"
    kind = Kind.LOOKUP
    reads = MappingProxyType({"": "weather"})
    where: Text | None = None
    when: Text | None = None
