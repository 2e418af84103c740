"""Recorded samples through driver monitoring, as fast as possible.

A recording holds one JSON object a line: a driver sample as on the wire, or a speed {"t_s": .., "speed_kmh": ..}, on
one clock and in the order of arrival.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from intents.errors import ErrorCode, InputError
from vehicle_assistant.driver.alerts import Alert
from vehicle_assistant.driver.monitor import DriverMonitor
from vehicle_assistant.driver.samples import DriverSample, Drop, Seconds, read_sample

TICK_S = 0.5  # between two lines further apart time passes in steps of this, as it would in the car
LONGEST_WAIT_S = 60.0  # a longer hole in a recording, or a wild time stamp, is shortened to this


class SpeedLine(BaseModel):
    """The car's speed at a moment of the recording."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    t_s: Seconds
    speed_kmh: Annotated[float, Field(ge=-100.0, le=500.0, allow_inf_nan=False)]


@dataclass(frozen=True, slots=True)
class TimedAlert:
    """An alert and when in the recording it came."""

    t_s: float
    alert: Alert


def monitor_file(
    path: Path, *, speed_kmh: float | None = None, monitor: DriverMonitor | None = None
) -> Iterator[TimedAlert]:
    """Yields the alerts of a recording; `speed_kmh` stands in for recordings without speed.

    Samples that a live camera's would be dropped for (not finite, out of range, out of order) are dropped and counted
    in `monitor.state().dropped`. Raises InputError, naming the line, for anything else that is not understood.
    """
    playback = _Playback(monitor or DriverMonitor(), speed_kmh)
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield from playback.line(line, path, number)
    except OSError as absent:
        raise InputError(
            ErrorCode.FILE_NOT_FOUND, f"{path} cannot be read: {absent.strerror}", remedy="name a recording"
        ) from absent
    if not playback.began:
        raise InputError(ErrorCode.FILE_EMPTY, f"{path} holds no driver sample", remedy="name a recording")


class _Playback:
    def __init__(self, monitor: DriverMonitor, speed_kmh: float | None) -> None:
        self._monitor = monitor
        self._speed_kmh = speed_kmh
        self._newest_s: float | None = None
        self._now_s = 0.0
        self.began = False

    def line(self, line: bytes, path: Path, number: int) -> Iterator[TimedAlert]:
        if b'"speed_kmh"' in line:
            yield from self._speed(_speed_of(line, path, number))
            return
        sample = read_sample(line)
        self.began = True
        if isinstance(sample, Drop):
            if sample is Drop.MALFORMED:
                raise _not_understood(path, number)
            self._monitor.refuse(sample)
            return
        yield from self._sample(sample)

    def _speed(self, speed: SpeedLine) -> Iterator[TimedAlert]:
        yield from self._pass_to(speed.t_s)
        self._speed_kmh = None  # the recording knows better
        yield from self._at(speed.t_s, self._monitor.motion(speed.speed_kmh, self._now_s))

    def _sample(self, sample: DriverSample) -> Iterator[TimedAlert]:
        yield from self._pass_to(sample.t_s)
        if self._speed_kmh is not None:
            yield from self._at(sample.t_s, self._monitor.motion(self._speed_kmh, self._now_s))
        yield from self._at(sample.t_s, self._monitor.sample(sample, self._now_s))

    def _pass_to(self, t_s: float) -> Iterator[TimedAlert]:
        # The monitor's own clock only ever runs forward, whatever the recorded one does.
        ahead_s = 0.0 if self._newest_s is None else min(max(t_s - self._newest_s, 0.0), LONGEST_WAIT_S)
        until_s = self._now_s + ahead_s
        while self._now_s + TICK_S < until_s:
            self._now_s += TICK_S
            yield from self._at(t_s - (until_s - self._now_s), self._monitor.tick(self._now_s))
        self._now_s = until_s
        self._newest_s = t_s

    @staticmethod
    def _at(t_s: float, alerts: tuple[Alert, ...]) -> Iterator[TimedAlert]:
        for alert in alerts:
            yield TimedAlert(round(t_s, 3), alert)


def _speed_of(line: bytes, path: Path, number: int) -> SpeedLine:
    try:
        return SpeedLine.model_validate_json(line)
    except ValidationError as refused:
        raise _not_understood(path, number) from refused


def _not_understood(path: Path, number: int) -> InputError:
    return InputError(
        ErrorCode.TEXT_NOT_JSON,
        f"{path} line {number} is neither a driver sample nor a speed",
        remedy="see the schema of driver/sample; a speed line holds t_s and speed_kmh only",
    )
