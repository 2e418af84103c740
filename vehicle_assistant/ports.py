"""What the flow needs from its worker processes: each port has one implementation in `workers`, and fakes in tests."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from vehicle_assistant.audio.earcons import Earcon
from vehicle_assistant.audio.endpoint import Completeness
from vehicle_assistant.ear_events import EarEvent
from vehicle_assistant.mouth import Priority
from vehicle_assistant.parser.port import Parsed


class Part(StrEnum):
    """A part of the service that can fail by itself, as the status topic names it."""

    EARS = "ears"
    PARSER = "parser"
    VOICE = "voice"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Lost:
    """A worker was lost and is being replaced; `ready` follows when its replacement works."""

    part: Part
    reason: str


@dataclass(frozen=True, slots=True)
class Ready:
    """A worker works (again)."""

    part: Part


class Ears(Protocol):
    """The microphone side. What is asked of it while it is being replaced has no effect; nothing raises."""

    def events(self) -> AsyncIterator[EarEvent | Lost | Ready]:
        """Yields what is heard, and when the ears are lost and back. Ends when a finite source has been read."""

    async def listen(self, window_s: float | None = None) -> None:
        """Listens without a wake phrase: push to talk, or the answer to a question."""

    async def gate(self, *, speaking: bool) -> None:
        """Closes the ears while the assistant speaks."""

    async def hint(self, completeness: Completeness, text: str) -> None:
        """Tells whether the words heard so far are a complete command."""

    async def settle(self) -> None:
        """Takes the utterance as finished: the talk button was let go."""

    async def stop(self) -> None:
        """Stops listening and forgets the utterance in flight."""


class Parser(Protocol):
    """Words to commands."""

    async def parse(self, text: str, *, timeout_s: float = 2.0) -> Parsed:
        """Parses one utterance; raises WorkerError or EngineError when that cannot be done in time."""


class Voice(Protocol):
    """The loudspeaker side."""

    async def say(self, text: str, priority: Priority, earcon: Earcon | None = None) -> bool:
        """Says it; True when it was heard to its end, False when something more urgent cut it short or it failed."""

    async def play(self, earcon: Earcon) -> None:
        """Plays a tone without waiting for its end."""

    async def stop(self) -> None:
        """Is silent at once."""
