"""Driver monitoring: drowsiness and distraction warnings, as the driver speaks about them."""

from enum import StrEnum
from types import MappingProxyType

from intents.base import Command, Hazard, Kind, Part, State, Switch


class AlertKind(StrEnum):
    """A kind of warning."""

    DROWSINESS = "drowsiness"
    DISTRACTION = "distraction"
    ALL = "all"


class Sensitivity(StrEnum):
    """How early to warn."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class AlertStyle(StrEnum):
    """How to warn."""

    CHIME = "chime"
    VOICE = "voice"
    VIBRATION = "vibration"
    VISUAL = "visual"


class DriverAspect(StrEnum):
    """What a question about driver monitoring is about."""

    ALERTNESS = "alertness"
    ALERTS = "alerts"
    SENSITIVITY = "sensitivity"
    DRIVING_TIME = "driving_time"


class Fatigue(StrEnum):
    """How tired the driver says they are."""

    TIRED = "tired"
    VERY_TIRED = "very_tired"


class Alerts(Part):
    """Which warnings are on."""

    drowsiness: bool = True
    distraction: bool = True


class DriverMonitoringState(State):
    """What the driver-monitoring subsystem says is set and seen."""

    alerts: Alerts = Alerts()
    sensitivity: Sensitivity = Sensitivity.MEDIUM
    style: AlertStyle = AlertStyle.VOICE
    alertness: str = "alert"
    """alert, low or drowsy."""
    driving_time_s: float = 0.0
    reported_fatigue: Fatigue | None = None
    acknowledged: int = 0
    """How many warnings the driver has answered."""


class SetAlerts(Command):
    """Switches the warnings of driver monitoring, never the monitoring itself."""

    intent = "driver_monitoring.set_alerts"
    kind = Kind.SET
    shows = MappingProxyType({"on": "alerts.{alert}"})
    alert: AlertKind = AlertKind.ALL
    on: Switch

    def hazards(self) -> frozenset[Hazard]:
        """Switching warnings off is the hazard, switching them on is not."""
        return frozenset() if self.on else frozenset({Hazard.SILENCES_ALERTS})


class SetSensitivity(Command):
    """Sets how early driver monitoring warns."""

    intent = "driver_monitoring.set_sensitivity"
    kind = Kind.SET
    shows = MappingProxyType({"level": "sensitivity"})
    level: Sensitivity


class SetAlertStyle(Command):
    """Sets how driver monitoring warns."""

    intent = "driver_monitoring.set_alert_style"
    kind = Kind.SET
    shows = MappingProxyType({"style": "style"})
    style: AlertStyle


class Acknowledge(Command):
    """Answers a warning."""

    intent = "driver_monitoring.acknowledge"
    kind = Kind.ACT


class QueryDriver(Command):
    """Asks what driver monitoring says or how it is set."""

    intent = "driver_monitoring.query"
    kind = Kind.QUERY
    reads = MappingProxyType(
        {
            "alertness": "alertness",
            "alerts": "alerts",
            "sensitivity": "sensitivity",
            "driving_time": "driving_time_s",
        }
    )
    what: DriverAspect


class ReportFatigue(Command):
    """Tells that the driver feels tired."""

    intent = "driver_monitoring.report_fatigue"
    kind = Kind.ACT
    level: Fatigue
