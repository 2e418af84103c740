"""The language model is a proper distribution, and a wake phrase leads back to the start of a sentence."""

from math import exp, inf, isclose

import pytest

from training.bench_voice.ngram import build_grammar, count_ngrams, probabilities
from training.bench_voice.openfst import EPSILON, Automaton

SENTENCES = [("open", "the", "window"), ("open", "the", "roof"), ("close", "the", "window"), ("stop",)]
WORDS = sorted({word for sentence in SENTENCES for word in sentence} | {"computer", "hey"})
IDS = {word: index for index, word in enumerate(WORDS, start=2)}


def _cost(automaton: Automaton, words: tuple[str, ...]) -> float:
    """The cheapest way to accept the words, back-off included."""
    costs = {0: 0.0}
    for word in (*words, None):
        reached = dict(costs)
        frontier = list(costs)
        while frontier:  # epsilon arcs only lead to shorter histories, so this ends
            state = frontier.pop()
            for arc in automaton.arcs[state]:
                if arc.ilabel == EPSILON and reached[state] + arc.cost < reached.get(arc.target, inf):
                    reached[arc.target] = reached[state] + arc.cost
                    frontier.append(arc.target)
        if word is None:
            return min((cost + automaton.final_costs[state] for state, cost in reached.items()), default=inf)
        costs = {}
        for state, cost in reached.items():
            for arc in automaton.arcs[state]:
                if arc.ilabel == IDS[word]:
                    costs[arc.target] = min(cost + arc.cost, costs.get(arc.target, inf))
    raise AssertionError("unreachable")


@pytest.fixture
def grammar() -> Automaton:
    return build_grammar(SENTENCES, IDS, [("computer",), ("hey", "computer")])


def test_every_history_spends_all_its_probability() -> None:
    seen, back_off = probabilities(count_ngrams(SENTENCES, WORDS))

    for history, following in seen.items():
        unseen = 1.0 - sum(seen[history[1:]].get(word, 0.0) for word in following) if history else 0.0
        total = sum(following.values()) + back_off.get(history, 0.0) * unseen
        assert isclose(1.0, total, rel_tol=1e-9), history


def test_a_learnt_sentence_is_likelier_than_its_words_in_another_order(grammar: Automaton) -> None:
    assert _cost(grammar, ("open", "the", "window")) < _cost(grammar, ("window", "the", "open")) < inf


def test_an_unseen_sentence_of_known_pairs_is_accepted(grammar: Automaton) -> None:
    assert _cost(grammar, ("close", "the", "roof")) < inf


@pytest.mark.parametrize("phrase", [("computer",), ("hey", "computer")])
def test_a_wake_phrase_stands_alone_or_before_any_sentence(grammar: Automaton, phrase: tuple[str, ...]) -> None:
    sentence = ("open", "the", "window")

    assert _cost(grammar, phrase) < 3.0
    # Behind the phrase the sentence costs as much as at the start: the trigram context is not lost.
    assert isclose(
        exp(-_cost(grammar, (*phrase, *sentence))), exp(-_cost(grammar, sentence)) * 0.125 * 0.6, rel_tol=1e-6
    )


def test_nothing_may_be_said(grammar: Automaton) -> None:
    assert _cost(grammar, ()) < 1.0
