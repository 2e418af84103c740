"""Kinds of settings: what a value may look like, whatever it means."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

ENGINE_UNKNOWN = "engine_unknown"
"""Type of the validation error for a name that its table does not have."""

AUTO = "auto"


@dataclass(frozen=True, slots=True)
class Located:
    """Marks a field that may hold a path: a relative one counts from the folder of the file that says it."""

    always: bool = True
    """False: only a text with a slash in it is a path."""


def row_of(table: Mapping[str, object], *besides: str) -> AfterValidator:
    """Accepts the names of a table's rows."""

    def known(name: str) -> str:
        if name not in table and name not in besides:
            names = ", ".join((*besides, *table))
            raise PydanticCustomError(
                ENGINE_UNKNOWN, "{name} is not one of {names}", {"name": repr(name), "names": names}
            )
        return name

    return AfterValidator(known)


def _path(value: object) -> object:
    """Reads a text as a path; an empty one is no path."""
    if not isinstance(value, str):
        return value
    if "\0" in value:
        raise PydanticCustomError("path", "is no path: it holds a zero byte")
    return Path(value) if value else None


def _text_or_none(value: object) -> object:
    return None if value == "" else value


OptionalPath = Annotated[Path | None, BeforeValidator(_path), Located()]
OptionalText = Annotated[str | None, BeforeValidator(_text_or_none)]
ModelChoice = Annotated[str, Field(min_length=1), Located(always=False)]
Share = Annotated[float, Field(ge=0, le=1)]
Pause = Annotated[float, Field(ge=0.05, le=10)]
MemoryMib = Annotated[int, Field(ge=64, le=1_048_576)]
