"""Loads a Vosk model, after everything that could bring the library down has been looked at.

libvosk lives in this process: what it cannot read it may answer with a crash, and without a path it downloads.
So a model directory is checked before the library sees it, tried out before anybody relies on it, and shared.
"""

import atexit
import functools
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from intents.errors import EngineError, ErrorCode, ModelError
from vehicle_assistant.audio.port import SAMPLE_RATE_HZ, SILENCE

ALWAYS_NEEDED = ("am/final.mdl", "conf/mfcc.conf", "conf/model.conf", "graph/phones/word_boundary.int")
STATIC_GRAPH = ("graph/HCLG.fst", "graph/words.txt")
LOOKAHEAD_GRAPH = ("graph/HCLr.fst", "graph/Gr.fst", "graph/disambig_tid.int")
IVECTOR = tuple(
    f"ivector/{name}"
    for name in ("final.dubm", "final.ie", "final.mat", "global_cmvn.stats", "online_cmvn.conf", "splice.conf")
)
MAY_BE_EMPTY = frozenset({"graph/disambig_tid.int"})

_FST_MAGIC = (2_125_659_606).to_bytes(4, "little")  # OpenFst's file header
_MODEL_STARTS = (b"\0B", b"<TransitionModel>")  # Kaldi binary and text form
_SILENT_LOG_LEVEL = -3  # -1 still prints warnings for every model
_TRIAL_FRAMES = 10

_REMEDY = "run `vehicle-assistant models list`, then install or import one"
_DAMAGED = "remove it and run `vehicle-assistant models install` or `import` again"


class VoskModel:
    """A loaded model, for any number of recognisers, one thread each."""

    def __init__(self, directory: Path) -> None:
        """Raises ModelError (`model_absent`, `model_invalid`), EngineError (`engine_unavailable`)."""
        check_directory(directory)
        self.directory = directory
        self._vosk = _library()
        try:
            self._model = self._vosk.Model(model_path=str(directory))
            self._try_out()
        except Exception as broken:
            raise _invalid(directory, f"the speech library cannot load it ({broken})") from broken

    def recogniser(self, phrases: Iterable[str] | None = None) -> Any:
        """Make a recogniser with word times; `phrases` limit what it can hear.

        Raises ValueError for an empty list of phrases, which would bring the library down, and EngineError
        (`engine_failed`) when the library refuses.
        """
        arguments: list[Any] = [self._model, float(SAMPLE_RATE_HZ)]
        if phrases is not None:
            grammar = [phrase for phrase in phrases if phrase.strip()]
            if not grammar:
                raise ValueError("a grammar needs at least one phrase")
            arguments.append(json.dumps(grammar))
        try:
            made = self._vosk.KaldiRecognizer(*arguments)
        except Exception as refused:
            raise EngineError(
                ErrorCode.ENGINE_FAILED, f"the speech library makes no recogniser: {refused}", remedy=_DAMAGED
            ) from refused
        made.SetWords(True)
        return made

    def knows(self, word: str) -> bool:
        """Say whether the word is in the model's vocabulary."""
        return bool(self._model.vosk_model_find_word(word) >= 0)

    def _try_out(self) -> None:
        """Decode a moment of silence: some damage shows only here."""
        trial = self.recogniser()
        trial.AcceptWaveform(SILENCE * _TRIAL_FRAMES)
        json.loads(trial.FinalResult())


@functools.cache
def load(directory: Path) -> VoskModel:
    """Load a model once for all who use it in this process."""
    return VoskModel(directory)


# The library's wrapper frees a model by way of its own module, which is gone when the interpreter is.
atexit.register(load.cache_clear)


def check_directory(directory: Path) -> None:
    """Raise ModelError unless every file the library opens is there and starts as it should."""
    if not directory.is_dir():
        raise ModelError(ErrorCode.MODEL_ABSENT, f"there is no speech model at {directory}", remedy=_REMEDY)
    static = (directory / STATIC_GRAPH[0]).exists()
    needed = [*ALWAYS_NEEDED, *(STATIC_GRAPH if static else LOOKAHEAD_GRAPH)]
    if (directory / "ivector").exists():
        needed += IVECTOR
    for name in needed:
        file = directory / name
        if not file.is_file():
            raise _invalid(directory, f"{name} is missing")
        if file.stat().st_size == 0 and name not in MAY_BE_EMPTY:
            raise _invalid(directory, f"{name} is empty")
        _check_start(directory, name)


def _check_start(directory: Path, name: str) -> None:
    starts: tuple[bytes, ...] = ()
    if name.endswith(".fst"):
        starts = (_FST_MAGIC,)
    elif name.endswith(".mdl"):
        starts = _MODEL_STARTS
    with (directory / name).open("rb") as file:
        head = file.read(max(map(len, _MODEL_STARTS)))
    if starts and not head.startswith(starts):
        raise _invalid(directory, f"{name} is damaged")


def _invalid(directory: Path, problem: str) -> ModelError:
    return ModelError(ErrorCode.MODEL_INVALID, f"the speech model at {directory}: {problem}", remedy=_DAMAGED)


def _library() -> Any:
    try:
        import vosk
    except ImportError as absent:
        raise EngineError(
            ErrorCode.ENGINE_UNAVAILABLE, "Vosk is not installed", remedy="install the package vosk"
        ) from absent
    vosk.SetLogLevel(_SILENT_LOG_LEVEL)
    return vosk
