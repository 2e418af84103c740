"""Driver monitoring in the service: samples and speed in, alerts to the driver and to the vehicle out.

Needs no worker that listens or understands: alerts go on while those are being replaced. The judgement itself is in
`driver`, pure; this is its plumbing.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from integration.link import VehicleLink
from intents.base import Command
from intents.catalogue import command_from
from intents.driver_monitoring import AlertKind, DriverMonitoringState
from vehicle_assistant.audio.earcons import Earcon
from vehicle_assistant.driver.alerts import Alert, AlertLevel, DriverAlertKind
from vehicle_assistant.driver.messages import alert_message, state_message
from vehicle_assistant.driver.monitor import DriverMonitor
from vehicle_assistant.driver.samples import Drop, read_sample
from vehicle_assistant.driver.wording import presentation, words
from vehicle_assistant.mouth import Priority
from vehicle_assistant.speech import Speech

STEP_S = 0.1
"""How often time passes for the monitor: a tenth of its shortest limit that is not tied to a sample."""
REPORT_S = 1.0
"""How often the driver's state is published (wire contract)."""

REST_STOP = command_from("navigation.navigate", {"destination": "rest stop", "select": "nearest"})
TIRING = frozenset({DriverAlertKind.DROWSINESS, DriverAlertKind.MICROSLEEP})
"""Alerts after which a rest stop is offered; whoever sleeps cannot answer."""

PRIORITIES: Mapping[AlertLevel, Priority] = MappingProxyType(
    {
        AlertLevel.INFORMATION: Priority.INFORMATION,
        AlertLevel.WARNING: Priority.WARNING,
        AlertLevel.URGENT: Priority.URGENT,
    }
)
EARCONS: Mapping[AlertLevel, Earcon] = MappingProxyType(
    {
        AlertLevel.INFORMATION: Earcon.ALERT_INFORMATION,
        AlertLevel.WARNING: Earcon.ALERT_WARNING,
        AlertLevel.URGENT: Earcon.ALERT_URGENT,
    }
)

Offer = Callable[[tuple[Command, ...]], Awaitable[None]]


class DriverWatch:
    """Watches one driver for as long as `run` runs."""

    def __init__(
        self,
        link: VehicleLink,
        speech: Speech,
        monitor: DriverMonitor,
        offer: Offer | None,
        tell: Callable[[Alert, str], Awaitable[None]],
    ) -> None:
        """`offer` proposes commands to the driver (None: never); `tell` learns of every alert and what was said."""
        self._link, self._speech, self._monitor, self._offer, self._tell = link, speech, monitor, offer, tell
        self._alerts: asyncio.Queue[Alert] = asyncio.Queue()
        self._settings: DriverMonitoringState | None = None
        self._offered = False

    @property
    def warned(self) -> bool:
        """Whether a warning is up."""
        current = self._monitor.state().current
        return current is not None and current.level >= AlertLevel.WARNING

    async def run(self) -> None:
        """Watches until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._look(), name="driver-samples")
            tasks.create_task(self._pass_time(), name="driver-clock")
            tasks.create_task(self._present(), name="driver-alerts")

    async def _look(self) -> None:
        """Feeds the camera's samples."""
        async for payload in self._link.driver_samples():
            sample = read_sample(payload)
            if isinstance(sample, Drop):
                self._monitor.refuse(sample)
            else:
                self._queue(self._monitor.sample(sample, time.monotonic()))

    async def _pass_time(self) -> None:
        """Feeds speed, the driver's own settings, and time itself; publishes the state."""
        reported_s = 0.0
        while True:
            now_s = time.monotonic()
            motion = self._link.motion()
            if motion is not None:
                self._queue(self._monitor.ignition(now_s, on=motion.ignition == "on"))
                self._queue(self._monitor.motion(motion.speed_kmh, now_s))
            self._take_settings(now_s)
            self._queue(self._monitor.tick(now_s))
            if now_s - reported_s >= REPORT_S:
                reported_s = now_s
                await self._link.publish(state_message(self._monitor.state()))
            await asyncio.sleep(STEP_S)

    def _queue(self, alerts: tuple[Alert, ...]) -> None:
        for alert in alerts:
            self._alerts.put_nowait(alert)

    def _take_settings(self, now_s: float) -> None:
        """Follows what the driver has set and said, as the driver-monitoring subsystem confirmed it."""
        reading = self._link.state("driver_monitoring")
        if reading is None or not isinstance(reading.state, DriverMonitoringState) or reading.state == self._settings:
            return
        before, self._settings = self._settings or DriverMonitoringState(), reading.state
        self._monitor.set_alerts(AlertKind.DROWSINESS, on=reading.state.alerts.drowsiness)
        self._monitor.set_alerts(AlertKind.DISTRACTION, on=reading.state.alerts.distraction)
        self._monitor.set_sensitivity(reading.state.sensitivity)
        self._monitor.set_style(reading.state.style)
        if reading.state.acknowledged > before.acknowledged:
            self._monitor.acknowledge(now_s)
        if reading.state.reported_fatigue is not None and before.reported_fatigue != reading.state.reported_fatigue:
            self._queue(self._monitor.report_fatigue(reading.state.reported_fatigue, now_s))

    async def _present(self) -> None:
        """Shows, sounds and speaks alerts, one after the other; a newer, more urgent one cuts in."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                alert = await self._alerts.get()
                tasks.create_task(self._alert(alert))

    async def _alert(self, alert: Alert) -> None:
        await self._link.publish(alert_message(alert))
        text = words(alert)
        if alert.level is AlertLevel.CLEAR:
            self._offered = False  # all is well again, whatever the last alert was about
            return
        shown = presentation(alert, self._monitor.state().style)
        if not (shown.chimed or shown.spoken):
            return
        await self._tell(alert, text if shown.spoken else "")
        priority, earcon = PRIORITIES[alert.level], EARCONS[alert.level] if shown.chimed else None
        await self._speech.say(text if shown.spoken else "", priority, earcon)
        if self._offer is not None and alert.kind in TIRING and alert.level >= AlertLevel.WARNING and not self._offered:
            self._offered = True  # once an episode: a driver who said no is not asked again
            await self._offer((REST_STOP,))
