"""The topics of the wire contract, in one table.

| column | meaning |
|---|---|
| template | path below the prefix; `{domain}` and `{verb_object}` are filled from the command |
| max_age_s | a value heard longer ago than this is unknown; None where age has no meaning |
| payload | type of the message; None where it differs by domain (state) or belongs to the driver camera (sample) |
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from integration.envelope import (
    Ack,
    Alert,
    AssistantStatus,
    CommandEnvelope,
    DriverState,
    Listen,
    Motion,
    Payload,
    Say,
    TurnRecord,
)

DEFAULT_PREFIX = "vehicle"

STATE_MAX_AGE_S = 30.0
"""Subsystems publish their state with this message expiry and again at a third of it, so that a broker drops the
retained state of a subsystem that has gone, and one lost refresh harms nothing."""

MOTION_MAX_AGE_S = 1.0
"""Ten missed messages at 10 Hz: speed is unknown, and policy refuses what depends on it."""

DRIVER_SAMPLE_MAX_AGE_S = 1.0
"""Ten missed messages at the slowest camera rate."""


class Direction(StrEnum):
    """Who speaks on a topic, seen from the assistant."""

    OUT = "out"
    IN = "in"


@dataclass(frozen=True, slots=True)
class Topic:
    """One row of the wire contract."""

    name: str
    template: str
    direction: Direction
    qos: int
    retain: bool
    max_age_s: float | None
    payload: type[Payload] | None
    meaning: str

    def path(self, prefix: str, **fields: str) -> str:
        """The topic to publish on; KeyError when a field of the template is missing."""
        return f"{prefix}/{self.template.format_map(fields)}"

    def filter(self, prefix: str, **fields: str) -> str:
        """The subscription that covers this row; a field that is not given matches any."""
        return f"{prefix}/{self.template.format_map(_Any(fields))}"

    def match(self, prefix: str, path: str) -> dict[str, str] | None:
        """The fields of a topic of this row, None when it belongs to another row."""
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[a-z0-9_]+)", re.escape(self.template))
        found = re.fullmatch(re.escape(prefix) + "/" + pattern, path)
        return found.groupdict() if found else None


class _Any(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "+"


def _table(rows: Iterable[Topic]) -> Mapping[str, Topic]:
    return MappingProxyType({row.name: row for row in rows})


_OUT, _IN = Direction.OUT, Direction.IN
TOPICS: Mapping[str, Topic] = _table(
    [
        Topic("command", "command/{domain}/{verb_object}", _OUT, 1, False, None, CommandEnvelope,
              "one typed command of the catalogue"),
        Topic("ack", "ack/{domain}", _IN, 1, False, None, Ack,
              "answer to a command, correlated by id"),
        Topic("state", "state/{domain}", _IN, 1, True, STATE_MAX_AGE_S, None,
              "what is actually set"),
        Topic("motion", "motion", _IN, 0, False, MOTION_MAX_AGE_S, Motion,
              "speed, gear, ignition, steering angle, 10 Hz"),
        Topic("driver_sample", "driver/sample", _IN, 0, False, DRIVER_SAMPLE_MAX_AGE_S, None,
              "eye openness, gaze, head pose, face quality, 10-60 Hz"),
        Topic("driver_alert", "driver/alert", _OUT, 1, True, None, Alert,
              "current driver alert"),
        Topic("driver_state", "driver/state", _OUT, 1, True, 5.0, DriverState,
              "alertness, sleepiness, sensor health, 1 Hz"),
        Topic("assistant_status", "assistant/status", _OUT, 1, True, None, AssistantStatus,
              "ready, degraded or offline; last will offline"),
        Topic("assistant_turn", "assistant/turn", _OUT, 0, False, None, TurnRecord,
              "one record a turn"),
        Topic("assistant_listen", "assistant/listen", _IN, 1, False, None, Listen,
              "push to talk: start, stop, mute, unmute"),
        Topic("assistant_say", "assistant/say", _IN, 1, False, None, Say,
              "text to be spoken, with priority"),
    ]
)  # fmt: skip

BY_PAYLOAD: Mapping[type[Payload], Topic] = MappingProxyType(
    {row.payload: row for row in TOPICS.values() if row.payload is not None}
)
"""What is published says where: each payload type has one topic."""


def find(prefix: str, path: str) -> tuple[Topic, dict[str, str]] | None:
    """The row a topic belongs to and its fields; None for a topic the contract does not know."""
    for row in TOPICS.values():
        fields = row.match(prefix, path)
        if fields is not None:
            return row, fields
    return None
