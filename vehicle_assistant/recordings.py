"""Runs one engine over one recording, for the command line: what was said, or where the wake phrase is."""

import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from vehicle_assistant.asr.port import Recogniser
from vehicle_assistant.audio.port import FRAME_S, SILENCE, AudioWarning, Frame
from vehicle_assistant.audio.wavfile import Recording, read_wav
from vehicle_assistant.wake.port import WakeDetector

END_PADDING_S = 1.2
"""Silence after the end, so that a phrase in the last moment of a recording can still be confirmed."""

Warn = Callable[[AudioWarning], None]


def _keep_quiet(_warning: AudioWarning) -> None:
    """Take no notice."""


def transcribe_file(path: Path, recogniser: Recogniser, *, warn: Warn = _keep_quiet) -> dict[str, Any]:
    """Return what is said in a recording: file, text, words with seconds and confidence, real-time factor.

    Raises InputError for a file that cannot be used.
    """
    recording = _read(path, warn)
    begun = time.monotonic()
    recogniser.reset()
    for frame in recording.frames():
        recogniser.accept(frame)
    transcript = recogniser.finish()
    took_s = time.monotonic() - begun
    return {
        "file": str(path),
        "text": transcript.text,
        "words": [asdict(word) for word in transcript.words],
        "rtf": round(took_s / recording.seconds, 4),
    }


def wake_file(path: Path, detector: WakeDetector, *, warn: Warn = _keep_quiet) -> dict[str, Any]:
    """Return where the wake phrase ends in a recording: file, seconds, detections with time and score.

    Raises InputError for a file that cannot be used.
    """
    recording = _read(path, warn)
    detector.reset()
    frames = [*recording.frames()]
    frames += [Frame(SILENCE, (len(frames) + i) * FRAME_S) for i in range(round(END_PADDING_S / FRAME_S))]
    hits = [hit for frame in frames if (hit := detector.process(frame)) is not None]
    return {
        "file": str(path),
        "seconds": round(recording.seconds, 3),
        "detections": [{"t_s": round(hit.end_s, 3), "score": round(hit.score, 3)} for hit in hits],
    }


def _read(path: Path, warn: Warn) -> Recording:
    recording = read_wav(path)
    for warning in recording.warnings:
        warn(warning)
    return recording
