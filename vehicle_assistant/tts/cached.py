"""Remembers what was said lately, so that a repeated phrase starts at once."""

from collections import OrderedDict

from vehicle_assistant.tts.port import Speaker, Speech


class CachedSpeaker:
    """Wraps a speaker; keeps the least long ago used phrases up to a size."""

    def __init__(self, speaker: Speaker, limit_bytes: int = 4_000_000) -> None:
        self._speaker = speaker
        self._limit_bytes = limit_bytes  # 4 MB is about 90 s of speech at 22 kHz: every alert and common answer
        self._kept: OrderedDict[str, Speech] = OrderedDict()
        self._kept_bytes = 0

    def synthesise(self, text: str) -> Speech:
        """Returns the phrase from memory, or has it spoken and remembers it."""
        known = self._kept.get(text)
        if known is not None:
            self._kept.move_to_end(text)
            return known
        speech = self._speaker.synthesise(text)
        self._kept[text] = speech
        self._kept_bytes += len(speech.samples)
        while self._kept_bytes > self._limit_bytes:
            _, dropped = self._kept.popitem(last=False)
            self._kept_bytes -= len(dropped.samples)
        return speech

    def close(self) -> None:
        """Forgets everything and closes the wrapped speaker."""
        self._kept.clear()
        self._kept_bytes = 0
        self._speaker.close()
