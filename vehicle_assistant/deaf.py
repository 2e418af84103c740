"""No ears: for text alone. Whoever asks it to listen is never answered."""

from collections.abc import AsyncIterator
from pathlib import Path
from types import TracebackType
from typing import Self

from vehicle_assistant.audio.endpoint import Completeness
from vehicle_assistant.ear_events import EarEvent
from vehicle_assistant.ports import Lost, Ready


class Deaf:
    """Implements `ports.Ears` without a sound."""

    recording: Path | None = None

    async def __aenter__(self) -> Self:
        """Starts nothing."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends nothing."""

    async def events(self) -> AsyncIterator[EarEvent | Lost | Ready]:
        """Yields nothing."""
        return
        yield  # makes this a generator

    async def listen(self, window_s: float | None = None) -> None:
        """Does nothing."""

    async def gate(self, *, speaking: bool) -> None:
        """Does nothing."""

    async def hint(self, completeness: Completeness, text: str) -> None:
        """Does nothing."""

    async def settle(self) -> None:
        """Does nothing."""

    async def stop(self) -> None:
        """Does nothing."""
