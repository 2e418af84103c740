"""The voice's process: whoever speaks learns whether it was heard, whatever happens to it."""

import asyncio
import os
import signal
import wave

import pytest

from intents.errors import EngineError, ErrorCode
from vehicle_assistant.audio.earcons import Earcon
from vehicle_assistant.mouth import Priority
from vehicle_assistant.ports import Lost, Part, Ready
from vehicle_assistant.workers.clients import VoiceJob, VoiceWorker, WorkerLimits

LONG = " ".join(["word"] * 100)
"""A minute and a half at the test voice's speed."""


@pytest.fixture
def voice(voice_job, calm, changes):
    return VoiceWorker(voice_job, calm, on_change=changes)


@pytest.fixture
def quick(voice_job, calm, changes):
    """A voice that takes no time."""
    return VoiceWorker(voice_job.model_copy(update={"realtime": False}), calm, on_change=changes)


async def test_it_says_what_it_is_told_and_names_its_output(quick):
    async with quick as voice:
        assert await voice.say("done", Priority.ANSWER, Earcon.DONE)
        await voice.play(Earcon.LISTENING)
        assert await voice.say("", Priority.ANSWER)
        assert voice.output == "silent"


async def test_a_tape_holds_what_was_said_before_and_after_a_loss(changes, calm, tmp_path):
    tape = tmp_path / "said.wav"
    job = VoiceJob(speaker="silent", loudspeaker="wav", wav_path=tape, realtime=False)
    async with VoiceWorker(job, calm, on_change=changes) as voice:
        assert voice.output == f"WAV file {tape}"
        assert await voice.say("one", Priority.ANSWER)
        before = seconds(tape)
        os.kill(voice.status.pid, signal.SIGKILL)
        assert isinstance(await changes.next(), Lost)
        assert await changes.next() == Ready(Part.VOICE)
        assert await voice.say("two", Priority.ANSWER)

    assert 0.3 < before < seconds(tape)


def seconds(path):
    with wave.open(str(path)) as wav:
        return wav.getnframes() / wav.getframerate()


async def test_the_more_urgent_cuts_the_less_urgent_short(voice, until):
    async with voice:
        answer = asyncio.create_task(voice.say(LONG, Priority.ANSWER))
        await until(lambda: not voice.idle)
        alert = await voice.say("stop", Priority.URGENT)

        assert (alert, await answer) == (True, False)


async def test_it_is_silent_at_once(voice, until):
    async with voice:
        answer = asyncio.create_task(voice.say(LONG, Priority.ANSWER))
        await until(lambda: not voice.idle)
        await voice.stop()

        assert not await answer


@pytest.mark.parametrize("deadly", [signal.SIGKILL, signal.SIGSEGV])
async def test_a_voice_that_dies_while_speaking_was_not_heard_and_comes_back(voice, changes, until, deadly):
    async with voice:
        answer = asyncio.create_task(voice.say(LONG, Priority.ANSWER))
        await until(lambda: not voice.idle)
        os.kill(voice.status.pid, deadly)

        assert not await answer
        assert await changes.next() == Lost(Part.VOICE, f"the voice worker stopped: it was ended by {deadly.name}")
        assert await changes.next() == Ready(Part.VOICE)
        assert await voice.say("back", Priority.ANSWER)


async def test_what_is_to_be_said_meanwhile_waits_for_the_new_voice(quick, changes):
    async with quick as voice:
        os.kill(voice.status.pid, signal.SIGKILL)
        assert isinstance(await changes.next(), Lost)

        assert await voice.say("take a break", Priority.URGENT)


async def test_a_voice_that_hangs_while_speaking_was_not_heard(voice_job, changes, until):
    async with VoiceWorker(voice_job, WorkerLimits(beat_timeout_s=1.0), on_change=changes) as voice:
        answer = asyncio.create_task(voice.say(LONG, Priority.ANSWER))
        await until(lambda: not voice.idle)
        os.kill(voice.status.pid, signal.SIGSTOP)

        assert not await answer
        assert "no sign of work" in (await changes.next()).reason


async def test_closing_while_speaking_ends_both(voice, until):
    async with voice:
        answer = asyncio.create_task(voice.say(LONG, Priority.ANSWER))
        await until(lambda: not voice.idle)

    assert not await answer


async def test_a_text_that_is_too_long_to_hear_is_not_said(quick):
    async with quick as voice:
        assert not await voice.say("x" * 2000, Priority.ANSWER)
        assert await voice.say("fine", Priority.ANSWER)


async def test_an_unknown_voice_is_raised_with_its_remedy(calm):
    with pytest.raises(EngineError) as refused:
        await VoiceWorker(VoiceJob(speaker="parrot"), calm).__aenter__()

    assert refused.value.code is ErrorCode.ENGINE_UNKNOWN
    assert "use one of" in refused.value.remedy
