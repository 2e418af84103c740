"""Reads utterances as bytes from outside: plain lines, or one JSON object a line.

The first line that cannot be used ends the reading with an InputError naming it; every line before it has been handed
out whole. Blank lines say nothing and are passed over.
"""

import json
from collections.abc import Iterator
from typing import Annotated, BinaryIO, NoReturn

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from intents.errors import ErrorCode, InputError

MOST_CHARACTERS = 2_000
MOST_WORDS = 400
"""Far beyond what fits into the longest utterance (15 s, about 60 words): what is longer is not an utterance."""

MOST_LINE_BYTES = 65_536
"""A line within both limits is at most 24 kB even where JSON spells every character out; the rest is for labels."""

LABELS = frozenset({"outcome", "commands", "alt", "note", "pool"})
"""Fields of a labelled utterance. They are passed over, so that a labelled file can be parsed as it is."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class TextLine(BaseModel):
    """One utterance."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)

    number: Annotated[int, Field(ge=1)]
    """Its line in the input, from 1."""
    text: str
    id: str | int | None = None
    """The sender's own name for it."""


def read_texts(stream: BinaryIO, *, jsonl: bool = False) -> Iterator[TextLine]:
    """Yields the utterances one by one, without waiting for the next.

    Raises InputError: `text_not_utf8`, `text_too_long`, and with `jsonl` `text_not_json`.
    """
    number = 0
    while raw := stream.readline(MOST_LINE_BYTES + 1):
        number += 1
        if number == 1:
            raw = raw.removeprefix(_BYTE_ORDER_MARK)
        if len(raw) > MOST_LINE_BYTES:
            _refuse_length(number, f"over {MOST_LINE_BYTES} bytes")
        text = _decode(raw, number).strip()
        if text:
            line = _parse_json(text, number) if jsonl else TextLine(number=number, text=text)
            check_text(line.text, number)
            yield line


def check_text(text: str, number: int = 1) -> None:
    """Raises InputError (`text_too_long`, `text_not_utf8`) for a text no parser should be given."""
    if len(text) > MOST_CHARACTERS:
        _refuse_length(number, f"{len(text)} characters, over {MOST_CHARACTERS}")
    words = len(text.split())
    if words > MOST_WORDS:
        _refuse_length(number, f"{words} words, over {MOST_WORDS}")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise InputError(
            ErrorCode.TEXT_NOT_UTF8, f"line {number}: the text holds half a character (a lone surrogate)",
            remedy="write the character itself, in UTF-8",
        )  # fmt: skip


def _refuse_length(number: int, what: str) -> NoReturn:
    raise InputError(
        ErrorCode.TEXT_TOO_LONG, f"line {number} is too long for an utterance: {what}",
        remedy="put each utterance on a line of its own",
    )  # fmt: skip


def _decode(raw: bytes, number: int) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as broken:
        raise InputError(
            ErrorCode.TEXT_NOT_UTF8, f"line {number}, byte {broken.start + 1}: not UTF-8",
            remedy="convert the text, for example: iconv -f latin1 -t utf-8",
        ) from broken  # fmt: skip


def _parse_json(text: str, number: int) -> TextLine:
    try:
        content = json.loads(text, object_pairs_hook=_each_once, parse_constant=_no_number)
    except (ValueError, RecursionError) as broken:
        where = f" at column {broken.colno}" if isinstance(broken, json.JSONDecodeError) else ""
        why = "it is nested too deeply" if isinstance(broken, RecursionError) else getattr(broken, "msg", str(broken))
        raise _not_json(number, f"not JSON{where}: {why}") from broken
    if not isinstance(content, dict):
        raise _not_json(number, "not a JSON object")
    fields = {name: value for name, value in content.items() if name not in LABELS}
    strange = sorted(fields.keys() - {"id", "text"})
    if strange:
        raise _not_json(number, f"unknown field {strange[0][:40]!r}")
    try:
        return TextLine(number=number, **fields)
    except ValidationError as wrong:
        field = wrong.errors(include_input=False)[0]["loc"][0]
        raise _not_json(
            number, f"{field} is missing" if field not in fields else f"{field} has the wrong type"
        ) from wrong


def _each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ValueError("a field is there twice")
    return fields


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _not_json(number: int, problem: str) -> InputError:
    return InputError(
        ErrorCode.TEXT_NOT_JSON, f"line {number}: {problem}",
        remedy='each line is {"text": "..."}, with an "id" (text or whole number) if you like',
    )  # fmt: skip
