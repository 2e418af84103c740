"""A recogniser that hears exactly what its script says, where it says so, and only in frames it was given.

For benches and tests of everything around recognition: a word whose sound never arrived is never heard, so lost
first words and cut-off sentences show.
"""

from collections.abc import Sequence

from vehicle_assistant.asr.port import NOTHING, Partial, Transcript, Word
from vehicle_assistant.audio.port import FRAME_S, Frame


class ScriptedRecogniser:
    """Hears the words of a script at their places in stream time."""

    def __init__(self, script: Sequence[Word] = ()) -> None:
        """`script`: the words in the order of their start."""
        self._script = tuple(sorted(script, key=lambda word: word.start_s))
        self._given_s: dict[Word, float] = dict.fromkeys(self._script, 0.0)
        self._text = ""

    def accept(self, frame: Frame) -> Partial | None:
        """Take the next frame; a word is heard with the frame in which it ends."""
        for word in self._script:
            overlap_s = min(word.end_s, frame.end_s) - max(word.start_s, frame.start_s)
            if overlap_s > 0:
                self._given_s[word] += overlap_s
        text = " ".join(word.text for word in self._heard())
        if text == self._text:
            return None
        self._text = text
        return Partial(text)

    def finish(self) -> Transcript:
        """Settle the utterance."""
        words = self._heard()
        self.reset()
        if not words:
            return NOTHING
        return Transcript(
            text=" ".join(word.text for word in words),
            words=words,
            confidence=min(word.confidence for word in words),
        )

    def reset(self) -> None:
        """Forget the utterance in flight."""
        self._given_s = dict.fromkeys(self._script, 0.0)
        self._text = ""

    def _heard(self) -> tuple[Word, ...]:
        """Words whose sound arrived in full, give or take one frame at the edges."""
        return tuple(
            word for word in self._script if self._given_s[word] >= max(word.end_s - word.start_s - FRAME_S, 1e-9)
        )
