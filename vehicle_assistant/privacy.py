"""What the journal may not hold: it is a private cabin.

Unless `log_speech` is on, no log line and no turn record carries words that were spoken, heard or understood.
"""

import traceback
from collections.abc import Mapping

from intents.errors import AssistantError

WORDS = frozenset(
    {
        "alternatives", "answer", "commands", "heard", "line", "message_text", "partial", "phrase", "question", "said",
        "sentence", "slots", "speech", "text", "transcript", "utterance", "words",
    }
)  # fmt: skip
"""Fields that carry words wherever they occur, at any depth."""

WITHHELD = "(withheld)"


def without_words(record: Mapping[str, object]) -> dict[str, object]:
    """The record with every field of `WORDS` withheld, at any depth; it stays visible that there was something."""
    return {name: WITHHELD if name in WORDS and value else _inside(value) for name, value in record.items()}


def _inside(value: object) -> object:
    if isinstance(value, Mapping):
        return without_words({str(name): inner for name, inner in value.items()})
    if isinstance(value, list | tuple):
        return [_inside(inner) for inner in value]
    return value


def describe(error: BaseException, *, words: bool) -> str:
    """A traceback for the journal. Without `words`, messages of errors that are not ours are left out.

    They quote what they choked on: pydantic its input, a decoder its text. Source lines carry no values.
    """
    if words:
        return "".join(traceback.format_exception(error)).rstrip()
    chain: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in chain:
        chain.append(link)
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return "\ncaused:\n".join(_one(each) for each in reversed(chain))


def _one(error: BaseException) -> str:
    frames = "".join(traceback.format_tb(error.__traceback__))
    message = f": {error}" if isinstance(error, AssistantError | OSError) else ""
    return f"{frames}{type(error).__module__}.{type(error).__qualname__}{message}"
