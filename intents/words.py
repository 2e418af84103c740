"""The words of an utterance: one normal form for training, parsing and comparing."""

import re
import unicodedata
from collections.abc import Sequence

MAX_WORDS = 60
"""Longest utterance that is parsed, in words: twice the longest of 3,000 labelled real ones."""

_SEPARATORS = re.compile(r"[^\w'.:%°&$+/-]+")
_SPELLED = re.compile(r"\b((?:twen|thir|for|fif|six|seven|eigh|nine)ty)-(\w+)")
_NUMERAL_UNIT = re.compile(r"(?<!\S)(\d+(?:\.\d+)?)(%|°)")
_EDGES = ".:'/&-_"


def words_of(text: str) -> tuple[str, ...]:
    """Splits text into lower-case words without punctuation; apostrophes, decimal marks and units stay."""
    folded = unicodedata.normalize("NFKC", text).lower().replace("’", "'")
    spaced = _NUMERAL_UNIT.sub(r"\1 \2", _SPELLED.sub(r"\1 \2", _SEPARATORS.sub(" ", folded.replace("a/c", "ac"))))
    words = (word.strip(_EDGES) for word in spaced.split())
    return tuple(word for word in words if word)


def find(words: Sequence[str], part: Sequence[str]) -> int | None:
    """Index of the first place where `part` stands contiguously in `words`, None when nowhere."""
    size = len(part)
    return next((i for i in range(len(words) - size + 1) if tuple(words[i : i + size]) == tuple(part)), None)
