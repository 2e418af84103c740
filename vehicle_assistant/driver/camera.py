"""Whether the driver camera still sees: silence and blindness are told to the driver within ten seconds."""

from vehicle_assistant.driver.reading import Reading
from vehicle_assistant.driver.state import SensorHealth
from vehicle_assistant.driver.thresholds import Thresholds


class Camera:
    """Follows the camera's health, on the caller's clock."""

    def __init__(self, thresholds: Thresholds) -> None:
        self._limits = thresholds
        self._began_s: float | None = None
        self._arrived_s: float | None = None
        self._useful_s: float | None = None

    def begin(self, now_s: float) -> None:
        """Starts waiting for the first sample."""
        if self._began_s is None:
            self._began_s = now_s

    def add(self, reading: Reading, now_s: float) -> None:
        """Notes that a sample arrived and whether it showed the eyes."""
        self._arrived_s = now_s
        if reading.eye_openness is not None:
            self._useful_s = now_s

    def silent_s(self, now_s: float) -> float:
        """Returns how long no sample has come."""
        return max(0.0, now_s - self._latest(self._arrived_s, now_s))

    def unseen_s(self, now_s: float) -> float:
        """Returns how long the eyes have not been seen, for whatever reason."""
        return max(0.0, now_s - self._latest(self._useful_s, now_s))

    def health(self, now_s: float) -> SensorHealth:
        """Returns the state in one word: stale without samples, blind without eyes in them."""
        if self._arrived_s is None and self.silent_s(now_s) < self._limits.sensor_announce_s:
            return SensorHealth.STARTING
        if self.silent_s(now_s) >= self._limits.sensor_stale_s:
            return SensorHealth.STALE
        return SensorHealth.BLIND if self.unseen_s(now_s) >= self._limits.sensor_stale_s else SensorHealth.OK

    def reset(self) -> None:
        """Begins afresh with the next sample or tick."""
        self._began_s = self._arrived_s = self._useful_s = None

    def _latest(self, at_s: float | None, now_s: float) -> float:
        return at_s if at_s is not None else now_s if self._began_s is None else self._began_s
