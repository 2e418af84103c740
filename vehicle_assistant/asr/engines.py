"""The table of speech recognisers. A new one is a file and a row here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from intents.errors import EngineError, ErrorCode, ModelError
from vehicle_assistant.asr.port import Recogniser


@dataclass(frozen=True, slots=True)
class RecogniserSettings:
    """What a recogniser may be told; each engine takes what it needs."""

    model_dir: Path | None = None  # vosk
    phrases: tuple[str, ...] | None = None  # vosk: all that may be heard; None: the model's own language
    script: Path | None = None  # scripted


def _vosk(settings: RecogniserSettings) -> Recogniser:
    from vehicle_assistant.asr.vosk import VoskRecogniser

    if settings.model_dir is None:
        raise ModelError(
            ErrorCode.MODEL_ABSENT,
            "no speech model is named",
            remedy="name its folder, or run `vehicle-assistant models list`",
        )
    return VoskRecogniser(settings.model_dir, settings.phrases)


def _scripted(settings: RecogniserSettings) -> Recogniser:
    from vehicle_assistant.asr.script import read_script
    from vehicle_assistant.asr.scripted import ScriptedRecogniser

    return ScriptedRecogniser(read_script(settings.script).spoken())


RECOGNISERS: Mapping[str, Callable[[RecogniserSettings], Recogniser]] = MappingProxyType(
    {
        "vosk": _vosk,
        "scripted": _scripted,
    }
)


def make_recogniser(name: str, settings: RecogniserSettings | None = None) -> Recogniser:
    """Make the named recogniser. Raises EngineError or ModelError when it is unknown or lacks its model."""
    factory = RECOGNISERS.get(name)
    if factory is None:
        raise EngineError(
            ErrorCode.ENGINE_UNKNOWN, f"no recogniser is called {name!r}", remedy=f"use one of {', '.join(RECOGNISERS)}"
        )
    return factory(settings or RecogniserSettings())
