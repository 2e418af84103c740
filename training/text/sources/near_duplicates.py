"""Finds utterances that equal or nearly equal a protected one, so that a measuring set never leaks into training."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

from training.text.sources.constraints import words_of

# Above either of these two similarities a row counts as the same utterance.
TOKEN_JACCARD_LIMIT = 0.8
TRIGRAM_DICE_LIMIT = 0.85


def normalised(text: str) -> str:
    """Returns text in lower case with punctuation and repeated blanks removed."""
    return " ".join(words_of(text.replace(".", " ").replace("-", " ")))


def _word_sets(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """Returns the words of normalised text twice: as they stand, and with hyphens and apostrophes closed up."""
    closed = re.sub(r"[^\w ]", "", text.lower().replace("-", ""))
    return frozenset(normalised(text).split()), frozenset(closed.split())


def _trigrams(text: str) -> Counter[str]:
    padded = f"  {text} "
    return Counter(padded[i : i + 3] for i in range(len(padded) - 2))


class ProtectedTexts:
    """Answers whether a text is, or is nearly, one of the protected texts."""

    def __init__(self, texts: list[str]) -> None:
        self._texts = [normalised(text) for text in texts]
        self._exact = frozenset(self._texts)
        self._words = [_word_sets(text) for text in texts]
        self._trigrams = [_trigrams(text) for text in self._texts]
        self._by_trigram: dict[str, list[int]] = defaultdict(list)
        for index, grams in enumerate(self._trigrams):
            for gram in grams:
                self._by_trigram[gram].append(index)

    def holds(self, text: str) -> bool:
        """Returns True when `text` is a protected text or nearly one (token Jaccard or trigram Dice)."""
        plain = normalised(text)
        if plain in self._exact:
            return True
        words, grams = _word_sets(text), _trigrams(plain)
        shared: Counter[int] = Counter()
        for gram, count in grams.items():
            for index in self._by_trigram.get(gram, ()):
                shared[index] += min(count, self._trigrams[index][gram])
        total = grams.total()
        for index, overlap in shared.items():
            if 2 * overlap >= TRIGRAM_DICE_LIMIT * (total + self._trigrams[index].total()):
                return True
            for mine, other in zip(words, self._words[index], strict=True):
                if len(mine & other) >= TOKEN_JACCARD_LIMIT * len(mine | other):
                    return True
        return False
