"""What every wake detector promises."""

from dataclasses import dataclass
from typing import Protocol

from vehicle_assistant.audio.port import Frame


@dataclass(frozen=True, slots=True)
class WakeDetection:
    """The wake phrase, heard once, in stream time."""

    at_s: float  # where the phrase begins
    end_s: float  # where it ends: what follows belongs to the command
    score: float  # 0 (a guess) to 1 (certain)


class WakeDetector(Protocol):
    """Listens for one phrase, and for nothing else."""

    def process(self, frame: Frame) -> WakeDetection | None:
        """Take the next frame of the stream; the detection comes with the frame that makes it certain.

        Every occurrence is reported once. Frames may skip forward in time, never back.
        """
        ...

    def reset(self) -> None:
        """Forget all sound so far; the next frame starts afresh."""
        ...
