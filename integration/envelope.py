"""What is inside the messages: one frozen type for each payload of the wire contract.

Unknown fields are refused. Times on the wire are wall clock and for people; ages are measured on arrival, by the
receiver's monotonic clock.
"""

import time
from typing import Annotated, Literal

from pydantic import UUID7, BaseModel, ConfigDict, Field, StringConstraints
from uuid6 import uuid7

from integration.payload import MAX_PAYLOAD_BYTES
from intents.base import Command, Json
from intents.catalogue import command_from

__all__ = [
    "DEFAULT_TTL_MS", "MAX_PAYLOAD_BYTES", "MAX_TTL_MS", "Ack", "Alert", "AssistantStatus", "CommandEnvelope",
    "DriverState", "Listen", "Motion", "Payload", "Problem", "Say", "Source", "TurnCommand", "TurnRecord",
]  # fmt: skip

DEFAULT_TTL_MS = 3000
"""Wire contract, rule 2."""

MAX_TTL_MS = 60_000
"""The longest time to live accepted, and so how long subsystems remember ids (rule 1)."""

Source = Literal["voice", "text", "alert"]
"""Where a command came from: spoken, typed, or offered by a driver alert."""

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
"""A machine word: lower case with underscores."""
Token = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:-]{1,64}$")]
"""An identifier made by a program."""
Sentence = Annotated[str, StringConstraints(max_length=1000)]
"""Words for people."""
WallMs = Annotated[int, Field(ge=0, le=2**53)]
"""Milliseconds since 1970-01-01 UTC. For people; never used to measure."""
Seconds = Annotated[float, Field(ge=0, le=1e9)]


class Payload(BaseModel):
    """What one message carries."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, validate_by_name=True, validate_by_alias=True
    )


class CommandEnvelope(Payload):
    """One command on its way to a subsystem."""

    id: UUID7
    issued_at_ms: WallMs
    ttl_ms: Annotated[int, Field(ge=1, le=MAX_TTL_MS)] = DEFAULT_TTL_MS
    """Not carried out once this much time has passed since it was issued."""
    turn_id: Token
    source: Source
    intent: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}\.[a-z_]{1,40}$")]
    slots: dict[str, Json]
    schema_version: Literal["1"] = Field(default="1", alias="schema")

    @classmethod
    def wrap(cls, command: Command, *, turn_id: str, source: Source, ttl_s: float) -> "CommandEnvelope":
        """Puts a command into a fresh envelope with an id of its own."""
        return cls(
            id=uuid7(), issued_at_ms=wall_ms(), ttl_ms=round(ttl_s * 1000), turn_id=turn_id, source=source,
            intent=command.intent, slots=command.slots(),
        )  # fmt: skip

    def command(self) -> Command:
        """The typed command; raises CatalogueError or pydantic's ValidationError when it is not in the catalogue."""
        return command_from(self.intent, self.slots)


class Ack(Payload):
    """What a subsystem says about a command: `accepted`, then `done` or `failed`; or `rejected` at once."""

    id: UUID7
    status: Literal["accepted", "rejected", "done", "failed"]
    reason: Name | None = None
    """Machine code, present when rejected or failed."""
    message: Sentence = ""
    """For people; never shown to the driver unread."""
    state_version: Annotated[int, Field(ge=0, le=2**53)] | None = None
    """Version of the subsystem's state that the command led to."""


class Motion(Payload):
    """How the vehicle moves, ten times a second."""

    speed_kmh: Annotated[float, Field(ge=0, le=500)]
    gear: Literal["park", "reverse", "neutral", "drive"]
    ignition: Literal["off", "accessory", "on"]
    steering_angle_deg: Annotated[float, Field(ge=-1080, le=1080)] = 0.0
    """Steering wheel, positive to the left (ISO 8855)."""


class Problem(Payload):
    """One part of the service that does not work as it should, and why."""

    part: Name
    reason: Sentence


class AssistantStatus(Payload):
    """Whether the assistant can be used; `offline` is also the last will."""

    status: Literal["ready", "degraded", "offline"]
    problems: tuple[Problem, ...] = ()


class TurnCommand(Payload):
    """One command of a turn and how it ended."""

    id: UUID7 | None = None
    """Envelope id; absent when nothing was sent."""
    intent: str
    outcome: Name
    reason: Name | None = None


class TurnRecord(Payload):
    """One turn of the dialogue, without words unless speech logging is on."""

    turn_id: Token
    source: Source
    outcome: Name
    reason: Name | None = None
    commands: tuple[TurnCommand, ...] = ()
    stages_ms: dict[Name, Annotated[float, Field(ge=0)]] = {}
    """Stage -> monotonic milliseconds since the turn began."""
    words: Sentence | None = None
    answer: Sentence | None = None


class Alert(Payload):
    """The current driver alert; level `clear` when there is none."""

    kind: Name
    """What about: `drowsiness`, `distraction`, `sensor`..."""
    level: Literal["clear", "information", "warning", "urgent"]
    since_s: Seconds
    """By the driver camera's own clock."""
    text: Sentence
    """Shown and spoken alike."""
    score: Annotated[float, Field(ge=0)] = 0.0
    heard: bool = False
    """The driver has answered it."""
    times: Annotated[int, Field(ge=0)] = 0
    """How often it has been given."""


class DriverState(Payload):
    """What driver monitoring believes, once a second; absent values are unknown."""

    alertness: Name
    """`alert`, `low`, `drowsy`, `unknown`."""
    kss: Annotated[int, Field(ge=1, le=9)] | None = None
    """Karolinska sleepiness scale, estimated."""
    perclos: Annotated[float, Field(ge=0, le=1)] | None = None
    """Share of time with the eyes at least 80 % closed."""
    blinks_per_minute: Annotated[float, Field(ge=0)] | None = None
    sensor: Name
    """`starting`, `ok`, `blind`, `stale`."""
    driving_time_s: Seconds = 0.0
    dropped_samples: Annotated[int, Field(ge=0)] = 0


class Listen(Payload):
    """Push to talk, from the steering wheel or the screen."""

    action: Literal["start", "stop", "mute", "unmute"]


class Say(Payload):
    """Text another subsystem wants spoken."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
    priority: Literal["low", "normal", "high"] = "normal"


def wall_ms() -> int:
    """The wall clock, for stamps that people read."""
    return int(time.time() * 1000)
