"""The wake phrase as words: how it is written, and how it is kept out of a transcript."""

import re

from intents.errors import ErrorCode, SettingsError
from vehicle_assistant.asr.port import NOTHING, Transcript

MAX_WORDS = 6
"""Longer phrases are not spoken in one breath, and every word adds its own misses."""

_PHRASE = re.compile(r"[a-z][a-z']*( [a-z][a-z']*)*")


class Phrase:
    """A wake phrase in lower-case words; the empty phrase matches nothing."""

    def __init__(self, text: str) -> None:
        """Raises SettingsError (`setting_invalid`) unless the text is up to six words of plain letters."""
        self.text = " ".join(text.lower().split())
        self.words = tuple(self.text.split())
        if self.text and (not _PHRASE.fullmatch(self.text) or len(self.words) > MAX_WORDS):
            raise SettingsError(
                ErrorCode.SETTING_INVALID,
                f"wake phrase {text!r} cannot be spoken",
                remedy=f"write 1 to {MAX_WORDS} words in plain letters, for example 'computer'",
            )

    def strip_text(self, text: str) -> str:
        """Return the text after the phrase at its start, however often it was said.

        One word may stand before it: what the recogniser makes of the breath before the phrase.
        """
        words = text.split()
        first = 1 if not self._at(words, 0) and self._at(words, 1) else 0
        return " ".join(words[self._after_repetitions(words, first) :])

    def strip(self, transcript: Transcript, said_until_s: float) -> Transcript:
        """Return what was said after the phrase, which ended at `said_until_s`.

        Where the recogniser has read the phrase its own words tell where it ends; otherwise time does.
        """
        texts = [word.text for word in transcript.words]
        begins = [at for at, word in enumerate(transcript.words) if self._at(texts, at) and word.start_s < said_until_s]
        if begins:
            cut = begins[-1] + len(self.words)
        else:
            cut = sum((word.start_s + word.end_s) / 2 < said_until_s for word in transcript.words)
        words = transcript.words[self._after_repetitions(texts, cut) :]
        if not words:
            return NOTHING
        return Transcript(" ".join(word.text for word in words), words, transcript.confidence)

    def _at(self, words: list[str], place: int) -> bool:
        """Say whether the phrase stands at this place."""
        return bool(self.words) and tuple(words[place : place + len(self.words)]) == self.words

    def _after_repetitions(self, words: list[str], place: int) -> int:
        """Return the first place at or after this one where something else than the phrase stands."""
        while self._at(words, place):
            place += len(self.words)
        return place
