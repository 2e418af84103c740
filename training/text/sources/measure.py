"""Measures the rules against hand-labelled rows: exact label equality, alternatives counted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from training.text.sources.constraints import canonical
from training.text.sources.record import Command, LabelledRow, Reading


def _form(commands: Iterable[Command]) -> tuple[object, ...]:
    return tuple(canonical(command) for command in commands)


def agrees(reading: Reading, gold: LabelledRow) -> bool:
    """Returns True when a reading equals the hand-made label or one of its alternatives."""
    read = _form(reading.commands)
    if any(_form(other) == read for other in gold.alt):
        return True
    if gold.outcome == "incomplete":
        same = [c.intent for c in reading.commands] == [c.intent for c in gold.commands]
        return reading.outcome == "incomplete" and same
    return _form(gold.commands) == read


@dataclass(slots=True)
class Tally:
    """Counts of one rule family: rows labelled, hand-labelled rows met, and how many of those agree."""

    rows: int = 0
    checked: int = 0
    right: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float | None:
        """Share of the hand-labelled rows that agree; None when the family met none."""
        return self.right / self.checked if self.checked else None

    def check(self, reading: Reading, gold: LabelledRow) -> None:
        """Compares one reading with its hand-made label."""
        self.checked += 1
        if agrees(reading, gold):
            self.right += 1
            return
        self.wrong.append(f"{gold.text} | want {_plain(gold.commands)} | got {_plain(reading.commands)}")


def _plain(commands: Iterable[Command]) -> str:
    return " + ".join(f"{c.intent}{c.slots}" for c in commands) or "nothing"
