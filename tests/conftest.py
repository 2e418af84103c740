"""Spoken English for every test that listens: espeak-ng speaks, the bench voice model understands it."""

import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import vehicle_assistant.asr
from vehicle_assistant.audio.port import SAMPLE_RATE_HZ, Frame
from vehicle_assistant.audio.wavfile import Recording, to_recording
from vehicle_assistant.tts.engines import open_speaker
from vehicle_assistant.tts.port import SpeakerSettings


@pytest.fixture(scope="session", autouse=True)
def _null_files_closed():
    """llama_cpp opens two files on import and never closes them; warnings are errors here, to the last line."""
    yield
    opened = sys.modules.get("llama_cpp._utils")
    if opened is not None:
        opened.outnull_file.close()
        opened.errnull_file.close()


Sound = np.ndarray  # (n,) int16 at 16 kHz


@cache
def speak(text: str, voice: str = "en-us", speed_wpm: int = 150) -> Sound:
    """Speak a text, without the silence that espeak-ng puts around it."""
    speech = open_speaker("espeak", SpeakerSettings(voice=voice, speed_wpm=speed_wpm)).synthesise(text)
    sound = np.frombuffer(to_recording(speech.samples, speech.sample_rate_hz).samples, "<i2")
    audible = np.flatnonzero(np.abs(sound) > 100)
    return sound[audible[0] : audible[-1] + 1]


def pause(seconds: float) -> Sound:
    """Digital silence."""
    return np.zeros(round(seconds * SAMPLE_RATE_HZ), np.int16)


def record(*parts: Sound, gain_db: float = 0.0) -> Recording:
    """Put sounds one after the other, at a level."""
    sound = np.concatenate(parts).astype(float) * 10 ** (gain_db / 20)
    return Recording(sound.astype("<i2").tobytes())


class Voice:
    """What a test needs to speak."""

    say = staticmethod(speak)
    pause = staticmethod(pause)
    record = staticmethod(record)

    @staticmethod
    def frames(*parts: Sound, gain_db: float = 0.0) -> list[Frame]:
        """Put sounds one after the other and cut them into frames."""
        return list(record(*parts, gain_db=gain_db).frames())


@pytest.fixture(scope="session")
def voice() -> Voice:
    return Voice()


@pytest.fixture(scope="session")
def bench_voice() -> Path:
    """The directory of the speech model that understands espeak-ng."""
    return Path(vehicle_assistant.asr.__file__).parents[1] / "models" / "bench_voice"
