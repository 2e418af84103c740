"""The port between the assistant and the vehicle, and the answers it can give.

A command ends in exactly one `Outcome`. DONE is the only one that may be spoken as success: the subsystem said so and
its state agrees, or its state shows the wanted value. Silence is NO_ANSWER, and nothing is ever sent later.
"""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Literal, Protocol, Self

from integration.envelope import (
    Alert,
    AssistantStatus,
    DriverState,
    Listen,
    Motion,
    Say,
    Source,
    TurnRecord,
)
from intents.base import Command, State

DEFAULT_TTL_S = 3.0
"""Wire contract, rule 2."""


class Outcome(StrEnum):
    """How a command ended, as far as anyone can know."""

    DONE = "done"
    """The vehicle says so, and its state agrees where state can show it."""
    REJECTED = "rejected"
    """The subsystem refused it; nothing was changed."""
    FAILED = "failed"
    """The subsystem tried and could not, or its state contradicts it (`state_disagrees`, `state_unknown`)."""
    NO_ANSWER = "no_answer"
    """Taken by the bus, but the subsystem has not finished in time. Whether it was carried out is unknown."""
    UNREACHABLE = "unreachable"
    """Never left: the bus is not connected, or did not take it in time."""
    EXPIRED = "expired"
    """Reached the subsystem too late and was not carried out."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One command and what became of it."""

    command: Command
    id: str
    """Envelope id, UUIDv7."""
    outcome: Outcome
    reason: str | None = None
    """Machine code, the subsystem's own when it gave one."""
    message: str = ""
    """The subsystem's words, for people."""
    confirmed_by: Literal["ack", "state"] | None = None
    """What makes DONE true: the state where the command shows in it, else the ack alone."""
    ack_ms: float | None = None
    """From sending to the first ack, monotonic."""
    done_ms: float | None = None
    """From sending to the outcome, monotonic; None when the wait ran out."""


@dataclass(frozen=True, slots=True)
class StateReading:
    """A subsystem's state and how old it may be."""

    state: State
    age_s: float
    """Since the subsystem published it, as far as the bus tells; below the topic's max age."""


class VehicleLink(Protocol):
    """A connection to one vehicle, owned with `async with`; used from one event loop only.

    Entering connects and raises LinkError when the vehicle cannot be reached, unless the link was made patient. From
    then on a lost connection is not an error: `connected` is False, commands end UNREACHABLE, and the link reconnects
    by itself.
    """

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    @property
    def connected(self) -> bool:
        """True when commands can be sent and the retained state has been read again."""

    @property
    def dropped(self) -> Counter[str]:
        """Messages not used, counted by reason (`payload.Malformation`)."""

    async def send(self, command: Command, *, turn_id: str, source: Source, ttl_s: float = DEFAULT_TTL_S) -> Delivery:
        """Sends one command and waits for its outcome, at most `ttl_s`. Never raises for what the vehicle does."""

    def state(self, domain: str) -> StateReading | None:
        """A subsystem's last state; None when it was never heard, is too old, or the connection is lost."""

    def motion(self) -> Motion | None:
        """How the vehicle moves; None when not heard within the topic's max age."""

    async def publish(self, payload: AssistantStatus | TurnRecord | Alert | DriverState) -> bool:
        """Tells the vehicle something; True once the bus has it. What is retained is told again on reconnecting."""

    def connection_changes(self) -> AsyncIterator[bool]:
        """Yields True or False each time `connected` changes, starting with the next change."""

    def driver_samples(self) -> AsyncIterator[bytes]:
        """Yields the driver camera's samples, each one checked JSON object; a slow reader loses the oldest."""

    def listens(self) -> AsyncIterator[Listen]:
        """Yields presses of the talk button."""

    def says(self) -> AsyncIterator[Say]:
        """Yields what other subsystems want spoken."""
