"""The one place that wires the service together: settings to jobs, workers to ports, ports to the flow."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial

import structlog

from integration.envelope import Say
from integration.link import VehicleLink
from integration.links import LinkSettings, make_link
from intents.base import State
from intents.phrasebook import load as load_phrasebook
from vehicle_assistant.answer import Answers
from vehicle_assistant.broker_access import broker_address
from vehicle_assistant.deaf import Deaf
from vehicle_assistant.dialogue import Dialogue
from vehicle_assistant.driver.alerts import Alert
from vehicle_assistant.driver.monitor import DriverMonitor
from vehicle_assistant.driver.thresholds import MARKETS
from vehicle_assistant.driver_watch import DriverWatch
from vehicle_assistant.jobs import Jobs, jobs
from vehicle_assistant.models.store import Store
from vehicle_assistant.mouth import Priority
from vehicle_assistant.pipeline import Limits, Pipeline
from vehicle_assistant.ports import Lost, Part, Ready
from vehicle_assistant.reports import Reports
from vehicle_assistant.settings import Settings
from vehicle_assistant.speech import Speech
from vehicle_assistant.turn import Observer
from vehicle_assistant.watchdog import Notifier, Watchdog, watchdog_interval_s
from vehicle_assistant.workers.client import WorkerClient
from vehicle_assistant.workers.clients import (
    EarsWorker,
    ParserWorker,
    VoiceWorker,
    WorkerLimits,
)

log = structlog.get_logger(__name__)

TellAlert = Callable[[Alert, str], Awaitable[None]]


@dataclass(slots=True)
class Service:
    """The service, wired and started."""

    link: VehicleLink
    ears: EarsWorker | Deaf
    parser: ParserWorker
    voice: VoiceWorker
    speech: Speech
    pipeline: Pipeline
    watch: DriverWatch
    reports: Reports
    changes: "asyncio.Queue[Lost | Ready]"
    alert_observers: list[TellAlert] = field(default_factory=list)

    async def attend(self) -> None:
        """Does everything but listen: watches the driver, the link and the parts, takes buttons and messages."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.watch.run(), name="driver-watch")
            tasks.create_task(self._follow_parts(), name="parts")
            tasks.create_task(self._follow_link(), name="link")
            tasks.create_task(self._take_buttons(), name="buttons")
            tasks.create_task(self._take_messages(), name="messages")

    async def _follow_parts(self) -> None:
        while True:
            await self.pipeline.part(await self.changes.get())

    async def _follow_link(self) -> None:
        """Takes a lost and a found vehicle for changes like any other."""
        async for connected in self.link.connection_changes():
            lost = Lost(Part.LINK, "no connection to the vehicle")
            await self.pipeline.part(Ready(Part.LINK) if connected else lost)

    async def _take_buttons(self) -> None:
        async for press in self.link.listens():
            match press.action:
                case "start":
                    await self.ears.listen()
                case "stop":
                    await self.ears.settle()
                case "mute" | "unmute":
                    await self.speech.mute(muted=press.action == "mute")

    async def _take_messages(self) -> None:
        async for message in self.link.says():
            await self.speech.say(message.text, _PRIORITIES[message.priority])


_PRIORITIES = {"low": Priority.INFORMATION, "normal": Priority.ANSWER, "high": Priority.WARNING}
assert set(_PRIORITIES) == set(Say.model_fields["priority"].annotation.__args__)  # type: ignore[union-attr]


def link_settings(settings: Settings) -> LinkSettings:
    """Turns settings into the way to the vehicle; raises SettingsError for a password or certificate it cannot read."""
    vehicle = settings.vehicle
    return LinkSettings(vehicle.link, broker_address(vehicle), prefix=vehicle.prefix)


@asynccontextmanager
async def assemble(
    settings: Settings,
    link: LinkSettings,
    work: Jobs,
    *,
    observers: Sequence[Observer] = (),
    alert_observers: Sequence[TellAlert] = (),
    notifier: Notifier | None = None,
    in_step: bool = False,
    patient: bool = False,
) -> AsyncIterator[Service]:
    """Starts workers and link and wires the flow; raises what a person must cure before it can run.

    `in_step`: recordings wait until the turn they led to is over. `patient`: what may come later in a vehicle (a
    microphone, the broker) may be missing at the start; the service is then degraded and says so.
    """
    changes: asyncio.Queue[Lost | Ready] = asyncio.Queue()
    limits = partial(_limits, settings)
    async with AsyncExitStack() as stack:
        vehicle = await stack.enter_async_context(make_link(link))
        ears: EarsWorker | Deaf = Deaf()
        if work.ears is not None:
            ears = EarsWorker(work.ears, limits(settings.workers.ears_memory_mib), keep_trying=patient)
        parser = ParserWorker(work.parser, limits(settings.workers.parser_memory_mib), on_change=changes.put_nowait)
        voice = VoiceWorker(work.voice, limits(settings.workers.voice_memory_mib), on_change=changes.put_nowait)
        await _start_together(stack, ears, parser, voice)
        reports = Reports(
            vehicle,
            log_speech=settings.assistant.log_speech,
            status_line=notifier.status if notifier is not None else lambda _: None,
        )
        speech = Speech(ears, voice)
        monitor = DriverMonitor(MARKETS[settings.driver.market])
        tellers: list[TellAlert] = [reports.alert, *alert_observers]

        async def tell(alert: Alert, said: str) -> None:
            for teller in tellers:
                await teller(alert, said)

        book = load_phrasebook(settings.assistant.language)
        pipeline = Pipeline(
            ears,
            parser,
            speech,
            vehicle,
            Dialogue(
                confidence_floor=settings.parser.confidence_floor,
                answer_window_s=settings.dialogue.answer_window_s,
                wordings=book.spoken["answers"],
                right_hand_drive=settings.vehicle.right_hand_drive,
            ),
            Answers(book, partial(_state, vehicle)),
            (reports, *observers),
            Limits(
                parse_s=settings.parser.timeout_s,
                command_ttl_s=settings.vehicle.command_ttl_s,
                answer_window_s=settings.dialogue.answer_window_s,
                recogniser_floor=settings.asr.confidence_floor,
            ),
            warned=lambda: watch.warned,
            in_step=in_step,
        )
        offer = pipeline.offer_rest_stop if settings.driver.offer_rest_stop else None
        watch = DriverWatch(vehicle, speech, monitor, offer, tell)
        yield Service(vehicle, ears, parser, voice, speech, pipeline, watch, reports, changes, tellers)


async def _start_together(stack: AsyncExitStack, *workers: EarsWorker | Deaf | ParserWorker | VoiceWorker) -> None:
    """Starts all workers at once; when one cannot, the others are ended and its error is raised."""
    starts = [asyncio.create_task(worker.__aenter__()) for worker in workers]
    done, _ = await asyncio.wait(starts)
    for worker, start in zip(workers, starts, strict=True):
        if start.exception() is None:
            stack.push_async_exit(worker)
    for start in done:
        start.result()


def _limits(settings: Settings, memory_mib: int) -> WorkerLimits:
    workers = settings.workers
    return replace(
        WorkerLimits(),
        start_timeout_s=workers.start_timeout_s,
        beat_timeout_s=workers.beat_timeout_s,
        memory_limit_mib=float(memory_mib),
    )


async def run(settings: Settings) -> None:
    """The daemon: listens and acts until SIGTERM or SIGINT."""
    notifier = Notifier(os.environ.get("NOTIFY_SOCKET"))
    stopping = asyncio.create_task(stop_signal(), name="stop-signal")
    notifier.status("loading models")
    patient = settings.assistant.patient
    link = replace(link_settings(settings), patient=patient)
    async with assemble(settings, link, jobs(settings, Store.of()), notifier=notifier, patient=patient) as service:
        watchdog = Watchdog(notifier, watchdog_interval_s())
        limit_s = settings.workers.beat_timeout_s * 2
        for worker in (service.ears, service.parser, service.voice):
            if isinstance(worker, WorkerClient):
                watchdog.register(worker.part.value, _age(worker), limit_s)
        lasting = [
            asyncio.create_task(service.attend(), name="attend"),
            asyncio.create_task(service.pipeline.run(), name="pipeline"),
            asyncio.create_task(watchdog.run(), name="watchdog"),
        ]
        await service.reports.status()
        notifier.ready("ready")
        log.info("ready")
        done, _ = await asyncio.wait([*lasting, stopping], return_when=asyncio.FIRST_COMPLETED)
        notifier.stopping()
        for task in (*lasting, stopping):
            task.cancel()
        await asyncio.gather(*lasting, stopping, return_exceptions=True)
        for task in done - {stopping}:
            if (error := task.exception()) is not None:
                raise error


async def stop_signal() -> None:
    """Returns when the process is told to end, by SIGTERM or SIGINT; also where its parent had them ignored."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    await told.wait()


def _age(worker: WorkerClient) -> Callable[[], float]:
    return lambda: worker.status.attended_age_s


def _state(link: VehicleLink, domain: str) -> State | None:
    reading = link.state(domain)
    return None if reading is None else reading.state
