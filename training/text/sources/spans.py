"""Locates annotated slot values inside the utterance they come from."""

from __future__ import annotations

import re
from typing import NamedTuple

from training.text.sources.record import SourceSlot


class Span(NamedTuple):
    """Where a slot value stands: slot name, first word, word after the last."""

    name: str
    start: int
    end: int


def plain_words(text: str) -> list[str]:
    """Returns the lower-case words of text as they stand, split at blanks only."""
    return text.lower().split()


def _bare(word: str) -> str:
    return re.sub(r"[^\w']", "", word)


def locate(words: list[str], slots: tuple[SourceSlot, ...]) -> list[Span] | None:
    """Returns the slots' places in order of annotation, each after the one before; None when one is not found."""
    spans: list[Span] = []
    after = 0
    bare = [_bare(word) for word in words]
    for slot in slots:
        wanted = [_bare(word) for word in plain_words(slot.value) if _bare(word)]
        places = [i for i in range(len(bare) - len(wanted) + 1) if wanted and bare[i : i + len(wanted)] == wanted]
        later = [i for i in places if i >= after]
        if not places:
            return None
        start = later[0] if later else places[0]
        spans.append(Span(slot.name, start, start + len(wanted)))
        after = start + len(wanted)
    return spans
