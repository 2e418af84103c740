"""Voice activity: whether a frame sounds like somebody speaking."""

import math
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from intents.errors import EngineError, ErrorCode
from vehicle_assistant.audio.port import FRAME_S, SAMPLE_RATE_HZ, Frame

AGGRESSIVENESS = 2
"""WebRTC's own scale: 0 lets most through, 3 is the strictest. 2 keeps quiet speech and drops most road noise."""

FLOOR_SPAN_S = 4.0  # longer than any stretch of speech without a gap
QUIETEST_FLOOR_DB = -66.0  # below full scale; a digital silence must not make every click stand out
SPEECH_MARGIN_DB = 6.0  # twice the noise's amplitude


class Vad(Protocol):
    """Judges frames in the order of the stream; it may adapt to the noise it has heard."""

    def is_speech(self, frame: Frame) -> bool:
        """Say whether the frame holds speech."""
        ...

    def reset(self) -> None:
        """Forget the noise heard so far."""
        ...


class NoiseFloor:
    """Follows the level of the cabin without speech: the quiet tenth of the last seconds.

    Speech leaves gaps between words, so its quiet tenth is the noise; road noise has no gaps.
    """

    def __init__(self) -> None:
        self._span = round(FLOOR_SPAN_S / FRAME_S)
        self._levels_db: deque[float] = deque(maxlen=self._span)

    def margin_db(self, frame: Frame) -> float:
        """Take the next frame and return how far it stands out of the noise."""
        samples = np.frombuffer(frame.samples, "<i2").astype(np.float64)  # (480,) float64
        power = float(np.mean((samples / 32_768) ** 2))
        level_db = 10 * math.log10(power) if power > 0 else QUIETEST_FLOOR_DB
        self._levels_db.append(level_db)
        if len(self._levels_db) < self._span // 8:
            return level_db - QUIETEST_FLOOR_DB  # too early to know the cabin
        floor_db = sorted(self._levels_db)[len(self._levels_db) // 10]
        return level_db - max(floor_db, QUIETEST_FLOOR_DB)


class WebRtcVad:
    """The WebRTC project's Gaussian-mixture detector, kept from taking steady noise for speech.

    In road noise it reports speech without end; a frame must also stand out of the noise of the last seconds.
    """

    def __init__(self, aggressiveness: int = AGGRESSIVENESS) -> None:
        """Raises ValueError unless 0 <= aggressiveness <= 3."""
        import webrtcvad

        if not 0 <= aggressiveness <= 3:
            raise ValueError(f"aggressiveness is 0 to 3, not {aggressiveness}")
        self._engine: Any = webrtcvad
        self._aggressiveness = aggressiveness
        self.reset()

    def is_speech(self, frame: Frame) -> bool:
        """Say whether the frame holds speech."""
        stands_out = self._floor.margin_db(frame) >= SPEECH_MARGIN_DB
        return bool(self._vad.is_speech(frame.samples, SAMPLE_RATE_HZ)) and stands_out

    def reset(self) -> None:
        """Forget the noise heard so far."""
        self._vad = self._engine.Vad(self._aggressiveness)
        self._floor = NoiseFloor()


class ScriptedVad:
    """Finds speech exactly where its script says, whatever the sound."""

    def __init__(self, spans_s: Sequence[tuple[float, float]] = ()) -> None:
        """`spans_s`: start and end of each stretch of speech, in stream time."""
        self._spans_s = tuple(spans_s)

    def is_speech(self, frame: Frame) -> bool:
        """Say whether most of the frame lies within a scripted stretch."""
        middle_s = (frame.start_s + frame.end_s) / 2
        return any(start_s <= middle_s < end_s for start_s, end_s in self._spans_s)

    def reset(self) -> None:
        """Nothing is remembered."""


VADS: Mapping[str, Callable[[], Vad]] = {
    "webrtc": WebRtcVad,
    "scripted": ScriptedVad,
}
"""Every voice activity detector by name."""


def make_vad(name: str) -> Vad:
    """Make the named detector. Raises EngineError (`engine_unknown`)."""
    if name not in VADS:
        raise EngineError(
            ErrorCode.ENGINE_UNKNOWN, f"no voice activity detector is called {name!r}", remedy=f"use {', '.join(VADS)}"
        )
    return VADS[name]()
