"""The simulated map: real cities, made-up places around wherever the vehicle is, and no seas between them.

Distances are great circles times a road factor. Places of a kind lie at fixed, made-up offsets from the point that is
asked about, so the same question at the same spot has the same answer.
"""

import math
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from integration.simulator.cities import CITIES
from integration.simulator.kinds import KINDS, PlaceKind

EARTH_RADIUS_KM = 6371.0
ROAD_FACTOR = 1.3
"""Roads are longer than the crow flies: 1.2 to 1.4 between towns in Europe and North America."""


@dataclass(frozen=True, slots=True)
class Point:
    """Latitude and longitude in degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Site:
    """A place on the map."""

    name: str
    point: Point
    price: int = 0
    """Rank within its kind, 0 the cheapest."""
    rating: int = 0
    """Rank within its kind, 0 the best."""


_STREET = re.compile(r"\b(street|road|avenue|boulevard|lane|drive|square|way|highway|place|alley|st|ave|rd|blvd)\b")


def crow_km(a: Point, b: Point) -> float:
    """Great-circle distance."""
    lat_a, lat_b = math.radians(a.latitude), math.radians(b.latitude)
    half_lat, half_lon = (lat_b - lat_a) / 2, math.radians(b.longitude - a.longitude) / 2
    chord = math.sin(half_lat) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin(half_lon) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(chord))


def road_km(a: Point, b: Point) -> float:
    """Distance by road."""
    return ROAD_FACTOR * crow_km(a, b)


def beyond(point: Point, bearing_deg: float, distance_km: float) -> Point:
    """The point that far away in that direction; flat-earth arithmetic, good for places nearby."""
    bearing = math.radians(bearing_deg)
    latitude = point.latitude + distance_km * math.cos(bearing) / 111.2
    longitude = point.longitude + distance_km * math.sin(bearing) / (111.2 * math.cos(math.radians(point.latitude)))
    return Point(latitude, longitude)


def towards(a: Point, b: Point, crow_distance_km: float) -> Point:
    """The point that far along the straight way from a to b, at most b."""
    whole = crow_km(a, b)
    share = 1.0 if whole <= crow_distance_km else crow_distance_km / whole
    return Point(a.latitude + share * (b.latitude - a.latitude), a.longitude + share * (b.longitude - a.longitude))


def city(words: str) -> Site | None:
    """The city of that name; "city center of" and the like may stand before it."""
    name = re.sub(r"^(the |city of |downtown |city center of |center of )+", "", words.lower().strip())
    return Site(_title(name), Point(*CITIES[name])) if name in CITIES else None


def kind_of(words: str) -> PlaceKind | None:
    """The kind of place the words mean, None when they mean none."""
    spoken = set(words.lower().replace("-", " ").split())
    return next((kind for kind in KINDS.values() if spoken & kind.words), None)


def places(words: str, around: Point) -> list[Site]:
    """Places of the kind the words mean, around a point; empty when they mean no kind."""
    kind = kind_of(words)
    if kind is None:
        return []
    draw, count = zlib.crc32(kind.name.encode()), len(kind.places)
    sites = []
    for index, name in enumerate(kind.places):
        reach_km = (0.8 + draw % 17 / 10) * (1 + index * 1.4)
        point = beyond(around, (draw // 7 + index * 137) % 360, reach_km)
        label = name if set(kind.name.split()) & set(name.lower().split()) else f"{name} {kind.name.title()}"
        sites.append(Site(label, point, price=(index * 3 + 2) % count, rating=(index * 2 + 1) % count))
    return sites


def street(words: str, around: Point) -> Site | None:
    """An address: any words that say street, road or the like, or start with a house number. Made up nearby."""
    text = words.lower().strip()
    if not _STREET.search(text) and not re.match(r"\d+\s+\w", text):
        return None
    draw = zlib.crc32(text.encode())
    return Site(_title(text), beyond(around, draw % 360, 1.0 + draw % 90 / 10))


def nearest_city(point: Point) -> tuple[str, float]:
    """The closest city and how far it is, in km as the crow flies."""
    name = min(CITIES, key=lambda one: crow_km(point, Point(*CITIES[one])))
    return _title(name), crow_km(point, Point(*CITIES[name]))


def split_in(words: str) -> Iterator[tuple[str, str]]:
    """Ways to read "starbucks in new york" as a place and a city."""
    for match in re.finditer(r"\s+(in|near|at|,)\s+", words):
        yield words[: match.start()], words[match.end() :]


def _title(words: str) -> str:
    return " ".join(word.capitalize() for word in words.split())
