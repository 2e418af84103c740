"""The table of sound sources. A new one is a file and a row here."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from intents.errors import EngineError, ErrorCode
from vehicle_assistant.audio.port import AudioSource


def _microphone(target: str) -> AudioSource:
    from vehicle_assistant.audio.microphone import Microphone

    return Microphone(target)


def _wav(target: str) -> AudioSource:
    from vehicle_assistant.audio.recording import WavSource

    return WavSource(Path(target))


def _stream(target: str) -> AudioSource:
    from vehicle_assistant.audio.stream import StreamSource

    return StreamSource(Path(target))


SOURCES: Mapping[str, Callable[[str], AudioSource]] = MappingProxyType(
    {
        "microphone": _microphone,
        "wav": _wav,
        "stream": _stream,
    }
)
"""Every source by name. Its target: (part of) a device's name or nothing, a WAV file, a FIFO or socket."""


def open_source(name: str, target: str = "") -> AudioSource:
    """Open the named source. Raises EngineError or InputError when it is unknown or cannot be used."""
    factory = SOURCES.get(name)
    if factory is None:
        raise EngineError(
            ErrorCode.ENGINE_UNKNOWN, f"no sound source is called {name!r}", remedy=f"use one of {', '.join(SOURCES)}"
        )
    return factory(target)
