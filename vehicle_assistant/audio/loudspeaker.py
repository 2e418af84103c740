"""Where sound goes: a sound card, a WAV file that keeps a loudspeaker's timing, or nowhere.

Sound is played in chunks of 10 ms, and the caller's stop flag is read before each, so playback ends well within
50 ms of it.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from types import MappingProxyType
from typing import Protocol

from intents.errors import EngineError, ErrorCode
from vehicle_assistant.tts.port import Speech

CHUNK_S = 0.01


@dataclass(frozen=True, slots=True)
class LoudspeakerSettings:
    """What an output may need; rows of the table use what applies to them."""

    device: str = ""  # part of the sound card's name; empty for the system's default
    wav_path: Path | None = None
    realtime: bool = True  # off: files and silence take no time, for tests and batch runs


class Loudspeaker(Protocol):
    """One output. Called from a single thread."""

    @property
    def name(self) -> str:
        """What and where, in one line for people."""
        ...

    def play(self, speech: Speech, stop: Event) -> float:
        """Plays until the end or until stop is set; blocks. Returns the seconds that were heard.

        Raises EngineError (DEVICE_ABSENT, DEVICE_LOST) when there is no output; the next call tries afresh.
        """
        ...

    def close(self) -> None:
        """Releases the output; a second call does nothing."""
        ...


class SilentLoudspeaker:
    """Plays nothing, for as long as it would take."""

    def __init__(self, *, realtime: bool = True) -> None:
        self._realtime = realtime

    @property
    def name(self) -> str:
        """Says that nothing is heard."""
        return "silent"

    def play(self, speech: Speech, stop: Event) -> float:
        """Waits out the sound, or returns at once when not in real time."""
        if not self._realtime:
            return 0.0 if stop.is_set() else speech.seconds
        began_s = time.monotonic()
        stop.wait(speech.seconds)
        return min(time.monotonic() - began_s, speech.seconds)

    def close(self) -> None:
        """Holds nothing."""


def chunks(speech: Speech) -> list[bytes]:
    """Cuts the sound into pieces of CHUNK_S; the last may be shorter."""
    step = 2 * max(1, round(speech.sample_rate_hz * CHUNK_S))
    return [speech.samples[at : at + step] for at in range(0, len(speech.samples), step)]


def _device(settings: LoudspeakerSettings) -> Loudspeaker:
    from vehicle_assistant.audio.soundcard import SoundCard

    return SoundCard(settings.device)


def _wav(settings: LoudspeakerSettings) -> Loudspeaker:
    from vehicle_assistant.audio.wavtape import WavTape

    if settings.wav_path is None:
        raise EngineError(ErrorCode.DEVICE_ABSENT, "no WAV file is named for the sound", remedy="set a path for it")
    return WavTape(settings.wav_path, realtime=settings.realtime)


def _silent(settings: LoudspeakerSettings) -> Loudspeaker:
    return SilentLoudspeaker(realtime=settings.realtime)


LOUDSPEAKERS: Mapping[str, Callable[[LoudspeakerSettings], Loudspeaker]] = MappingProxyType(
    {
        "device": _device,
        "wav": _wav,
        "silent": _silent,
    }
)


def open_loudspeaker(
    name: str, wav_path: Path | None = None, *, device: str = "", realtime: bool = True
) -> Loudspeaker:
    """Opens the named output; "auto" is the sound card if there is one, else the WAV file, else silence."""
    settings = LoudspeakerSettings(device, wav_path, realtime)
    if name == "auto":
        return _first_that_works(settings)
    factory = LOUDSPEAKERS.get(name)
    if factory is None:
        known = ", ".join(("auto", *LOUDSPEAKERS))
        raise EngineError(ErrorCode.ENGINE_UNKNOWN, f"no output is called {name!r}", remedy=f"use one of {known}")
    return factory(settings)


def _first_that_works(settings: LoudspeakerSettings) -> Loudspeaker:
    try:
        return _device(settings)
    except EngineError as absent:
        if absent.code not in (ErrorCode.DEVICE_ABSENT, ErrorCode.ENGINE_UNAVAILABLE):
            raise
    return _silent(settings) if settings.wav_path is None else _wav(settings)
