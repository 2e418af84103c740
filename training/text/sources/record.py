"""Holds the typed records of the conversion: source rows, readings, and hand-labelled rows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

SlotValue = str | float | int | bool | list[str]
Outcome = Literal["understood", "incomplete", "not_understood"]


class SourceSlot(NamedTuple):
    """One annotated span of a source row, as the collection's authors wrote it."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One utterance of a public collection with the collection's own annotation."""

    text: str
    intent: str
    slots: tuple[SourceSlot, ...]
    source: str

    def values(self, *names: str) -> list[str]:
        """Returns the slot values of the given names, in the order of annotation."""
        return [slot.value for slot in self.slots if slot.name in names]


class Command(BaseModel):
    """One command of the catalogue: intent name and slots as plain JSON values."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    intent: str
    slots: dict[str, SlotValue]


class LabelledRow(BaseModel):
    """One hand-labelled utterance; `alt` lists further command lists that count as right."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    text: str
    outcome: Outcome
    commands: list[Command]
    alt: list[list[Command]] = []
    pool: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a rule made of a row: outcome, commands, and the rule family that answers for it."""

    family: str
    outcome: Outcome
    commands: tuple[Command, ...]


def understood(family: str, intent: str, **slots: SlotValue) -> Reading:
    """Builds a reading of one complete command."""
    return Reading(family, "understood", (Command(intent=intent, slots=slots),))


def incomplete(family: str, intent: str, **slots: SlotValue) -> Reading:
    """Builds a reading of one command with a required slot missing."""
    return Reading(family, "incomplete", (Command(intent=intent, slots=slots),))


def rejected(family: str) -> Reading:
    """Builds a reading of an utterance that the catalogue does not cover."""
    return Reading(family, "not_understood", ())


def read_source_rows(path: Path, source: str) -> Iterator[SourceRow]:
    """Yields the rows of one collection; raises ValueError naming the line that does not parse."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            raw = json.loads(line)
            slots = tuple(SourceSlot(slot["slot"], slot["value"]) for slot in raw["slots"])
            yield SourceRow(raw["text"], raw["intent"], slots, source)
        except (json.JSONDecodeError, KeyError, TypeError) as error:
            raise ValueError(f"{path.name} line {number}: not a source row ({error}); check the file") from error


def read_labelled_rows(path: Path) -> list[LabelledRow]:
    """Returns all hand-labelled rows of a file; raises pydantic.ValidationError on a malformed one."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [LabelledRow.model_validate_json(line) for line in lines if line.strip()]
