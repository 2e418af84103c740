"""Simulated settings of driver monitoring; the judging itself is the assistant's."""

from collections.abc import Callable, Mapping
from typing import Any

from integration.envelope import Motion
from integration.simulator.subsystem import Result, Subsystem
from intents.base import Command
from intents.driver_monitoring import Acknowledge, DriverMonitoringState, Fatigue, ReportFatigue

SHOWN_EVERY_S = 60.0
"""Driving time is told by the minute: a change of state wakes every reader."""


class DriverMonitoring(Subsystem[DriverMonitoringState]):
    """Keeps which warnings are on, and how long the driver has driven."""

    domain = "driver_monitoring"

    def __init__(self, state: DriverMonitoringState | None = None) -> None:
        super().__init__(state or DriverMonitoringState())
        self._driving_s = self.state.driving_time_s

    def handlers(self) -> Mapping[type[Command], Callable[[Any], Result]]:
        """See `Subsystem`."""
        return {Acknowledge: self._acknowledge, ReportFatigue: self._report_fatigue}

    def advance(self, dt_s: float, motion: Motion) -> None:
        """Counts the time at the wheel."""
        if motion.speed_kmh > 0:
            self._driving_s += dt_s
            self.change(driving_time_s=self._driving_s // SHOWN_EVERY_S * SHOWN_EVERY_S)

    def _acknowledge(self, _: Acknowledge) -> Result:
        return self.change(acknowledged=self.state.acknowledged + 1)

    def _report_fatigue(self, command: ReportFatigue) -> Result:
        alertness = "drowsy" if command.level is Fatigue.VERY_TIRED else "low"
        return self.change(reported_fatigue=command.level, alertness=alertness)
