"""Driver monitoring as a whole: samples, speed and the driver's own words in, alerts out.

Two clocks meet here. Closures and glances are measured on the camera's clock; alerts, speed and silence on the
caller's monotonic clock, `now_s`. Recordings have one clock for both.
"""

import math
from dataclasses import replace

from intents.driver_monitoring import AlertKind, AlertStyle, Sensitivity
from intents.driver_monitoring import Fatigue as ReportedFatigue
from vehicle_assistant.driver.alerts import Alert, AlertLevel, DriverAlertKind, Ladder
from vehicle_assistant.driver.camera import Camera
from vehicle_assistant.driver.claims import Evidence, claims
from vehicle_assistant.driver.distraction import Distraction
from vehicle_assistant.driver.fatigue import Fatigue, FatigueState
from vehicle_assistant.driver.journey import Journey
from vehicle_assistant.driver.reading import read
from vehicle_assistant.driver.responsiveness import Responsiveness
from vehicle_assistant.driver.samples import DriverSample, Drop, SampleClock
from vehicle_assistant.driver.state import MonitorState, alertness
from vehicle_assistant.driver.thresholds import MARKETS, SENSING, Thresholds

_REPORTED_KSS = {ReportedFatigue.TIRED: 7, ReportedFatigue.VERY_TIRED: 8}  # own choice: 7 sleepy, 8 with some effort
_ANSWERED_BY_EYES = frozenset({DriverAlertKind.DISTRACTION, DriverAlertKind.MICROSLEEP, DriverAlertKind.SLEEP})
_KINDS = {
    AlertKind.DROWSINESS: (DriverAlertKind.DROWSINESS, DriverAlertKind.MICROSLEEP, DriverAlertKind.SLEEP),
    AlertKind.DISTRACTION: (DriverAlertKind.DISTRACTION,),
}


class DriverMonitor:
    """Judges the driver. Every call returns the alerts that became due with it. Not thread-safe."""

    def __init__(self, thresholds: Thresholds = MARKETS["eu"]) -> None:
        self._limits = thresholds
        self._clock = SampleClock()
        self._camera = Camera(thresholds)
        self._journey = Journey(thresholds)
        self._fatigue = Fatigue(thresholds)
        self._gaze = Distraction(thresholds)
        self._response = Responsiveness(thresholds)
        self._ladder = Ladder()
        self._on = {AlertKind.DROWSINESS: True, AlertKind.DISTRACTION: True}
        self._sensitivity = Sensitivity.MEDIUM
        self._style = AlertStyle.VOICE
        self._reported: tuple[int, float] | None = None  # KSS, until when
        self._now_s = 0.0

    def sample(self, sample: DriverSample, now_s: float | None = None) -> tuple[Alert, ...]:
        """Takes in a look at the driver. Without `now_s` the sample's own clock is everybody's."""
        step = self._clock.admit(sample)
        if step is None:
            return ()
        now_s = self._at(sample.t_s if now_s is None else now_s)
        if step.restarted:
            self._forget()
        if step.gap_s > 0.0:
            self._interrupt()
        reading = read(step, self._limits)
        self._camera.begin(now_s)
        self._camera.add(reading, now_s)
        if not self._journey.standing(now_s):
            self._fatigue.add(reading)
            self._gaze.add(reading)
            self._response.add(reading)
        return self._judge(now_s)

    def refuse(self, reason: Drop) -> None:
        """Counts a message that held no usable sample."""
        self._clock.refuse(reason)

    def motion(self, speed_kmh: float, t_s: float) -> tuple[Alert, ...]:
        """Takes in the speed, on the caller's clock."""
        now_s = self._at(t_s)
        self._journey.move(speed_kmh, now_s)
        if self._journey.standing(now_s):
            # Whoever rests their eyes at a red light is not drowsy on the road.
            self._interrupt()
        return self._judge(now_s)

    def ignition(self, t_s: float, *, on: bool) -> tuple[Alert, ...]:
        """Takes in the ignition. Every new cycle begins with all warnings on (DDAW 3.1.3, ADDW 3.1.6)."""
        now_s = self._at(t_s)
        if on and not self._journey.ignition_on:
            self._on = dict.fromkeys(self._on, True)
            self._reported = None
            self._forget()
            self._camera.reset()
        self._journey.ignite(on=on, t_s=now_s)
        return self._judge(now_s)

    def tick(self, t_s: float) -> tuple[Alert, ...]:
        """Lets time pass without a sample; call at least once a second."""
        now_s = self._at(t_s)
        self._camera.begin(now_s)
        if self._camera.silent_s(now_s) >= self._limits.sensor_stale_s:
            self._interrupt()
        return self._judge(now_s)

    def acknowledge(self, t_s: float) -> bool:
        """Takes the driver's "I'm awake"; returns whether it silenced anything. Closed eyes cannot be talked away."""
        return self._ladder.acknowledge(self._at(t_s))

    def report_fatigue(self, level: ReportedFatigue, t_s: float) -> tuple[Alert, ...]:
        """Believes a driver who feels tired, for half an hour, and does not sound a warning about it."""
        now_s = self._at(t_s)
        self._reported = (_REPORTED_KSS[level], now_s + self._limits.reported_hold_s)
        alerts = self._judge(now_s)
        self._ladder.acknowledge(now_s)
        return tuple(
            replace(alert, heard=False) if alert.kind is DriverAlertKind.DROWSINESS else alert for alert in alerts
        )

    def set_alerts(self, kind: AlertKind, *, on: bool) -> None:
        """Switches warnings, never the monitoring (DDAW 3.1.1).

        A driver who no longer reacts is still called, as long as one of the two kinds is on.
        """
        for each in self._on if kind is AlertKind.ALL else (kind,):
            self._on[each] = on
            for alert_kind in () if on else _KINDS[each]:
                self._ladder.drop(alert_kind)

    def set_sensitivity(self, sensitivity: Sensitivity) -> None:
        """Sets how early to warn."""
        self._sensitivity = sensitivity

    def set_style(self, style: AlertStyle) -> None:
        """Sets how to warn; see wording.presentation."""
        self._style = style

    def state(self) -> MonitorState:
        """Returns a snapshot as of the last call."""
        fatigue = self._sleepiness(self._now_s)
        return MonitorState(
            t_s=self._now_s,
            alertness=alertness(fatigue.kss),
            fatigue=fatigue,
            eyes_closed_s=self._fatigue.closed_s,
            away_s=self._gaze.away_s,
            away_in_30_s=self._gaze.split_s,
            sensor=self._camera.health(self._now_s),
            speed_kmh=self._journey.speed_kmh(self._now_s),
            driving_time_s=self._journey.driving_time_s,
            drowsiness_alerts=self._on[AlertKind.DROWSINESS],
            distraction_alerts=self._on[AlertKind.DISTRACTION],
            sensitivity=self._sensitivity,
            style=self._style,
            current=self._ladder.current,
            dropped=dict(self._clock.dropped),
        )

    def _at(self, t_s: float) -> float:
        # A caller whose clock steps back must not undo what has been said.
        self._now_s = max(self._now_s, t_s)
        return self._now_s

    def _interrupt(self) -> None:
        self._fatigue.interrupt()
        self._gaze.interrupt()
        self._response.reset()

    def _forget(self) -> None:
        self._fatigue.reset()
        self._gaze.reset()
        self._response.reset()

    def _judge(self, now_s: float) -> tuple[Alert, ...]:
        if self._journey.standing(now_s):
            return self._ladder.clear(now_s)
        found = claims(
            self._evidence(now_s),
            self._limits,
            SENSING[self._sensitivity],
            drowsiness=self._on[AlertKind.DROWSINESS],
            distraction=self._on[AlertKind.DISTRACTION],
        )
        if DriverAlertKind.SLEEP in found:
            # The microsleep has become this: it ends at once, it does not fade beside it.
            self._ladder.drop(DriverAlertKind.MICROSLEEP)
        alerts = self._ladder.update(found, now_s)
        if any(a.heard and a.kind in _ANSWERED_BY_EYES and a.level >= AlertLevel.WARNING for a in alerts):
            self._response.warned()
        return alerts

    def _evidence(self, now_s: float) -> Evidence:
        fatigue = self._sleepiness(now_s)
        speed_kmh = self._journey.speed_kmh(now_s)
        # A camera that saw nobody in a parked car is not blamed before the car has moved as long.
        moving_since_s = self._journey.moving_since_s
        moving_s = math.inf if moving_since_s is None else now_s - moving_since_s
        return Evidence(
            speed_kmh=speed_kmh,
            drowsiness_awake=self._journey.drowsiness_awake,
            kss=fatigue.kss,
            microsleeps_180=fatigue.microsleeps_180,
            closed_s=self._fatigue.closed_s,
            away_s=self._gaze.away_s,
            away_limit_s=self._gaze.limit_s(speed_kmh or 0.0, SENSING[self._sensitivity].glance_factor),
            split_s=self._gaze.split_s,
            unanswered_s=self._response.waiting_s,
            camera_silent_s=min(moving_s, self._camera.silent_s(now_s)),
            eyes_unseen_s=min(moving_s, self._camera.unseen_s(now_s)),
        )

    def _sleepiness(self, now_s: float) -> FatigueState:
        seen = self._fatigue.state()
        if self._reported is None or now_s >= self._reported[1]:
            return seen
        return replace(seen, kss=max(self._reported[0], seen.kss or 0))
