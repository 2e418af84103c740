"""Speech recognition by Vosk: Kaldi's decoder over a model directory."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from intents.errors import EngineError, ErrorCode
from vehicle_assistant.asr.port import NOTHING, Partial, Transcript, Word
from vehicle_assistant.asr.vosk_model import load
from vehicle_assistant.audio.port import Frame

UNKNOWN_WORD = "[unk]"
"""What a model writes for sound that is speech but no word it knows."""


class VoskRecogniser:
    """Recognises one utterance after the other, each with a library recogniser of its own.

    A fresh recogniser per utterance keeps memory flat over days (the library's grow with use) and puts word times
    at the utterance's own start. The library may end a segment by itself in a pause; segments are joined.
    """

    def __init__(self, model_dir: Path, phrases: Iterable[str] | None = None) -> None:
        """`phrases` limit what can be heard. Raises ModelError, EngineError (`engine_unavailable`)."""
        self._model = load(model_dir)
        self._phrases = None if phrases is None else tuple(phrases)
        self._engine: Any
        self._segments: list[dict[str, Any]]
        self._offset_s: float | None
        self._text: str
        self.reset()

    def accept(self, frame: Frame) -> Partial | None:
        """Take the next frame; a partial comes back when the text so far has changed."""
        if self._offset_s is None:
            self._offset_s = frame.start_s
        if self._accept_waveform(frame.samples):
            self._segments.append(json.loads(self._engine.Result()))
            text = ""
        else:
            text = _known(json.loads(self._engine.PartialResult()).get("partial", ""))
        so_far = [_known(segment.get("text", "")) for segment in self._segments]
        text = " ".join(part for part in (*so_far, text) if part)
        if text == self._text:
            return None
        self._text = text
        return Partial(text)

    def finish(self) -> Transcript:
        """Settle the utterance."""
        offset_s = self._offset_s
        if offset_s is None:
            return NOTHING
        self._segments.append(json.loads(self._engine.FinalResult()))
        heard = [_word(entry, offset_s) for segment in self._segments for entry in segment.get("result", ())]
        self.reset()
        return transcript_of(heard)

    def reset(self) -> None:
        """Forget the utterance in flight."""
        self._engine = self._model.recogniser(self._phrases)
        self._segments = []
        self._offset_s = None
        self._text = ""

    def _accept_waveform(self, samples: bytes) -> bool:
        try:
            return bool(self._engine.AcceptWaveform(samples))
        except Exception as broken:
            raise EngineError(
                ErrorCode.ENGINE_FAILED, f"the speech library failed: {broken}", remedy="restart the service"
            ) from broken


def transcript_of(heard: Iterable[Word]) -> Transcript:
    """Join words into a transcript, leaving out what was speech but no known word.

    The confidence is the least certain word's (measured: the lowest word tells right from wrong sentences), times
    the share of known words.
    """
    heard = tuple(heard)
    words = tuple(word for word in heard if word.text != UNKNOWN_WORD)
    if not words:
        return NOTHING
    confidence = min(word.confidence for word in words) * len(words) / len(heard)
    return Transcript(" ".join(word.text for word in words), words, confidence)


def _known(text: str) -> str:
    return " ".join(word for word in text.split() if word != UNKNOWN_WORD)


def _word(entry: dict[str, Any], offset_s: float) -> Word:
    return Word(
        text=str(entry["word"]),
        start_s=round(offset_s + float(entry["start"]), 3),
        end_s=round(offset_s + float(entry["end"]), 3),
        confidence=min(max(float(entry.get("conf", 0.0)), 0.0), 1.0),
    )
