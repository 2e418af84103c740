"""What driver monitoring publishes: `driver/alert` and `driver/state` of the wire contract."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from integration.envelope import Alert as AlertPayload
from integration.envelope import DriverState
from vehicle_assistant.driver.alerts import Alert, AlertLevel
from vehicle_assistant.driver.state import MonitorState
from vehicle_assistant.driver.wording import words

_LEVELS: Mapping[AlertLevel, Literal["clear", "information", "warning", "urgent"]] = MappingProxyType(
    {
        AlertLevel.CLEAR: "clear",
        AlertLevel.INFORMATION: "information",
        AlertLevel.WARNING: "warning",
        AlertLevel.URGENT: "urgent",
    }
)


def alert_message(alert: Alert) -> AlertPayload:
    """The current alert; the same words are shown and spoken."""
    return AlertPayload(
        kind=alert.kind.value,
        level=_LEVELS[alert.level],
        since_s=round(alert.since_s, 3),
        text=words(alert),
        score=round(alert.score, 2),
        heard=alert.heard and alert.level is not AlertLevel.CLEAR,
        times=alert.times,
    )


def state_message(state: MonitorState) -> DriverState:
    """How the driver is. PERCLOS is over three minutes, or over one while three have not been seen."""
    fatigue = state.fatigue
    perclos = fatigue.perclos_60 if fatigue.perclos_180 is None else fatigue.perclos_180
    rate = fatigue.blinks_per_minute
    return DriverState(
        alertness=state.alertness.value,
        kss=fatigue.kss,
        perclos=None if perclos is None else round(perclos, 4),
        blinks_per_minute=None if rate is None else round(rate, 1),
        sensor=state.sensor.value,
        driving_time_s=round(state.driving_time_s, 1),
        dropped_samples=sum(state.dropped.values()),
    )
