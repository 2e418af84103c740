"""The one shape in which sound travels, and what every source of it promises."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

SAMPLE_RATE_HZ = 16_000
"""What every engine of the ears is trained on; sources convert, engines never do."""

FRAME_SAMPLES = 480
"""30 ms: the longest frame the WebRTC voice activity detector takes (10, 20 or 30 ms)."""

FRAME_BYTES = FRAME_SAMPLES * 2
FRAME_S = FRAME_SAMPLES / SAMPLE_RATE_HZ
SILENCE = bytes(FRAME_BYTES)  # (480,) int16 of digital silence

TICK_S = 0.1
"""Longest wait inside `frames()`: far below the 0.5 s in which a worker must show that it lives."""


@dataclass(frozen=True, slots=True)
class Frame:
    """30 ms of sound at a known place in its stream."""

    samples: bytes  # (480,) int16, little-endian, mono
    start_s: float  # seconds of stream time: counted in samples, never read from a clock

    def __post_init__(self) -> None:
        """Refuse any other length, because engines read the buffer without looking."""
        if len(self.samples) != FRAME_BYTES:
            raise ValueError(f"a frame holds {FRAME_BYTES} bytes, not {len(self.samples)}")

    @property
    def end_s(self) -> float:
        """Stream time just after the last sample."""
        return self.start_s + FRAME_S


class AudioWarningCode(StrEnum):
    """What was done to the sound, or happened to it, short of an error."""

    MIXED_DOWN = "mixed_down"
    RESAMPLED = "resampled"
    PADDED = "padded"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class AudioWarning:
    """Something about the sound that its owner should know, and that did not stop the work."""

    code: AudioWarningCode
    message: str


class AudioSource(Protocol):
    """Where sound comes from: a microphone, a recording, a bench.

    Raises EngineError (`device_absent`, `device_lost`) or InputError from its factory or from `frames()`.
    """

    def frames(self) -> Iterator[Frame | None]:
        """Yield frames in order of time; `None` at least every 0.5 s while there is no sound to give.

        Ends only when the source is finite and used up, or after `close()`.
        """
        ...

    def take_warnings(self) -> tuple[AudioWarning, ...]:
        """Hand over the warnings gathered since the last call."""
        ...

    def close(self) -> None:
        """Let go of the device, file or socket; a second call does nothing."""
        ...
