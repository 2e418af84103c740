"""What every speech synthesiser offers."""

from dataclasses import dataclass
from typing import Protocol

TEXT_LIMIT = 1000  # characters; at 165 words a minute that is over a minute of speech, more than a driver should hear


@dataclass(frozen=True, slots=True)
class Speech:
    """Sound ready to be played: int16 little-endian, mono."""

    samples: bytes  # (n_samples,) int16 little-endian
    sample_rate_hz: int

    @property
    def seconds(self) -> float:
        """Length of the sound."""
        return len(self.samples) / 2 / self.sample_rate_hz


@dataclass(frozen=True, slots=True)
class SpeakerSettings:
    """How the voice sounds. Rows of the engine table use what applies to them."""

    voice: str = "en-gb"
    speed_wpm: int = 165
    pitch: int = 50  # 0..99
    timeout_s: float = 2.0  # a sentence takes espeak-ng about 10 ms; beyond this it hangs


class Speaker(Protocol):
    """One synthesiser. Called from a single thread; blocks until the speech is complete."""

    def synthesise(self, text: str) -> Speech:
        """Returns the spoken text; blank text gives an empty speech.

        Raises InputError for text that cannot be spoken and EngineError when the engine fails.
        """
        ...

    def close(self) -> None:
        """Releases what the engine holds; a second call does nothing."""
        ...
