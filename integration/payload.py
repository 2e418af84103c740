"""Bytes off the bus become JSON objects here, or are refused with a reason that is counted.

Anything on a bus may be malformed or hostile: too large, not UTF-8, not one object, nested to exhaust the stack,
with a key twice (two readers would see two different commands) or with NaN.
"""

import json
from enum import StrEnum
from typing import Any, NoReturn, TypeVar

from pydantic import BaseModel, ValidationError

from intents.base import Json

MAX_PAYLOAD_BYTES = 65_536
"""Wire contract, rule 8. The largest legal message (a command with a 400 character text) is below 4 KiB."""

MAX_DEPTH = 16
"""Deepest nesting accepted. The catalogue's states nest 4 deep."""

MAX_INT = 2**63 - 1
"""Integers beyond 64 bits are refused: other readers of the bus would round or overflow."""


class Malformation(StrEnum):
    """Why a message was dropped; the keys of the drop counters."""

    OVERSIZED = "oversized"
    NOT_UTF8 = "not_utf8"
    NOT_JSON = "not_json"
    NOT_OBJECT = "not_object"
    TOO_DEEP = "too_deep"
    DUPLICATE_KEY = "duplicate_key"
    NOT_FINITE = "not_finite"
    WRONG_SHAPE = "wrong_shape"
    STALE_RETAINED = "stale_retained"
    EXPIRED = "expired"
    UNKNOWN_TOPIC = "unknown_topic"
    UNKNOWN_ID = "unknown_id"


class PayloadError(ValueError):
    """A message cannot be used. Carries the reason only, never the content."""

    def __init__(self, malformation: Malformation) -> None:
        super().__init__(malformation.value)
        self.malformation = malformation


Model = TypeVar("Model", bound=BaseModel)


def decode(payload: bytes) -> dict[str, Json]:
    """Parses one JSON object; raises PayloadError on anything else."""
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise PayloadError(Malformation.OVERSIZED)
    try:
        text = payload.decode("utf-8")
    except UnicodeDecodeError as error:
        raise PayloadError(Malformation.NOT_UTF8) from error
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise PayloadError(Malformation.TOO_DEEP) from error
    except PayloadError:
        raise
    except ValueError as error:  # also integers of more digits than Python reads
        raise PayloadError(Malformation.NOT_JSON) from error
    if not isinstance(value, dict):
        raise PayloadError(Malformation.NOT_OBJECT)
    _check_tree(value)
    return value


def decode_as(model: type[Model], payload: bytes) -> Model:
    """Parses one JSON object of the given shape, without coercion ("3" is no number); raises PayloadError."""
    decode(payload)
    try:
        return model.model_validate_json(payload, strict=True)
    except ValidationError as error:
        raise PayloadError(Malformation.WRONG_SHAPE) from error


def encode(model: BaseModel) -> bytes:
    """The wire form of a payload: absent optional fields are left out."""
    return model.model_dump_json(exclude_none=True, by_alias=True).encode("utf-8")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise PayloadError(Malformation.DUPLICATE_KEY)
    return value


def _refuse_constant(_name: str) -> NoReturn:
    raise PayloadError(Malformation.NOT_FINITE)


def _check_tree(root: dict[str, Json]) -> None:
    """Walks without recursion, because the depth is what is in doubt."""
    level: list[Any] = [root]
    for _ in range(MAX_DEPTH):
        below: list[Any] = []
        for value in level:
            _check_leaf(value)
            if isinstance(value, dict):
                for key in value:
                    _check_leaf(key)
                below.extend(value.values())
            elif isinstance(value, list):
                below.extend(value)
        if not below:
            return
        level = below
    raise PayloadError(Malformation.TOO_DEEP)


def _check_leaf(value: object) -> None:
    if isinstance(value, str) and not _encodable(value):
        raise PayloadError(Malformation.NOT_UTF8)
    if isinstance(value, float) and value in (float("inf"), float("-inf")):  # 1e999 reads as infinity
        raise PayloadError(Malformation.NOT_FINITE)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > MAX_INT:
        raise PayloadError(Malformation.NOT_FINITE)


def _encodable(text: str) -> bool:
    """False for a lone surrogate, which JSON can escape but UTF-8 cannot carry on."""
    return not any("\ud800" <= character <= "\udfff" for character in text)
