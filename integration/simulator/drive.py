"""Where the simulated vehicle's speed comes from: a script of waypoints, evaluated at any moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import Literal

from integration.envelope import Motion


@dataclass(frozen=True, slots=True)
class Waypoint:
    """A speed at a time; between two waypoints the speed changes evenly."""

    t_s: float
    speed_kmh: float


@dataclass(frozen=True, slots=True)
class Drive:
    """A speed profile that starts again at its end."""

    waypoints: tuple[Waypoint, ...]
    gear: Literal["park", "drive"] = "drive"

    @property
    def duration_s(self) -> float:
        """Length of one round."""
        return self.waypoints[-1].t_s

    def speed_kmh(self, t_s: float) -> float:
        """The speed `t_s` seconds into the drive."""
        if self.duration_s == 0:
            return self.waypoints[0].speed_kmh
        at_s = t_s % self.duration_s
        for before, after in pairwise(self.waypoints):
            if before.t_s <= at_s < after.t_s:
                share = (at_s - before.t_s) / (after.t_s - before.t_s)
                return before.speed_kmh + share * (after.speed_kmh - before.speed_kmh)
        return self.waypoints[-1].speed_kmh

    def motion(self, t_s: float) -> Motion:
        """How the vehicle moves `t_s` seconds into the drive."""
        return Motion(speed_kmh=round(self.speed_kmh(t_s), 2), gear=self.gear, ignition="on")


def steady(speed_kmh: float) -> Drive:
    """A drive at one speed; 0 is standing at a light, in gear."""
    return Drive((Waypoint(0.0, speed_kmh),))


DRIVES: Mapping[str, Drive] = MappingProxyType(
    {
        "parked": Drive((Waypoint(0.0, 0.0),), gear="park"),
        # Stop and go between lights; 10 s from 0 to 50 km/h is 1.4 m/s2, an ordinary driver.
        "city": Drive(
            (Waypoint(0, 0), Waypoint(10, 50), Waypoint(40, 48), Waypoint(48, 0), Waypoint(60, 0), Waypoint(67, 32),
             Waypoint(80, 30), Waypoint(86, 0), Waypoint(90, 0))
        ),
        "motorway": Drive((Waypoint(0, 118), Waypoint(60, 124), Waypoint(120, 130), Waypoint(180, 121),
                           Waypoint(240, 118))),
    }
)  # fmt: skip
"""Named drives for the command line."""
