"""What one sample says about the eyes and the gaze, once its quality is judged."""

from dataclasses import dataclass

from vehicle_assistant.driver.samples import DriverSample, GazeArea, Step
from vehicle_assistant.driver.thresholds import Thresholds

AWAY_AREAS = frozenset({GazeArea.INFOTAINMENT, GazeArea.PASSENGER, GazeArea.LAP, GazeArea.AWAY})
"""Not where driving happens. Mirrors and instruments belong to driving (ADDW 3.3.1: areas 1 and 2)."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One judged sample; None is "not seen", never "no"."""

    t_s: float
    dt_s: float
    eye_openness: float | None
    area: GazeArea | None

    @property
    def away(self) -> bool | None:
        """Whether the gaze is off the driving."""
        return None if self.area is None else self.area in AWAY_AREAS


def read(step: Step, thresholds: Thresholds) -> Reading:
    """Judges a sample."""
    sample = step.sample
    if not sample.face_found or sample.quality < thresholds.quality_min:
        return Reading(sample.t_s, step.dt_s, None, None)
    openness = _openness(sample)
    shut = openness is not None and openness <= thresholds.eye_closed
    return Reading(sample.t_s, step.dt_s, openness, None if shut else _area(sample, thresholds))


def _openness(sample: DriverSample) -> float | None:
    # One eye behind a hand or a lens reflection: the other one speaks for both.
    seen = [eye for eye in (sample.eye_openness_left, sample.eye_openness_right) if eye is not None]
    return sum(seen) / len(seen) if seen else None


def _area(sample: DriverSample, thresholds: Thresholds) -> GazeArea | None:
    if sample.gaze is not GazeArea.UNKNOWN:
        return sample.gaze
    if sample.head_pose is None:
        return None
    turned = abs(sample.head_pose.yaw_deg) > thresholds.head_away_yaw_deg
    down = sample.head_pose.pitch_deg < -thresholds.head_down_pitch_deg
    return GazeArea.AWAY if turned or down else GazeArea.ROAD
