"""What the model is taught to hear: the phrasebook's sentences, numbers wherever one stands, the wake phrases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

Sentence = tuple[str, ...]

WAKE_PHRASES: tuple[Sentence, ...] = (("computer",), ("hey", "computer"))
SHORT_ANSWERS: tuple[Sentence, ...] = (("yes",), ("no",), ("stop",), ("never", "mind"))

_ONES = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = (
    "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
DIGITS = ("zero", *_ONES, "oh")
_NUMBER_WORDS = frozenset({*DIGITS, *_TEENS, *_TENS, "hundred"})
_ONE_SPELLING = {"okay": "ok", "alright": "all right"}  # words that sound the same are learnt, and written, one way
_SHORT_ANSWER_COPIES = 40  # each short answer weighs as much as this many drawn sentences


def _spoken(number: int) -> Sentence:
    if number == 100:
        return ("one", "hundred")
    if number < 10:
        return (DIGITS[number],)
    if number < 20:
        return (_TEENS[number - 10],)
    tens, ones = divmod(number, 10)
    return (_TENS[tens - 2],) if ones == 0 else (_TENS[tens - 2], _ONES[ones - 1])


SPOKEN_NUMBERS = tuple(_spoken(number) for number in range(101))


@dataclass(frozen=True, slots=True)
class Corpus:
    """The sentences to learn and every word they may use."""

    sentences: tuple[Sentence, ...]
    vocabulary: frozenset[str]


def make_corpus(sentences: Iterable[str], extra_words: Iterable[str], seed: int, n_number_variants: int = 3) -> Corpus:
    """Splits sentences into words, varies their numbers, and adds short answers and all the words a number can take.

    Raises ValueError for a sentence with anything but lower-case words: spell numbers and abbreviations out.
    """
    rng = np.random.default_rng(seed)
    spoken: list[Sentence] = []
    for text in sentences:
        words = one_spelling(text.split())
        if not words or any(not word.replace("'", "").isalpha() or word != word.lower() for word in words):
            raise ValueError(f"sentence {text!r} must be lower-case words without digits or punctuation")
        spoken.append(words)
        if _NUMBER_WORDS.intersection(words):
            spoken.extend(vary_numbers(words, rng) for _ in range(n_number_variants))
    spoken += [answer for answer in (*SHORT_ANSWERS, *WAKE_PHRASES) for _ in range(_SHORT_ANSWER_COPIES)]
    vocabulary = {word for sentence in (*spoken, *SPOKEN_NUMBERS) for word in sentence}
    return Corpus(tuple(spoken), frozenset(vocabulary | set(one_spelling(extra_words)) | set(DIGITS)))


def one_spelling(words: Iterable[str]) -> Sentence:
    """Writes words that sound the same in one way."""
    return tuple(part for word in words for part in _ONE_SPELLING.get(word, word).split())


def vary_numbers(words: Sequence[str], rng: np.random.Generator) -> Sentence:
    """Puts another number in the place of each: 0-100 for a number, as many digits for a row of three or more."""
    varied: list[str] = []
    index = 0
    while index < len(words):
        end = index
        while end < len(words) and words[end] in _NUMBER_WORDS:
            end += 1
        run = words[index:end]
        if not run:
            varied.append(words[index])
            end = index + 1
        elif len(run) >= 3 and all(word in DIGITS for word in run):
            varied.extend(DIGITS[int(digit)] for digit in rng.integers(10, size=len(run)))
        elif len(run) <= 2 and tuple(run) in SPOKEN_NUMBERS:
            varied.extend(SPOKEN_NUMBERS[int(rng.integers(101))])
        else:
            varied.extend(run)
        index = end
    return tuple(varied)


def read_sentences(source: str, n_sentences: int, seed: int) -> list[str]:
    """Reads sentences from a file, one a line, or draws them from the phrasebook when `source` is "phrasebook"."""
    if source == "phrasebook":
        from intents.phrasebook import load  # imported here: a sentence file needs no phrasebook

        return load().sample(n_sentences, seed)
    lines = Path(source).read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip()]


def phrasebook_words(source: str) -> frozenset[str]:
    """Gives the phrasebook's own vocabulary, nothing for a sentence file."""
    if source != "phrasebook":
        return frozenset()
    from intents.phrasebook import load

    return load().words()


def covering(sentences: Sequence[Sentence], times: int) -> list[Sentence]:
    """Chooses sentences, in order, until every word of theirs occurs `times` times, as far as it does at all."""
    missing = dict.fromkeys((word for sentence in sentences for word in sentence), times)
    chosen = []
    for sentence in dict.fromkeys(sentences):
        if any(missing[word] > 0 for word in sentence):
            chosen.append(sentence)
            for word in sentence:
                missing[word] -= 1
    return chosen
