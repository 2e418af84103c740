"""Voice activity: whether a frame sounds like somebody speaking."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from intents.errors import EngineError, ErrorCode
from vehicle_assistant.audio.port import SAMPLE_RATE_HZ, Frame

AGGRESSIVENESS = 2
"""WebRTC's own scale: 0 lets most through, 3 is the strictest. 2 keeps quiet speech and drops most road noise."""


class Vad(Protocol):
    """Judges frames in the order of the stream; it may adapt to the noise it has heard."""

    def is_speech(self, frame: Frame) -> bool:
        """Say whether the frame holds speech."""
        ...

    def reset(self) -> None:
        """Forget the noise heard so far."""
        ...


class WebRtcVad:
    """The WebRTC project's Gaussian-mixture detector."""

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
        return bool(self._vad.is_speech(frame.samples, SAMPLE_RATE_HZ))

    def reset(self) -> None:
        """Forget the noise heard so far."""
        self._vad = self._engine.Vad(self._aggressiveness)


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
