"""From words to sounds: the HCL transducer that Vosk composes with a language model at run time.

Every word begins at one loop state with an arc that carries the word; its further sounds carry none, so words with
the same ending share states. A sound is one emitting state: an arc enters it, a self-loop stays
(Kaldi's reordered transitions).
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from math import log

from training.bench_voice.lexicon import Sounds
from training.bench_voice.openfst import EPSILON, Arc, Automaton
from training.bench_voice.phones import GARBAGE_PHONE, SILENCE_PHONE, word_phones

_PAUSE_SHARE = 0.2  # how often a pause stands between two words
_N_GARBAGE_FRAMES = 4  # [unk] lasts at least 0.12 s: shorter is a sound, not a word


def enter_id(phone: int) -> int:
    """Gives the transition id that enters the only emitting state of a phone."""
    return 2 * phone


def stay_id(phone: int) -> int:
    """Gives the transition id of a phone's self-loop."""
    return 2 * phone - 1


class _Builder:
    def __init__(self) -> None:
        self.automaton = Automaton()
        start = self.automaton.add_state()
        self.loop = self.automaton.add_state(final_cost=0.0)
        self.pause = self.automaton.add_state()
        self._suffixes: dict[tuple[int, ...], int] = {}
        silence = Arc(enter_id(SILENCE_PHONE), EPSILON, 0.0, self.pause)
        self.automaton.add_arc(start, silence)
        self.automaton.add_arc(start, Arc(EPSILON, EPSILON, 0.0, self.loop))
        self.automaton.add_arc(self.pause, Arc(stay_id(SILENCE_PHONE), EPSILON, 0.0, self.pause))
        self.automaton.add_arc(self.pause, Arc(EPSILON, EPSILON, 0.0, self.loop))

    def suffix(self, phones: tuple[int, ...]) -> int:
        """Gives the state in which the first of `phones` sounds and the rest is still to come."""
        if phones in self._suffixes:
            return self._suffixes[phones]
        state = self.automaton.add_state()
        self._suffixes[phones] = state
        self.automaton.add_arc(state, Arc(stay_id(phones[0]), EPSILON, 0.0, state))
        if len(phones) > 1:
            target = self.suffix(phones[1:])
            self.automaton.add_arc(state, Arc(enter_id(phones[1]), EPSILON, 0.0, target))
        else:
            self._end_word(state)
        return state

    def _end_word(self, state: int) -> None:
        self.automaton.add_arc(state, Arc(EPSILON, EPSILON, -log(1.0 - _PAUSE_SHARE), self.loop))
        self.automaton.add_arc(state, Arc(enter_id(SILENCE_PHONE), EPSILON, -log(_PAUSE_SHARE), self.pause))

    def add_word(self, word_id: int, phones: tuple[int, ...], cost: float) -> None:
        self.automaton.add_arc(self.loop, Arc(enter_id(phones[0]), word_id, cost, self.suffix(phones)))

    def add_garbage(self, word_id: int) -> None:
        """Adds the word of constant score: one phone that lasts at least `_N_GARBAGE_FRAMES`."""
        states = [self.automaton.add_state() for _ in range(_N_GARBAGE_FRAMES)]
        self.automaton.add_arc(self.loop, Arc(enter_id(GARBAGE_PHONE), word_id, 0.0, states[0]))
        for source, target in [*pairwise(states), (states[-1], states[-1])]:
            self.automaton.add_arc(source, Arc(stay_id(GARBAGE_PHONE), EPSILON, 0.0, target))
        self._end_word(states[-1])


def build_hcl(
    pronunciations: Mapping[str, Mapping[Sounds, float]], word_ids: Mapping[str, int], garbage_word_id: int
) -> Automaton:
    """Builds HCL for all pronunciations and the garbage word; word ids are the output labels."""
    builder = _Builder()
    for word, variants in pronunciations.items():
        for sounds, cost in variants.items():
            builder.add_word(word_ids[word], word_phones(sounds), cost)
    builder.add_garbage(garbage_word_id)
    return builder.automaton
