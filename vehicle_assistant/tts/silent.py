"""A voice that makes no sound but takes as long as a person would."""

from vehicle_assistant.tts.port import Speech
from vehicle_assistant.tts.text import speakable

SAMPLE_RATE_HZ = 16_000


class SilentSpeaker:
    """Returns silence as long as the words would take at the set speed."""

    def __init__(self, speed_wpm: int) -> None:
        self._seconds_a_word = 60.0 / speed_wpm

    def synthesise(self, text: str) -> Speech:
        """Returns one word's worth of silence per word."""
        words = len(speakable(text).split())
        return Speech(bytes(2 * round(words * self._seconds_a_word * SAMPLE_RATE_HZ)), SAMPLE_RATE_HZ)

    def close(self) -> None:
        """Holds nothing."""
