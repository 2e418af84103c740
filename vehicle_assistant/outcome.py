"""How a turn ends: exactly one of these. They are values; an exception means something is broken."""

from dataclasses import dataclass

from integration.link import Delivery
from intents.base import Command
from intents.errors import ErrorCode


@dataclass(frozen=True, slots=True)
class Done:
    """The vehicle was asked, and answered. Some of the commands may still have failed: see their deliveries."""

    deliveries: tuple[Delivery, ...]
    queries: tuple[Command, ...] = ()
    """Questions answered from the vehicle's state, without asking the subsystem."""
    refused: tuple["Refused", ...] = ()
    """Commands of the same breath that policy did not allow."""


@dataclass(frozen=True, slots=True)
class Said:
    """The assistant answered by itself ("say that again", "never mind"). `sentence` is empty for silence."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Policy does not allow a command now."""

    command: Command
    reason: str
    """Row of the policy table."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Something is missing or must be confirmed; the assistant listens for the answer."""

    question: str
    """The sentence that was asked."""
    waits_for: str
    """A slot's name, or `confirmation`."""


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """Speech that is no command of the catalogue."""

    sure: bool
    """False when a command was likely, but not likely enough to act on."""


@dataclass(frozen=True, slots=True)
class NothingHeard:
    """Listening ended without a word."""

    reason: str


@dataclass(frozen=True, slots=True)
class Failed:
    """Part of the service broke."""

    code: ErrorCode
    message: str


Outcome = Done | Said | Refused | Asked | NotUnderstood | NothingHeard | Failed

NAMES: dict[type[Outcome], str] = {
    Done: "done",
    Said: "done",
    Refused: "refused",
    Asked: "asked",
    NotUnderstood: "not_understood",
    NothingHeard: "nothing_heard",
    Failed: "failed",
}


def name(outcome: Outcome) -> str:
    """The outcome's name on the wire and in logs."""
    return NAMES[type(outcome)]
