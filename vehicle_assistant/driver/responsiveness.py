"""Whether the driver reacts: an urgent warning that meets no eyes on the road means nobody drives."""

from vehicle_assistant.driver.reading import Reading
from vehicle_assistant.driver.thresholds import Thresholds


class Responsiveness:
    """Waits for the gaze to come back after a warning."""

    def __init__(self, thresholds: Thresholds) -> None:
        self._limits = thresholds
        self._waiting_s: float | None = None  # seen time since the warning; None when none is open
        self._attentive_s = 0.0

    @property
    def waiting_s(self) -> float:
        """How long a warning has been unanswered by the eyes."""
        return self._waiting_s or 0.0

    @property
    def lost(self) -> bool:
        """Whether the answer is overdue."""
        return self.waiting_s >= self._limits.unresponsive_after_s

    def warned(self) -> None:
        """Notes that a warning was sounded; one that is open already stays open."""
        if self._waiting_s is None:
            self._waiting_s = self._attentive_s = 0.0

    def add(self, reading: Reading) -> None:
        """Takes in a reading: open eyes, not away, for long enough are an answer. A lost face is none."""
        if self._waiting_s is None:
            return
        open_eyes = reading.eye_openness is None or reading.eye_openness > self._limits.eye_open_again
        attentive = reading.away is False and open_eyes
        self._attentive_s = self._attentive_s + reading.dt_s if attentive else 0.0
        self._waiting_s += reading.dt_s
        if self._attentive_s >= self._limits.glance_return_s:
            self._waiting_s = None

    def reset(self) -> None:
        """Forgets an open warning."""
        self._waiting_s = None
