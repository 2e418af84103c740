"""How each word sounds: counted from what espeak-ng says in running sentences, accent by accent."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from math import log

from training.bench_voice.espeak import Utterance
from training.bench_voice.phones import SILENCE, sound_of

Sounds = tuple[str, ...]

_MIN_SHARE = 0.02  # a pronunciation rarer than this among a word's is an accident of its neighbours
_MAX_PRONUNCIATIONS = 6


class Lexicon:
    """Collects pronunciations from utterances and gives each word its usual ones."""

    def __init__(self) -> None:
        self._counts: dict[str, Counter[Sounds]] = defaultdict(Counter)

    def add(self, utterance: Utterance) -> None:
        """Counts the pronunciation of every word that espeak-ng did not run together with a neighbour."""
        sounds: dict[int, list[str]] = defaultdict(list)
        for span in utterance.phonemes:
            sound = sound_of(span.mnemonic)
            if span.word >= 0 and sound is not None and sound != SILENCE:
                sounds[span.word].append(sound)
        for index, word in enumerate(utterance.words):
            # "of the" may come as one word event: then the second word has no phonemes and the first has too many.
            alone = index in sounds and (index + 1 in sounds or index + 1 == len(utterance.words))
            if alone:
                self._counts[word][tuple(sounds[index])] += 1

    def __contains__(self, word: str) -> bool:
        return word in self._counts

    def pronunciations(self, words: Iterable[str]) -> Mapping[str, Mapping[Sounds, float]]:
        """Gives for each word its pronunciations with a cost: 0 for the most frequent, -ln of the ratio for others.

        Raises ValueError naming the words that were never heard.
        """
        words = sorted(words)
        unheard = [word for word in words if word not in self._counts]
        if unheard:
            raise ValueError(
                f"no pronunciation for {', '.join(unheard[:10])}: speak each word at least once before building"
            )
        chosen: dict[str, dict[Sounds, float]] = {}
        for word in words:
            counts = self._counts[word]
            total, best = counts.total(), max(counts.values())
            frequent = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:_MAX_PRONUNCIATIONS]
            chosen[word] = {sounds: -log(n / best) for sounds, n in frequent if n >= _MIN_SHARE * total}
        return chosen
