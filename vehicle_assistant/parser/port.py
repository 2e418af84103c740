"""What every parser engine offers: an utterance in, its meaning out."""

from dataclasses import dataclass
from typing import Protocol

from intents.encoding import Meaning


@dataclass(frozen=True, slots=True)
class Parsed:
    """One parsed utterance."""

    meaning: Meaning
    confidence: float
    """Probability of the whole line of decisions among the legal ones, 0 to 1."""
    line: str
    """The decisions as compact text."""
    took_ms: float


class ParserEngine(Protocol):
    """Used by one thread. A second utterance that begins like the one before costs only what is new."""

    name: str

    def parse(self, text: str, deadline_s: float) -> Parsed:
        """Parses one utterance within `deadline_s`; raises EngineError when it cannot."""

    def close(self) -> None:
        """Frees the engine."""
