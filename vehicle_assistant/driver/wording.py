"""The words of the driver alerts, and how each style presents them.

Shown and spoken wording is the same (EU 2021/1341 3.4.3.3, EU 2023/2590 3.4.3.3). Short enough to be taken in at
once; each says what was seen or what to do, never both at length.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from intents.driver_monitoring import AlertStyle
from vehicle_assistant.driver.alerts import Alert, AlertLevel

WORDING: Mapping[str, str] = MappingProxyType(
    {
        "clear": "",
        "drowsiness_information": "You seem tired. Plan a break.",
        "drowsiness_warning": "You look drowsy. Take a break soon.",
        "drowsiness_urgent": "You are very drowsy. Stop at the next safe place.",
        "microsleep_warning": "Your eyes closed. Take a break now.",
        "microsleep_urgent": "Your eyes closed again. Stop at the next safe place.",
        "sleep_urgent": "Wake up! Stop the car safely.",
        "unresponsive_urgent": "Look at the road! Take control now.",
        "distraction_warning": "Eyes on the road.",
        "distraction_urgent": "Look at the road now!",
        "sensor_stale": "The driver camera is not working. Drowsiness warnings are off.",
        "sensor_blind": "The driver camera cannot see you. Drowsiness warnings are off.",
    }
)


@dataclass(frozen=True, slots=True)
class Presentation:
    """The ways in which an alert reaches the driver."""

    shown: bool
    chimed: bool
    spoken: bool
    haptic: bool


_QUIET = Presentation(shown=True, chimed=False, spoken=False, haptic=False)
_ALL = Presentation(shown=True, chimed=True, spoken=True, haptic=True)
_STYLES: Mapping[AlertStyle, Presentation] = MappingProxyType(
    {
        AlertStyle.CHIME: Presentation(shown=True, chimed=True, spoken=False, haptic=False),
        AlertStyle.VOICE: Presentation(shown=True, chimed=True, spoken=True, haptic=False),
        AlertStyle.VIBRATION: Presentation(shown=True, chimed=False, spoken=False, haptic=True),
        AlertStyle.VISUAL: _QUIET,
    }
)
# Warnings are seen and also heard or felt (EU 2021/1341 3.4.1.1, EU 2023/2590 3.4.1.1): a driver who wants them seen
# only gets the chime with a warning.
_WARNING_AT_LEAST = _STYLES[AlertStyle.CHIME]


def words(alert: Alert) -> str:
    """Returns what is shown and spoken; empty when the alert is over."""
    return WORDING[alert.text_key]


def presentation(alert: Alert, style: AlertStyle) -> Presentation:
    """Returns how to present an alert. Urgent ones use everything, whatever the style."""
    if not alert.heard:
        return _QUIET
    if alert.level is AlertLevel.URGENT:
        return _ALL
    chosen = _STYLES[style]
    if alert.level is AlertLevel.WARNING and chosen is _QUIET:
        return _WARNING_AT_LEAST
    return chosen
