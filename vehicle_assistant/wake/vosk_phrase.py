"""Spots a wake phrase with Vosk, in two steps that must agree.

First a recogniser that knows only the phrase, words like it and "something else" follows the stream. It finds
nearly everything, and too much: with so few words to choose from it is certain of wrong ones. So a hit counts only
when a second, free recognition of the same sound reads the phrase as well; that one also says where it ends.
"""

from collections.abc import Sequence
from pathlib import Path

from intents.errors import ErrorCode, SettingsError
from vehicle_assistant.asr.port import Word
from vehicle_assistant.asr.vosk import UNKNOWN_WORD, VoskRecogniser
from vehicle_assistant.asr.vosk_model import load
from vehicle_assistant.audio.port import Frame
from vehicle_assistant.audio.ring import Ring
from vehicle_assistant.wake.phrase import Phrase
from vehicle_assistant.wake.port import WakeDetection

MIN_SCORE = 0.5
"""Confidence of the phrase's least certain word in the free recognition."""

LOOK_ALIKES = ("commuter", "computing", "compute", "computers", "competitor", "commute", "compete", "pewter")
"""Words that would otherwise be squeezed into "computer"."""

FILLERS = ("the", "a", "and", "to", "of", "in", "is", "you", "that", "it", "on", "for", "okay", "yes", "no", "what")
"""The commonest words of talk, so that talk has somewhere else to go."""

LEAD_S = 1.2  # sound before the first sign of a hit that the second recognition hears too
LEAD_PER_WORD_S = 0.4
TAIL_S = 0.12  # sound needed after the phrase before its end is certain
RETRY_S = 0.15  # between attempts to confirm
GIVE_UP_S = 0.9  # the free recognition lags the first sign by less than this
RECYCLE_S = 20.0  # a recogniser's memory grows with the sound it has heard
RECYCLE_OVERLAP_S = 1.6  # replayed into the next one, so that no phrase falls between two


class VoskPhrase:
    """Reports the phrase about 0.3 s after it was spoken, also when the command follows in the same breath."""

    def __init__(self, model_dir: Path, phrase: str, min_score: float = MIN_SCORE) -> None:
        """Raises ModelError, EngineError, or SettingsError (`setting_invalid`) for a phrase it cannot hear."""
        self._phrase = Phrase(phrase)
        self._min_score = min_score
        model = load(model_dir)
        strange = [word for word in self._phrase.words if not model.knows(word)]
        if strange or not self._phrase.words:
            problem = f"has words the speech model does not know: {', '.join(strange)}" if strange else "is empty"
            raise SettingsError(
                ErrorCode.SETTING_INVALID, f"wake phrase {phrase!r} {problem}", remedy="choose common words"
            )
        others = [word for word in (*LOOK_ALIKES, *FILLERS) if word not in self._phrase.words and model.knows(word)]
        self._spotter = VoskRecogniser(model_dir, (self._phrase.text, *others, UNKNOWN_WORD))
        self._reader = VoskRecogniser(model_dir)
        self._lead_s = LEAD_S + LEAD_PER_WORD_S * len(self._phrase.words)
        self._ring: Ring[Frame] = Ring(self._lead_s + GIVE_UP_S + RECYCLE_OVERLAP_S)
        self._spotting_from_s: float | None
        self._sign_s: float | None
        self._not_before_s: float
        self._next_try_s: float
        self.reset()

    def process(self, frame: Frame) -> WakeDetection | None:
        """Take the next frame; the detection comes once the phrase is confirmed and its end is certain."""
        self._ring.push(frame)
        self._spot(frame)
        if self._sign_s is None or frame.end_s < self._next_try_s:
            return None
        hit = self._confirm()
        if hit is not None and hit.end_s + TAIL_S <= frame.end_s:
            self._begin_after(hit.end_s)
            return hit
        if hit is None and frame.end_s - self._sign_s >= GIVE_UP_S:
            self._begin_after(self._not_before_s)
        else:
            self._next_try_s = frame.end_s + RETRY_S
        return None

    def reset(self) -> None:
        """Forget all sound so far."""
        self._ring.clear()
        self._begin_after(0.0)

    def _begin_after(self, not_before_s: float) -> None:
        """Watch for the next phrase, which begins no earlier than the given time."""
        self._spotter.reset()
        self._spotting_from_s = None
        self._not_before_s = not_before_s
        self._sign_s = None
        self._next_try_s = 0.0

    def _spot(self, frame: Frame) -> None:
        """Follow the stream with few words, and note the first sign of the phrase."""
        if self._spotting_from_s is None:
            self._spotting_from_s = frame.start_s
        if self._sign_s is None and frame.start_s - self._spotting_from_s >= RECYCLE_S:
            self._spotter.reset()
            self._spotting_from_s = frame.start_s
            for earlier in self._ring.since(max(frame.start_s - RECYCLE_OVERLAP_S, self._not_before_s)):
                if earlier is not frame:
                    self._spotter.accept(earlier)
        partial = self._spotter.accept(frame)
        if partial is not None and self._sign_s is None and self._find(partial.text.split()) is not None:
            self._sign_s = frame.end_s

    def _confirm(self) -> WakeDetection | None:
        """Read the sound around the sign with the whole language, and look for the phrase in it."""
        assert self._sign_s is not None
        self._reader.reset()
        for frame in self._ring.since(max(self._sign_s - self._lead_s, self._not_before_s)):
            self._reader.accept(frame)
        words = self._reader.finish().words
        at = self._find([word.text for word in words])
        return None if at is None else self._detection(words[at : at + len(self._phrase.words)])

    def _detection(self, spoken: Sequence[Word]) -> WakeDetection | None:
        score = min(word.confidence for word in spoken)
        return WakeDetection(spoken[0].start_s, spoken[-1].end_s, score) if score >= self._min_score else None

    def _find(self, words: Sequence[str]) -> int | None:
        """Return where the phrase stands among the words, or None."""
        length = len(self._phrase.words)
        places = (at for at in range(len(words) - length + 1) if tuple(words[at : at + length]) == self._phrase.words)
        return next(places, None)
