"""Navigation: where to, on which way, what is near and how long it takes."""

from enum import StrEnum
from types import MappingProxyType
from typing import Annotated

from intents.base import Command, Kind, Part, Reserved, State, Switch, Text


class Select(StrEnum):
    """Which of several places."""

    NEAREST = "nearest"
    CHEAPEST = "cheapest"
    BEST = "best"
    FASTEST_TO_REACH = "fastest_to_reach"


class Avoid(StrEnum):
    """What a route keeps away from."""

    TOLLS = "tolls"
    HIGHWAYS = "highways"
    FERRIES = "ferries"
    TRAFFIC = "traffic"


class Prefer(StrEnum):
    """What a route is best at."""

    FASTEST = "fastest"
    SHORTEST = "shortest"
    ECO = "eco"


class TripAspect(StrEnum):
    """What a question about a trip is about."""

    DURATION = "duration"
    DISTANCE = "distance"
    ARRIVAL_TIME = "arrival_time"
    DEPARTURE_TIME = "departure_time"
    NEXT_TURN = "next_turn"


class Position(Part):
    """Where the vehicle is."""

    name: str = "unknown"
    latitude: float = 0.0
    longitude: float = 0.0


class Place(Part):
    """A place that was found."""

    name: str
    distance_km: float
    detour_min: float = 0.0


class Route(Part):
    """The route under guidance."""

    destination: str
    """The destination's own name, as the map has it."""
    requested: str
    """The words or select rule the driver used."""
    via: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    prefer: Prefer = Prefer.FASTEST
    distance_km: float
    duration_s: float
    arrival_time: str
    """Local time of arrival, HH:MM."""
    next_turn: str


class AskedTrip(Part):
    """The answer to the last question about a trip."""

    destination: str
    distance_km: float
    duration_s: float
    arrival_time: str
    departure_time: str
    next_turn: str


class NavigationState(State):
    """What the navigation subsystem says is set."""

    route: Route | None = None
    position: Position = Position()
    guidance_voice: bool = True
    found: tuple[Place, ...] = ()
    """Answers to the last search, the best first."""
    asked_trip: AskedTrip | None = None
    traffic: str = "clear"
    saved_places: tuple[str, ...] = ("home", "work")


class Navigate(Command):
    """Starts guidance to a place, an address, home or work."""

    intent = "navigation.navigate"
    kind = Kind.ACT
    destination: Text
    select: Select | None = None
    via: tuple[Text, ...] | None = None
    avoid: frozenset[Avoid] | None = None
    prefer: Prefer | None = None


class FindPlace(Command):
    """Looks for places of a kind or a name."""

    intent = "navigation.find_place"
    kind = Kind.LOOKUP
    reads = MappingProxyType({"": "found"})
    query: Text
    select: Select | None = None
    near: Annotated[Text, Reserved(("here", "route", "destination"))] = "here"


class AddStop(Command):
    """Adds a stop to the route."""

    intent = "navigation.add_stop"
    kind = Kind.ACT
    destination: Text
    select: Select | None = None


class CancelRoute(Command):
    """Ends guidance."""

    intent = "navigation.cancel"
    kind = Kind.ACT


class Reroute(Command):
    """Looks for another way."""

    intent = "navigation.reroute"
    kind = Kind.ACT
    avoid: frozenset[Avoid] | None = None
    prefer: Prefer | None = None


class QueryTrip(Command):
    """Asks about the route, or about the way to a place."""

    intent = "navigation.query_trip"
    kind = Kind.LOOKUP
    reads = MappingProxyType(
        {
            "duration": "asked_trip.duration_s",
            "distance": "asked_trip.distance_km",
            "arrival_time": "asked_trip.arrival_time",
            "departure_time": "asked_trip.departure_time",
            "next_turn": "asked_trip.next_turn",
        }
    )
    what: TripAspect
    destination: Text | None = None


class QueryTraffic(Command):
    """Asks about the traffic."""

    intent = "navigation.query_traffic"
    kind = Kind.LOOKUP
    reads = MappingProxyType({"": "traffic"})
    where: Text | None = None


class QueryLocation(Command):
    """Asks where the vehicle is."""

    intent = "navigation.query_location"
    kind = Kind.QUERY
    reads = MappingProxyType({"": "position.name"})


class SetGuidance(Command):
    """Switches spoken guidance."""

    intent = "navigation.set_guidance"
    kind = Kind.SET
    shows = MappingProxyType({"on": "guidance_voice"})
    on: Switch


class SavePlace(Command):
    """Saves the present place under a name."""

    intent = "navigation.save_place"
    kind = Kind.ACT
    name: Text
