"""Sentences are words only, and their numbers vary."""

import numpy as np
import pytest

from training.bench_voice.sentences import DIGITS, SPOKEN_NUMBERS, covering, make_corpus, vary_numbers


def test_spoken_numbers_run_from_zero_to_one_hundred() -> None:
    assert len(set(SPOKEN_NUMBERS)) == 101
    assert SPOKEN_NUMBERS[72] == ("seventy", "two")
    assert SPOKEN_NUMBERS[15] == ("fifteen",)
    assert SPOKEN_NUMBERS[100] == ("one", "hundred")


def test_a_number_becomes_another_number_and_words_stay() -> None:
    rng = np.random.default_rng(3)
    seen = {vary_numbers(("make", "it", "twenty", "two", "degrees"), rng) for _ in range(200)}

    assert all(sentence[:2] == ("make", "it") and sentence[-1] == "degrees" for sentence in seen)
    assert {sentence[2:-1] for sentence in seen} <= set(SPOKEN_NUMBERS)
    assert len(seen) > 50


def test_a_row_of_digits_keeps_its_length() -> None:
    varied = vary_numbers(("dial", "five", "five", "five", "one"), np.random.default_rng(0))

    assert len(varied) == 5
    assert set(varied[1:]) <= set(DIGITS)


@pytest.mark.parametrize("text", ["set it to 21", "Stop", "what's up?", ""])
def test_anything_but_lower_case_words_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="lower-case words"):
        make_corpus([text], (), seed=1)


def test_the_vocabulary_holds_numbers_wake_words_answers_and_extra_words() -> None:
    vocabulary = make_corpus(["open the window"], ["sunroof"], seed=1).vocabulary

    assert {"open", "sunroof", "ninety", "hundred", "computer", "hey", "yes", "no", "never", "mind"} <= vocabulary


def test_words_that_sound_the_same_are_written_one_way() -> None:
    corpus = make_corpus(["okay stop"], ["alright"], seed=1)

    assert ("ok", "stop") in corpus.sentences
    assert {"all", "right"} <= corpus.vocabulary
    assert "okay" not in corpus.vocabulary


def test_covering_takes_no_sentence_that_adds_nothing() -> None:
    sentences = [("a", "b"), ("a",), ("b",), ("c",)]

    assert covering(sentences, 1) == [("a", "b"), ("c",)]
