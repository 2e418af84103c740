"""Vehicle body: windows, locks, lights, wipers, and the vehicle's condition."""

from enum import StrEnum
from types import MappingProxyType

from intents.base import Command, Hazard, Kind, Part, PercentOpen, State, Switch, Zone


class Light(StrEnum):
    """A light."""

    AMBIENT = "ambient"
    READING = "reading"
    HEADLIGHTS = "headlights"
    FOG = "fog"
    HAZARD = "hazard"


class WiperLevel(StrEnum):
    """How fast the wipers go."""

    OFF = "off"
    SLOW = "slow"
    FAST = "fast"
    AUTO = "auto"


class VehicleAspect(StrEnum):
    """What a question about the vehicle is about."""

    FUEL = "fuel"
    RANGE = "range"
    TIRE_PRESSURE = "tire_pressure"
    OIL = "oil"
    BATTERY = "battery"
    SPEED = "speed"
    DOORS = "doors"


class Windows(Part):
    """How far each window is open, in percent."""

    driver: int = 0
    passenger: int = 0
    rear_left: int = 0
    rear_right: int = 0


class Lights(Part):
    """Which lights are on."""

    ambient: bool = False
    reading: bool = False
    headlights: bool = False
    fog: bool = False
    hazard: bool = False


class VehicleState(State):
    """What the body controller says is set and measured."""

    windows: Windows = Windows()
    sunroof_percent_open: int = 0
    locked: bool = True
    lights: Lights = Lights()
    wipers: WiperLevel = WiperLevel.OFF
    trunk_open: bool = False
    fuel_percent: int = 62
    range_km: int = 480
    tire_pressure_kpa: int = 240
    oil_percent: int = 80
    battery_percent: int = 91
    speed_kmh: float = 0.0
    doors_closed: bool = True


class SetWindow(Command):
    """Opens or closes a window."""

    intent = "vehicle.set_window"
    kind = Kind.SET
    shows = MappingProxyType({"percent_open": "windows.{zone}"})
    zone: Zone = Zone.DRIVER
    percent_open: PercentOpen

    def hazards(self) -> frozenset[Hazard]:
        """Opening wide is the hazard, closing is not."""
        return frozenset({Hazard.OPENS_WINDOW}) if self.percent_open > 0 else frozenset()


class SetSunroof(Command):
    """Opens or closes the sunroof."""

    intent = "vehicle.set_sunroof"
    kind = Kind.SET
    shows = MappingProxyType({"percent_open": "sunroof_percent_open"})
    percent_open: PercentOpen

    def hazards(self) -> frozenset[Hazard]:
        """Opening is the hazard, closing is not."""
        return frozenset({Hazard.OPENS_WINDOW}) if self.percent_open > 0 else frozenset()


class SetLock(Command):
    """Locks or unlocks the doors."""

    intent = "vehicle.set_lock"
    kind = Kind.SET
    shows = MappingProxyType({"locked": "locked"})
    locked: Switch

    def hazards(self) -> frozenset[Hazard]:
        """Unlocking is the hazard, locking is not."""
        return frozenset() if self.locked else frozenset({Hazard.UNLOCKS})


class SetLight(Command):
    """Switches a light."""

    intent = "vehicle.set_light"
    kind = Kind.SET
    shows = MappingProxyType({"on": "lights.{light}"})
    light: Light
    on: Switch

    def hazards(self) -> frozenset[Hazard]:
        """Driving without headlights is a hazard; a reading light dazzles the driver."""
        if self.light is Light.HEADLIGHTS and not self.on:
            return frozenset({Hazard.DARKENS})
        if self.light is Light.READING and self.on:
            return frozenset({Hazard.BLINDS})
        return frozenset()


class SetWipers(Command):
    """Sets the wipers."""

    intent = "vehicle.set_wipers"
    kind = Kind.SET
    shows = MappingProxyType({"level": "wipers"})
    level: WiperLevel


class OpenTrunk(Command):
    """Opens the trunk."""

    intent = "vehicle.open_trunk"
    kind = Kind.ACT
    hazard = frozenset({Hazard.OPENS_BODY})


class QueryVehicle(Command):
    """Asks about the vehicle's condition."""

    intent = "vehicle.query"
    kind = Kind.QUERY
    reads = MappingProxyType(
        {
            "fuel": "fuel_percent",
            "range": "range_km",
            "tire_pressure": "tire_pressure_kpa",
            "oil": "oil_percent",
            "battery": "battery_percent",
            "speed": "speed_kmh",
            "doors": "doors_closed",
        }
    )
    what: VehicleAspect
