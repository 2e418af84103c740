"""May this run now? One table, one pure function, the same for voice, text and buttons.

Unknown is not harmless: without a fresh speed the vehicle counts as moving fast.
"""

from dataclasses import dataclass
from enum import StrEnum

from intents.base import Command, Hazard


@dataclass(frozen=True, slots=True)
class Situation:
    """What policy may know about the vehicle and its driver."""

    speed_kmh: float | None
    """None: not known, or too old."""
    warned: bool = False
    """A driver warning is up."""


class Ruling(StrEnum):
    """What policy says."""

    ALLOW = "allow"
    CONFIRM = "confirm"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A ruling and, unless it is ALLOW, the row of the table it came from."""

    ruling: Ruling
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """From `from_kmh` on (or, with `while_warned`, while a driver warning is up) the hazard is ruled like this."""

    hazard: Hazard
    ruling: Ruling
    from_kmh: float
    why: str
    while_warned: bool = False


MOVING_KMH = 5.0
"""Above walking pace. Own choice, below the 8 km/h (5 mph) from which NHTSA's visual-manual guidelines of 2013 (docket
NHTSA-2010-0053) lock out tasks that are not for driving."""
MOTORWAY_KMH = 110.0

RULES: tuple[Rule, ...] = (
    Rule(Hazard.OPENS_BODY, Ruling.REFUSE, MOVING_KMH, "an open trunk hides the view behind and lets exhaust gas in"),
    Rule(Hazard.UNLOCKS, Ruling.REFUSE, MOVING_KMH, "doors stay locked while moving, for children and in a crash"),
    Rule(Hazard.DARKENS, Ruling.REFUSE, MOVING_KMH, "a misheard word must not turn the headlights off on the road"),
    Rule(Hazard.BLINDS, Ruling.CONFIRM, MOVING_KMH, "a reading light mirrors in the windshield at night"),
    Rule(Hazard.OPENS_WINDOW, Ruling.CONFIRM, MOTORWAY_KMH, "sudden noise and pressure startle at motorway speed"),
    Rule(
        Hazard.SILENCES_ALERTS, Ruling.CONFIRM, MOVING_KMH, "a driver may mute warnings (EU 2021/1341 3.1.1), knowingly"
    ),
    Rule(Hazard.LONG_READING, Ruling.REFUSE, 0.0, "a warned driver gets no long reading", while_warned=True),
    Rule(Hazard.ERASES, Ruling.CONFIRM, 0.0, "what is deleted on a misheard word is gone"),
)

_STRICTNESS = (Ruling.ALLOW, Ruling.CONFIRM, Ruling.REFUSE)


def judge(command: Command, situation: Situation) -> Verdict:
    """Rules on one command; the strictest applicable rule wins."""
    found = [Verdict(rule.ruling, rule.hazard.value) for rule in RULES if _applies(rule, command, situation)]
    if not found:
        return Verdict(Ruling.ALLOW)
    strictest = max(found, key=lambda verdict: _STRICTNESS.index(verdict.ruling))
    if strictest.ruling is Ruling.REFUSE and situation.speed_kmh is None and not situation.warned:
        return Verdict(Ruling.REFUSE, "speed_unknown")
    return strictest


def _applies(rule: Rule, command: Command, situation: Situation) -> bool:
    if rule.hazard not in command.hazards() or (rule.while_warned and not situation.warned):
        return False
    return situation.speed_kmh is None or situation.speed_kmh >= rule.from_kmh
