"""The table of voices. A new one is a file and a row here."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from intents.errors import EngineError, ErrorCode
from vehicle_assistant.tts.cached import CachedSpeaker
from vehicle_assistant.tts.port import Speaker, SpeakerSettings


def _espeak(settings: SpeakerSettings) -> Speaker:
    from vehicle_assistant.tts.espeak import EspeakSpeaker

    return CachedSpeaker(EspeakSpeaker(settings))


def _silent(settings: SpeakerSettings) -> Speaker:
    from vehicle_assistant.tts.silent import SilentSpeaker

    return SilentSpeaker(settings.speed_wpm)


SPEAKERS: Mapping[str, Callable[[SpeakerSettings], Speaker]] = MappingProxyType(
    {
        "espeak": _espeak,
        "silent": _silent,
    }
)


def open_speaker(name: str, settings: SpeakerSettings | None = None) -> Speaker:
    """Makes the named voice; raises EngineError when it is unknown or not installed."""
    factory = SPEAKERS.get(name)
    if factory is None:
        raise EngineError(
            ErrorCode.ENGINE_UNKNOWN, f"no voice is called {name!r}", remedy=f"use one of {', '.join(SPEAKERS)}"
        )
    return factory(settings or SpeakerSettings())
