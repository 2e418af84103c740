"""What every command is: a frozen, typed sentence to the vehicle.

A command class declares its name, its kind, its slots (pydantic fields) and how its effect
shows in the vehicle's state.
Grammar, wire form, replies, undo and read-back are derived from these declarations.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType, UnionType
from typing import Annotated, Any, ClassVar, Literal, Self, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, Strict, StringConstraints
from pydantic.fields import FieldInfo

from intents.errors import CatalogueError, ErrorCode
from intents.quantities import QUANTITIES, Quantity

Json = bool | int | float | str | list[Any] | dict[str, Any] | None


class Kind(StrEnum):
    """What carrying a command out means."""

    SET = "set"  # gives something a value; undone by giving back the old one
    ADJUST = "adjust"  # changes something by an amount; undone by the opposite amount
    ACT = "act"  # does something that no state value undoes
    QUERY = "query"  # answered from the vehicle's state as it stands
    LOOKUP = "lookup"  # sent to the subsystem, which puts the answer into its state
    DIALOGUE = "dialogue"  # meant for the assistant itself, never sent


class Hazard(StrEnum):
    """Why a command may be refused or must be confirmed; `policy` says when."""

    OPENS_BODY = "opens_body"
    OPENS_WINDOW = "opens_window"
    UNLOCKS = "unlocks"
    DARKENS = "darkens"
    BLINDS = "blinds"
    LONG_READING = "long_reading"
    SILENCES_ALERTS = "silences_alerts"
    ERASES = "erases"


class Zone(StrEnum):
    """A part of the cabin; the driver's seat is on the left unless the vehicle says otherwise."""

    DRIVER = "driver"
    PASSENGER = "passenger"
    FRONT = "front"
    REAR = "rear"
    REAR_LEFT = "rear_left"
    REAR_RIGHT = "rear_right"
    ALL = "all"


SEATS = ("driver", "passenger", "rear_left", "rear_right")

# Group values of a slot and the single parts of the state they stand for.
GROUPS: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "zone": {
            "front": ("driver", "passenger"),
            "rear": ("rear_left", "rear_right"),
            "all": SEATS,
        },
        "window": {"all": ("front", "rear")},
        "alert": {"all": ("drowsiness", "distraction")},
    }
)


class SlotKind(StrEnum):
    """How a slot is spoken and decoded."""

    ENUM = "enum"
    SWITCH = "switch"
    SET = "set"
    QUANTITY = "quantity"
    TEXT = "text"
    TEXTS = "texts"


@dataclass(frozen=True, slots=True)
class Reserved:
    """Marks a text slot that also takes a few fixed values (`near` = here, route, destination)."""

    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Slot:
    """One slot of a command, as grammar and decoder see it."""

    name: str
    kind: SlotKind
    required: bool
    default: str | None
    """Wire value when nothing was said; None when the slot is then absent."""
    values: tuple[str, ...] = ()
    """Legal values of an enum or set, or the reserved values of a text slot."""
    quantity: Quantity | None = None


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)]
"""Words of the utterance, in order, lower case."""
# Strict: a number or a switch of the wire is one, and never a text or a truth value that could be read as one.
Switch = Annotated[bool, Strict()]
Celsius = Annotated[float, Strict(), Field(ge=16, le=30, multiple_of=0.5), QUANTITIES["temperature"]]
DeltaCelsius = Annotated[float, Strict(), Field(ge=-14, le=14, multiple_of=0.5), QUANTITIES["temperature_change"]]
FanLevel = Annotated[int, Strict(), Field(ge=0, le=7), QUANTITIES["fan_level"]]
DeltaFanLevel = Annotated[int, Strict(), Field(ge=-7, le=7), QUANTITIES["fan_change"]]
SeatLevel = Annotated[int, Strict(), Field(ge=0, le=3), QUANTITIES["seat_level"]]
Percent = Annotated[int, Strict(), Field(ge=0, le=100), QUANTITIES["volume"]]
DeltaPercent = Annotated[int, Strict(), Field(ge=-100, le=100), QUANTITIES["volume_change"]]
PercentOpen = Annotated[int, Strict(), Field(ge=0, le=100), QUANTITIES["opening"]]
DurationS = Annotated[int, Strict(), Field(ge=1, le=86_400), QUANTITIES["duration"]]


class Command(BaseModel):
    """One thing a driver can ask for; its fields are the slots of the catalogue."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    intent: ClassVar[str]
    """Catalogue name, `domain.verb_object`."""
    kind: ClassVar[Kind]
    slot_specs: ClassVar[tuple[Slot, ...]] = ()
    shows: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """Slot -> dotted path of the state value that equals it once done; `{zone}` and the like are slots."""
    reads: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """Value of `what` (or "" for a command without one) -> state path that answers the question."""
    hazard: ClassVar[frozenset[Hazard]] = frozenset()

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Refuses a command that lacks its declarations: a bare ClassVar is enforced by neither pydantic nor mypy."""
        super().__pydantic_init_subclass__(**kwargs)
        for name in ("intent", "kind"):
            if name not in cls.__dict__:
                raise CatalogueError(ErrorCode.CATALOGUE_INVALID, f"command {cls.__name__} declares no {name}")
        cls.slot_specs = tuple(_slot(name, field) for name, field in cls.model_fields.items())
        unknown = set(cls.shows) - set(cls.model_fields)
        if unknown:
            raise CatalogueError(ErrorCode.CATALOGUE_INVALID, f"{cls.intent} shows unknown slots {sorted(unknown)}")

    @property
    def domain(self) -> str:
        """The part before the dot: the subsystem that carries the command out."""
        return self.intent.partition(".")[0]

    @property
    def verb_object(self) -> str:
        """The part after the dot."""
        return self.intent.partition(".")[2]

    def slots(self) -> dict[str, Json]:
        """The wire form: JSON values, absent slots left out, sets as sorted lists."""
        values: dict[str, Json] = {}
        for name, value in self.model_dump(mode="json", exclude_none=True).items():
            values[name] = sorted(value) if isinstance(getattr(self, name), frozenset) else value
        return values

    def hazards(self) -> frozenset[Hazard]:
        """What makes this very command risky; may depend on its slots."""
        return self.hazard

    def wanted(self) -> dict[str, Json]:
        """State paths and the values they have once the command is done; empty when the state cannot show it."""
        if self.kind is not Kind.SET:
            return {}
        slots = self.slots()
        return {
            path: slots[name] for name, template in self.shows.items() for path in self.paths(template) if name in slots
        }

    def question(self) -> tuple[str, ...]:
        """State paths that answer this query, the first one the most telling; empty when it is not a query."""
        template = self.reads.get(str(getattr(self, "what", "")))
        return tuple(self.paths(template)) if template else ()

    def undone(self, before: Mapping[str, Json]) -> tuple["Command", ...]:
        """The commands that put back what this one changed.

        `before` holds the state values at `wanted()`'s paths as they were. Empty when the command cannot be undone.
        """
        if self.kind is Kind.ADJUST:
            changes = {s.name: -getattr(self, s.name) for s in self.slot_specs if s.kind is SlotKind.QUANTITY}
            return (self.model_copy(update=changes),)
        if self.kind is not Kind.SET or len(self.shows) != 1:
            return ()
        ((name, template),) = self.shows.items()
        groups = [slot for slot in GROUPS if "{" + slot + "}" in template]
        commands = []
        for part, path in zip(self._parts(groups[0]) if groups else [""], self.paths(template), strict=True):
            if before.get(path) is None:
                return ()
            update = {**self.slots(), name: before[path], **({groups[0]: part} if groups else {})}
            commands.append(type(self).model_validate(update))
        return tuple(commands)

    def paths(self, template: str) -> Iterator[str]:
        """Fills a path template with this command's slots, one path for each part of a group such as `all`."""
        for group in GROUPS:
            if "{" + group + "}" in template:
                for part in self._parts(group):
                    yield template.replace("{" + group + "}", part)
                return
        yield template.format_map(self.slots())

    def _parts(self, group: str) -> tuple[str, ...]:
        value = str(getattr(self, group))
        return GROUPS[group].get(value, (value,))

    @classmethod
    def from_slots(cls, slots: Mapping[str, Json]) -> Self:
        """Builds the command from its wire form; raises pydantic's ValidationError on anything not in the catalogue."""
        return cls.model_validate(dict(slots))


class State(BaseModel):
    """What a subsystem says is actually set; published retained."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    version: int = 0
    """Grows by one with each change; an ack names the version it led to."""

    def at(self, path: str) -> Json:
        """The value at a dotted path as JSON, None where there is none."""
        value: Any = self.model_dump(mode="json")
        for part in path.split("."):
            if isinstance(value, list):
                value = value[int(part)] if part.isdecimal() and int(part) < len(value) else None
            else:
                value = value.get(part) if isinstance(value, dict) else None
        return value  # type: ignore[no-any-return]


class Part(BaseModel):
    """A piece of a state."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def _slot(name: str, field: FieldInfo) -> Slot:
    """Reads a slot's grammar from the field's annotation; raises CatalogueError on a type no slot can have."""
    annotation, marks = field.annotation, list(field.metadata)
    if get_origin(annotation) in (Union, UnionType):  # optional slots are `X | None`
        annotation = next(a for a in get_args(annotation) if a is not type(None))
    if get_origin(annotation) is Annotated:
        annotation, *inner = get_args(annotation)
        marks += inner
    default = None if field.is_required() or field.default is None else str(field.default)
    quantity = next((m for m in marks if isinstance(m, Quantity)), None)
    reserved = next((m for m in marks if isinstance(m, Reserved)), None)
    required = field.is_required()
    if quantity is not None:
        return Slot(name, SlotKind.QUANTITY, required, default, quantity=quantity)
    if annotation is bool:
        return Slot(name, SlotKind.SWITCH, required, default, values=("on", "off"))
    if get_origin(annotation) is frozenset:
        return Slot(name, SlotKind.SET, required, default, values=_values(get_args(annotation)[0]))
    if get_origin(annotation) is tuple:
        return Slot(name, SlotKind.TEXTS, required, default)
    if annotation is str:
        return Slot(name, SlotKind.TEXT, required, default, values=reserved.values if reserved else ())
    return Slot(name, SlotKind.ENUM, required, default, values=_values(annotation))


def _values(annotation: Any) -> tuple[str, ...]:
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return tuple(str(member) for member in annotation)
    if get_origin(annotation) is Literal:
        return tuple(get_args(annotation))
    raise CatalogueError(ErrorCode.CATALOGUE_INVALID, f"no slot can have the type {annotation}")
