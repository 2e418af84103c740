"""The simulated vehicle: all subsystems, motion and driver camera on one bus."""

import asyncio
import json
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from types import TracebackType
from typing import Any, Self

from integration.address import BrokerAddress
from integration.bus import Bus, Message, Subscription
from integration.links import LinkSettings, make_bus
from integration.payload import Malformation, encode
from integration.simulator.climate import Climate
from integration.simulator.drive import DRIVES, Drive
from integration.simulator.driver_monitoring import DriverMonitoring
from integration.simulator.ecu import Ecu
from integration.simulator.faults import Faults
from integration.simulator.media import Media
from integration.simulator.navigation import Navigation
from integration.simulator.personal import Personal
from integration.simulator.phone import Phone
from integration.simulator.subsystem import Subsystem
from integration.simulator.vehicle_body import VehicleBody
from integration.topics import DEFAULT_PREFIX, MOTION_MAX_AGE_S, TOPICS
from intents.base import Json
from intents.errors import ErrorCode, SettingsError

log = logging.getLogger(__name__)

MOTION_PERIOD_S = 0.1
STEP_PERIOD_S = 1.0
PUBLISH_TIMEOUT_S = 2.0

Samples = AsyncIterator[Mapping[str, Json]]
"""Driver camera samples as JSON objects, already at their own pace."""


class SimulatedVehicle:
    """Every subsystem of the catalogue, alive for the time of the `async with`."""

    def __init__(
        self,
        bus: Bus,
        *,
        prefix: str = DEFAULT_PREFIX,
        drive: Drive = DRIVES["parked"],
        samples: Samples | None = None,
        faults: Faults | None = None,
    ) -> None:
        self.faults = faults or Faults()
        """Change it at any time."""
        self.phone = Phone()
        parts: list[Subsystem[Any]] = [
            Climate(), Navigation(), DriverMonitoring(), Media(), self.phone, VehicleBody(), Personal(),
        ]  # fmt: skip
        self.ecus = {part.domain: Ecu(part, self._publish, self.faults, prefix) for part in parts}
        """By domain."""
        self._bus = bus
        self._prefix = prefix
        self._samples = samples
        self._dropped: Counter[str] = Counter()
        self._lasting: list[asyncio.Task[None]] = []
        self._filming: asyncio.Task[None] | None = None
        self._inbox: asyncio.Queue[Message] = asyncio.Queue()
        self._came_up = asyncio.Event()
        self._drive, self._drive_began_s = drive, time.monotonic()
        self.motion_silent = False
        """Makes the motion publisher fall silent."""

    @property
    def drive(self) -> Drive:
        """What the vehicle does now; assign another to change it."""
        return self._drive

    @drive.setter
    def drive(self, drive: Drive) -> None:
        self._drive, self._drive_began_s = drive, time.monotonic()

    @property
    def dropped(self) -> Counter[str]:
        """Messages that no subsystem could use, by reason."""
        return sum((ecu.dropped for ecu in self.ecus.values()), self._dropped + self._bus.dropped)

    async def __aenter__(self) -> Self:
        row = TOPICS["command"]
        filters = [row.filter(self._prefix, domain=domain) for domain in self.ecus]
        await self._bus.open([Subscription(one, row.qos) for one in filters], self)
        loop = asyncio.get_running_loop()
        steps = [self._receive(), self._move(), self._live(), self._greet(), *(ecu.run() for ecu in self.ecus.values())]
        self._lasting = [loop.create_task(step, name="simulated-vehicle") for step in steps]
        if self._samples is not None:
            self._filming = loop.create_task(self._film(self._samples), name="simulated-driver-camera")
        for task in self._tasks:
            task.add_done_callback(_tell_defect)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._bus.close()

    async def run(self) -> None:
        """Waits until cancelled, or raises what a part of the vehicle failed with."""
        await asyncio.gather(*self._tasks)

    @property
    def _tasks(self) -> "list[asyncio.Task[None]]":
        return self._lasting if self._filming is None else [*self._lasting, self._filming]

    def on_message(self, message: Message) -> None:
        """Takes what the bus brings."""
        self._inbox.put_nowait(message)

    def on_up(self) -> None:
        """Publishes every state again: a broker that restarted has lost them."""
        self._came_up.set()

    def on_down(self, reason: str) -> None:
        """Goes on driving; the bus reconnects."""
        log.warning("simulated vehicle lost its bus: %s", reason)

    async def _receive(self) -> None:
        while True:
            message = await self._inbox.get()
            fields = TOPICS["command"].match(self._prefix, message.topic)
            if fields is None:
                self._dropped[Malformation.UNKNOWN_TOPIC] += 1
            else:
                await self.ecus[fields["domain"]].take(message, fields["verb_object"])

    async def _greet(self) -> None:
        while True:
            await self._came_up.wait()
            self._came_up.clear()
            for ecu in self.ecus.values():
                await ecu.publish_state(anew=True)

    async def _move(self) -> None:
        row = TOPICS["motion"]
        while True:
            if not self.motion_silent:
                motion = self._drive.motion(time.monotonic() - self._drive_began_s)
                path = row.path(self._prefix)
                await self._publish(Message(path, encode(motion), row.qos, expiry_s=int(MOTION_MAX_AGE_S)))
            await asyncio.sleep(MOTION_PERIOD_S)

    async def _live(self) -> None:
        while True:
            await asyncio.sleep(STEP_PERIOD_S)
            motion = self._drive.motion(time.monotonic() - self._drive_began_s)
            for ecu in self.ecus.values():
                ecu.subsystem.advance(STEP_PERIOD_S, motion)
                await ecu.publish_state()

    async def _film(self, samples: Samples) -> None:
        row = TOPICS["driver_sample"]
        async for sample in samples:
            payload = json.dumps(sample, allow_nan=False).encode()
            await self._publish(Message(row.path(self._prefix), payload, row.qos, expiry_s=1))

    async def _publish(self, message: Message) -> None:
        """Hands over now or drops: what a vehicle says late is wrong."""
        await self._bus.publish(message, PUBLISH_TIMEOUT_S)


def _tell_defect(task: "asyncio.Task[None]") -> None:
    if not task.cancelled() and task.exception() is not None:
        log.error("a part of the simulated vehicle failed", exc_info=task.exception())


async def run_simulator(
    host: str,
    port: int,
    *,
    prefix: str = DEFAULT_PREFIX,
    drive: str = "parked",
    faults: Faults | None = None,
    samples: Samples | None = None,
) -> None:
    """Runs a simulated vehicle on a broker until cancelled.

    Raises LinkError when there is no broker and SettingsError for a drive that `DRIVES` does not have.
    """
    if drive not in DRIVES:
        raise SettingsError(
            ErrorCode.SETTING_INVALID, f"no such drive: {drive!r}", remedy=f"use one of: {', '.join(DRIVES)}"
        )
    address = BrokerAddress(host, port, client_id="simulated-vehicle")
    bus = make_bus(LinkSettings(address=address, prefix=prefix))
    async with SimulatedVehicle(bus, prefix=prefix, drive=DRIVES[drive], faults=faults, samples=samples) as vehicle:
        await vehicle.run()
