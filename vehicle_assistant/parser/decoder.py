"""Walks the catalogue's grammar with a model: at each decision only the legal next tokens are compared.

What follows an opened slot is copied from the utterance: a slot of words may take any contiguous words, a number only
words that say a number. The result is legal by construction. Tokens without an alternative are never asked about.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from intents.base import SlotKind
from intents.catalogue import COMMANDS
from intents.encoding import END, MAX_SPAN_WORDS, Item, Line, Span

MAX_NUMBER_WORDS = 8

Words = Sequence[str]


class Scorer(Protocol):
    """The model, as far as decoding needs it."""

    def word_tokens(self, word: str) -> Sequence[int]:
        """Token ids of one word of the utterance; never empty."""

    def item_token(self, item: Item) -> int:
        """Token id of an item."""

    def scores(self, tokens: Sequence[int]) -> NDArray[np.float32]:
        """Logits (vocabulary,) after the prompt and these tokens."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A legal line of decisions and the probability of all its choices among the legal ones."""

    line: tuple[Item | Span, ...]
    confidence: float


@dataclass(slots=True)
class _Copy:
    """Words being copied into a slot: which spans still agree with the tokens copied so far."""

    spans: dict[int, tuple[int, int]]
    """Start of a candidate span -> index of its present word, and how many of that word's tokens are copied."""
    ends: Mapping[int, frozenset[int]] | None
    """Start -> legal ends, or None when any end is legal."""

    def closable(self) -> Iterator[Span]:
        """Spans that may end here."""
        for start, (word, copied) in sorted(self.spans.items()):
            if copied == 0 and word > start and (self.ends is None or word in self.ends.get(start, ())):
                yield Span(start, word)

    def next_tokens(self, words: Words, scorer: Scorer) -> dict[int, int]:
        """Start -> the token its span goes on with, for the spans that can go on."""
        found: dict[int, int] = {}
        for start, (word, copied) in self.spans.items():
            may = self.ends is None or any(end > word for end in self.ends.get(start, ()))
            if may and word < len(words) and word - start < MAX_SPAN_WORDS:
                found[start] = scorer.word_tokens(words[word])[copied]
        return found

    def advance(self, words: Words, scorer: Scorer, token: int) -> None:
        """Keeps the spans that go on with this token. "sun" may end where "sunday" goes on: both are kept apart."""
        going = [start for start, expected in self.next_tokens(words, scorer).items() if expected == token]
        spans: dict[int, tuple[int, int]] = {}
        for start in going:
            word, copied = self.spans[start]
            whole = copied + 1 == len(scorer.word_tokens(words[word]))
            spans[start] = (word + 1, 0) if whole else (word, copied + 1)
        self.spans = spans


@dataclass(slots=True)
class _Walk:
    """The decoding of one utterance."""

    words: Words
    scorer: Scorer
    line: Line = field(default_factory=Line)
    tokens: list[int] = field(default_factory=list)
    log_probability: float = 0.0

    def choose(self, options: Sequence[int]) -> int:
        """Takes the likeliest of some token ids; free when there is only one."""
        chosen = options[0]
        if len(options) > 1:
            logits = self.scorer.scores(self.tokens)[np.asarray(options)].astype(np.float64)
            best = int(logits.argmax())
            self.log_probability += float(logits[best] - _log_sum(logits))
            chosen = options[best]
        self.tokens.append(chosen)
        return chosen


def decode(words: Words, scorer: Scorer) -> Decoded:
    """Writes the likeliest legal line of decisions about an utterance, greedily."""
    walk = _Walk(words, scorer)
    copy: _Copy | None = None
    while not walk.line.items or walk.line.items[-1] != END:
        span = next(copy.closable(), None) if copy is not None else None
        items = {scorer.item_token(i): i for i in _sayable(words, walk.line, copy, span)}
        copied = copy.next_tokens(words, scorer).values() if copy is not None else ()
        token = walk.choose([*items, *(t for t in dict.fromkeys(copied) if t not in items)])
        if copy is not None and token not in items:
            copy.advance(words, scorer, token)
            continue
        walk.line.items += [span] if span is not None else []
        walk.line.items.append(items[token])
        copy = _opened(words, walk.line, items[token]) if items[token].opens else None
    return Decoded(tuple(walk.line.items), float(np.exp(walk.log_probability)))


def _log_sum(logits: NDArray[np.float64]) -> float:
    top = logits.max()
    return float(top + np.log(np.exp(logits - top).sum()))


def _sayable(words: Words, line: Line, copy: _Copy | None, span: Span | None) -> Iterator[Item]:
    """Items that may come now: none in the middle of a copied word, and no slot without words to fill it."""
    if copy is not None and span is None:
        return
    for item in Line([*line.items, *([span] if span else [])]).legal_items():
        if not item.opens or _starts(words, line, item)[0]:
            yield item


def _starts(words: Words, line: Line, item: Item) -> tuple[list[int], Mapping[int, frozenset[int]] | None]:
    """Where the words for an opening item may start, and where they may end."""
    read = _reading(line, item)
    if read is None:
        return list(range(len(words))), None
    ends: dict[int, frozenset[int]] = {}
    for start in range(len(words)):
        stops = range(start + 1, min(start + MAX_NUMBER_WORDS, len(words)) + 1)
        found = frozenset(end for end in stops if read(words[start:end]) is not None)
        if found:
            ends[start] = found
    return [*ends], ends


def _reading(line: Line, item: Item) -> Callable[[Words], float | None] | None:
    """How a number slot's words are read; None for a slot of plain words."""
    head = next((i for i in reversed(line.items) if isinstance(i, Item) and i.text in COMMANDS), None)
    assert head is not None, "a slot opens only inside a command"
    slot = next(s for s in COMMANDS[head.text].slot_specs if s.name == item.slot)
    if slot.kind is SlotKind.QUANTITY and slot.quantity is not None:
        return slot.quantity.choice(str(item.value)).read
    return None


def _opened(words: Words, line: Line, item: Item) -> _Copy:
    starts, ends = _starts(words, line, item)
    return _Copy({start: (start, 0) for start in starts}, ends)
