"""From what is seen to what it asks for: the thresholds at work. Pure; every rule reads from the thresholds table."""

from dataclasses import dataclass

from vehicle_assistant.driver.alerts import AlertLevel, Claim, DriverAlertKind
from vehicle_assistant.driver.thresholds import Sensing, Thresholds

Claims = dict[DriverAlertKind, Claim]


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known at a moment; durations in seconds."""

    speed_kmh: float | None
    drowsiness_awake: bool
    kss: int | None
    microsleeps_180: int
    closed_s: float
    away_s: float
    away_limit_s: float
    split_s: float
    unanswered_s: float
    camera_silent_s: float
    eyes_unseen_s: float


def claims(seen: Evidence, limits: Thresholds, sensing: Sensing, *, drowsiness: bool, distraction: bool) -> Claims:
    """Returns what each kind of alert asks for; switched-off kinds ask for nothing.

    Unknown speed: closed eyes still count, because asking a parked driver to wake up does less harm than staying
    silent on a motorway; drowsiness and distraction wait until the speed is known, as their speed gates are law.
    """
    found: Claims = _sensor(seen, limits)
    if drowsiness:
        found |= _drowsiness(seen, limits, sensing) | _closure(seen, limits)
    if distraction:
        found |= _distraction(seen, limits)
    if drowsiness or distraction:
        found |= _unresponsive(seen, limits)
    return found


def _sensor(seen: Evidence, limits: Thresholds) -> Claims:
    if seen.camera_silent_s >= limits.sensor_announce_s:
        claim = Claim(AlertLevel.INFORMATION, seen.camera_silent_s, "stale")
    elif seen.eyes_unseen_s >= limits.sensor_announce_s:
        claim = Claim(AlertLevel.INFORMATION, seen.eyes_unseen_s, "blind")
    else:
        return {}
    return {DriverAlertKind.SENSOR: claim}


def _drowsiness(seen: Evidence, limits: Thresholds, sensing: Sensing) -> Claims:
    if seen.speed_kmh is None or seen.kss is None:
        return {}
    if not seen.drowsiness_awake or seen.speed_kmh < limits.drowsiness_min_kmh:
        return {}
    if seen.kss >= sensing.urgent_at_kss:
        level = AlertLevel.URGENT
    elif seen.kss >= sensing.warn_at_kss:
        level = AlertLevel.WARNING
    elif sensing.inform_at_kss is not None and seen.kss >= sensing.inform_at_kss:
        level = AlertLevel.INFORMATION
    else:
        return {}
    return {DriverAlertKind.DROWSINESS: Claim(level, float(seen.kss))}


def _closure(seen: Evidence, limits: Thresholds) -> Claims:
    if not _eyes_count(seen, limits) or seen.closed_s < limits.microsleep_s:
        return {}
    if seen.closed_s >= limits.sleep_s:
        return {DriverAlertKind.SLEEP: Claim(AlertLevel.URGENT, seen.closed_s)}
    again = seen.microsleeps_180 > 0
    level = AlertLevel.URGENT if again else AlertLevel.WARNING
    return {DriverAlertKind.MICROSLEEP: Claim(level, seen.closed_s)}


def _distraction(seen: Evidence, limits: Thresholds) -> Claims:
    if seen.speed_kmh is None or seen.speed_kmh < limits.distraction_min_kmh:
        return {}
    if seen.away_s >= seen.away_limit_s:
        return {DriverAlertKind.DISTRACTION: Claim(AlertLevel.WARNING, seen.away_s)}
    if seen.split_s >= limits.split_glance_s:
        return {DriverAlertKind.DISTRACTION: Claim(AlertLevel.WARNING, seen.split_s)}
    return {}


def _unresponsive(seen: Evidence, limits: Thresholds) -> Claims:
    if not _eyes_count(seen, limits):
        return {}
    fast = seen.speed_kmh is not None and seen.speed_kmh >= limits.fast_kmh
    for value_s, limit_s, applies in (
        (seen.unanswered_s, limits.unresponsive_after_s, True),
        (seen.closed_s, limits.unresponsive_closed_s, True),
        (seen.away_s, limits.unresponsive_away_s, fast),
    ):
        if applies and value_s >= limit_s:
            return {DriverAlertKind.UNRESPONSIVE: Claim(AlertLevel.URGENT, value_s)}
    return {}


def _eyes_count(seen: Evidence, limits: Thresholds) -> bool:
    return seen.speed_kmh is None or seen.speed_kmh >= limits.closure_min_kmh
