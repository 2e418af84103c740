"""Simulated personal data, kept in the vehicle only: notes, calendar, timers, alarms, and a made-up forecast."""

import zlib
from collections.abc import Callable, Mapping
from typing import Any

from integration.envelope import Motion
from integration.simulator.subsystem import Refused, Result, Subsystem
from intents.base import Command
from intents.personal import (
    AddEvent,
    AddNote,
    ClearNotes,
    DeleteEvent,
    Event,
    PersonalState,
    QueryWeather,
    SetAlarm,
    SetTimer,
)

SKIES = ("sunny", "partly cloudy", "cloudy", "light rain", "rain", "fog", "light snow", "clear and windy")
MAX_KEPT = 100
"""Notes, events, timers and alarms of each kind; the state must stay far below the largest payload."""


class Personal(Subsystem[PersonalState]):
    """Remembers what the driver wants remembered."""

    domain = "personal"

    def __init__(self, state: PersonalState | None = None) -> None:
        super().__init__(state or PersonalState())
        self._timers: list[tuple[int, float]] = []  # (duration_s, left_s)

    def handlers(self) -> Mapping[type[Command], Callable[[Any], Result]]:
        """See `Subsystem`."""
        return {
            AddNote: lambda command: self._add("notes", command.text),
            ClearNotes: lambda _: self.change(notes=()),
            AddEvent: lambda command: self._add("events", Event(title=command.title, when=command.when or "")),
            DeleteEvent: self._delete_event,
            SetTimer: self._set_timer,
            SetAlarm: lambda command: self._add("alarms", command.when),
            QueryWeather: self._query_weather,
        }

    def advance(self, dt_s: float, motion: Motion) -> None:
        """Lets timers run."""
        del motion
        self._timers = [(duration_s, left_s - dt_s) for duration_s, left_s in self._timers if left_s > dt_s]
        self.change(timers_s=tuple(duration_s for duration_s, _ in self._timers))

    def _add(self, kind: str, item: object) -> Result:
        kept: tuple[object, ...] = getattr(self.state, kind)
        if len(kept) >= MAX_KEPT:
            return Refused("full", f"there is no room for more {kind}")
        return self.change(**{kind: (*kept, item)})

    def _delete_event(self, command: DeleteEvent) -> Result:
        hits = [
            event
            for event in self.state.events
            if (command.title is None or command.title in event.title)
            and (command.when is None or command.when in event.when)
        ]
        if not hits:
            return Refused("event_unknown", "there is no such event")
        if len(hits) > 1 and command.title is None and command.when is None:
            return Refused("event_unclear", "there are several events")
        return self.change(events=tuple(event for event in self.state.events if event not in hits))

    def _set_timer(self, command: SetTimer) -> Result:
        if len(self._timers) >= MAX_KEPT:
            return Refused("full", "there is no room for more timers")
        self._timers.append((command.duration_s, float(command.duration_s)))
        return self.change(timers_s=tuple(duration_s for duration_s, _ in self._timers))

    def _query_weather(self, command: QueryWeather) -> Result:
        """Makes a forecast up from the question, the same each time it is asked."""
        where, when = command.where or "here", command.when or "today"
        draw = zlib.crc32(f"{where}|{when}".encode())
        sky, celsius = SKIES[draw % len(SKIES)], 2 + draw // len(SKIES) % 24
        if "snow" in sky:
            celsius = -celsius % 3
        place = "" if where == "here" else f" in {where}"
        return self.change(weather=f"{sky}, {celsius} degrees{place}, {when}")
