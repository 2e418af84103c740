"""Tells words that were spoken from words that a recogniser read out of noise."""

from collections.abc import Sequence

from vehicle_assistant.asr.port import NOTHING, Transcript, Word
from vehicle_assistant.audio.port import FRAME_S

VOICED_SHARE = 0.2
"""Share of a word's frames with voice activity: stops and fricatives have none, noise has next to none at all."""


def spoken(transcript: Transcript, voiced_s: Sequence[float]) -> Transcript:
    """Return the transcript without words during which there was next to no voice activity.

    `voiced_s`: moments of voice activity in stream time. Where there is none at all, the speaker is too quiet for the
    detector, and the recogniser is believed.
    """
    if not voiced_s:
        return transcript
    words = tuple(word for word in transcript.words if _is_voiced(word, voiced_s))
    if len(words) == len(transcript.words):
        return transcript
    if not words:
        return NOTHING
    return Transcript(" ".join(word.text for word in words), words, min(word.confidence for word in words))


def _is_voiced(word: Word, voiced_s: Sequence[float]) -> bool:
    voiced = sum(word.start_s - FRAME_S / 2 <= at_s < word.end_s for at_s in voiced_s)
    return voiced * FRAME_S >= VOICED_SHARE * (word.end_s - word.start_s)
