"""The decoder alone, with invented models: whatever a model wants, the line is legal and ends."""

import random
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.base import SlotKind
from intents.catalogue import COMMANDS
from intents.encoding import (
    END,
    MAX_COMMANDS,
    MAX_SPAN_WORDS,
    NEXT,
    Item,
    Line,
    Outcome,
    Span,
    as_text,
    decode,
    encode,
    vocabulary,
)
from intents.phrasebook import load
from intents.words import MAX_WORDS, words_of
from vehicle_assistant.parser.decoder import Decoded, Scorer
from vehicle_assistant.parser.decoder import decode as decode_line

ITEMS = {item.text: i for i, item in enumerate(vocabulary())}
TOKENS = 8192
POOL = (
    "sun sunday sundays two twenty twenty-two too a an half degrees degree percent minutes hour and an point five 99 "
    "9 22.5 72f 50% home office main street the set turn to at in münchen 東京 naïve ½ o'clock & 1e400 nan inf"
).split()


class Invented:
    """Tokens as byte-pair pieces behave: a word is cut after three letters, so "sun" is a prefix of "sunday"."""

    def __init__(self) -> None:
        self.pieces: dict[str, int] = {}

    def word_tokens(self, word: str) -> Sequence[int]:
        pieces = [f" {word[:3]}", *(word[i : i + 2] for i in range(3, len(word), 2))]
        return [len(ITEMS) + self.pieces.setdefault(piece, len(self.pieces)) for piece in pieces]

    def item_token(self, item: Item) -> int:
        return ITEMS[item.text]


class Whim(Invented):
    """Wants something else at every step, the same for the same seed; may dislike to end, or love to copy words."""

    def __init__(self, seed: int, dislikes_ends: float, loves_words: float) -> None:
        super().__init__()
        self.seed, self.dislikes_ends, self.loves_words = seed, dislikes_ends, loves_words

    def scores(self, tokens: Sequence[int]) -> np.ndarray:
        wishes = np.random.default_rng([self.seed, *tokens]).normal(size=TOKENS).astype(np.float32)
        wishes[[ITEMS[END.text], ITEMS["none"]]] -= self.dislikes_ends
        wishes[len(ITEMS) :] += self.loves_words
        return wishes


class Resolved(Invented):
    """Wants one line and nothing else."""

    def __init__(self, words: Sequence[str], line: Sequence[Item | Span]) -> None:
        super().__init__()
        self.wanted: list[int] = []
        for part in line:
            if isinstance(part, Span):
                self.wanted += [t for word in words[part.start : part.end] for t in self.word_tokens(word)]
            else:
                self.wanted.append(self.item_token(part))

    def scores(self, tokens: Sequence[int]) -> np.ndarray:
        assert list(tokens) == self.wanted[: len(tokens)], "it was led away from its line"
        wishes = np.zeros(TOKENS, np.float32)
        wishes[self.wanted[len(tokens)]] = 20.0
        return wishes


def read_by(line: Sequence[Item | Span], item: Item, words: Sequence[str]) -> bool:
    """Whether words may stand in the slot that an item of this line opens."""
    intent = next(i.text for i in reversed(line) if isinstance(i, Item) and i.text in COMMANDS)
    slot = next(s for s in COMMANDS[intent].slot_specs if s.name == item.slot)
    if slot.kind is not SlotKind.QUANTITY:
        return True
    assert slot.quantity is not None
    read = slot.quantity.choice(str(item.value)).read
    return read is not None and read(words) is not None


def assert_legal(words: Sequence[str], decoded: Decoded) -> None:
    line, opened = Line(), False
    for part in decoded.line:
        if isinstance(part, Span):
            assert opened
            assert 0 <= part.start < part.end <= len(words)
            assert part.end - part.start <= MAX_SPAN_WORDS
            head = line.items[-1]
            assert isinstance(head, Item)
            assert read_by(line.items, head, words[part.start : part.end])
            opened = False
        else:
            assert not opened, "a slot was opened and left empty"
            assert part in line.legal_items()
            opened = part.opens
        line.items.append(part)
    assert line.items[-1] == END
    assert 0 <= decoded.confidence <= 1


utterances = st.lists(st.sampled_from(POOL) | st.text(max_size=8), max_size=MAX_WORDS).map(
    lambda parts: words_of(" ".join(parts))[:MAX_WORDS]
)


@given(utterances, st.integers(0, 2**32), st.sampled_from([0.0, 3.0, 50.0]), st.sampled_from([-3.0, 0.0, 3.0, 50.0]))
def test_whatever_a_model_wants_the_line_is_legal(words, seed, dislikes_ends, loves_words):
    decoded = decode_line(words, Whim(seed, dislikes_ends, loves_words))

    assert_legal(words, decoded)
    meaning = decode(words, decoded.line)
    assert len(meaning.drafts) <= MAX_COMMANDS
    assert meaning.outcome is Outcome.INCOMPLETE or not meaning.missing
    for draft in meaning.drafts:
        if not draft.missing:
            draft.command()


@given(st.integers(0, 100_000))
def test_it_writes_the_line_a_model_is_resolved_on(seed):
    (example,) = load().examples(1, seed)
    words = words_of(example.text)
    line = encode(words, example.drafts)

    decoded = decode_line(words, Resolved(words, line))

    assert decoded.line == tuple(line)
    assert decode(words, decoded.line).drafts == example.drafts
    assert decoded.confidence == pytest.approx(1, abs=1e-3)


def test_it_writes_the_lines_of_two_commands_in_one_breath():
    for example in load().examples(600, seed=5, two_share=0.5):
        words = words_of(example.text)
        line = encode(words, example.drafts)
        assert decode_line(words, Resolved(words, line)).line == tuple(line), example.text


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("sun sunday", (0, 1)),
        ("sun sunday", (1, 2)),
        ("sun sunday", (0, 2)),
        ("sunday sun", (1, 2)),
        ("sundays sunday sun", (1, 2)),
        ("sundays sunday sun", (1, 3)),
        ("go to sun sun sunday sun", (3, 6)),
        ("東京 東京駅 münchen münchen", (1, 3)),
    ],
)
def test_words_that_begin_like_others_are_kept_apart(text, span):
    words = words_of(text)
    line = [Item("navigation.navigate"), Item("destination=", "destination", opens=True), Span(*span), END]

    decoded = decode_line(words, Resolved(words, line))

    assert decoded.line == tuple(line)


@pytest.mark.parametrize("span", [(2, 3), (4, 5), (2, 5)])
def test_of_equal_words_any_place_will_do(span):
    words = words_of("go to york new york")
    line = [Item("navigation.navigate"), Item("destination=", "destination", opens=True), Span(*span), END]

    decoded = decode_line(words, Resolved(words, line))

    assert as_text(words, decoded.line) == as_text(words, line)


def test_a_number_slot_is_not_offered_where_no_number_is_said():
    words = words_of("set the temperature to something nice")

    class Insisting(Invented):
        def scores(self, tokens):
            wishes = np.zeros(TOKENS, np.float32)
            wishes[[ITEMS["climate.set_temperature"], ITEMS["celsius="]]] = 10
            return wishes

    decoded = decode_line(words, Insisting())

    assert decoded.line[0] == Item("climate.set_temperature")
    assert "celsius=" not in [p.text for p in decoded.line if isinstance(p, Item)]
    assert_legal(words, decoded)


def test_a_number_ends_where_it_can_be_read():
    words = words_of("an hour and a half of nothing")
    line = [Item("personal.set_timer"), Item("duration_s=", "duration_s", "", opens=True), Span(0, 5), END]

    class Greedy(Resolved):
        """Would go on copying for ever."""

        def scores(self, tokens):
            wishes = np.zeros(TOKENS, np.float32)
            wishes[len(ITEMS) :] = 10
            if len(tokens) < 2:
                wishes[self.wanted[len(tokens)]] = 20
            return wishes

    decoded = decode_line(words, Greedy(words, line))

    assert decoded.line[:3] == tuple(line[:3])


def test_the_longest_utterance_and_the_longest_line_end():
    words = tuple(random.Random(3).choices(words_of("take me to sun sunday via twenty two main street"), k=MAX_WORDS))

    decoded = decode_line(words, Whim(1, dislikes_ends=50.0, loves_words=50.0))

    assert_legal(words, decoded)
    assert sum(part == NEXT for part in decoded.line) == MAX_COMMANDS - 1
    assert max(p.end - p.start for p in decoded.line if isinstance(p, Span)) == MAX_SPAN_WORDS


def test_of_nothing_only_commands_without_words_can_be_made():
    decoded = decode_line((), Whim(2, dislikes_ends=50.0, loves_words=0.0))

    assert_legal((), decoded)
    assert not any(isinstance(part, Span) for part in decoded.line)


def test_a_decision_without_an_alternative_is_not_asked_about():
    words = words_of("navigate to the sunday market")
    line = encode(words, [])  # none, and then only the end

    class Counting(Resolved):
        asked = 0

        def scores(self, tokens):
            self.asked += 1
            return super().scores(tokens)

    scorer: Scorer = Counting(words, line)
    decode_line(words, scorer)

    assert scorer.asked == 1
