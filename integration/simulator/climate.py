"""Simulated climate control: set points that are kept, and a cabin that follows them slowly."""

import math
from collections.abc import Callable, Mapping
from typing import Any

from integration.envelope import Motion
from integration.simulator.subsystem import Refused, Result, Subsystem, stepped
from intents.base import Command, Json
from intents.climate import ChangeFanSpeed, ChangeTemperature, ClimateState

TIME_CONSTANT_S = 180.0
"""A cabin gets to within a third of its set point in about three minutes."""

LOW_CELSIUS, HIGH_CELSIUS = 16.0, 30.0
MAX_FAN_LEVEL = 7


class Climate(Subsystem[ClimateState]):
    """Heats, cools and blows."""

    domain = "climate"

    def __init__(self, state: ClimateState | None = None) -> None:
        super().__init__(state or ClimateState())
        zones = self.state.zones.model_dump(mode="json")
        self._felt_celsius = {zone: float(values["cabin_celsius"]) for zone, values in zones.items()}

    def handlers(self) -> Mapping[type[Command], Callable[[Any], Result]]:
        """See `Subsystem`."""
        return {ChangeTemperature: self._change_temperature, ChangeFanSpeed: self._change_fan_speed}

    def advance(self, dt_s: float, motion: Motion) -> None:
        """Lets the air follow the set point, or the weather when the system is off."""
        del motion
        share, shown = 1.0 - math.exp(-dt_s / TIME_CONSTANT_S), {}
        for zone, felt in self._felt_celsius.items():
            goal = self._number(f"zones.{zone}.celsius") if self.state.power else self.state.outside_celsius
            self._felt_celsius[zone] = felt + share * (goal - felt)
            shown[f"zones.{zone}.cabin_celsius"] = round(2 * self._felt_celsius[zone]) / 2
        self.put(shown)

    def _change_temperature(self, command: ChangeTemperature) -> Result:
        return self._step(
            command.paths("zones.{zone}.celsius"), command.delta_celsius, LOW_CELSIUS, HIGH_CELSIUS, "the temperature"
        )

    def _change_fan_speed(self, command: ChangeFanSpeed) -> Result:
        return self._step(command.paths("zones.{zone}.fan_level"), command.delta_level, 0, MAX_FAN_LEVEL, "the fan")

    def _step(self, paths: Any, delta: float, low: float, high: float, what: str) -> Result:
        """Steps each seat; refused only when no seat can move."""
        values: dict[str, Json] = {}
        refusal: Refused | None = None
        for path in paths:
            value = stepped(self._number(path), delta, low, high, what)
            if isinstance(value, Refused):
                refusal = value
            else:
                values[path] = value
        return self.put(values) if values or refusal is None else refusal

    def _number(self, path: str) -> float:
        value = self.state.at(path)
        return float(value) if isinstance(value, int | float) else math.nan
