"""What the car does: speed with an age, ignition, and how long the driver has been driving."""

from vehicle_assistant.driver.thresholds import Thresholds


class Journey:
    """Follows the car, on the caller's clock."""

    def __init__(self, thresholds: Thresholds) -> None:
        self._limits = thresholds
        self._speed_kmh: float | None = None
        self._speed_at_s = 0.0
        self._still_since_s: float | None = None
        self._driving_s = 0.0
        self._moving_since_s: float | None = None
        self._was_fast = False
        self.ignition_on = True

    @property
    def driving_time_s(self) -> float:
        """Time driven since the last real break."""
        return self._driving_s

    @property
    def moving_since_s(self) -> float | None:
        """Since when the car has been known to move; None when it stands or nothing is known."""
        return self._moving_since_s

    @property
    def drowsiness_awake(self) -> bool:
        """Whether the car has been fast enough in this ignition cycle for drowsiness warnings to have come on."""
        return self._was_fast

    def move(self, speed_kmh: float, t_s: float) -> None:
        """Takes in a speed; its sign and a time that runs back are ignored."""
        speed_kmh = abs(speed_kmh)
        fresh = self._speed_kmh is not None and 0.0 <= t_s - self._speed_at_s <= self._limits.motion_stale_s
        moving = speed_kmh >= self._limits.standstill_kmh
        if moving:
            if self._still_since_s is not None and t_s - self._still_since_s >= self._limits.break_s:
                self._driving_s = 0.0
            if fresh and self._still_since_s is None:
                self._driving_s += t_s - self._speed_at_s
            self._moving_since_s = t_s if self._moving_since_s is None else self._moving_since_s
            self._still_since_s = None
        else:
            self._moving_since_s = None
            self._still_since_s = t_s if self._still_since_s is None else self._still_since_s
        self._was_fast = self._was_fast or speed_kmh > self._limits.drowsiness_on_kmh
        self._speed_kmh, self._speed_at_s = speed_kmh, t_s

    def ignite(self, *, on: bool, t_s: float) -> None:
        """Takes in the ignition; a new cycle begins with every switching on."""
        if on and not self.ignition_on:
            self._was_fast = False
        if not on:
            self._moving_since_s = None
            self._still_since_s = t_s if self._still_since_s is None else self._still_since_s
            self._speed_kmh = None
        self.ignition_on = on

    def speed_kmh(self, now_s: float) -> float | None:
        """Returns the speed, or None when it is too old to be true."""
        too_old = now_s - self._speed_at_s > self._limits.motion_stale_s
        return None if too_old else self._speed_kmh

    def standing(self, now_s: float) -> bool:
        """Whether the car is known to stand."""
        speed_kmh = self.speed_kmh(now_s)
        return not self.ignition_on or (speed_kmh is not None and speed_kmh < self._limits.standstill_kmh)
