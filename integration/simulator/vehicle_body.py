"""Simulated vehicle body: windows, locks, lights, wipers, and gauges that follow the drive."""

from collections.abc import Callable, Mapping
from typing import Any

from integration.envelope import Motion
from integration.simulator.subsystem import Refused, Result, Subsystem
from intents.base import Command
from intents.vehicle import OpenTrunk, VehicleState


class VehicleBody(Subsystem[VehicleState]):
    """Opens, closes, lights and measures."""

    domain = "vehicle"

    def __init__(self, state: VehicleState | None = None) -> None:
        super().__init__(state or VehicleState())
        self._fuel_percent = float(self.state.fuel_percent)
        self._km_per_percent = self.state.range_km / self.state.fuel_percent
        self._moving = False

    def handlers(self) -> Mapping[type[Command], Callable[[Any], Result]]:
        """See `Subsystem`."""
        return {OpenTrunk: self._open_trunk}

    def advance(self, dt_s: float, motion: Motion) -> None:
        """Burns fuel and shows the speed in whole steps of 5 km/h, as a gauge that is read and not measured."""
        self._moving = motion.speed_kmh > 0
        self._fuel_percent = max(0.0, self._fuel_percent - motion.speed_kmh * dt_s / 3600 / self._km_per_percent)
        self.change(
            speed_kmh=5.0 * round(motion.speed_kmh / 5),
            fuel_percent=round(self._fuel_percent),
            range_km=10 * round(self._fuel_percent * self._km_per_percent / 10),
            trunk_open=self.state.trunk_open and not self._moving,
        )

    def _open_trunk(self, _: OpenTrunk) -> Result:
        if self._moving:  # the body controller's own interlock, whatever policy lets through
            return Refused("vehicle_moving", "the trunk does not open while driving")
        return self.change(trunk_open=True)
