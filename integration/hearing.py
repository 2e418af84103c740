"""What the assistant has heard from the vehicle, and until when it may be believed."""

import time
from dataclasses import dataclass

from integration.envelope import Motion
from integration.link import StateReading
from integration.topics import MOTION_MAX_AGE_S, STATE_MAX_AGE_S
from intents.base import State


@dataclass(frozen=True, slots=True)
class _Heard:
    state: State
    published_s: float  # monotonic
    valid_until_s: float  # monotonic


class Hearing:
    """The last state of each subsystem and the last motion; ages by the monotonic clock.

    A state carries its age on the wire: the publisher gives it `STATE_MAX_AGE_S` to live and brokers count that down,
    so what is left on arrival tells when it was published. Without an expiry it is believed from its arrival on.
    """

    def __init__(self) -> None:
        self._states: dict[str, _Heard] = {}
        self._motion: tuple[Motion, float] | None = None

    def hear_state(self, domain: str, state: State, expiry_s: int | None) -> None:
        """Takes a subsystem's state."""
        now = time.monotonic()
        left_s = STATE_MAX_AGE_S if expiry_s is None else min(float(expiry_s), STATE_MAX_AGE_S)
        self._states[domain] = _Heard(state, now + left_s - STATE_MAX_AGE_S, now + left_s)

    def withdraw(self, domain: str) -> None:
        """Forgets a state its subsystem has taken back."""
        self._states.pop(domain, None)

    def hear_motion(self, motion: Motion) -> None:
        """Takes how the vehicle moves."""
        self._motion = (motion, time.monotonic())

    def forget(self) -> None:
        """Forgets everything: after a lost connection nothing heard before counts."""
        self._states.clear()
        self._motion = None

    def state(self, domain: str) -> StateReading | None:
        """A subsystem's state, None when unknown or too old."""
        heard, now = self._states.get(domain), time.monotonic()
        if heard is None or now >= heard.valid_until_s:
            return None
        return StateReading(heard.state, now - heard.published_s)

    def motion(self) -> Motion | None:
        """How the vehicle moves, None when unknown or too old."""
        if self._motion is None or time.monotonic() - self._motion[1] > MOTION_MAX_AGE_S:
            return None
        return self._motion[0]
