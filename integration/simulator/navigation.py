"""Simulated navigation: finds places, routes to them, and lets the way grow shorter while the vehicle moves."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from integration.envelope import Motion
from integration.simulator import atlas
from integration.simulator.atlas import Point, Site
from integration.simulator.cities import CITIES
from integration.simulator.route import Way, clock
from integration.simulator.subsystem import Carried, Refused, Result, Subsystem
from intents.base import Command
from intents.navigation import (
    AddStop,
    AskedTrip,
    Avoid,
    CancelRoute,
    FindPlace,
    Navigate,
    NavigationState,
    Place,
    Position,
    Prefer,
    QueryTraffic,
    QueryTrip,
    Reroute,
    SavePlace,
    Select,
)

START = Point(*CITIES["munich"])
SHOWN_EVERY_S = 5.0
"""How often a moving vehicle's position and route are told."""


class Navigation(Subsystem[NavigationState]):
    """Knows where the vehicle is and where it is to go."""

    domain = "navigation"

    def __init__(self, start: Point = START) -> None:
        self._position = start
        self._saved = {
            "home": Site("Home", atlas.beyond(start, 200, 7.0)),
            "work": Site("Work", atlas.beyond(start, 40, 11.0)),
        }
        self._way: Way | None = None
        self._since_shown_s = 0.0
        super().__init__(NavigationState(position=self._shown_position()))

    def handlers(self) -> Mapping[type[Command], Callable[[Any], Result]]:
        """See `Subsystem`."""
        return {
            Navigate: self._navigate,
            FindPlace: self._find_place,
            AddStop: self._add_stop,
            CancelRoute: self._cancel,
            Reroute: self._reroute,
            QueryTrip: self._query_trip,
            QueryTraffic: self._query_traffic,
            SavePlace: self._save_place,
        }

    def advance(self, dt_s: float, motion: Motion) -> None:
        """Drives along the route; without one the vehicle goes round the block."""
        driven_km = motion.speed_kmh * dt_s / 3600
        if self._way is None or driven_km == 0:
            return
        self._position, self._way = self._way.moved_on(self._position, driven_km)
        self._since_shown_s += dt_s
        if atlas.road_km(self._position, self._way.destination.point) < 0.1:
            self._way = None  # arrived
            self._show()
        elif self._since_shown_s >= SHOWN_EVERY_S:
            self._show()

    def resolve(self, words: str, select: Select | None = None, around: Point | None = None) -> Site | None:
        """The place the words mean: saved, a city, the best of a kind, or an address; None when the map has none."""
        here = around or self._position
        name = words.lower().strip()
        saved = self._saved.get(name.removeprefix("my "))
        if saved is not None:
            return saved
        found = atlas.city(name)
        if found is not None:
            return found
        for what, where in atlas.split_in(name):
            centre = atlas.city(where)
            if centre is not None:
                return self.resolve(what, select, centre.point)
        kinds = self._ranked(atlas.places(name, here), select, here)
        return kinds[0] if kinds else atlas.street(name, here)

    def _navigate(self, command: Navigate) -> Result:
        destination = self.resolve(command.destination, command.select)
        if destination is None:
            return _unknown(command.destination)
        stops = []
        for words in command.via or ():
            stop = self.resolve(words)
            if stop is None:
                return _unknown(words)
            stops.append(stop)
        self._way = Way(
            destination, command.destination, tuple(stops), frozenset(command.avoid or ()),
            command.prefer or Prefer.FASTEST,
        )  # fmt: skip
        return self._show(asked_trip=None)

    def _find_place(self, command: FindPlace) -> Result:
        around = self._around(command.near)
        if around is None:
            return _unknown(command.near)
        sites = self._ranked(atlas.places(command.query, around), command.select, around)
        if not sites:
            named = self.resolve(command.query, command.select, around)
            sites = [named] if named is not None else []
        if not sites:
            return Refused("nothing_found", f"the map has no {command.query}")
        found = []
        for site in sites:
            distance_km = atlas.road_km(self._position, site.point)
            detour_km = atlas.road_km(around, site.point)
            found.append(Place(name=site.name, distance_km=round(distance_km, 1), detour_min=round(detour_km * 2)))
        return self.change(found=tuple(found))

    def _around(self, near: str) -> Point | None:
        """The point a search is about."""
        if near == "here":
            return self._position
        if near in ("route", "destination"):
            if self._way is None:
                return self._position
            goal = self._way.destination.point
            return goal if near == "destination" else atlas.towards(self._position, goal, 15.0)
        site = self.resolve(near)
        return None if site is None else site.point

    def _ranked(self, sites: list[Site], select: Select | None, around: Point) -> list[Site]:
        if select is Select.CHEAPEST:
            return sorted(sites, key=lambda site: site.price)
        if select is Select.BEST:
            return sorted(sites, key=lambda site: site.rating)
        return sorted(sites, key=lambda site: atlas.crow_km(around, site.point))

    def _add_stop(self, command: AddStop) -> Result:
        if self._way is None:
            return _no_route()
        goal = self._way.destination.point
        stop = self.resolve(command.destination, command.select, atlas.towards(self._position, goal, 5.0))
        if stop is None:
            return _unknown(command.destination)
        self._way = replace(self._way, stops=(*self._way.stops, stop))
        return self._show()

    def _cancel(self, _: CancelRoute) -> Result:
        if self._way is None:
            return _no_route()
        self._way = None
        return self._show()

    def _reroute(self, command: Reroute) -> Result:
        if self._way is None:
            return _no_route()
        avoid = frozenset(command.avoid or ()) | (frozenset() if command.avoid or command.prefer else {Avoid.TRAFFIC})
        self._way = replace(self._way, avoid=self._way.avoid | avoid, prefer=command.prefer or self._way.prefer)
        return self._show()

    def _query_trip(self, command: QueryTrip) -> Result:
        if command.destination is None:
            way = self._way
            if way is None:
                return _no_route()
        else:
            site = self.resolve(command.destination)
            if site is None:
                return _unknown(command.destination)
            way = Way(site, command.destination)
        route = way.shown(self._position)
        asked = AskedTrip(
            destination=route.destination, distance_km=route.distance_km, duration_s=route.duration_s,
            arrival_time=route.arrival_time, departure_time=clock(), next_turn=route.next_turn,
        )  # fmt: skip
        return self.change(asked_trip=asked)

    def _query_traffic(self, command: QueryTraffic) -> Result:
        """Makes the traffic up from the hour: slow at rush hour, clear otherwise."""
        rush = clock()[:2] in ("07", "08", "16", "17", "18")
        where = f" around {command.where}" if command.where else ""
        return self.change(traffic=f"slow{where}, 8 minutes delay" if rush else f"clear{where}")

    def _save_place(self, command: SavePlace) -> Result:
        self._saved[command.name.lower()] = Site(command.name, self._position)
        return self.change(saved_places=tuple(self._saved))

    def _show(self, **also: object) -> Carried:
        self._since_shown_s = 0.0
        route = None if self._way is None else self._way.shown(self._position)
        self.change(route=route, position=self._shown_position(), **also)
        return Carried()

    def _shown_position(self) -> Position:
        name, away_km = atlas.nearest_city(self._position)
        return Position(
            name=name if away_km < 8 else f"{away_km:.0f} kilometers from {name}",
            latitude=round(self._position.latitude, 5), longitude=round(self._position.longitude, 5),
        )  # fmt: skip


def _unknown(words: str) -> Refused:
    return Refused("destination_unknown", f"the map has no {words}")


def _no_route() -> Refused:
    return Refused("no_route", "there is no route")
