"""What every simulated subsystem is: a state, commands it carries out, and a life of its own between them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from integration.envelope import Motion
from intents.base import Command, Json, Kind, State


@dataclass(frozen=True, slots=True)
class Carried:
    """The command is done; the state shows it where it can."""

    message: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """The command is legal and cannot be done now."""

    reason: str
    """Machine code."""
    message: str
    """For people."""


Result = Carried | Refused
DONE = Carried()

StateT = TypeVar("StateT", bound=State)


class Subsystem(Generic[StateT]):
    """One domain of the vehicle. No I/O: it is told what to do and how time passes.

    Setting a value and answering a question need no code of their own: the first follows from the catalogue's
    declaration of where the value shows, the second is answered by the asker from the state. A subsystem adds
    handlers for what it does differently.
    """

    domain: ClassVar[str]

    def __init__(self, state: StateT) -> None:
        self.state = state

    def handlers(self) -> Mapping[type[Command], Callable[[Any], Result]]:
        """Commands with behaviour of their own."""
        return {}

    def advance(self, dt_s: float, motion: Motion) -> None:
        """Lives through `dt_s` seconds during which the vehicle moved like this."""

    def carry_out(self, command: Command) -> Result:
        """Carries a command of this domain out, or says why not."""
        handler = self.handlers().get(type(command))
        if handler is not None:
            return handler(command)
        if command.kind is Kind.SET:
            return self.put(command.wanted())
        if command.kind is Kind.QUERY:
            return DONE
        return Refused("not_supported", f"{self.domain} cannot do {command.verb_object}")

    def put(self, values: Mapping[str, Json]) -> Result:
        """Gives state values at dotted paths; the state is checked as a whole."""
        tree = self.state.model_dump(mode="json")
        for path, value in values.items():
            *parents, leaf = path.split(".")
            branch: Any = tree
            for parent in parents:
                branch = branch[parent]
            branch[leaf] = value
        self._become(tree)
        return DONE

    def change(self, **values: object) -> Result:
        """Gives top-level state values."""
        dumped = {name: _plain(value) for name, value in values.items()}
        self._become({**self.state.model_dump(mode="json"), **dumped})
        return DONE

    def _become(self, tree: dict[str, Any]) -> None:
        """Takes a new state; its version grows only when something differs."""
        same = type(self.state).model_validate({**tree, "version": self.state.version})
        if same != self.state:
            self.state = same.model_copy(update={"version": self.state.version + 1})


def _plain(value: object) -> object:
    """A part of a state as JSON, like the rest of the tree it goes into."""
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    return value.model_dump(mode="json") if hasattr(value, "model_dump") else value


def stepped(value: float, delta: float, low: float, high: float, what: str) -> float | Refused:
    """A value changed by a step: the last step ends at the limit, a step beyond it is refused."""
    if delta and value == (high if delta > 0 else low):
        return Refused("at_limit", f"{what} is at its {'highest' if delta > 0 else 'lowest'}")
    return max(low, min(high, value + delta))
