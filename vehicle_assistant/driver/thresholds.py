"""Every number driver monitoring judges by, with where it comes from.

Sources: DDAW = Commission Delegated Regulation (EU) 2021/1341 Annex I Part 1; ADDW = (EU) 2023/2590 Annex I Part 1;
NCAP = Euro NCAP Assessment Protocol SA Safe Driving v10.4, 3.5. "Own choice" marks what neither law nor rating sets.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from types import MappingProxyType

from intents.driver_monitoring import Sensitivity


def _limit(value: float, source: str) -> float:
    number: float = field(default=value, metadata={"source": source})
    return number


class Measure(StrEnum):
    """What sleepiness is estimated from."""

    PERCLOS_60 = "perclos_60"
    PERCLOS_180 = "perclos_180"
    BLINK_S = "blink_s"
    LONG_CLOSURES_60 = "long_closures_60"
    MICROSLEEPS_180 = "microsleeps_180"


@dataclass(frozen=True, slots=True)
class KssRule:
    """A measure at or above a value speaks for at least this sleepiness."""

    measure: Measure
    at_least: float
    kss: int
    source: str


KSS_RULES = (
    KssRule(Measure.PERCLOS_180, 0.08, 6, "between the 6.1 % of rested drivers and the 10 % below"),
    KssRule(Measure.PERCLOS_180, 0.10, 7, "VSS 2012 abstract 2141193: threshold proposed from 38 drivers on a track"),
    KssRule(Measure.PERCLOS_180, 0.12, 8, "same: 12.2 % at the point where drivers left the lane"),
    KssRule(Measure.PERCLOS_180, 0.20, 9, "own choice: well beyond the point above"),
    KssRule(Measure.PERCLOS_60, 0.15, 8, "own choice: one minute is noisier than three, so it takes more"),
    KssRule(Measure.PERCLOS_60, 0.25, 9, "own choice, as above"),
    KssRule(Measure.BLINK_S, 0.25, 6, "Schleicher et al. 2008: blink duration among the best signs; value own choice"),
    KssRule(Measure.BLINK_S, 0.35, 7, "as above; steepest rise at high KSS: Ingre et al. 2006"),
    KssRule(Measure.LONG_CLOSURES_60, 2, 7, "own choice: eyes closed over 0.5 s is no blink"),
    KssRule(Measure.LONG_CLOSURES_60, 4, 8, "own choice, as above"),
    KssRule(Measure.MICROSLEEPS_180, 1, 8, "own choice: DDAW appendix words for 8 and 9, fighting sleep"),
    KssRule(Measure.MICROSLEEPS_180, 2, 9, "own choice, as above"),
)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The numbers of one market."""

    standstill_kmh: float = _limit(3.0, "own choice: wheel speed sensors are blind below; standstill is silent")
    closure_min_kmh: float = _limit(20.0, "own choice: closed eyes warn wherever looking away does, ADDW 3.1.1")
    drowsiness_on_kmh: float = _limit(70.0, "DDAW 3.1.4")
    drowsiness_min_kmh: float = _limit(65.0, "DDAW 3.1.5; the 130 km/h there bounds the test, sleep is no safer above")
    distraction_min_kmh: float = _limit(20.0, "ADDW 3.1.1, 3.3.2.2")
    fast_kmh: float = _limit(50.0, "ADDW 3.3.2.1")
    motion_stale_s: float = _limit(2.0, "own choice: 20 messages of the 10 Hz topic lost; the speed is then unknown")

    glance_fast_s: float = _limit(3.5, "ADDW 3.3.2.1")
    glance_slow_s: float = _limit(6.0, "ADDW 3.3.2.2")
    glance_return_s: float = _limit(0.3, "ADDW 3.3.2.4: tolerance set by the maker, at least 0.05 s")
    artefact_s: float = _limit(0.3, "ADDW 3.3.2.4: a lost measurement this short neither adds nor resets")
    split_glance_s: float = _limit(10.0, "NCAP short distraction (VATS)")
    split_window_s: float = _limit(30.0, "NCAP short distraction (VATS)")
    split_reset_s: float = _limit(2.0, "NCAP short distraction (VATS): resets after 2 s on the road")
    head_away_yaw_deg: float = _limit(45.0, "own choice: beyond the mirrors; only used when the gaze is unknown")
    head_down_pitch_deg: float = _limit(30.0, "ADDW 3.3.1.3: 30 degrees below the eye point")

    eye_closed: float = _limit(0.2, "P80: 80 % closed, Wierwille et al. 1994")
    eye_open_again: float = _limit(0.35, "own choice: hysteresis against noise on the lid")
    blink_window_s: float = _limit(60.0, "PERCLOS and blinks per minute, Wierwille et al. 1994")
    trend_window_s: float = _limit(180.0, "own choice: three minutes smooth single closures out")
    seen_share: float = _limit(0.5, "own choice: a window seen for less than half says nothing")
    long_closure_s: float = _limit(0.5, "own choice: beyond the longest blinks of rested people")
    microsleep_s: float = _limit(1.0, "VSS 2012 abstract 2141193: 1 s closure as microsleep")
    sleep_s: float = _limit(3.0, "NCAP 3.5.3.2.3; a microsleep is shorter, 3.5.3.2.2")
    unresponsive_closed_s: float = _limit(6.0, "NCAP unresponsive driver")
    unresponsive_away_s: float = _limit(6.0, "NCAP unresponsive driver")
    unresponsive_after_s: float = _limit(3.0, "NCAP unresponsive driver: no return of gaze after a warning")
    reported_hold_s: float = _limit(1800.0, "own choice: how long the driver's own word counts")

    quality_min: float = _limit(0.5, "own choice: the camera itself doubts its measurement below")
    sensor_announce_s: float = _limit(8.0, "NCAP degraded sensing: within 10 s, less 2 s for a tick and the tone")
    sensor_stale_s: float = _limit(1.0, "own choice: ten samples at 10 Hz; open claims are then dropped")

    break_s: float = _limit(900.0, "own choice: a rest of 15 min starts the driving time anew")

    kss_rules: tuple[KssRule, ...] = KSS_RULES


MARKETS: Mapping[str, Thresholds] = MappingProxyType({"eu": Thresholds()})


@dataclass(frozen=True, slots=True)
class Sensing:
    """What a sensitivity changes. The law's numbers are the latest allowed, so none lies above them."""

    inform_at_kss: int | None
    warn_at_kss: int  # DDAW 3.3.1: at 8 at the latest, at 7 if wanted
    urgent_at_kss: int
    glance_factor: float  # on the glance limits; 6/7 makes 3.5 s the 3.0 s of NCAP long distraction


SENSING: Mapping[Sensitivity, Sensing] = MappingProxyType(
    {
        Sensitivity.LOW: Sensing(None, 8, 9, 1.0),
        Sensitivity.MEDIUM: Sensing(7, 8, 9, 1.0),
        Sensitivity.HIGH: Sensing(6, 7, 8, 6 / 7),
    }
)


def sources(thresholds: Thresholds) -> dict[str, str]:
    """Returns the source of each number by its name."""
    return {row.name: str(row.metadata["source"]) for row in fields(thresholds) if "source" in row.metadata}
