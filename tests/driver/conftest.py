"""A test drive: samples and speed go in as the car would send them, alerts are kept with their time."""

import pytest

from vehicle_assistant.driver.alerts import AlertLevel
from vehicle_assistant.driver.monitor import DriverMonitor
from vehicle_assistant.driver.thresholds import MARKETS


class Drive:
    """Feeds a monitor on one clock and writes down what it says."""

    def __init__(self, speed_kmh=110.0, now_s=0.0):
        self.monitor = DriverMonitor(MARKETS["eu"])
        self.speed_kmh = speed_kmh
        self.now_s = now_s
        self.alerts = []
        self.moved()

    def note(self, alerts):
        self.alerts += [(self.now_s, alert) for alert in alerts]

    def moved(self):
        if self.speed_kmh is not None:
            self.note(self.monitor.motion(self.speed_kmh, self.now_s))

    def see(self, make, seconds, **how):
        """Drives on with the samples of one of the recording's drivers."""
        for sample in make(seconds, start_s=self.now_s, **how):
            self.now_s = sample.t_s
            self.moved()
            self.note(self.monitor.sample(sample, self.now_s))
        self.now_s = round(self.now_s + 0.05, 6)
        return self

    def wait(self, seconds, step_s=0.1):
        """Drives on without a sample."""
        for _ in range(round(seconds / step_s)):
            self.now_s = round(self.now_s + step_s, 6)
            self.moved()
            self.note(self.monitor.tick(self.now_s))
        return self

    def heard(self, kind=None):
        """Returns (time, kind, level) of what was sounded."""
        return [(t, a.kind, a.level) for t, a in self.alerts if a.heard and kind in (None, a.kind)]

    def first(self, kind, level=None):
        """Returns when a kind was first heard, or None."""
        return next((t for t, _, at in self.heard(kind) if level in (None, at)), None)

    @property
    def silent(self):
        return not any(alert.level > AlertLevel.CLEAR for _, alert in self.alerts)


@pytest.fixture
def limits():
    return MARKETS["eu"]


@pytest.fixture
def drive():
    return Drive
