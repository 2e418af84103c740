"""The flow on a bench: a virtual vehicle, and ears, parser and voice that do as they are told and keep a record."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import pytest

from integration.links import LinkSettings, make_bus, make_link
from integration.simulator.drive import steady
from integration.simulator.vehicle import SimulatedVehicle
from integration.virtual import VirtualHub
from intents.base import Json
from intents.catalogue import COMMANDS, STATES
from intents.encoding import Draft, Meaning, Outcome
from intents.errors import AssistantError
from intents.phrasebook import load
from vehicle_assistant.answer import Answers
from vehicle_assistant.asr.port import Transcript
from vehicle_assistant.audio.endpoint import EndReason
from vehicle_assistant.dialogue import Dialogue
from vehicle_assistant.ear_events import SpeechHeard, StageTimes
from vehicle_assistant.parser.port import Parsed
from vehicle_assistant.pipeline import Limits, Pipeline
from vehicle_assistant.speech import Speech

PATIENCE_S = 10.0
"""How long a condition may take on a busy machine before the test fails."""


async def until(condition: Callable[[], object]) -> None:
    """Returns once the condition holds; fails the test when it never does."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110  (there is no event for everything)
            await asyncio.sleep(0.005)


def draft(intent: str, /, **slots: Json) -> Draft:
    """A command as a parser delivers it: defaults filled in, what is missing named."""
    specs = COMMANDS[intent].slot_specs
    filled: dict[str, Json] = {s.name: s.default for s in specs if s.default is not None} | slots
    return Draft(intent, filled, tuple(s.name for s in specs if s.required and s.name not in slots))


def meaning(*drafts: Draft) -> Meaning:
    """What a parser makes of an utterance with these commands in it."""
    if not drafts:
        return Meaning(Outcome.NOT_UNDERSTOOD)
    incomplete = any(one.missing for one in drafts)
    return Meaning(Outcome.INCOMPLETE if incomplete else Outcome.UNDERSTOOD, drafts)


class ScriptedEars:
    """Yields what the test puts in; everything asked of it is kept in `asked`."""

    def __init__(self) -> None:
        self.inbox: asyncio.Queue = asyncio.Queue()
        self.asked: list[tuple] = []

    async def events(self):
        while (event := await self.inbox.get()) is not None:
            yield event

    async def listen(self, window_s=None) -> None:
        self.asked.append(("listen", window_s))

    async def gate(self, *, speaking) -> None:
        self.asked.append(("gate", speaking))

    async def hint(self, completeness, text) -> None:
        self.asked.append(("hint", completeness, text))

    async def settle(self) -> None:
        self.asked.append(("settle",))

    async def stop(self) -> None:
        self.asked.append(("stop",))


class ScriptedParser:
    """Knows the sentences of `script`; an exception there is raised, anything else is not understood."""

    def __init__(self, script: Mapping[str, Sequence[Draft] | Draft | AssistantError]) -> None:
        self.script = dict(script)
        self.confidence: dict[str, float] = {}
        self.parsed: list[str] = []

    async def parse(self, text, *, timeout_s=2.0) -> Parsed:
        self.parsed.append(text)
        known = self.script.get(text, ())
        if isinstance(known, Exception):
            raise known
        drafts = (known,) if isinstance(known, Draft) else tuple(known)
        return Parsed(meaning(*drafts), self.confidence.get(text, 0.99), "scripted", 0.1)


class RecordingVoice:
    """Says nothing and keeps a record. With `hold` set, each utterance lasts until it is released."""

    def __init__(self) -> None:
        self.said: list[tuple] = []
        self.tones: list = []
        self.hushed = 0
        self.whole = True
        self.hold: asyncio.Event | None = None

    @property
    def words(self) -> list[str]:
        return [text for text, _, _ in self.said if text]

    async def say(self, text, priority, earcon=None) -> bool:
        self.said.append((text, priority, earcon))
        if self.hold is not None:
            await self.hold.wait()
        return self.whole

    async def play(self, earcon) -> None:
        self.tones.append(earcon)

    async def stop(self) -> None:
        self.hushed += 1


class Record:
    """An observer: keeps turns, and parts lost and found."""

    def __init__(self) -> None:
        self.turns: list = []
        self.parts: list = []

    async def turn(self, turn) -> None:
        self.turns.append(turn)

    async def part(self, event) -> None:
        self.parts.append(event)


@dataclass
class Bench:
    """Everything a turn passes through."""

    hub: VirtualHub
    vehicle: SimulatedVehicle
    link: object
    ears: ScriptedEars
    parser: ScriptedParser
    voice: RecordingVoice
    speech: Speech
    dialogue: Dialogue
    answers: Answers
    record: Record
    pipeline: Pipeline
    tasks: list = field(default_factory=list)

    async def say(self, text, source="text"):
        """One turn, from words to its end."""
        return await self.pipeline.say(text, source)

    def hear(self, text: str, *, wake_at_s: float | None = 1.0, confidence: float = 0.9) -> None:
        """The ears have understood something."""
        stages = StageTimes(1.5, 1.5, 1.7, 3.0, 0.05)
        self.ears.inbox.put_nowait(
            SpeechHeard(Transcript(text, (), confidence), wake_at_s, 2.6, 3.0, EndReason.SILENCE, stages)
        )

    def carried_out(self) -> list[str]:
        """What the vehicle has really done, by name."""
        return [e.intent for ecu in self.vehicle.ecus.values() for e in ecu.carried_out]

    def state(self, domain: str):
        """What the subsystem itself holds."""
        return self.vehicle.ecus[domain].subsystem.state

    async def drive(self, speed_kmh: float) -> None:
        """Changes the speed and waits until it is known."""
        self.vehicle.drive = steady(speed_kmh)
        await until(lambda: (m := self.link.motion()) is not None and m.speed_kmh == speed_kmh)


@asynccontextmanager
async def open_bench(
    script: Mapping = (),
    *,
    speed_kmh: float = 0.0,
    limits: Limits | None = None,
    samples=None,
    voice=None,
    warned: Callable[[], bool] = lambda: False,
    in_step: bool = False,
    floor: float = 0.4,
) -> AsyncIterator[Bench]:
    hub = VirtualHub()
    to_vehicle = LinkSettings("virtual", hub=hub)
    ears, parser, voice, record = ScriptedEars(), ScriptedParser(dict(script)), voice or RecordingVoice(), Record()
    async with AsyncExitStack() as stack:
        vehicle = await stack.enter_async_context(
            SimulatedVehicle(make_bus(to_vehicle), drive=steady(speed_kmh), samples=samples)
        )
        link = await stack.enter_async_context(make_link(to_vehicle))
        await until(lambda: link.motion() is not None and all(link.state(domain) for domain in STATES))

        def state(domain):
            reading = link.state(domain)
            return None if reading is None else reading.state

        speech, book = Speech(ears, voice), load()
        answers = Answers(book, state)
        dialogue = Dialogue(confidence_floor=floor, answer_window_s=6.0, wordings=book.spoken["answers"])
        pipeline = Pipeline(
            ears, parser, speech, link, dialogue, answers, (record,), limits or Limits(command_ttl_s=0.4),
            warned=warned, in_step=in_step,
        )  # fmt: skip
        bench = Bench(hub, vehicle, link, ears, parser, voice, speech, dialogue, answers, record, pipeline)
        try:
            yield bench
        finally:
            for task in bench.tasks:
                task.cancel()
            await asyncio.gather(*bench.tasks, return_exceptions=True)


class Toolbox:
    """What the tests of this folder share."""

    draft = staticmethod(draft)
    meaning = staticmethod(meaning)
    until = staticmethod(until)
    bench = staticmethod(open_bench)
    Ears = ScriptedEars
    Parser = ScriptedParser
    Voice = RecordingVoice


@pytest.fixture
def flow() -> Toolbox:
    return Toolbox()
