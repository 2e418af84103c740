"""What can be wrong with a subsystem, switched on and off while it runs."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

from intents.catalogue import STATES
from intents.errors import ErrorCode, SettingsError


class Fault(StrEnum):
    """One way to misbehave."""

    SILENT = "silent"
    """Hears everything, answers nothing, publishes no state."""
    SLOW = "slow"
    """Takes `slow_s` before it looks at a command."""
    STALLS = "stalls"
    """Accepts a command and never finishes it."""
    REJECTS = "rejects"
    """Refuses every command."""
    LIES = "lies"
    """Says done and does nothing."""


@dataclass(slots=True)
class Faults:
    """The faults in force, by domain."""

    active: dict[str, Fault] = field(default_factory=dict)
    slow_s: float = 2.0
    """What SLOW takes: under the default time to live when it starts, beyond it when it is done twice."""

    def get(self, domain: str) -> Fault | None:
        """The fault of a domain, None when it is sound."""
        return self.active.get(domain)

    def set(self, domain: str, fault: Fault | None) -> None:
        """Makes a domain faulty, or sound again with None."""
        if fault is None:
            self.active.pop(domain, None)
        else:
            self.active[domain] = fault

    @classmethod
    def parse(cls, words: Iterable[str]) -> Self:
        """Reads `climate=silent` and the like; raises SettingsError that names what is possible."""
        faults = cls()
        for word in words:
            domain, _, name = word.partition("=")
            if domain not in STATES or name not in set(Fault):
                raise SettingsError(
                    ErrorCode.SETTING_INVALID, f"no such fault: {word!r}",
                    remedy=f"write DOMAIN=FAULT with a domain of {', '.join(STATES)} and a fault of {', '.join(Fault)}",
                )  # fmt: skip
            faults.set(domain, Fault(name))
        return faults
