"""The ears' process: what is heard arrives once and in order, whatever happens to it."""

import asyncio
import os
import signal
import wave
from contextlib import asynccontextmanager

import pytest

from intents.errors import EngineError, ErrorCode, InputError, ModelError, SettingsError
from vehicle_assistant.asr.engines import RecogniserSettings
from vehicle_assistant.audio.endpoint import Completeness, EndReason
from vehicle_assistant.audio.port import SILENCE, AudioWarningCode
from vehicle_assistant.ear_events import NothingHeard, PartialHeard, SpeechHeard, WakeHeard
from vehicle_assistant.ports import Lost, Part, Ready
from vehicle_assistant.workers.clients import EarsJob, EarsWorker, WorkerLimits

PATIENCE_S = 60.0


@pytest.fixture
def live(tmp_path, hearing):
    """A job whose ears hear a FIFO, and the end that a test speaks into."""
    fifo = tmp_path / "cabin"
    os.mkfifo(fifo)
    end = os.open(fifo, os.O_RDWR)  # open for reading too: the ears may come and go
    yield hearing(source="stream", paths=(), stream_path=fifo), lambda frames: os.write(end, SILENCE * frames)
    os.close(end)


@asynccontextmanager
async def a_quiet_cabin(speak):
    """Sound goes on, as from a microphone, however soon or late a command reaches the ears."""

    async def go_on():
        while True:
            speak(1)
            await asyncio.sleep(0.01)

    sound = asyncio.create_task(go_on())
    try:
        yield
    finally:
        sound.cancel()
        await asyncio.gather(sound, return_exceptions=True)


async def heard(ears):
    """Everything that is heard until the recordings end."""
    async with asyncio.timeout(PATIENCE_S):
        return [event async for event in ears.events()]


def kinds(events):
    return [type(event) for event in events]


ONE_TURN = [WakeHeard, PartialHeard, PartialHeard, SpeechHeard]


async def test_a_recording_is_heard_to_its_end(hearing, calm):
    async with EarsWorker(hearing(), calm) as ears:
        events = await heard(ears)

    assert kinds(events) == ONE_TURN
    assert events[-1].transcript.text == "open window"
    assert events[-1].reason is EndReason.SILENCE
    assert ears.idle


async def test_recordings_follow_each_other_each_with_its_own_time(hearing, calm):
    job = hearing(recordings=3)
    async with EarsWorker(job, calm) as ears:
        heard_in = [(ears.recording, event) async for event in ears.events()]

    assert kinds(event for _, event in heard_in) == ONE_TURN * 3
    assert [(path, event.wake_at_s) for path, event in heard_in if isinstance(event, SpeechHeard)] == [
        (path, 0.5) for path in job.paths
    ]


async def test_a_recording_stands_still_while_its_listener_thinks(hearing, calm):
    """The hint on the last word comes late by the clock, and yet in time for the recording."""
    events = []
    async with EarsWorker(hearing(), calm) as ears:
        async for event in ears.events():
            events.append(event)
            if event == PartialHeard("open window"):
                await asyncio.sleep(0.3)  # thinking, which is what is tested: 0.3 s are 100 s of an unpaced recording
                await ears.hint(Completeness.COMPLETE, event.text)

    assert events[-1].reason is EndReason.COMPLETE


async def test_while_the_assistant_speaks_nothing_is_heard(hearing, calm):
    async with EarsWorker(hearing(), calm) as ears:
        events = []
        async for event in ears.events():
            events.append(event)
            if isinstance(event, WakeHeard):
                await ears.gate(speaking=True)

    assert events[-1] == NothingHeard(EndReason.INTERRUPTED, 0.5, events[-1].endpointed_at_s)
    assert SpeechHeard not in kinds(events)


@pytest.mark.parametrize(("end", "last"), [("settle", SpeechHeard), ("stop", NothingHeard)])
async def test_an_utterance_is_ended_from_outside(hearing, calm, end, last):
    async with EarsWorker(hearing(), calm) as ears:
        events = []
        async for event in ears.events():
            events.append(event)
            if event == PartialHeard("open"):
                await getattr(ears, end)()

    assert kinds(events)[:3] == [WakeHeard, PartialHeard, last]


async def test_it_listens_without_a_wake_phrase_when_asked(live, calm):
    job, speak = live
    async with EarsWorker(job, calm) as ears:
        await ears.listen(window_s=0.3)
        assert not ears.idle
        async with a_quiet_cabin(speak):
            event = await asyncio.wait_for(anext(ears.events()), PATIENCE_S)

        assert event == NothingHeard(EndReason.NO_SPEECH, None, event.endpointed_at_s)
        assert ears.idle


async def test_sound_that_was_converted_is_reported(hearing, calm, tmp_path):
    job = hearing()
    with wave.open(str(job.paths[0]), "wb") as wav:
        wav.setnchannels(2)
        wav.setsampwidth(2)
        wav.setframerate(8000)
        wav.writeframes(bytes(4 * 8000))
    warnings = []
    async with EarsWorker(job, calm, on_warning=warnings.append) as ears:
        await heard(ears)

    assert [warning.code for warning in warnings] == [AudioWarningCode.MIXED_DOWN, AudioWarningCode.RESAMPLED]


@pytest.mark.parametrize("deadly", [signal.SIGKILL, signal.SIGSEGV])
async def test_ears_that_die_in_a_turn_come_back_and_hear_again(live, calm, changes, deadly):
    job, speak = live
    reason = f"the ears worker stopped: it was ended by {deadly.name}"
    async with EarsWorker(job, calm, on_change=changes) as ears:
        events = ears.events()
        speak(40)  # 1.2 s: the wake phrase, and "open" not yet at its end
        assert isinstance(await asyncio.wait_for(anext(events), PATIENCE_S), WakeHeard)
        assert not ears.idle
        os.kill(ears.status.pid, deadly)

        assert await asyncio.wait_for(anext(events), PATIENCE_S) == Lost(Part.EARS, reason)
        assert ears.idle
        assert await asyncio.wait_for(anext(events), PATIENCE_S) == Ready(Part.EARS)
        speak(100)
        turn = [await asyncio.wait_for(anext(events), PATIENCE_S)]
        while not isinstance(turn[-1], SpeechHeard):
            turn.append(await asyncio.wait_for(anext(events), PATIENCE_S))
        assert isinstance(turn[0], WakeHeard)
        assert turn[-2] == PartialHeard("open window")  # earlier readings are passed over by a listener who is behind
        assert (await changes.next(), await changes.next()) == (Lost(Part.EARS, reason), Ready(Part.EARS))


async def test_ears_that_hang_are_replaced(live, changes):
    job, _ = live
    async with EarsWorker(job, WorkerLimits(beat_timeout_s=1.0), on_change=changes) as ears:
        os.kill(ears.status.pid, signal.SIGSTOP)

        assert "no sign of work" in (await changes.next()).reason
        assert await changes.next() == Ready(Part.EARS)


async def test_ears_without_a_speaker_are_at_work_all_the_same(live, changes, until):
    """A source that says in its own time that it has nothing to give is not a source that hangs."""
    job, _ = live
    async with EarsWorker(job, WorkerLimits(beat_timeout_s=5.0), on_change=changes) as ears:
        await until(lambda: ears._worker._ping_seq >= 4)

        assert ears.status.done == 0
        assert changes.pending == 0


async def test_what_is_asked_of_absent_ears_has_no_effect_but_the_gate_is_kept(live, calm, changes, until):
    job, speak = live
    async with EarsWorker(job, calm, on_change=changes) as ears:
        os.kill(ears.status.pid, signal.SIGKILL)
        assert isinstance(await changes.next(), Lost)
        await ears.gate(speaking=True)
        await ears.listen()
        await ears.hint(Completeness.COMPLETE, "open")
        await ears.settle()
        await ears.stop()
        assert await changes.next() == Ready(Part.EARS)
        speak(40)  # the wake phrase, which the closed ears must not hear
        await until(lambda: ears.status.done >= 40)
        await ears.gate(speaking=False)
        await ears.listen(window_s=0.3)
        events = ears.events()
        async with a_quiet_cabin(speak):
            told = [await asyncio.wait_for(anext(events), PATIENCE_S) for _ in range(3)]

    assert kinds(told) == [Lost, Ready, NothingHeard], told
    assert told[-1].reason is EndReason.NO_SPEECH


async def test_a_recording_goes_on_after_a_loss_without_saying_anything_twice(hearing, calm):
    job = hearing(recordings=3)
    async with EarsWorker(job, calm) as ears:
        turns, events = [], []
        async for event in ears.events():
            events.append(type(event))
            if isinstance(event, SpeechHeard):
                turns.append(ears.recording)
                if len(turns) == 2:
                    os.kill(ears.status.pid, signal.SIGKILL)

    assert turns == list(job.paths)
    assert events == [*ONE_TURN, *ONE_TURN, Lost, Ready, *ONE_TURN]


async def test_a_recording_in_real_time_takes_its_time(hearing, calm):
    loop = asyncio.get_running_loop()
    async with EarsWorker(hearing(realtime=True), calm) as ears:
        began_s = loop.time()
        events = await heard(ears)

    assert (kinds(events)[0], kinds(events)[-1]) == (WakeHeard, SpeechHeard)
    assert loop.time() - began_s >= 3.9


async def test_events_end_when_the_ears_are_closed(live, calm):
    job, _ = live
    async with EarsWorker(job, calm) as ears:
        listening = asyncio.create_task(heard(ears))
        await asyncio.sleep(0)

    assert await listening == []


@pytest.mark.parametrize(
    ("changed", "error_class", "code"),
    [
        ({"recogniser": "oracle"}, EngineError, ErrorCode.ENGINE_UNKNOWN),
        (
            {"recogniser": "vosk", "recogniser_settings": RecogniserSettings(model_dir="/no/such/model")},
            ModelError,
            ErrorCode.MODEL_ABSENT,
        ),
        ({"source": "telepathy"}, EngineError, ErrorCode.ENGINE_UNKNOWN),
        ({"paths": ("/no/such.wav",)}, InputError, ErrorCode.FILE_NOT_FOUND),
        ({"paths": ()}, SettingsError, ErrorCode.SETTING_INVALID),
    ],
)
async def test_what_a_person_must_cure_is_raised_with_its_remedy(hearing, calm, changed, error_class, code):
    job = EarsJob.model_validate(hearing().model_dump() | changed)
    with pytest.raises(error_class) as refused:
        await EarsWorker(job, calm).__aenter__()

    assert refused.value.code is code
    assert refused.value.remedy


async def test_one_bad_recording_refuses_them_all_before_any_is_heard(hearing, calm, tmp_path):
    job = hearing(recordings=2)
    job.paths[1].write_bytes(b"not a recording")
    with pytest.raises(InputError) as refused:
        await EarsWorker(job, calm).__aenter__()

    assert refused.value.code is ErrorCode.FILE_NOT_AUDIO
