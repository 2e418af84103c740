"""The catalogue: every command, by name. A new domain adds one module, one YAML file and one line to `DOMAINS`."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType, ModuleType

from pydantic import ValidationError

from intents import assistant, climate, driver_monitoring, media, navigation, personal, phone, vehicle
from intents.base import Command, Json, State
from intents.errors import CatalogueError, ErrorCode

DOMAINS: tuple[tuple[ModuleType, type[State] | None], ...] = (
    (climate, climate.ClimateState),
    (navigation, navigation.NavigationState),
    (driver_monitoring, driver_monitoring.DriverMonitoringState),
    (media, media.MediaState),
    (phone, phone.PhoneState),
    (vehicle, vehicle.VehicleState),
    (personal, personal.PersonalState),
    (assistant, None),
)


def _commands() -> Iterator[type[Command]]:
    for module, _ in DOMAINS:
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, Command) and value is not Command:
                yield value


COMMANDS: Mapping[str, type[Command]] = MappingProxyType({command.intent: command for command in _commands()})
"""Intent name -> command class, in catalogue order."""

STATES: Mapping[str, type[State]] = MappingProxyType(
    {module.__name__.rpartition(".")[2]: state for module, state in DOMAINS if state is not None}
)
"""Domain -> the class of its state."""


def command_from(intent: str, slots: Mapping[str, Json]) -> Command:
    """Builds a command from its wire form; raises CatalogueError when it is not in the catalogue or out of range."""
    command = COMMANDS.get(intent)
    if command is None:
        raise CatalogueError(ErrorCode.COMMAND_INVALID, f"the catalogue has no command {intent!r}")
    try:
        return command.from_slots(slots)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "slots"
        raise CatalogueError(ErrorCode.COMMAND_INVALID, f"{intent}: {where}: {first['msg']}") from error
