"""What the driver camera sends, and which of it can be used.

A camera ECU restarts, repeats itself, stalls and sends nonsense. Nothing of that may reach the judgement as if it
had been seen: what cannot be used is dropped and counted by reason.
"""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

Share = Annotated[float, Field(ge=0.0, le=1.0, allow_inf_nan=False)]
Degrees = Annotated[float, Field(ge=-180.0, le=180.0, allow_inf_nan=False)]
Seconds = Annotated[float, Field(ge=0.0, le=1e9, allow_inf_nan=False)]

GAP_S = 0.5  # five lost samples at the slowest rate of the contract, 10 Hz: what lies between was not seen
RESTART_AFTER = 5  # samples in order among themselves but older than the newest: the camera's clock began again


class GazeArea(StrEnum):
    """Where the driver looks."""

    ROAD = "road"
    MIRROR = "mirror"
    CLUSTER = "cluster"
    INFOTAINMENT = "infotainment"
    PASSENGER = "passenger"
    LAP = "lap"
    AWAY = "away"
    UNKNOWN = "unknown"


class HeadPose(BaseModel):
    """Where the head points: 0, 0, 0 is straight ahead, yaw left and pitch up are positive."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    yaw_deg: Degrees
    pitch_deg: Degrees
    roll_deg: Degrees = 0.0


class DriverSample(BaseModel):
    """One look at the driver, as on the topic `driver/sample`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    t_s: Seconds
    """The camera's own clock."""
    eye_openness_left: Share | None = None
    """0 closed, 1 as open as this driver's eyes are; null when the eye is not seen."""
    eye_openness_right: Share | None = None
    gaze: GazeArea = GazeArea.UNKNOWN
    head_pose: HeadPose | None = None
    face_found: bool
    quality: Share
    """The camera's own trust in the above."""


class Drop(StrEnum):
    """Why a sample was not used."""

    MALFORMED = "malformed"
    NOT_A_NUMBER = "not_a_number"
    OUT_OF_RANGE = "out_of_range"
    DUPLICATE = "duplicate"
    OUT_OF_ORDER = "out_of_order"


_REASONS = {
    "finite_number": Drop.NOT_A_NUMBER,
    "greater_than_equal": Drop.OUT_OF_RANGE,
    "less_than_equal": Drop.OUT_OF_RANGE,
}


def read_sample(payload: bytes | str) -> DriverSample | Drop:
    """Returns the sample in a message, or why there is none."""
    try:
        return DriverSample.model_validate_json(payload)
    except ValidationError as refused:
        kinds = {error["type"] for error in refused.errors(include_url=False, include_input=False)}
        reasons = {_REASONS.get(kind, Drop.MALFORMED) for kind in kinds}
        return next(reason for reason in Drop if reason in reasons)


@dataclass(frozen=True, slots=True)
class Step:
    """An admitted sample and how it follows on the one before."""

    sample: DriverSample
    dt_s: float  # time this sample may speak for; 0 for the first and after a gap
    gap_s: float  # time before it that nobody saw; 0 when there was none
    restarted: bool = False  # the camera's clock began again: times before this one mean nothing any more


class SampleClock:
    """Admits samples in the order of the camera's clock and counts the others."""

    def __init__(self) -> None:
        self.dropped: Counter[Drop] = Counter()
        self._newest_s: float | None = None
        self._older_s: float | None = None
        self._n_older = 0

    def admit(self, sample: DriverSample) -> Step | None:
        """Returns the step to this sample, or None when it was dropped."""
        newest_s = self._newest_s
        if newest_s is None:
            return self._accept(sample, Step(sample, 0.0, 0.0))
        if sample.t_s == newest_s:
            self.dropped[Drop.DUPLICATE] += 1
            return None
        if sample.t_s < newest_s:
            return self._older(sample)
        ahead_s = sample.t_s - newest_s
        return self._accept(sample, Step(sample, 0.0, ahead_s) if ahead_s > GAP_S else Step(sample, ahead_s, 0.0))

    def refuse(self, reason: Drop) -> None:
        """Counts a message that did not even hold a sample."""
        self.dropped[reason] += 1

    def _older(self, sample: DriverSample) -> Step | None:
        # One wild time stamp must not make us deaf to all that follow: a run of samples in order among themselves
        # is a clock that began again (or recovered from the wild one).
        follows = self._older_s is not None and 0.0 < sample.t_s - self._older_s <= GAP_S
        self._n_older = self._n_older + 1 if follows else 1
        self._older_s = sample.t_s
        if self._n_older >= RESTART_AFTER:
            return self._accept(sample, Step(sample, 0.0, 0.0, restarted=True))
        self.dropped[Drop.OUT_OF_ORDER] += 1
        return None

    def _accept(self, sample: DriverSample, step: Step) -> Step:
        self._newest_s = sample.t_s
        self._older_s = None
        self._n_older = 0
        return step
