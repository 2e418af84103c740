"""Climate: temperature, air, defrost, heated and cooled seats."""

from enum import StrEnum
from types import MappingProxyType

from intents.base import (
    Celsius,
    Command,
    DeltaCelsius,
    DeltaFanLevel,
    FanLevel,
    Kind,
    Part,
    SeatLevel,
    State,
    Switch,
    Zone,
)


class Direction(StrEnum):
    """Where the air goes."""

    FACE = "face"
    FEET = "feet"
    WINDSHIELD = "windshield"
    FACE_FEET = "face_feet"
    FEET_WINDSHIELD = "feet_windshield"


class Window(StrEnum):
    """A heated or blown window."""

    FRONT = "front"
    REAR = "rear"
    ALL = "all"


class ClimateAspect(StrEnum):
    """What a question about the climate is about."""

    TEMPERATURE = "temperature"
    OUTSIDE_TEMPERATURE = "outside_temperature"
    FAN_SPEED = "fan_speed"
    AIRFLOW = "airflow"
    AIR_CONDITIONING = "air_conditioning"
    AUTO = "auto"
    RECIRCULATION = "recirculation"
    DEFROST = "defrost"
    SEAT_HEATING = "seat_heating"
    SEAT_VENTILATION = "seat_ventilation"
    STEERING_WHEEL_HEATING = "steering_wheel_heating"
    POWER = "power"


class ZoneClimate(Part):
    """What is set, and what is felt, at one seat."""

    celsius: float = 21.0
    """Set point, degrees Celsius."""
    cabin_celsius: float = 21.0
    """Measured air temperature, degrees Celsius."""
    fan_level: int = 3
    airflow: Direction = Direction.FACE
    seat_heating: int = 0
    seat_ventilation: int = 0


class Zones(Part):
    """The four seats."""

    driver: ZoneClimate = ZoneClimate()
    passenger: ZoneClimate = ZoneClimate()
    rear_left: ZoneClimate = ZoneClimate()
    rear_right: ZoneClimate = ZoneClimate()


class Defrost(Part):
    """Which windows are being cleared."""

    front: bool = False
    rear: bool = False


class ClimateState(State):
    """What the climate subsystem says is set."""

    zones: Zones = Zones()
    power: bool = True
    air_conditioning: bool = False
    auto: bool = False
    recirculation: bool = False
    steering_wheel_heating: bool = False
    defrost: Defrost = Defrost()
    outside_celsius: float = 12.0


class SetTemperature(Command):
    """Sets the temperature of a zone."""

    intent = "climate.set_temperature"
    kind = Kind.SET
    shows = MappingProxyType({"celsius": "zones.{zone}.celsius"})
    zone: Zone = Zone.DRIVER
    celsius: Celsius


class ChangeTemperature(Command):
    """Makes a zone warmer or cooler."""

    intent = "climate.change_temperature"
    kind = Kind.ADJUST
    zone: Zone = Zone.DRIVER
    delta_celsius: DeltaCelsius


class SetFanSpeed(Command):
    """Sets the fan of a zone."""

    intent = "climate.set_fan_speed"
    kind = Kind.SET
    shows = MappingProxyType({"level": "zones.{zone}.fan_level"})
    zone: Zone = Zone.DRIVER
    level: FanLevel


class ChangeFanSpeed(Command):
    """Makes the fan of a zone stronger or weaker."""

    intent = "climate.change_fan_speed"
    kind = Kind.ADJUST
    zone: Zone = Zone.DRIVER
    delta_level: DeltaFanLevel


class SetAirflow(Command):
    """Sends the air of a zone to the face, the feet or the windshield."""

    intent = "climate.set_airflow"
    kind = Kind.SET
    shows = MappingProxyType({"direction": "zones.{zone}.airflow"})
    zone: Zone = Zone.DRIVER
    direction: Direction


class SetAirConditioning(Command):
    """Switches cooling."""

    intent = "climate.set_air_conditioning"
    kind = Kind.SET
    shows = MappingProxyType({"on": "air_conditioning"})
    on: Switch


class SetAuto(Command):
    """Switches automatic climate control."""

    intent = "climate.set_auto"
    kind = Kind.SET
    shows = MappingProxyType({"on": "auto"})
    on: Switch


class SetRecirculation(Command):
    """Switches between recirculated (on) and fresh air (off)."""

    intent = "climate.set_recirculation"
    kind = Kind.SET
    shows = MappingProxyType({"on": "recirculation"})
    on: Switch


class SetDefrost(Command):
    """Clears a window of ice or mist."""

    intent = "climate.set_defrost"
    kind = Kind.SET
    shows = MappingProxyType({"on": "defrost.{window}"})
    window: Window = Window.FRONT
    on: Switch


class SetSeatHeating(Command):
    """Heats a seat."""

    intent = "climate.set_seat_heating"
    kind = Kind.SET
    shows = MappingProxyType({"level": "zones.{zone}.seat_heating"})
    zone: Zone = Zone.DRIVER
    level: SeatLevel


class SetSeatVentilation(Command):
    """Cools a seat."""

    intent = "climate.set_seat_ventilation"
    kind = Kind.SET
    shows = MappingProxyType({"level": "zones.{zone}.seat_ventilation"})
    zone: Zone = Zone.DRIVER
    level: SeatLevel


class SetSteeringWheelHeating(Command):
    """Heats the steering wheel."""

    intent = "climate.set_steering_wheel_heating"
    kind = Kind.SET
    shows = MappingProxyType({"on": "steering_wheel_heating"})
    on: Switch


class SetPower(Command):
    """Switches the whole climate system."""

    intent = "climate.set_power"
    kind = Kind.SET
    shows = MappingProxyType({"on": "power"})
    on: Switch


class QueryClimate(Command):
    """Asks what is set or measured."""

    intent = "climate.query"
    kind = Kind.QUERY
    reads = MappingProxyType(
        {
            "temperature": "zones.{zone}.celsius",
            "outside_temperature": "outside_celsius",
            "fan_speed": "zones.{zone}.fan_level",
            "airflow": "zones.{zone}.airflow",
            "air_conditioning": "air_conditioning",
            "auto": "auto",
            "recirculation": "recirculation",
            "defrost": "defrost.front",
            "seat_heating": "zones.{zone}.seat_heating",
            "seat_ventilation": "zones.{zone}.seat_ventilation",
            "steering_wheel_heating": "steering_wheel_heating",
            "power": "power",
        }
    )
    zone: Zone = Zone.DRIVER
    what: ClimateAspect
