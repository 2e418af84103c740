"""The ladder of driver alerts: what is wanted becomes one current alert that rises, repeats and ends.

Rising is immediate, falling takes a while (an alert that flickers is switched off by its driver), and nothing
repeats once it was acknowledged, unless it gets worse.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from types import MappingProxyType


class AlertLevel(IntEnum):
    """How loud."""

    CLEAR = 0
    INFORMATION = 1
    WARNING = 2
    URGENT = 3


class DriverAlertKind(StrEnum):
    """What about. In rising order of weight: of two alerts at one level the later here is the current one."""

    SENSOR = "sensor"
    DROWSINESS = "drowsiness"
    DISTRACTION = "distraction"
    MICROSLEEP = "microsleep"
    SLEEP = "sleep"
    UNRESPONSIVE = "unresponsive"


@dataclass(frozen=True, slots=True)
class Alert:
    """The current driver alert, or its end (CLEAR)."""

    kind: DriverAlertKind
    level: AlertLevel
    since_s: float
    """When this kind of alert began, on the caller's clock."""
    text_key: str
    """Row of the wording table; the same words are shown and spoken."""
    score: float
    """What it was judged by: KSS for drowsiness, seconds for all others."""
    heard: bool
    """Whether it is to be sounded now; otherwise it is only shown."""
    times: int
    """How often it has been heard, this one included."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What the evidence asks for at this moment."""

    level: AlertLevel
    score: float
    variant: str = ""
    """Which wording of the kind, where it has several."""


@dataclass(frozen=True, slots=True)
class Habit:
    """How one kind of alert behaves. Times are our own choice unless a source is given."""

    clear_s: float  # the evidence must be gone for this long
    repeat_s: float  # heard again after this, until acknowledged
    escalate_s: float  # a warning nobody answered becomes urgent (DDAW 3.4.1.1: may intensify until acknowledged)
    acknowledgeable: bool  # otherwise it ends by what the eyes do, not by words


HABITS: Mapping[DriverAlertKind, Habit] = MappingProxyType(
    {
        DriverAlertKind.SENSOR: Habit(3.0, math.inf, math.inf, acknowledgeable=True),
        DriverAlertKind.DROWSINESS: Habit(30.0, 60.0, 120.0, acknowledgeable=True),
        DriverAlertKind.DISTRACTION: Habit(0.5, 3.0, 3.0, acknowledgeable=False),
        DriverAlertKind.MICROSLEEP: Habit(5.0, math.inf, math.inf, acknowledgeable=True),
        DriverAlertKind.SLEEP: Habit(1.0, 4.0, math.inf, acknowledgeable=False),
        DriverAlertKind.UNRESPONSIVE: Habit(1.0, 4.0, math.inf, acknowledgeable=False),
    }
)
ACKNOWLEDGED_S = 300.0  # an acknowledged alert that still holds is heard again after this: own choice


@dataclass(slots=True)
class _Rung:
    claim: Claim
    since_s: float
    warned_s: float = math.inf  # when it first reached WARNING
    weaker_since_s: float | None = None
    escalated: bool = False
    heard_level: AlertLevel = AlertLevel.CLEAR
    heard_at_s: float = -math.inf
    times: int = 0
    acknowledged: AlertLevel = AlertLevel.CLEAR
    acknowledged_at_s: float = -math.inf

    @property
    def level(self) -> AlertLevel:
        return AlertLevel.URGENT if self.escalated else self.claim.level


@dataclass(slots=True)
class Ladder:
    """Holds what is active and says what changed. Not thread-safe; times are the caller's and never run back."""

    _rungs: dict[DriverAlertKind, _Rung] = field(default_factory=dict)
    _shown: Alert | None = None

    @property
    def current(self) -> Alert | None:
        """The alert to be shown now."""
        return self._shown

    def update(self, claims: Mapping[DriverAlertKind, Claim], now_s: float) -> tuple[Alert, ...]:
        """Takes in the present claims; returns what is to be shown or heard anew."""
        for kind in DriverAlertKind:
            self._move(kind, claims.get(kind), now_s)
        return self._announce(now_s)

    def acknowledge(self, now_s: float) -> bool:
        """Takes the driver's answer; returns whether there was an alert that it silences."""
        answered = [rung for kind, rung in self._rungs.items() if HABITS[kind].acknowledgeable]
        for rung in answered:
            rung.acknowledged, rung.acknowledged_at_s = rung.level, now_s
            rung.warned_s = math.inf
        return bool(answered)

    def clear(self, now_s: float) -> tuple[Alert, ...]:
        """Ends everything at once: standstill, ignition off."""
        self._rungs.clear()
        return self._announce(now_s)

    def drop(self, kind: DriverAlertKind) -> None:
        """Ends one kind without waiting, before the next update: it was switched off or a worse one took over."""
        self._rungs.pop(kind, None)

    def _move(self, kind: DriverAlertKind, claim: Claim | None, now_s: float) -> None:
        rung, habit = self._rungs.get(kind), HABITS[kind]
        if rung is None:
            if claim is None:
                return
            rung = self._rungs[kind] = _Rung(claim, since_s=now_s)
        elif claim is not None and claim.level >= rung.claim.level:
            rung.claim, rung.weaker_since_s = claim, None
        else:
            rung.weaker_since_s = now_s if rung.weaker_since_s is None else rung.weaker_since_s
            if now_s - rung.weaker_since_s >= habit.clear_s:
                self._fall(kind, rung, claim)
                return
        if rung.claim.level >= AlertLevel.WARNING and rung.acknowledged < rung.claim.level:
            rung.warned_s = min(rung.warned_s, now_s)
        holds = rung.weaker_since_s is None
        rung.escalated = rung.escalated or (holds and now_s - rung.warned_s >= habit.escalate_s)

    def _fall(self, kind: DriverAlertKind, rung: _Rung, claim: Claim | None) -> None:
        # Better driving counts as an answer (DDAW 3.4.1.1): the escalation ends with it.
        if claim is None:
            del self._rungs[kind]
            return
        rung.claim, rung.weaker_since_s = claim, None
        rung.escalated, rung.warned_s = False, math.inf
        rung.heard_level = min(rung.heard_level, claim.level)
        rung.acknowledged = min(rung.acknowledged, claim.level)

    def _announce(self, now_s: float) -> tuple[Alert, ...]:
        if not self._rungs:
            gone, self._shown = self._shown, None
            if gone is None:
                return ()
            return (Alert(gone.kind, AlertLevel.CLEAR, gone.since_s, "clear", 0.0, heard=False, times=gone.times),)
        kinds = list(DriverAlertKind)
        kind = max(self._rungs, key=lambda each: (self._rungs[each].level, kinds.index(each)))
        rung = self._rungs[kind]
        heard = self._is_due(rung, HABITS[kind], now_s)
        if heard:
            rung.heard_level, rung.heard_at_s, rung.times = rung.level, now_s, rung.times + 1
        shown = self._shown
        if not heard and shown is not None and (shown.kind, shown.level) == (kind, rung.level):
            return ()
        key = f"{kind}_{rung.claim.variant}" if rung.claim.variant else f"{kind}_{rung.level.name.lower()}"
        self._shown = Alert(kind, rung.level, rung.since_s, key, rung.claim.score, heard, rung.times)
        return (self._shown,)

    @staticmethod
    def _is_due(rung: _Rung, habit: Habit, now_s: float) -> bool:
        if rung.level <= rung.acknowledged:
            since_s = max(rung.acknowledged_at_s, rung.heard_at_s)
            return rung.weaker_since_s is None and now_s - since_s >= ACKNOWLEDGED_S
        repeats = rung.weaker_since_s is None and now_s - rung.heard_at_s >= habit.repeat_s
        return rung.level > rung.heard_level or repeats
