"""A detector that hears the wake phrase exactly where its script says, in sound it was given."""

from collections.abc import Sequence

from vehicle_assistant.audio.port import FRAME_S, Frame
from vehicle_assistant.wake.port import WakeDetection

DECISION_DELAY_S = 0.3
"""A real detector needs sound after the phrase before it is certain; so does this one."""


class ScriptedWake:
    """Reports scripted detections, each once its sound and a little more has arrived."""

    def __init__(self, script: Sequence[WakeDetection] = (), decision_delay_s: float = DECISION_DELAY_S) -> None:
        """`script`: where the phrase is spoken, in stream time."""
        self._script = tuple(sorted(script, key=lambda hit: hit.at_s))
        self._decision_delay_s = decision_delay_s
        self._waiting: list[WakeDetection] = []
        self._from_s: float | None = None

    def process(self, frame: Frame) -> WakeDetection | None:
        """Take the next frame; a phrase that began before the first one is missed."""
        if self._from_s is None:
            self._from_s = frame.start_s
            self._waiting = [hit for hit in self._script if hit.at_s >= frame.start_s - FRAME_S / 2]
        if self._waiting and frame.end_s >= self._waiting[0].end_s + self._decision_delay_s:
            return self._waiting.pop(0)
        return None

    def reset(self) -> None:
        """Forget all sound so far."""
        self._from_s = None
