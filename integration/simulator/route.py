"""Routes on the simulated map: distance, duration, clock times and the next turn."""

import zlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from integration.simulator.atlas import ROAD_FACTOR, Point, Site, road_km, towards
from intents.navigation import Avoid, Prefer, Route

TOWN_KMH, COUNTRY_KMH, HIGHWAY_KMH = 32.0, 62.0, 105.0
"""Average speeds by road, with lights and crossings."""
TOWN_KM = 8.0
"""What is driven in towns at both ends of a way."""
TURNS = ("Turn left", "Turn right", "Keep left", "Keep right", "Take the second exit", "Continue straight")
STREETS = ("Harbour Street", "Mill Road", "Station Street", "Ring Road", "Park Avenue", "Old Bridge Road")


@dataclass(frozen=True, slots=True)
class Way:
    """A way from the vehicle through stops to a destination."""

    destination: Site
    requested: str
    stops: tuple[Site, ...] = ()
    avoid: frozenset[Avoid] = frozenset()
    prefer: Prefer = Prefer.FASTEST

    def distance_km(self, start: Point) -> float:
        """Length by road, longer where roads are avoided."""
        points = [start, *(stop.point for stop in self.stops), self.destination.point]
        length_km = sum(road_km(a, b) for a, b in pairwise(points))
        detour = 1.0 + 0.06 * len(self.avoid)
        return length_km * detour * (0.94 if self.prefer is Prefer.SHORTEST else 1.0)

    def duration_s(self, start: Point) -> float:
        """Driving time at the averages of town, country and highway."""
        length_km = self.distance_km(start)
        town_km = min(length_km, TOWN_KM)
        slow = Avoid.HIGHWAYS in self.avoid or self.prefer is not Prefer.FASTEST
        hours = town_km / TOWN_KMH + (length_km - town_km) / (COUNTRY_KMH if slow else HIGHWAY_KMH)
        return hours * 3600 * (0.9 if Avoid.TRAFFIC in self.avoid else 1.0)

    def moved_on(self, start: Point, driven_km: float) -> tuple[Point, "Way"]:
        """Where the vehicle is after driving on along the way, and what is left of it; stops passed are dropped."""
        goal = self.stops[0] if self.stops else self.destination
        position = towards(start, goal.point, driven_km / ROAD_FACTOR)
        arrived = self.stops and road_km(position, goal.point) < 0.1
        return position, replace(self, stops=self.stops[1:]) if arrived else self

    def shown(self, start: Point) -> Route:
        """As the state has it."""
        distance_km, duration_s = self.distance_km(start), self.duration_s(start)
        return Route(
            destination=self.destination.name, requested=self.requested, via=tuple(stop.name for stop in self.stops),
            avoid=tuple(sorted(self.avoid)), prefer=self.prefer, distance_km=round(distance_km, 1),
            duration_s=float(round(duration_s / 60) * 60), arrival_time=clock(duration_s),
            next_turn=self.next_turn(start),
        )  # fmt: skip

    def next_turn(self, start: Point) -> str:
        """A made-up manoeuvre that changes every few hundred metres."""
        left_m = self.distance_km(start) * 1000
        draw = zlib.crc32(f"{self.destination.name}{int(left_m // 800)}".encode())
        turn, onto = TURNS[draw % len(TURNS)], STREETS[draw // 7 % len(STREETS)]
        return f"{turn} onto {onto} in {100 + int(left_m % 800)} meters"


def clock(after_s: float = 0.0) -> str:
    """Local time of day that much later, HH:MM."""
    return f"{datetime.now(UTC).astimezone() + timedelta(seconds=after_s):%H:%M}"
