"""The product in one file: heard -> understood -> allowed -> sent -> confirmed -> said.

A turn begins with words, spoken or typed, and ends in exactly one outcome. What the words mean in this conversation is
`dialogue`'s business, whether it may happen now is `policy`'s, how it reaches the vehicle is the link's, and what is
said about it is `answer`'s. Driver alerts come in from the side and go first.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from integration.link import Delivery, VehicleLink
from integration.link import Outcome as Delivered
from intents.base import Command, Json, Kind
from intents.encoding import Outcome as Understood
from intents.errors import AssistantError
from vehicle_assistant.answer import Answers
from vehicle_assistant.audio.earcons import Earcon
from vehicle_assistant.audio.endpoint import Completeness
from vehicle_assistant.dialogue import Act, Again, AskFor, Dialogue, Reply, Unclear, Why
from vehicle_assistant.ear_events import NothingHeard as SilenceHeard
from vehicle_assistant.ear_events import PartialHeard, SpeechHeard, StopHeard, WakeHeard
from vehicle_assistant.mouth import Priority
from vehicle_assistant.outcome import Asked, Done, Failed, NothingHeard, NotUnderstood, Outcome, Refused, Said
from vehicle_assistant.policy import Ruling, Situation, judge
from vehicle_assistant.ports import Ears, Lost, Parser, Part, Ready
from vehicle_assistant.speech import Speech
from vehicle_assistant.turn import Observer, Source, Turn

UNDERSTANDING = {
    Understood.UNDERSTOOD: Completeness.COMPLETE,
    Understood.INCOMPLETE: Completeness.INCOMPLETE,
    Understood.NOT_UNDERSTOOD: Completeness.UNKNOWN,
}

ANNOUNCED = {
    (Lost, Part.EARS): "ears_lost",
    (Lost, Part.LINK): "link_lost",
    (Ready, Part.LINK): "link_back",
}
"""Changes the driver hears of, each once; the others show in the next answer, if at all."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long the parts of a turn may take, in seconds."""

    parse_s: float = 2.0
    partial_s: float = 0.3
    command_ttl_s: float = 3.0
    recogniser_floor: float = 0.3
    """Mean word confidence, 0 to 1, below which words are not acted on."""
    answer_window_s: float = 6.0
    """How long the driver has for the answer to a question, before it is forgotten."""


class Pipeline:
    """One driver, one vehicle, one conversation."""

    def __init__(
        self,
        ears: Ears,
        parser: Parser,
        speech: Speech,
        link: VehicleLink,
        dialogue: Dialogue,
        answers: Answers,
        observers: Sequence[Observer],
        limits: Limits,
        *,
        warned: Callable[[], bool] = lambda: False,
        in_step: bool = False,
    ) -> None:
        """Takes the ports; `warned`: a driver warning is up; `in_step`: hear nothing new until a turn is over."""
        self._ears, self._parser, self._speech, self._link = ears, parser, speech, link
        self._dialogue, self._answers, self._observers, self._limits = dialogue, answers, observers, limits
        self._warned, self._in_step = warned, in_step
        self._turns: asyncio.Queue[Turn | None] = asyncio.Queue()
        self._newest = ""
        self._hinting: asyncio.Task[None] | None = None
        self._last_done: Turn | None = None

    # -- hearing -----------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Turns what is heard into turns, until the ears have nothing more to give."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._take_turns())
            async for event in self._ears.events():
                match event:
                    case WakeHeard():
                        await self._speech.tone(Earcon.LISTENING)
                    case PartialHeard(text):
                        self._speculate(text)
                    case SpeechHeard():
                        self._turns.put_nowait(spoken(event, self._limits.recogniser_floor))
                        if self._in_step:
                            await self._turns.join()
                    case SilenceHeard(reason, wake_at_s):
                        await self._tell(Turn("voice", "", wake_at_s=wake_at_s, outcome=NothingHeard(reason.value)))
                    case StopHeard():
                        await self._speech.hush()
                    case Lost() | Ready():
                        await self.part(event)
            self._turns.put_nowait(None)

    async def _take_turns(self) -> None:
        while (turn := await self._turns.get()) is not None:
            await self.turn(turn)
            self._turns.task_done()

    def _speculate(self, text: str) -> None:
        """Parses what was said so far, to know when a command is complete. Never acts on it."""
        self._newest = text
        if self._hinting is None or self._hinting.done():
            self._hinting = asyncio.create_task(self._hint())

    async def _hint(self) -> None:
        """Judges the newest words until there are no newer ones; what came in between is skipped."""
        text = ""
        while text != self._newest:
            text = self._newest
            try:
                parsed = await self._parser.parse(text, timeout_s=self._limits.partial_s)
            except AssistantError:
                return  # the finished utterance will be parsed again, and its failure told
            await self._ears.hint(UNDERSTANDING[parsed.meaning.outcome], text)

    # -- one turn ----------------------------------------------------------------------------------------------------

    async def say(self, words: str, source: Source = "text") -> Turn:
        """Takes typed words through the same turn as spoken ones."""
        return await self.turn(Turn(source, words))

    async def turn(self, turn: Turn) -> Turn:
        """Carries one turn through to its last word."""
        try:
            turn.outcome = NotUnderstood(sure=False) if turn.doubtful else await self._understand(turn)
        except AssistantError as error:
            turn.outcome = Failed(error.code, error.message)
        await self._answer(turn)
        if turn.deliveries:
            self._last_done = turn
        await self._tell(turn)
        return turn

    async def _understand(self, turn: Turn) -> Outcome:
        """Words to a request, and the request to its ending."""
        turn.parsed = await self._parser.parse(turn.heard, timeout_s=self._limits.parse_s)
        turn.took("parse")
        now_s = time.monotonic()
        request = self._dialogue.resolve(turn.heard, turn.parsed.meaning, turn.parsed.confidence, turn.began_s)
        match request:
            case Act(commands, confirmed, offered):
                turn.source = "alert" if offered else turn.source
                return await self._carry_out(turn, commands, confirmed=confirmed)
            case AskFor():
                self._dialogue.asks_for(request, now_s)
                return Asked(self._answers.question(request.slot), request.slot)
            case Reply(sentence, intent):
                return Said(self._answers.own(intent) if intent else self._answers.sentence(sentence))
            case Again():
                return Said(self._speech.last_answer or self._answers.sentence("nothing_said"))
            case Why():
                return Said(self._why())
            case Unclear(sure):
                return NotUnderstood(sure)

    async def _carry_out(self, turn: Turn, commands: Sequence[Command], *, confirmed: bool) -> Outcome:
        """Asks policy about every command, then sends what is allowed, in spoken order."""
        motion = self._link.motion()
        situation = Situation(motion.speed_kmh if motion is not None else None, warned=self._warned())
        verdicts = [(command, judge(command, situation)) for command in commands]
        refused = tuple(Refused(command, v.reason) for command, v in verdicts if v.ruling is Ruling.REFUSE)
        allowed = [(command, v) for command, v in verdicts if v.ruling is not Ruling.REFUSE]
        if not allowed:
            return refused[0]
        doubtful = next((v.reason for _, v in allowed if v.ruling is Ruling.CONFIRM), None)
        if doubtful is not None and not confirmed:
            self._dialogue.asks_to_confirm(tuple(command for command, _ in allowed), time.monotonic())
            return Asked(self._answers.to_confirm(doubtful), "confirmation")
        turn.took("policy")
        asking = tuple(command for command, _ in allowed if command.kind is Kind.QUERY)
        acting = [command for command, _ in allowed if command.kind is not Kind.QUERY]
        turn.deliveries = await self._send(turn, acting)
        if acting:
            turn.took("vehicle")
        return Done(turn.deliveries, asking, refused)

    async def _send(self, turn: Turn, commands: Sequence[Command]) -> tuple[Delivery, ...]:
        """Sends commands one after the other, and remembers how to undo those that were done."""
        deliveries: list[Delivery] = []
        undo: list[Command] = []
        for command in commands:
            before = self._values(command)
            delivery = await self._link.send(
                command, turn_id=turn.id, source=turn.source, ttl_s=self._limits.command_ttl_s
            )
            deliveries.append(delivery)
            if delivery.outcome is Delivered.DONE:
                undo = [*command.undone(before), *undo]
        if deliveries:
            self._dialogue.did(tuple(undo))
        return tuple(deliveries)

    def _values(self, command: Command) -> dict[str, Json]:
        """What the command is about to change, as it is now."""
        reading = self._link.state(command.domain)
        return {path: reading.state.at(path) for path in command.wanted()} if reading is not None else {}

    # -- answering ---------------------------------------------------------------------------------------------------

    async def _answer(self, turn: Turn) -> None:
        """Says how the turn ended; after a question, listens for its answer without a wake phrase."""
        turn.said = self._answers.words(turn.outcome)
        heard = await self._speech.say(turn.said, Priority.ANSWER, self._answers.earcon(turn.outcome))
        turn.took("speak")
        if isinstance(turn.outcome, Asked):
            self._dialogue.was_asked(time.monotonic())
        if heard and isinstance(turn.outcome, Asked) and turn.source != "text":
            await self._ears.listen(self._limits.answer_window_s)

    async def offer_rest_stop(self, commands: tuple[Command, ...]) -> None:
        """Proposes the way to a rest stop to a tired driver, and listens for a yes."""
        if await self._speech.say(self._answers.sentence("offer_rest_stop"), Priority.WARNING):
            self._dialogue.asks_to_confirm(commands, time.monotonic(), offered=True)
            await self._ears.listen(self._limits.answer_window_s)

    async def part(self, change: Lost | Ready) -> None:
        """Tells whoever watches that a part was lost or is back, and the driver where it matters to them."""
        await self._tell(change)
        if (type(change), change.part) in ANNOUNCED:
            sentence = self._answers.sentence(ANNOUNCED[type(change), change.part])
            await self._speech.say(sentence, Priority.INFORMATION)

    def _why(self) -> str:
        last = self._last_done
        if last is None or last.parsed is None:
            return self._answers.sentence("nothing_done")
        return self._answers.sentence("explain", heard=last.heard, did=last.said.rstrip("."))

    async def _tell(self, event: Turn | Lost | Ready) -> None:
        for observer in self._observers:
            await (observer.turn(event) if isinstance(event, Turn) else observer.part(event))


def spoken(event: SpeechHeard, floor: float) -> Turn:
    """Begins a turn with what was heard, and the times its hearing took."""
    doubtful = event.transcript.confidence < floor
    turn = Turn("voice", event.transcript.text, wake_at_s=event.wake_at_s, doubtful=doubtful)
    speech_start_s = event.stages.speech_start_s
    if speech_start_s is not None:
        turn.began_s -= event.endpointed_at_s - speech_start_s + event.stages.finish_took_s
    if event.wake_at_s is not None and event.stages.wake_decided_at_s is not None:
        turn.took("wake", (event.stages.wake_decided_at_s - event.wake_at_s) * 1000)
    turn.took("endpoint", (event.endpointed_at_s - event.speech_end_s) * 1000)
    turn.took("transcribe", event.stages.finish_took_s * 1000)
    return turn
