"""What main and its workers say to each other: one JSON object a line, every shape written down here.

    main -> worker   the job, then commands
    worker -> main   Started or Failed, then messages

A line that does not fit ends the worker: half-understood is not understood.
"""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from intents.encoding import Meaning
from intents.errors import (
    AssistantError,
    EngineError,
    ErrorCode,
    InputError,
    LinkError,
    ModelError,
    SettingsError,
    WorkerError,
)
from vehicle_assistant.audio.earcons import Earcon
from vehicle_assistant.audio.endpoint import Completeness
from vehicle_assistant.audio.port import AudioWarningCode
from vehicle_assistant.ear_events import EarEvent, NothingHeard, PartialHeard, SpeechHeard, StopHeard, WakeHeard
from vehicle_assistant.mouth import Priority

MAX_LINE_BYTES = 1 << 20
"""A job may carry a whole vocabulary of phrases; nothing else comes near."""

_ERRORS = (InputError, SettingsError, ModelError, EngineError, WorkerError, LinkError)
_ERROR_BY_NAME = {error.__name__: error for error in _ERRORS}

Count = Annotated[int, Field(ge=0)]


class Line(BaseModel):
    """One line of the conversation."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


NamedEvent = (
    tuple[Literal["WakeHeard"], WakeHeard]
    | tuple[Literal["StopHeard"], StopHeard]
    | tuple[Literal["PartialHeard"], PartialHeard]
    | tuple[Literal["SpeechHeard"], SpeechHeard]
    | tuple[Literal["NothingHeard"], NothingHeard]
)


class Failure(Line):
    """An error of the tree, as it travels between processes."""

    error: str
    code: ErrorCode
    message: str
    remedy: str = ""

    @classmethod
    def of(cls, error: AssistantError) -> Self:
        """Describes the error."""
        names = (parent.__name__ for parent in type(error).__mro__)
        name = next((name for name in names if name in _ERROR_BY_NAME), WorkerError.__name__)
        return cls(error=name, code=error.code, message=error.message, remedy=error.remedy)

    def to_error(self) -> AssistantError:
        """Makes the error again; one of an unknown class becomes a WorkerError."""
        return _ERROR_BY_NAME.get(self.error, WorkerError)(self.code, self.message, remedy=self.remedy)


class Ping(Line):
    """Asks for a Beat."""

    kind: Literal["ping"] = "ping"
    seq: Count


class Close(Line):
    """Asks the worker to end in order."""

    kind: Literal["close"] = "close"


class Listen(Line):
    """To the ears: listen without a wake phrase."""

    kind: Literal["listen"] = "listen"
    window_s: Annotated[float, Field(gt=0)] | None = None


class Gate(Line):
    """To the ears: the assistant speaks, or has finished."""

    kind: Literal["gate"] = "gate"
    speaking: bool


class Hint(Line):
    """To the ears: whether the words so far are a complete command."""

    kind: Literal["hint"] = "hint"
    completeness: Completeness
    text: str


class Settle(Line):
    """To the ears: the utterance is finished."""

    kind: Literal["settle"] = "settle"


class Stop(Line):
    """To the ears: forget the utterance in flight. To the voice: be silent."""

    kind: Literal["stop"] = "stop"


class Proceed(Line):
    """To ears that read recordings: everything up to this event has been taken, go on."""

    kind: Literal["proceed"] = "proceed"
    seq: Count


class Parse(Line):
    """To the parser: parse this before the monotonic clock, which all processes share, shows `until_s`."""

    kind: Literal["parse"] = "parse"
    request_id: Count
    text: str
    until_s: float


class Forget(Line):
    """To the parser: nobody waits for this request any more."""

    kind: Literal["forget"] = "forget"
    request_id: Count


class Say(Line):
    """To the voice: say this and report its end."""

    kind: Literal["say"] = "say"
    request_id: Count
    text: str
    priority: Priority
    earcon: Earcon | None = None


class Play(Line):
    """To the voice: play a tone."""

    kind: Literal["play"] = "play"
    earcon: Earcon


class Started(Line):
    """The worker is at work."""

    kind: Literal["started"] = "started"
    engine: str
    version: str
    load_ms: float
    detail: str = ""
    """What it works on, for people: a device, a file."""


class Failed(Line):
    """The worker cannot work, and ends."""

    kind: Literal["failed"] = "failed"
    failure: Failure


class Beat(Line):
    """Sent only by the thread that does the work, between two pieces of it."""

    kind: Literal["beat"] = "beat"
    seq: Count
    done: Count
    """Pieces of work so far: frames read, utterances parsed, utterances said."""


class Warned(Line):
    """From the ears: something about the sound that did not stop the work."""

    kind: Literal["warned"] = "warned"
    code: AudioWarningCode
    message: str


class RecordingBegun(Line):
    """From the ears: the next recording of the job is read from here on; stream time starts anew."""

    kind: Literal["recording_begun"] = "recording_begun"
    index: Count
    done: Count
    """Frames read before it."""


class Heard(Line):
    """From the ears: an event, with its number."""

    kind: Literal["heard"] = "heard"
    seq: Count
    event: NamedEvent

    @classmethod
    def of(cls, seq: int, event: EarEvent) -> Self:
        """Names the event."""
        return cls.model_validate({"seq": seq, "event": (type(event).__name__, event)})


class SourceEnded(Line):
    """From the ears: every recording has been read; the worker ends."""

    kind: Literal["source_ended"] = "source_ended"


class ParseDone(Line):
    """From the parser: the answer to a request."""

    kind: Literal["parse_done"] = "parse_done"
    request_id: Count
    meaning: Meaning
    confidence: Annotated[float, Field(ge=0, le=1)]
    line: str
    took_ms: float


class ParseFailed(Line):
    """From the parser: no answer to a request, and why."""

    kind: Literal["parse_failed"] = "parse_failed"
    request_id: Count
    failure: Failure


class Said(Line):
    """From the voice: an utterance is over."""

    kind: Literal["said"] = "said"
    request_id: Count
    heard: bool
    """To its end."""
    problem: ErrorCode | None = None
    """Why not, when an engine failed; None when something more urgent cut it short."""


Command = Annotated[
    Ping | Close | Listen | Gate | Hint | Settle | Stop | Proceed | Parse | Forget | Say | Play,
    Field(discriminator="kind"),
]
Message = Annotated[
    Started | Failed | Beat | Warned | RecordingBegun | Heard | SourceEnded | ParseDone | ParseFailed | Said,
    Field(discriminator="kind"),
]

_COMMANDS: TypeAdapter[Command] = TypeAdapter(Command)
_MESSAGES: TypeAdapter[Message] = TypeAdapter(Message)


def encode(line: BaseModel) -> bytes:
    """Writes one line, its end included."""
    return line.model_dump_json().encode() + b"\n"


def read_command(line: bytes) -> Command:
    """Reads a line from main; raises WorkerError (WORKER_PROTOCOL)."""
    try:
        return _COMMANDS.validate_json(line)
    except ValidationError as refused:
        raise _unreadable(line) from refused


def read_message(line: bytes) -> Message:
    """Reads a line from a worker; raises WorkerError (WORKER_PROTOCOL)."""
    try:
        return _MESSAGES.validate_json(line)
    except ValidationError as refused:
        raise _unreadable(line) from refused


def _unreadable(line: bytes) -> WorkerError:
    # The line is not quoted: it may hold words.
    return WorkerError(ErrorCode.WORKER_PROTOCOL, f"a line of {len(line)} bytes that is no message")
