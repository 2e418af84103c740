"""What driver monitoring knows at a moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from intents.driver_monitoring import AlertStyle, Sensitivity
from vehicle_assistant.driver.alerts import Alert
from vehicle_assistant.driver.fatigue import FatigueState
from vehicle_assistant.driver.samples import Drop


class Alertness(StrEnum):
    """The driver's state in one word."""

    UNKNOWN = "unknown"
    ALERT = "alert"
    LOW = "low"
    DROWSY = "drowsy"


class SensorHealth(StrEnum):
    """Whether the camera can be relied on."""

    STARTING = "starting"
    OK = "ok"
    BLIND = "blind"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class MonitorState:
    """A snapshot; None where nothing is known."""

    t_s: float
    alertness: Alertness
    fatigue: FatigueState
    eyes_closed_s: float
    away_s: float
    away_in_30_s: float
    sensor: SensorHealth
    speed_kmh: float | None
    driving_time_s: float
    drowsiness_alerts: bool
    distraction_alerts: bool
    sensitivity: Sensitivity
    style: AlertStyle
    current: Alert | None
    dropped: Mapping[Drop, int]


def alertness(kss: int | None) -> Alertness:
    """Returns the one word for a sleepiness: 8 is where the law warns, 6 the first with signs of sleepiness."""
    if kss is None:
        return Alertness.UNKNOWN
    if kss >= 8:
        return Alertness.DROWSY
    return Alertness.LOW if kss >= 6 else Alertness.ALERT
