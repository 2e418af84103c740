"""The language model: a back-off trigram over sentences, as the automaton Vosk composes with HCL.

Interpolated absolute discounting; explicit n-grams are arcs, the rest is an epsilon arc to the shorter history.
A wake phrase may stand before any sentence or alone: it leads back to the sentence start.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from math import log

from training.bench_voice.openfst import EPSILON, Arc, Automaton

History = tuple[str, ...]

_START = "<s>"
_END = "</s>"
_ORDER = 3
_DISCOUNT = 0.4
_WAKE_SHARE = 0.25  # how often a turn begins with the wake phrase
_ALONE_SHARE = 0.4  # and how often that is all there is
_NOTHING_SHARE = 0.5  # how likely it is that nothing is said at all; impossible, and every noise would be a word

Counts = dict[History, dict[str, float]]


def count_ngrams(sentences: Iterable[Sequence[str]], vocabulary: Iterable[str]) -> Counts:
    """Counts what follows every history of at most two words; every word of the vocabulary counts once by itself."""
    counts: Counts = defaultdict(lambda: defaultdict(float))
    for word in vocabulary:
        counts[()][word] += 1.0
    for sentence in sentences:
        history: History = (_START,)
        for word in (*sentence, _END):
            for length in range(len(history) + 1):
                counts[history[len(history) - length :]][word] += 1.0
            history = (*history, word)[-(_ORDER - 1) :]
    return counts


def probabilities(counts: Counts) -> tuple[dict[History, dict[str, float]], dict[History, float]]:
    """Turns counts into the probability of each seen word after each history, and the weight of backing off from it."""
    seen: dict[History, dict[str, float]] = {}
    back_off: dict[History, float] = {}
    for history in sorted(counts, key=len):
        following = counts[history]
        total = sum(following.values())
        if not history:
            seen[history] = {word: count / total for word, count in following.items()}
            continue
        weight = _DISCOUNT * len(following) / total
        back_off[history] = weight
        shorter = seen[history[1:]]
        seen[history] = {
            word: (count - _DISCOUNT) / total + weight * shorter[word] for word, count in following.items()
        }
    return seen, back_off


def build_grammar(
    sentences: Iterable[Sequence[str]],
    word_ids: Mapping[str, int],
    wake_phrases: Sequence[Sequence[str]],
    min_trigram: int = 1,
) -> Automaton:
    """Builds Gr for the sentences; trigrams seen fewer than `min_trigram` times are left to back-off.

    Raises KeyError for a word without an id.
    """
    counts = count_ngrams(sentences, word_ids)
    if min_trigram > 1:
        counts = _prune(counts, min_trigram)
    seen, back_off = probabilities(counts)
    automaton = Automaton()
    states = {history: automaton.add_state() for history in sorted(seen, key=lambda h: (h != (_START,), len(h), h))}
    for history, following in seen.items():
        source = states[history]
        for word, probability in following.items():
            if word == _END:
                automaton.final_costs[source] = -log(probability)
                continue
            target = states[_longest_known((*history, word), states)]
            automaton.add_arc(source, Arc(word_ids[word], word_ids[word], -log(probability), target))
        if history:
            automaton.add_arc(source, Arc(EPSILON, EPSILON, -log(back_off[history]), states[history[1:]]))
    automaton.final_costs[states[(_START,)]] = -log(_NOTHING_SHARE)
    _add_wake_phrases(automaton, states[(_START,)], word_ids, wake_phrases)
    return automaton


def _prune(counts: Counts, min_trigram: int) -> Counts:
    kept: Counts = {}
    for history, following in counts.items():
        if len(history) == _ORDER - 1:
            following = {word: count for word, count in following.items() if count >= min_trigram}
        if following:
            kept[history] = following
    return kept


def _longest_known(history: History, states: Mapping[History, int]) -> History:
    history = history[-(_ORDER - 1) :]
    while history not in states:
        history = history[1:]
    return history


def _add_wake_phrases(
    automaton: Automaton, start: int, word_ids: Mapping[str, int], wake_phrases: Sequence[Sequence[str]]
) -> None:
    """Lets each phrase stand before a sentence: the state after it is final, and continues as the start does."""
    after = automaton.add_state(-log(_ALONE_SHARE))
    automaton.add_arc(after, Arc(EPSILON, EPSILON, -log(1.0 - _ALONE_SHARE), start))
    for phrase in wake_phrases:
        source, cost = start, -log(_WAKE_SHARE / len(wake_phrases))
        for word in phrase[:-1]:
            target = automaton.add_state()
            automaton.add_arc(source, Arc(word_ids[word], word_ids[word], cost, target))
            source, cost = target, 0.0
        automaton.add_arc(source, Arc(word_ids[phrase[-1]], word_ids[phrase[-1]], cost, after))
