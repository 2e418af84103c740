"""When is a command done? Acks and states in, one verdict out; no clock and no I/O.

Success needs the subsystem's `done` and a state that agrees, or a state that newly shows the wanted value. An ack
that the state contradicts is a failure: the driver hears what is, not what was promised.
"""

import math
from dataclasses import dataclass
from typing import Literal

from integration.envelope import Ack
from integration.link import Outcome
from intents.base import Command, Json, Kind, State


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a command ended and who says so."""

    outcome: Outcome
    reason: str | None = None
    message: str = ""
    confirmed_by: Literal["ack", "state"] | None = None


_STATE_DISAGREES = Verdict(Outcome.FAILED, "state_disagrees", "the subsystem said done, its state says otherwise")
_STATE_UNKNOWN = Verdict(Outcome.FAILED, "state_unknown", "the subsystem said done, its state is not known")


class Confirmation:
    """Follows one command until its outcome is certain."""

    def __init__(self, command: Command, before: State | None) -> None:
        """Starts with the subsystem's state as it was known when the command was sent."""
        self._command = command
        self._wanted = command.wanted()
        self._before = before
        self._state = before
        self._accepted = False
        self._done: Ack | None = None

    def on_ack(self, ack: Ack) -> Verdict | None:
        """Takes an ack of this command; None while the outcome is open."""
        if ack.status == "accepted":
            self._accepted = True
            return None
        if ack.status == "done":
            self._done = ack
            return self._judge()
        outcome = Outcome.REJECTED if ack.status == "rejected" else Outcome.FAILED
        if ack.status == "rejected" and ack.reason == "expired":
            outcome = Outcome.EXPIRED
        return Verdict(outcome, ack.reason or ack.status, ack.message)

    def on_state(self, state: State, *, kept: bool) -> Verdict | None:
        """Takes a state of the subsystem; `kept` when it was retained, and so maybe older than the command."""
        self._state = state
        if self._done is not None:
            return self._judge()
        newer = not kept or (self._before is not None and state.version > self._before.version)
        if newer and self._wanted and self._agrees(state):
            return Verdict(Outcome.DONE, confirmed_by="state")
        return None

    def timed_out(self) -> Verdict:
        """Ends the wait with what is known."""
        if self._done is None:
            reason = "not_finished" if self._accepted else "silent"
            return Verdict(Outcome.NO_ANSWER, reason, "the subsystem did not finish in time")
        if self._command.kind is Kind.LOOKUP or (self._wanted and not self._current()):
            return _STATE_UNKNOWN
        if self._wanted:
            return _STATE_DISAGREES
        return Verdict(Outcome.DONE, message=self._done.message, confirmed_by="ack")

    def _judge(self) -> Verdict | None:
        """Weighs a `done` against the state; None while a state as new as the ack has not arrived."""
        done, state = self._done, self._state
        if done is None or not self._current():
            return None
        if not self._wanted:
            return Verdict(Outcome.DONE, message=done.message, confirmed_by="ack")
        if state is not None and self._agrees(state):
            return Verdict(Outcome.DONE, message=done.message, confirmed_by="state")
        if state is not None and state.version == done.state_version:
            return _STATE_DISAGREES
        return None

    def _current(self) -> bool:
        """True when the known state is as new as the ack says, or nothing more is to be expected."""
        if self._done is None or self._done.state_version is None:
            return self._state is not None or not self._wanted
        return self._state is not None and self._state.version >= self._done.state_version

    def _agrees(self, state: State) -> bool:
        return all(_same(state.at(path), value) for path, value in self._wanted.items())


def _same(actual: Json, wanted: Json) -> bool:
    """Equal as JSON: True is not 1, and 21 is 21.0."""
    if isinstance(actual, bool) or isinstance(wanted, bool):
        return actual is wanted
    if isinstance(actual, int | float) and isinstance(wanted, int | float):
        return math.isclose(actual, wanted, rel_tol=0, abs_tol=1e-6)
    return actual == wanted
