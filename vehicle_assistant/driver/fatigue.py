"""How sleepy the driver looks: eye closures, PERCLOS and an estimate on the Karolinska scale.

The estimate is a rule, not a learnt model: the highest row of the KSS table that the measures reach. It spans 5 to 9,
the part of the scale on which warnings depend; 5 stands for "5 or less".
"""

from dataclasses import dataclass

from vehicle_assistant.driver.reading import Reading
from vehicle_assistant.driver.thresholds import Measure, Thresholds
from vehicle_assistant.driver.window import SlidingSum

KSS_LOWEST = 5


@dataclass(frozen=True, slots=True)
class FatigueState:
    """What the eyes say now; None where too little was seen."""

    kss: int | None
    perclos_60: float | None
    perclos_180: float | None
    blinks_per_minute: float | None
    mean_blink_s: float | None
    long_closures_60: int
    microsleeps_180: int


class Fatigue:
    """Follows the eyes, one reading at a time."""

    def __init__(self, thresholds: Thresholds) -> None:
        self._limits = thresholds
        minute_s, trend_s = thresholds.blink_window_s, thresholds.trend_window_s
        self._seen_60, self._seen_180 = SlidingSum(minute_s), SlidingSum(trend_s)
        self._closed_60, self._closed_180 = SlidingSum(minute_s), SlidingSum(trend_s)
        self._blinks, self._blink_time = SlidingSum(minute_s), SlidingSum(minute_s)
        self._long, self._microsleeps = SlidingSum(minute_s), SlidingSum(trend_s)
        self._closed_since_s: float | None = None
        self._last_seen_s: float | None = None

    @property
    def closed_s(self) -> float:
        """How long the eyes have been closed without a break, until the last time they were seen."""
        if self._closed_since_s is None or self._last_seen_s is None:
            return 0.0
        return self._last_seen_s - self._closed_since_s

    def add(self, reading: Reading) -> None:
        """Takes in a reading."""
        if reading.eye_openness is None:
            self._unseen(reading.t_s)
            return
        self._unseen(reading.t_s)
        closed = reading.eye_openness <= self._limit_now()
        if closed and self._closed_since_s is None:
            self._closed_since_s = reading.t_s
        self._last_seen_s = reading.t_s
        for window in (self._seen_60, self._seen_180):
            window.add(reading.t_s, reading.dt_s)
        for window in (self._closed_60, self._closed_180):
            window.add(reading.t_s, reading.dt_s if closed else 0.0)
        if not closed and self._closed_since_s is not None:
            self._opened(reading.t_s, reading.t_s - self._closed_since_s)

    def interrupt(self) -> None:
        """Forgets a closure in progress: nobody saw how it went on."""
        self._closed_since_s = None

    def reset(self) -> None:
        """Forgets everything."""
        self._closed_since_s = self._last_seen_s = None
        for window in self._windows():
            window.clear()

    def state(self) -> FatigueState:
        """Returns the measures and the estimate."""
        perclos_60 = self._share(self._closed_60, self._seen_60, self._limits.blink_window_s)
        perclos_180 = self._share(self._closed_180, self._seen_180, self._limits.trend_window_s)
        seen_s, n_blinks = self._seen_60.value, self._blinks.value
        mean_blink_s = self._blink_time.value / n_blinks if n_blinks else None
        measures = {
            Measure.PERCLOS_60: perclos_60,
            Measure.PERCLOS_180: perclos_180,
            Measure.BLINK_S: mean_blink_s if perclos_60 is not None else None,
            Measure.LONG_CLOSURES_60: self._long.value,
            Measure.MICROSLEEPS_180: self._microsleeps.value,
        }
        return FatigueState(
            kss=self._kss(measures),
            perclos_60=perclos_60,
            perclos_180=perclos_180,
            blinks_per_minute=None if perclos_60 is None else 60.0 * n_blinks / seen_s,
            mean_blink_s=mean_blink_s,
            long_closures_60=round(self._long.value),
            microsleeps_180=round(self._microsleeps.value),
        )

    def _kss(self, measures: dict[Measure, float | None]) -> int | None:
        reached = [
            rule.kss
            for rule in self._limits.kss_rules
            if (value := measures[rule.measure]) is not None and value >= rule.at_least
        ]
        if not reached and measures[Measure.PERCLOS_60] is None:
            return None
        return max(reached, default=KSS_LOWEST)

    def _share(self, part: SlidingSum, seen: SlidingSum, window_s: float) -> float | None:
        enough_s = self._limits.seen_share * window_s
        return part.value / seen.value if seen.value >= enough_s else None

    def _limit_now(self) -> float:
        return self._limits.eye_closed if self._closed_since_s is None else self._limits.eye_open_again

    def _unseen(self, t_s: float) -> None:
        for window in self._windows():
            window.forget(t_s)
        if self._last_seen_s is not None and t_s - self._last_seen_s > self._limits.artefact_s:
            self.interrupt()

    def _opened(self, t_s: float, closed_s: float) -> None:
        self._closed_since_s = None
        if closed_s < self._limits.long_closure_s:
            self._blinks.add(t_s, 1)
            self._blink_time.add(t_s, closed_s)
            return
        self._long.add(t_s, 1)
        if closed_s >= self._limits.microsleep_s:
            self._microsleeps.add(t_s, 1)

    def _windows(self) -> tuple[SlidingSum, ...]:
        return (
            self._seen_60,
            self._seen_180,
            self._closed_60,
            self._closed_180,
            self._blinks,
            self._blink_time,
            self._long,
            self._microsleeps,
        )
