"""Workers for tests: real processes with scripted engines, and a process that misbehaves as told."""

import asyncio
import json
import os
import sys
import wave
from pathlib import Path

import pytest
import pytest_asyncio

from vehicle_assistant.asr.engines import RecogniserSettings
from vehicle_assistant.audio.port import SAMPLE_RATE_HZ
from vehicle_assistant.tts.port import SpeakerSettings
from vehicle_assistant.wake.engines import WakeSettings
from vehicle_assistant.workers.jobs import EarsJob, ParserJob, VoiceJob
from vehicle_assistant.workers.vigil import WorkerLimits

PATIENCE_S = 60.0
"""Only to end a test that would never end; a healthy one takes a second or two."""


class Changes:
    """What a worker's owner was told, in order."""

    def __init__(self):
        self._queue = asyncio.Queue()

    def __call__(self, change):
        self._queue.put_nowait(change)

    async def next(self):
        async with asyncio.timeout(PATIENCE_S):
            return await self._queue.get()

    @property
    def pending(self):
        return self._queue.qsize()


@pytest.fixture
def changes():
    return Changes()


@pytest.fixture
def until():
    """Returns a coroutine function that waits for something to become true."""

    async def wait(is_true, every_s=0.01):
        async with asyncio.timeout(PATIENCE_S):
            while not is_true():  # noqa: ASYNC110  (what is waited for is seen from outside)
                await asyncio.sleep(every_s)

    return wait


@pytest_asyncio.fixture(autouse=True)
async def nothing_is_left_behind():
    yield
    assert asyncio.all_tasks() == {asyncio.current_task()}
    with pytest.raises(ChildProcessError):  # neither running nor a zombie
        os.waitpid(-1, os.WNOHANG)  # noqa: ASYNC222  (it does not wait)


@pytest.fixture
def calm():
    """Limits under which nobody is found silent, however busy the machine is."""
    return WorkerLimits(beat_timeout_s=PATIENCE_S)


@pytest.fixture
def misbehaving(tmp_path):
    """Returns the command of a worker that misbehaves in the given way, in its first life or in every one."""

    def command(way, *, always=False):
        marker = "always" if always else str(tmp_path / "second_life")
        return (sys.executable, str(Path(__file__).with_name("misbehaving.py")), way, marker)

    return command


@pytest.fixture
def parser_job():
    return ParserJob(engine="scripted")


@pytest.fixture
def voice_job():
    return VoiceJob(speaker="silent", loudspeaker="silent", voice=SpeakerSettings(speed_wpm=60))  # one word a second


def write_silence(path, seconds, *, rate_hz=SAMPLE_RATE_HZ):
    with wave.open(str(path), "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(rate_hz)
        wav.writeframes(bytes(2 * round(seconds * rate_hz)))
    return path


def write_script(path, *, wake_s, words):
    """One wake phrase of 0.4 s, and words of 0.3 s each by their start."""
    spoken = [{"text": text, "start_s": start_s, "end_s": start_s + 0.3} for text, start_s in words.items()]
    path.write_text(json.dumps({"wake": [{"at_s": at, "end_s": at + 0.4} for at in wake_s], "words": spoken}))
    return path


@pytest.fixture
def hearing(tmp_path):
    """Returns a job whose ears hear a wake phrase and "open window" in recordings of silence, each 4 s long."""
    script = write_script(tmp_path / "script.json", wake_s=[0.5], words={"open": 1.0, "window": 1.3})

    def job(recordings=1, **changed):
        paths = tuple(write_silence(tmp_path / f"{number}.wav", 4.0) for number in range(recordings))
        return EarsJob(
            source="wav",
            paths=paths,
            wake="scripted",
            wake_settings=WakeSettings(script=script),
            recogniser="scripted",
            recogniser_settings=RecogniserSettings(script=script),
        ).model_copy(update=changed)

    return job
