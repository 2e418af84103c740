"""What crosses the pipe arrives as it was, and nothing else does."""

import pytest

from intents.encoding import Draft, Meaning, Outcome
from intents.errors import AssistantError, EngineError, ErrorCode, ModelError, WorkerError
from vehicle_assistant.asr.port import Transcript, Word
from vehicle_assistant.audio.earcons import Earcon
from vehicle_assistant.audio.endpoint import Completeness, EndReason
from vehicle_assistant.ear_events import NothingHeard, PartialHeard, SpeechHeard, StageTimes, StopHeard, WakeHeard
from vehicle_assistant.mouth import Priority
from vehicle_assistant.workers import protocol
from vehicle_assistant.workers.jobs import EarsJob, ParserJob, VoiceJob
from vehicle_assistant.workers.protocol import Failure, Heard, ParseDone, encode, read_command, read_message

WORDS = (Word("grüße", 0.5, 0.9, 0.75), Word("lia", 0.9, 1.2, 1.0))
EVENTS = [
    WakeHeard(0.5, 0.9, 0.8),
    StopHeard(0.5, 0.8),
    PartialHeard('a "quoted"\nline\u2028and more'),
    SpeechHeard(
        Transcript("grüße lia", WORDS, 0.75), None, 1.2, 2.0, EndReason.COMPLETE, StageTimes(None, 0.9, 0.5, 2.0, 0.01)
    ),
    NothingHeard(EndReason.INTERRUPTED, 0.5, 1.0),
]
COMMANDS = [
    protocol.Ping(seq=1),
    protocol.Close(),
    protocol.Listen(window_s=None),
    protocol.Listen(window_s=4.5),
    protocol.Gate(speaking=True),
    protocol.Hint(completeness=Completeness.INCOMPLETE, text="open the"),
    protocol.Settle(),
    protocol.Stop(),
    protocol.Proceed(seq=7),
    protocol.Parse(request_id=1, text="öffne\nalles", until_s=12.5),
    protocol.Forget(request_id=1),
    protocol.Say(request_id=1, text="Done.", priority=Priority.URGENT, earcon=Earcon.DONE),
    protocol.Play(earcon=Earcon.LISTENING),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_ear_events_arrive_as_they_were(event):
    line = encode(Heard.of(3, event))

    assert line.count(b"\n") == 1
    message = read_message(line)
    assert isinstance(message, Heard)
    assert (message.seq, message.event[1]) == (3, event)
    assert type(message.event[1]) is type(event)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.kind)
def test_commands_arrive_as_they_were(command):
    line = encode(command)

    assert line.count(b"\n") == 1
    assert read_command(line) == command


def test_a_meaning_arrives_as_it_was_down_to_the_types_of_its_values():
    slots = {
        "on": True,
        "level": 1,
        "celsius": 21.5,
        "whole": 22.0,
        "text": "22",
        "zones": ["driver", "rear"],
        "no": None,
    }
    meaning = Meaning(Outcome.INCOMPLETE, (Draft("climate.set_temperature", slots, ("zone",)),))
    sent = ParseDone(request_id=1, meaning=meaning, confidence=0.5, line="x", took_ms=1.5)

    (received,) = read_message(encode(sent)).meaning.drafts

    assert dict(received.slots) == slots
    assert {name: type(value) for name, value in received.slots.items()} == {n: type(v) for n, v in slots.items()}
    assert received.missing == ("zone",)


@pytest.mark.parametrize("job", [EarsJob(), ParserJob(), VoiceJob()], ids=lambda job: type(job).__name__)
def test_jobs_arrive_as_they_were(job):
    assert type(job).model_validate_json(encode(job)) == job


@pytest.mark.parametrize("error_class", [ModelError, EngineError, WorkerError])
def test_errors_keep_their_class_code_and_remedy(error_class):
    error = Failure.of(error_class(ErrorCode.MODEL_HASH, "wrong", remedy="fetch it again")).to_error()

    assert type(error) is error_class
    assert (error.code, error.message, error.remedy) == (ErrorCode.MODEL_HASH, "wrong", "fetch it again")


def test_an_error_of_a_class_of_its_own_travels_as_the_class_it_extends():
    class OddModelError(ModelError):
        pass

    class OddError(AssistantError):
        pass

    assert type(Failure.of(OddModelError(ErrorCode.MODEL_HASH, "")).to_error()) is ModelError
    assert type(Failure.of(OddError(ErrorCode.MODEL_HASH, "")).to_error()) is WorkerError


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\n",
        b"hello\n",
        b"\xff\xfe\n",
        b"[]\n",
        b"{}\n",
        b'{"kind":"boasts"}\n',
        b'{"kind":"beat","seq":1,"done":1,"mood":"good"}\n',
        b'{"kind":"beat","seq":-1,"done":1}\n',
        b'{"kind":"started","engine":"a","version":"","load_ms":NaN}\n',
        b'{"kind":"heard","seq":1,"event":["WakeHeard",{"text":"no"}]}\n',
        b'{"kind":"heard","seq":1,"event":["WakeHeard",{"at_s":1,"end_s":2,"score":1,"extra":1}]}\n',
        b'{"kind":"heard","seq":1,"event":["PartialHeard",{"text":7}]}\n',
        b'{"kind":"ping","seq":1}\n',
    ],
)
def test_anything_else_is_refused_without_being_quoted(line):
    with pytest.raises(WorkerError) as refused:
        read_message(line)

    assert refused.value.code is ErrorCode.WORKER_PROTOCOL
    assert refused.value.message == f"a line of {len(line)} bytes that is no message"
