"""Where the driver looks, and for how long not at the driving: one long glance, or many short ones."""

from vehicle_assistant.driver.reading import Reading
from vehicle_assistant.driver.samples import GazeArea
from vehicle_assistant.driver.thresholds import Thresholds
from vehicle_assistant.driver.window import SlidingSum


class Distraction:
    """Follows the gaze, one reading at a time, at any speed (ADDW 3.3.2.3)."""

    def __init__(self, thresholds: Thresholds) -> None:
        self._limits = thresholds
        self._split = SlidingSum(thresholds.split_window_s)
        self._away_s = 0.0
        self._back_s = 0.0
        self._road_s = 0.0
        self._last_seen_s: float | None = None
        self._was_away = False

    @property
    def away_s(self) -> float:
        """Length of the present glance away; brief returns pause it, they do not end it."""
        return self._away_s

    @property
    def split_s(self) -> float:
        """Time away in the last 30 s, since the gaze last rested on the road."""
        return self._split.value

    def limit_s(self, speed_kmh: float, factor: float = 1.0) -> float:
        """Returns how long one glance may be at a speed."""
        fast = speed_kmh >= self._limits.fast_kmh
        return factor * (self._limits.glance_fast_s if fast else self._limits.glance_slow_s)

    def add(self, reading: Reading) -> None:
        """Takes in a reading. A blink or a lost measurement counts as what was seen before it, for a moment."""
        self._split.forget(reading.t_s)
        away, on_road = reading.away, reading.area is GazeArea.ROAD
        if away is None:
            if self._last_seen_s is None or reading.t_s - self._last_seen_s > self._limits.artefact_s:
                self._road_s = 0.0
                return
            away, on_road = self._was_away, False
        else:
            self._last_seen_s = reading.t_s
            self._was_away = away
        if away:
            self._look_away(reading)
        else:
            self._look_back(reading, on_road=on_road)

    def interrupt(self) -> None:
        """Forgets the present glance: nobody saw how it went on."""
        self._away_s = self._back_s = self._road_s = 0.0
        self._last_seen_s = None
        self._was_away = False

    def reset(self) -> None:
        """Forgets everything."""
        self.interrupt()
        self._split.clear()

    def _look_away(self, reading: Reading) -> None:
        self._away_s += reading.dt_s
        self._split.add(reading.t_s, reading.dt_s)
        self._back_s = self._road_s = 0.0

    def _look_back(self, reading: Reading, *, on_road: bool) -> None:
        self._back_s += reading.dt_s
        self._road_s = self._road_s + reading.dt_s if on_road else self._road_s
        if self._back_s >= self._limits.glance_return_s:
            self._away_s = 0.0
        if self._road_s >= self._limits.split_reset_s:
            self._split.clear()
