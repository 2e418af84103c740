"""What driver monitoring publishes: `driver/alert` and `driver/state` of the wire contract."""

from typing import Self

from pydantic import BaseModel, ConfigDict

from vehicle_assistant.driver.alerts import Alert, AlertLevel
from vehicle_assistant.driver.state import MonitorState
from vehicle_assistant.driver.wording import words


class AlertMessage(BaseModel):
    """The current driver alert; level "clear" when there is none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str
    level: str
    since_s: float
    text: str
    """Shown and spoken alike."""
    score: float
    heard: bool
    times: int

    @classmethod
    def of(cls, alert: Alert) -> Self:
        """Makes the message for an alert."""
        return cls(
            kind=alert.kind.value,
            level=alert.level.name.lower(),
            since_s=round(alert.since_s, 3),
            text=words(alert),
            score=round(alert.score, 2),
            heard=alert.heard and alert.level is not AlertLevel.CLEAR,
            times=alert.times,
        )


class StateMessage(BaseModel):
    """How the driver is, once a second; null where nothing is known."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    alertness: str
    kss: int | None
    perclos: float | None
    """Over three minutes, or over one while three have not been seen."""
    blinks_per_minute: float | None
    sensor: str
    driving_time_s: float
    dropped_samples: int

    @classmethod
    def of(cls, state: MonitorState) -> Self:
        """Makes the message for a state."""
        fatigue = state.fatigue
        perclos = fatigue.perclos_60 if fatigue.perclos_180 is None else fatigue.perclos_180
        rate = fatigue.blinks_per_minute
        return cls(
            alertness=state.alertness.value,
            kss=fatigue.kss,
            perclos=None if perclos is None else round(perclos, 4),
            blinks_per_minute=None if rate is None else round(rate, 1),
            sensor=state.sensor.value,
            driving_time_s=round(state.driving_time_s, 1),
            dropped_samples=sum(state.dropped.values()),
        )
