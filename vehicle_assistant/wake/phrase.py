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
        """Return the text without the phrase at its start, however often it was said."""
        words = text.split()
        return " ".join(words[self._leading(words) :])

    def strip(self, transcript: Transcript, said_until_s: float) -> Transcript:
        """Return the transcript without words spoken before `said_until_s` and without the phrase at its start."""
        words = tuple(word for word in transcript.words if (word.start_s + word.end_s) / 2 >= said_until_s)
        words = words[self._leading([word.text for word in words]) :]
        if len(words) == len(transcript.words):
            return transcript
        if not words:
            return NOTHING
        return Transcript(text=" ".join(word.text for word in words), words=words, confidence=transcript.confidence)

    def _leading(self, words: list[str]) -> int:
        """Count the words at the start that are repetitions of the phrase."""
        length, start = len(self.words), 0
        while length and tuple(words[start : start + length]) == self.words:
            start += length
        return start
