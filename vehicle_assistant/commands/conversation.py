"""Commands that run the whole service: demo, run, listen, say, simulate."""

import argparse
import asyncio
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console

from integration.links import LinkSettings, make_bus
from integration.simulator.drive import DRIVES, Drive, steady
from integration.simulator.vehicle import SimulatedVehicle
from integration.virtual import VirtualHub
from intents.errors import ErrorCode, InputError, SettingsError
from vehicle_assistant import logs
from vehicle_assistant.app import Service, assemble, link_settings, stop_signal
from vehicle_assistant.app import run as run_service
from vehicle_assistant.audio.wavfile import read_wav
from vehicle_assistant.check_report import PLAIN_COLUMNS
from vehicle_assistant.cli_errors import EXIT_ERROR
from vehicle_assistant.demo.play import play
from vehicle_assistant.jobs import Jobs, ears_job, parser_job, voice_job
from vehicle_assistant.models.store import Store
from vehicle_assistant.outcome import name as outcome_name
from vehicle_assistant.ports import Lost, Ready
from vehicle_assistant.settings import Settings, load
from vehicle_assistant.text_input import check_text
from vehicle_assistant.turn import Turn
from vehicle_assistant.workers.jobs import VoiceJob

STATE_ARRIVES_S = 3.0
"""Longest wait for the simulated vehicle's first word about itself; it takes about 0.1 s."""


def _settings(args: argparse.Namespace) -> Settings:
    settings = load(args.config).settings
    logs.configure(settings.assistant.log_level, log_speech=settings.assistant.log_speech)
    return settings


def _brief(args: argparse.Namespace) -> Settings:
    """Settings for a command that answers and ends: what it prints is the report, no journal stands beside it."""
    settings = load(args.config).settings
    logs.configure("error", log_speech=settings.assistant.log_speech)
    return settings


def run(args: argparse.Namespace) -> int:
    """Runs the daemon until it is told to stop."""
    asyncio.run(run_service(_settings(args)))
    return 0


def demo(args: argparse.Namespace) -> int:
    """Plays the demo. Exit code 0 when every scene was played to its end."""
    settings = _brief(args)
    for file in (args.json, args.answers):
        if file is not None and not os.access(file.parent, os.W_OK):
            raise InputError(
                ErrorCode.FILE_NOT_FOUND, f"{file} cannot be written", remedy="name a folder that exists and is yours"
            )
    answers = args.answers or Path(tempfile.gettempdir()) / f"vehicle-assistant-answers-{os.getpid()}.wav"
    played = asyncio.run(
        play(settings, console=Console(width=None if sys.stdout.isatty() else PLAIN_COLUMNS), answers=answers)
    )
    if args.json is not None:
        rows = [
            {"scene": p.scene.title, "as_expected": p.as_expected, "repeated": p.repeated}
            | (turn_line(p.turn) if p.turn else {})
            for p in played
        ]
        args.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    return 0 if all(p.turn is not None for p in played) else EXIT_ERROR


def turn_line(turn: Turn) -> dict[str, Any]:
    """One turn as a JSON object."""
    sent = [
        {"intent": d.command.intent, "slots": d.command.slots(), "result": d.outcome.value, "reason": d.reason}
        for d in turn.deliveries
    ]
    asked = [{"intent": c.intent, "slots": c.slots()} for c in getattr(turn.outcome, "queries", ())]
    return {
        "wake_s": None if turn.wake_at_s is None else round(turn.wake_at_s, 2),
        "text": turn.heard,
        "outcome": outcome_name(turn.outcome),
        "commands": sent + asked,
        "said": turn.said,
        "stage_ms": turn.stages_ms,
    }


@dataclass(slots=True)
class _Printer:
    """Prints each turn as one JSON line, naming the recording it came from."""

    service: Service | None = None

    async def turn(self, turn: Turn) -> None:
        file = self.service.ears.recording if self.service else None
        sys.stdout.write(
            json.dumps({"file": str(file) if file else None, **turn_line(turn)}, ensure_ascii=False) + "\n"
        )
        sys.stdout.flush()

    async def part(self, event: Lost | Ready) -> None:
        """Is in the log already."""


def listen(args: argparse.Namespace) -> int:
    """Takes recordings through the same pipeline as the microphone."""
    settings = _brief(args)
    for file in args.files:  # all of them before the first is acted on
        for warning in read_wav(file).warnings:
            sys.stderr.write(f"vehicle-assistant: warning: {warning.message}\n")
    asyncio.run(_listen(settings, args))
    return 0


async def _listen(settings: Settings, args: argparse.Namespace) -> None:
    printer = _Printer()
    ears = ears_job(settings, Store.of())
    ears = ears.model_copy(update={"source": "wav", "paths": tuple(args.files), "realtime": False})
    if args.no_wake:
        ears = ears.model_copy(update={"wake": None})
    elif args.wake_phrase is not None:
        ears = ears.model_copy(update={"wake_settings": replace(ears.wake_settings, phrase=args.wake_phrase)})
    work = Jobs(ears, parser_job(settings, Store.of()), _quiet(voice_job(settings)))
    async with _conversation(settings, args.vehicle, work, steady(0), [printer], in_step=True) as service:
        printer.service = service
        await service.pipeline.run()


def say(args: argparse.Namespace) -> int:
    """Takes text through parser, policy and vehicle, and prints the trace."""
    check_text(args.text)
    settings = _brief(args)
    turn = asyncio.run(_say(settings, args))
    sys.stdout.write(json.dumps(turn_line(turn) | trace(turn), ensure_ascii=False, indent=1) + "\n")
    return 0


async def _say(settings: Settings, args: argparse.Namespace) -> Turn:
    voice = voice_job(settings)
    work = Jobs(None, parser_job(settings, Store.of()), voice if args.speaker == "espeak" else _quiet(voice))
    async with _conversation(settings, args.vehicle, work, steady(args.speed_kmh), []) as service:
        return await service.pipeline.say(args.text)


def trace(turn: Turn) -> dict[str, Any]:
    """Why a turn ended as it did."""
    if turn.parsed is None:
        return {}
    return {
        "why": {
            "decisions": turn.parsed.line,
            "confidence": round(turn.parsed.confidence, 4),
            "outcome": repr(turn.outcome),
        }
    }


@asynccontextmanager
async def _conversation(
    settings: Settings, vehicle: str, work: Jobs, drive: Drive, observers: Sequence[_Printer], *, in_step: bool = False
) -> AsyncIterator[Service]:
    """The service on the settings' vehicle, or on a simulated one in this process."""
    async with AsyncExitStack() as stack:
        link = link_settings(settings)
        if vehicle == "simulated":
            link = LinkSettings("virtual", hub=VirtualHub(), prefix=link.prefix)
            await stack.enter_async_context(SimulatedVehicle(make_bus(link), prefix=link.prefix, drive=drive))
        service = await stack.enter_async_context(assemble(settings, link, work, observers=observers, in_step=in_step))
        if vehicle == "simulated":
            with suppress(TimeoutError):
                await asyncio.wait_for(_known(service), STATE_ARRIVES_S)
        attending = asyncio.create_task(service.attend())
        try:
            yield service
        finally:
            attending.cancel()
            await asyncio.gather(attending, return_exceptions=True)


async def _known(service: Service) -> None:
    """Returns once the vehicle has told its speed and its state."""
    while service.link.motion() is None or service.link.state("climate") is None:  # noqa: ASYNC110  (no such event)
        await asyncio.sleep(0.02)


def _quiet(voice: VoiceJob) -> VoiceJob:
    """The same job without a sound."""
    return voice.model_copy(update={"speaker": "silent", "loudspeaker": "silent", "realtime": False})


def simulate(args: argparse.Namespace) -> int:
    """Runs the simulated vehicle on the settings' broker until it is told to stop."""
    settings = _settings(args)
    if args.drive not in DRIVES:
        raise SettingsError(
            ErrorCode.SETTING_INVALID, f"there is no drive {args.drive!r}", remedy=f"use one of: {', '.join(DRIVES)}"
        )
    asyncio.run(_simulate(link_settings(settings), args.drive))
    return 0


async def _simulate(link: LinkSettings, drive: str) -> None:
    address = replace(link.address, client_id="simulated-vehicle")
    bus = make_bus(replace(link, address=address))
    async with SimulatedVehicle(bus, prefix=link.prefix, drive=DRIVES[drive]) as vehicle:
        sys.stderr.write(f"simulated vehicle on {address.host}:{address.port}, {drive}; Ctrl-C ends it\n")
        running, stopping = asyncio.create_task(vehicle.run()), asyncio.create_task(stop_signal())
        done, _ = await asyncio.wait((running, stopping), return_when=asyncio.FIRST_COMPLETED)
        for task in (running, stopping):
            task.cancel()
        await asyncio.gather(running, stopping, return_exceptions=True)
        if running in done:
            running.result()
