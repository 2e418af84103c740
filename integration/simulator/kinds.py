"""Kinds of places the simulated map has: the words that mean them, and made-up names."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

# kind: words that mean it: names. The first kind with a fitting word wins.
_TABLE = """\
charging station: charging charger charge ev: Voltway, Spark Point, Green Plug, City Charge, Ion Park
gas station: gas petrol fuel filling diesel: Shoreline Fuel, Route Fuel, Corner Gas, Northgate, Blue Pump
rest stop: rest rests resting services: Oak Hill, Riverside, Forest Edge, Long Meadow, High Ridge
car wash: wash: Sparkle, Clean Lane, Foam House, Bright Car, Drop by Drop
parking: parking park-and-ride garage: Central Garage, Station Deck, Market Garage, Old Town, East Deck
coffee shop: coffee cafe espresso starbucks: Bean Street, Daily Cup, Corner Roast, The Mill, Two Sugars
bakery: bakery baker donut doughnut: Golden Crust, Morning Bread, Mill Bakery, Sweet Corner, Old Oven
restaurant: restaurant restaurants food eat lunch dinner breakfast pizza pizzeria burger burgers sushi diner \
steakhouse bistro mcdonald's mcdonalds bar pub: Olive Tree, Lantern, Green Fork, Harbour Table, The Copper Pan
hospital: hospital emergency clinic: General, Saint Mary, City Clinic, North Hospital, Lakeside
pharmacy: pharmacy drugstore chemist: Rose Pharmacy, Lion Pharmacy, City Drugs, Park Pharmacy, Well and Fit
supermarket: supermarket grocery groceries store shop mall market walmart target: Fresh Basket, Day Market, \
Good Harvest, Corner Store, Big Square
hotel: hotel motel hostel inn: Park Hotel, Station Inn, Blue Door, Garden House, Crossroads
bank: bank atm: City Bank, Union Bank, Harbour Bank, Valley Bank, First Savings
airport: airport: International, City Airport, West Field, North Field, Sky Harbour
station: station train railway subway metro: Central Station, West Station, East Station, Park Halt, Harbour
workshop: workshop mechanic tire tires tyre dealership repair: Auto House, Quick Fix, Wheel Works, North Garage, Torque
school: school kindergarten university college campus library: Hill School, Old University, Lake College, \
Park School, Town Library
sight: museum theater theatre cinema stadium park zoo beach lake church mosque temple gym pool castle center centre \
downtown: Old Town, City Park, Grand Hall, Riverside, Castle Hill
office: police post hall embassy toilet restroom bathroom: Main Street, Old Market, North End, Town Hall, Station Road
"""


@dataclass(frozen=True, slots=True)
class PlaceKind:
    """One kind of place."""

    name: str
    words: frozenset[str]
    places: tuple[str, ...]


def _read(table: str) -> dict[str, PlaceKind]:
    kinds = {}
    for line in table.splitlines():
        name, words, places = line.split(": ")
        kinds[name] = PlaceKind(name, frozenset(words.split()), tuple(places.split(", ")))
    return kinds


KINDS: Mapping[str, PlaceKind] = MappingProxyType(_read(_TABLE))
"""By name, in the order they are tried."""
