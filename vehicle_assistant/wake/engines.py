"""The table of wake detectors. A new one is a file and a row here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from intents.errors import EngineError, ErrorCode, ModelError
from vehicle_assistant.wake.port import WakeDetector

DEFAULT_PHRASE = "computer"


@dataclass(frozen=True, slots=True)
class WakeSettings:
    """What a detector may be told; each engine takes what it needs."""

    phrase: str = DEFAULT_PHRASE  # vosk_phrase: up to six words of the model's vocabulary
    model_dir: Path | None = None  # vosk_phrase
    min_score: float | None = None  # 0 to 1; None: the engine's own
    script: Path | None = None  # scripted


def _vosk_phrase(settings: WakeSettings) -> WakeDetector:
    from vehicle_assistant.wake.vosk_phrase import MIN_SCORE, VoskPhrase

    if settings.model_dir is None:
        raise ModelError(
            ErrorCode.MODEL_ABSENT,
            "no speech model is named for the wake phrase",
            remedy="name its folder, or run `vehicle-assistant models list`",
        )
    min_score = MIN_SCORE if settings.min_score is None else settings.min_score
    return VoskPhrase(settings.model_dir, settings.phrase, min_score)


def _scripted(settings: WakeSettings) -> WakeDetector:
    from vehicle_assistant.asr.script import read_script
    from vehicle_assistant.wake.scripted import ScriptedWake

    return ScriptedWake(read_script(settings.script).detections())


DETECTORS: Mapping[str, Callable[[WakeSettings], WakeDetector]] = MappingProxyType(
    {
        "vosk_phrase": _vosk_phrase,
        "scripted": _scripted,
    }
)


def make_detector(name: str, settings: WakeSettings | None = None) -> WakeDetector:
    """Make the named detector. Raises EngineError, ModelError or SettingsError when it cannot be made."""
    factory = DETECTORS.get(name)
    if factory is None:
        raise EngineError(
            ErrorCode.ENGINE_UNKNOWN,
            f"no wake detector is called {name!r}",
            remedy=f"use one of {', '.join(DETECTORS)}",
        )
    return factory(settings or WakeSettings())
