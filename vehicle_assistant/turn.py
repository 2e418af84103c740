"""One turn of the conversation, from the first sound to the last word: its record is the log."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from uuid6 import uuid7

from integration.link import Delivery
from vehicle_assistant.outcome import Done, NothingHeard, Outcome
from vehicle_assistant.parser.port import Parsed
from vehicle_assistant.ports import Lost, Ready

Source = Literal["voice", "text", "alert"]
Clock = Callable[[], float]


@dataclass(slots=True)
class Turn:
    """What was heard, understood, sent, confirmed and said, and when. Filled in by the pipeline only."""

    source: Source
    heard: str
    id: str = field(default_factory=lambda: str(uuid7()))
    wake_at_s: float | None = None
    """Stream time of the wake phrase; None when none was needed."""
    doubtful: bool = False
    """The recogniser itself does not trust the words."""
    parsed: Parsed | None = None
    deliveries: tuple[Delivery, ...] = ()
    outcome: Outcome = field(default_factory=lambda: NothingHeard("pending"))
    said: str = ""
    stages_ms: dict[str, float] = field(default_factory=dict)
    """Stage -> how long it took, in milliseconds, monotonic."""
    clock: Clock = time.monotonic
    began_s: float = 0.0
    """When its first word was said, or it was typed: monotonic seconds."""
    _mark_s: float = 0.0

    def __post_init__(self) -> None:
        """Starts the clock of the first stage."""
        self._mark_s = self.began_s = self.clock()

    def took(self, stage: str, ms: float | None = None) -> None:
        """Notes that a stage ended now; or how long it took, where that was measured elsewhere."""
        now_s = self.clock()
        self.stages_ms[stage] = round((now_s - self._mark_s) * 1000 if ms is None else ms, 1)
        if ms is None:
            self._mark_s = now_s

    @property
    def done(self) -> bool:
        """True when the vehicle did all that was asked."""
        delivered = all(d.outcome == "done" for d in self.deliveries)
        return isinstance(self.outcome, Done) and delivered


class Observer(Protocol):
    """Learns of everything that happens, and changes nothing: the journal, the status topic, a terminal."""

    async def turn(self, turn: Turn) -> None:
        """A turn is over."""

    async def part(self, event: Lost | Ready) -> None:
        """A part of the service was lost, or is back."""
