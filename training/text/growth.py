"""Grows examples while training: other slot values, spoken numbers, politeness, slips, two commands in one breath.

Every function takes and returns words and drafts and is checked by writing the result in the encoding again: a growth
that breaks a label is thrown away.
"""

import random
import re
from collections.abc import Sequence

from intents.base import Json, SlotKind
from intents.catalogue import COMMANDS
from intents.encoding import Draft, encode
from intents.numbers import spell
from intents.words import find, words_of
from training.text.corpus import Example

BEFORE = (
    "please", "hey", "okay", "um", "uh", "so", "can you", "could you please", "would you", "car", "hey car", "well",
    "i would like you to", "you know what", "right", "now", "oh", "sorry", "alright", "er",
)  # fmt: skip
AFTER = (
    "please",
    "now",
    "thanks",
    "thank you",
    "would you",
    "for me",
    "right now",
    "if you can",
    "mate",
    "will you",
    "okay",
)
# Small words a recogniser loses, and what it hears instead of others.
LOST = frozenset("the a to of is it in on please and my i".split())
HEARD = {
    "to": "two", "for": "four", "too": "to", "the": "a", "a": "the", "set": "said", "turn": "torn", "on": "an",
    "air": "are", "off": "of", "seat": "sea", "heat": "hit", "fan": "van", "my": "may", "i": "hi", "your": "you",
}  # fmt: skip
OTHER_VALUES_SHARE = 0.6  # copying is learnt from spans that were never seen before
OPEN_SLOTS = ("destination", "query", "contact", "title", "text", "body", "name", "near", "where", "when")


class Growth:
    """Draws grown variants of examples; the same for the same seed."""

    def __init__(self, examples: Sequence[Example], places: Sequence[str], seed: int) -> None:
        self.rng = random.Random(seed)
        self.pools: dict[str, list[str]] = {}
        for example in examples:
            for draft in example.drafts:
                for slot in COMMANDS[draft.intent].slot_specs:
                    value = draft.slots.get(slot.name)
                    if slot.kind is SlotKind.TEXT and isinstance(value, str) and value not in slot.values:
                        self.pools.setdefault(f"{draft.intent}.{slot.name}", []).append(value)
        self.places = list(places)
        self.singles = [e for e in examples if len(e.drafts) == 1 and e.source == "hand" and len(e.words) < 12]

    def __call__(self, example: Example) -> Example:
        """One variant of the example, or the example itself."""
        words, drafts = list(example.words), example.drafts
        if self.rng.random() < OTHER_VALUES_SHARE:
            words, drafts = self._other_values(words, drafts)
        if self.rng.random() < 0.3:
            words = self._numbers(words, drafts)
        if self.rng.random() < 0.06 and len(drafts) == 1 and self.singles:
            words, drafts = self._two(words, drafts)
        if self.rng.random() < 0.25:
            words = self._polite(words)
        if self.rng.random() < 0.15:
            words = self._slips(words, drafts)
        try:
            line = encode(words, drafts)
        except ValueError:
            return example
        return Example(tuple(words), drafts, tuple(line), example.source, example.weight)

    def _other_values(self, words: list[str], drafts: tuple[Draft, ...]) -> tuple[list[str], tuple[Draft, ...]]:
        """Puts other places, names and titles into text slots."""
        grown: list[Draft] = []
        for draft in drafts:
            slots: dict[str, Json] = dict(draft.slots)
            for name in OPEN_SLOTS:
                value, key = slots.get(name), f"{draft.intent}.{name}"
                at = find(words, words_of(value)) if isinstance(value, str) else None
                if (
                    at is None
                    or key not in self.pools
                    or not isinstance(value, str)
                    or value in ("home", "work", "here")
                ):
                    continue
                other = self.rng.choice(self.pools[key])
                if name in ("destination", "near", "where") and self.rng.random() < 0.4 and self.places:
                    other = self.rng.choice(self.places)
                words = [*words[:at], *words_of(other), *words[at + len(words_of(value)) :]]
                slots[name] = other
            grown.append(Draft(draft.intent, slots, draft.missing))
        return words, tuple(grown)

    def _numbers(self, words: list[str], drafts: tuple[Draft, ...]) -> list[str]:
        """Says numerals, where no text slot holds them."""
        held = {w for d in drafts for v in d.slots.values() if isinstance(v, str) for w in words_of(v)}
        out: list[str] = []
        for word in words:
            if re.fullmatch(r"\d{1,3}", word) and word not in held:
                out += spell(int(word)).split()
            else:
                out.append(word)
        return out

    def _two(self, words: list[str], drafts: tuple[Draft, ...]) -> tuple[list[str], tuple[Draft, ...]]:
        other = self.rng.choice(self.singles)
        joint = self.rng.choice((["and"], ["and"], ["and", "then"], ["and", "also"], ["then"], []))
        return [*words, *joint, *other.words], (*drafts, *other.drafts)

    def _polite(self, words: list[str]) -> list[str]:
        if self.rng.random() < 0.6:
            return [*self.rng.choice(BEFORE).split(), *words]
        return [*words, *self.rng.choice(AFTER).split()]

    def _slips(self, words: list[str], drafts: tuple[Draft, ...]) -> list[str]:
        """Loses or mishears a small word outside the text slots, or says a word twice."""
        held = {w for d in drafts for v in d.slots.values() if isinstance(v, str) for w in words_of(v)}
        at = self.rng.randrange(len(words))
        word = words[at]
        if word in held:
            return words
        kind = self.rng.random()
        if kind < 0.5 and word in LOST and len(words) > 2:
            return [*words[:at], *words[at + 1 :]]
        if kind < 0.8 and word in HEARD:
            return [*words[:at], HEARD[word], *words[at + 1 :]]
        return [*words[:at], word, *words[at:]]
