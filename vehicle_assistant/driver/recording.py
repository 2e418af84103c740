"""Made-up drivers for demonstrations, benches and tests: the same seed gives the same samples, to the last bit.

They are drawn, not filmed: they show that the rules do what they say, not how well the rules know people.
"""

import random
from collections.abc import Iterable, Iterator
from pathlib import Path

from vehicle_assistant.driver.samples import DriverSample, GazeArea, HeadPose

RATE_HZ = 20.0
STEP_S = 1.0 / RATE_HZ
BLINK_EVERY_S = 4.0  # 15 a minute, as rested people do
BLINK_S = 0.15

_POSES = {  # where the head goes with the eyes: yaw, pitch in degrees
    GazeArea.ROAD: (0.0, 0.0),
    GazeArea.MIRROR: (-25.0, 5.0),
    GazeArea.CLUSTER: (0.0, -15.0),
    GazeArea.INFOTAINMENT: (-25.0, -20.0),
    GazeArea.PASSENGER: (-60.0, 0.0),
    GazeArea.LAP: (0.0, -40.0),
    GazeArea.AWAY: (70.0, 0.0),
    GazeArea.UNKNOWN: (0.0, 0.0),
}


def attentive(
    seconds: float,
    *,
    start_s: float = 0.0,
    seed: int = 1,
    blink_s: float = BLINK_S,
    blink_every_s: float = BLINK_EVERY_S,
) -> Iterator[DriverSample]:
    """Yields a driver who looks at the road and blinks."""
    noise = random.Random(seed)  # noqa: S311
    next_blink_s = start_s + blink_every_s * noise.uniform(0.3, 1.0)
    for t_s in _times(start_s, seconds):
        blinking = next_blink_s <= t_s < next_blink_s + blink_s
        if t_s >= next_blink_s + blink_s:
            next_blink_s = t_s + blink_every_s * noise.uniform(0.7, 1.3)
        yield _look(t_s, GazeArea.ROAD, 0.05 if blinking else 0.92, noise)


def glance_away(
    seconds: float, *, area: GazeArea = GazeArea.INFOTAINMENT, start_s: float = 0.0, seed: int = 2
) -> Iterator[DriverSample]:
    """Yields a driver who looks somewhere else all the time."""
    noise = random.Random(seed)  # noqa: S311
    for t_s in _times(start_s, seconds):
        yield _look(t_s, area, 0.88, noise)


def eyes_closed(seconds: float, *, start_s: float = 0.0, seed: int = 3) -> Iterator[DriverSample]:
    """Yields a driver whose eyes are closed all the time."""
    noise = random.Random(seed)  # noqa: S311
    for t_s in _times(start_s, seconds):
        yield _look(t_s, GazeArea.UNKNOWN, 0.03, noise)


def nobody_seen(seconds: float, *, start_s: float = 0.0) -> Iterator[DriverSample]:
    """Yields what a covered camera sends."""
    for t_s in _times(start_s, seconds):
        yield DriverSample(t_s=t_s, face_found=False, quality=0.0)


def drowsy_episode(
    *, start_s: float = 0.0, awake_s: float = 60.0, drifting_s: float = 240.0, closure_s: float = 1.8, seed: int = 4
) -> Iterator[DriverSample]:
    """Yields a driver who is awake, drifts off with ever longer blinks, closes the eyes once and comes round.

    PERCLOS rises from about 4 % to beyond 12 % on the way: `drifting_s` is divided into six equal stages.
    """
    t_s = start_s
    yield from attentive(awake_s, start_s=t_s, seed=seed)
    t_s += awake_s
    for stage in range(6):
        blink_s = 0.15 + 0.05 * stage
        yield from attentive(
            drifting_s / 6, start_s=t_s, seed=seed + stage, blink_s=blink_s, blink_every_s=max(1.5, 3.5 - 0.4 * stage)
        )
        t_s += drifting_s / 6
    yield from eyes_closed(closure_s, start_s=t_s, seed=seed)
    yield from attentive(20.0, start_s=t_s + closure_s, seed=seed)


def write_recording(path: Path, samples: Iterable[DriverSample], speed_kmh: float) -> int:
    """Writes samples, with the speed ten times a second, as `monitor` reads them; returns the number of samples."""
    n_samples = 0
    with path.open("w", encoding="utf-8") as file:
        for n_samples, sample in enumerate(samples, 1):
            if n_samples % 2:
                file.write(f'{{"t_s": {sample.t_s}, "speed_kmh": {speed_kmh}}}\n')
            file.write(sample.model_dump_json() + "\n")
    return n_samples


def _times(start_s: float, seconds: float) -> Iterator[float]:
    for tick in range(round(seconds * RATE_HZ)):
        yield round(start_s + tick * STEP_S, 6)


def _look(t_s: float, area: GazeArea, openness: float, noise: random.Random) -> DriverSample:
    yaw_deg, pitch_deg = _POSES[area]

    def eye() -> float:
        return min(1.0, max(0.0, openness + noise.gauss(0.0, 0.02)))

    return DriverSample(
        t_s=t_s,
        eye_openness_left=eye(),
        eye_openness_right=eye(),
        gaze=area,
        head_pose=HeadPose(yaw_deg=yaw_deg + noise.gauss(0, 1.5), pitch_deg=pitch_deg + noise.gauss(0, 1.5)),
        face_found=True,
        quality=min(1.0, max(0.6, 0.9 + noise.gauss(0.0, 0.03))),
    )
