"""What every speech recogniser promises."""

from dataclasses import dataclass
from typing import Protocol

from vehicle_assistant.audio.port import Frame


@dataclass(frozen=True, slots=True)
class Word:
    """One recognised word and its place in stream time."""

    text: str
    start_s: float
    end_s: float
    confidence: float  # 0 to 1


@dataclass(frozen=True, slots=True)
class Partial:
    """What the utterance reads like so far; later partials may change every word of it."""

    text: str


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was said in one utterance. Empty text: nothing was recognised."""

    text: str
    words: tuple[Word, ...]
    confidence: float  # 0 to 1; lowered by words that were heard but not known, 0 where there is no text


NOTHING = Transcript(text="", words=(), confidence=0.0)


class Recogniser(Protocol):
    """Turns the frames of one utterance into words.

    Raises EngineError (`engine_failed`) when the engine breaks.
    """

    def accept(self, frame: Frame) -> Partial | None:
        """Take the next frame; a partial comes back when, and only when, the text so far has changed."""
        ...

    def finish(self) -> Transcript:
        """Settle the utterance. The recogniser then stands as after `reset()`."""
        ...

    def reset(self) -> None:
        """Forget the utterance in flight; the next frame starts another, anywhere later in stream time."""
        ...
