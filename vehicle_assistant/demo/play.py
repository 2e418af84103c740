"""Plays the demo: a real broker, a simulated vehicle, the whole service, and a driver who talks to it."""

import asyncio
import tempfile
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from rich.console import Console

from integration.broker import ensure_broker
from integration.links import make_bus
from integration.simulator.drive import steady
from integration.simulator.vehicle import SimulatedVehicle
from vehicle_assistant.app import Service, assemble, link_settings
from vehicle_assistant.demo.cabin import Cabin
from vehicle_assistant.demo.driver import Face
from vehicle_assistant.demo.screen import Played, Screen
from vehicle_assistant.demo.story import STORY, Scene
from vehicle_assistant.driver.alerts import Alert
from vehicle_assistant.jobs import Jobs, ears_job, parser_job, voice_job
from vehicle_assistant.models.store import Store
from vehicle_assistant.outcome import Failed, NothingHeard
from vehicle_assistant.ports import Lost, Part, Ready
from vehicle_assistant.settings import Settings
from vehicle_assistant.tts.port import SpeakerSettings
from vehicle_assistant.turn import Turn
from vehicle_assistant.workers.client import WorkerClient

T = TypeVar("T")

DRIVER_VOICE = SpeakerSettings(voice="en-us", speed_wpm=150)
"""Not the assistant's voice."""
TURN_TIMEOUT_S = 15.0
"""A turn takes about 4 s; three times that, because a worker may be replaced on the way."""
SPEED_SETTLES_S = 0.4
"""Motion is published ten times a second."""


class _Audience:
    """Watches the service; keeps turns for whoever waits for one."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self.turns: asyncio.Queue[Turn] = asyncio.Queue()
        self.alerts: asyncio.Queue[Alert] = asyncio.Queue()
        self.working = asyncio.Event()
        self._lost: set[Part] = set()
        self.working.set()

    async def turn(self, turn: Turn) -> None:
        self._screen.turn(turn)
        self.turns.put_nowait(turn)

    async def part(self, event: Lost | Ready) -> None:
        if isinstance(event, Lost):
            self._lost.add(event.part)
            self._screen.part(f"lost the {event.part.value}: {event.reason}")
        else:
            self._lost.discard(event.part)
            self._screen.part(f"the {event.part.value} is back")
        (self.working.clear if self._lost else self.working.set)()

    async def alert(self, alert: Alert, said: str) -> None:
        self._screen.alert(alert, said)
        self.alerts.put_nowait(alert)


class _Stage:
    """One performance."""

    def __init__(
        self, service: Service, cabin: Cabin, vehicle: SimulatedVehicle, face: Face, audience: _Audience
    ) -> None:
        self._service, self._cabin, self._vehicle, self._face, self._audience = service, cabin, vehicle, face, audience

    async def play(self, scene: Scene) -> Played:
        """Plays a scene; a driver who is not heard, or is asked to, says it once more, as people do."""
        self._vehicle.drive = steady(scene.speed_kmh)
        await asyncio.sleep(SPEED_SETTLES_S)
        perform = self._nod_off if scene.eyes_close else self._speak
        turn = await perform(scene)
        if turn is None or isinstance(turn.outcome, NothingHeard | Failed):
            with suppress(TimeoutError):  # a part that never comes back leaves the scene without a turn
                await asyncio.wait_for(self._audience.working.wait(), TURN_TIMEOUT_S)
            return Played(scene, await perform(scene), repeated=True)
        return Played(scene, turn, repeated=False)

    async def _speak(self, scene: Scene) -> Turn | None:
        for i, line in enumerate(scene.lines):
            if i:
                await asyncio.sleep(scene.pause_s)
            await self._cabin.speak(line)
        return await self._next(self._audience.turns)

    async def _nod_off(self, scene: Scene) -> Turn | None:
        """The eyes close while the assistant answers; then the driver answers its offer."""
        first, *answers = scene.lines
        await self._cabin.speak(first)
        await asyncio.sleep(scene.pause_s)
        self._face.nod_off()
        if await self._next(self._audience.alerts) is None or await self._next(self._audience.turns) is None:
            return None
        await self._service.speech.silence()
        await asyncio.sleep(scene.pause_s / 2)
        for line in answers:
            await self._cabin.speak(line)
        return await self._next(self._audience.turns)

    async def _next(self, queue: "asyncio.Queue[T]") -> T | None:
        try:
            return await asyncio.wait_for(queue.get(), TURN_TIMEOUT_S)
        except TimeoutError:
            return None


async def play(settings: Settings, *, console: Console, answers: Path) -> tuple[Played, ...]:
    """Plays every scene and prints the summary. Answers go to a sound card, or else into the file `answers`."""
    screen = Screen(console)
    audience = _Audience(screen)
    face = Face()
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vehicle-assistant-demo-")))
        cabin = Cabin(folder / "microphone", DRIVER_VOICE)
        work = _work(settings, folder / "microphone", answers)
        broker = await stack.enter_async_context(ensure_broker())
        screen.note(f"broker: {broker.kind} on {broker.host}:{broker.port}")
        link = link_settings(settings)
        link = replace(link, kind="mqtt", address=replace(link.address, host=broker.host, port=broker.port))
        bus = make_bus(replace(link, address=replace(link.address, client_id="simulated-vehicle")))
        vehicle = await stack.enter_async_context(SimulatedVehicle(bus, drive=steady(50), samples=face.samples()))
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        sound = tasks.create_task(cabin.run(), name="cabin")
        service = await stack.enter_async_context(
            assemble(settings, link, work, observers=[audience], alert_observers=[audience.alert])
        )
        for worker in (service.ears, service.parser, service.voice):
            assert isinstance(worker, WorkerClient)
            screen.note(f"{worker.part.value}: {worker.status.engine}, process {worker.status.pid}")
        lasting = [sound, tasks.create_task(service.attend()), tasks.create_task(service.pipeline.run())]
        stage = _Stage(service, cabin, vehicle, face, audience)
        played = []
        for number, scene in enumerate(STORY, 1):
            screen.scene(number, scene)
            played.append(await stage.play(scene))
        for task in lasting:
            task.cancel()
        output = service.voice.output
    screen.summary(played, f"The answers went to {output}.")
    return tuple(played)


def _work(settings: Settings, fifo: Path, answers: Path) -> Jobs:
    """The service's own jobs, with the cabin's sound for a microphone and a file where there is no sound card."""
    store = Store.of()
    ears = ears_job(settings, store).model_copy(update={"source": "stream", "stream_path": fifo})
    voice = voice_job(settings).model_copy(update={"wav_path": answers})
    return Jobs(ears, parser_job(settings, store), voice)
