"""A sound card, by PyAudio: found by name, kept running so that no alert waits for it, found again when re-plugged.

Between utterances it plays silence. A sound server that has gone to sleep takes up to two seconds to wake (measured
with PulseAudio), which is longer than the law leaves between a glance and its warning.
"""

import threading
import time
from typing import Any

from intents.errors import EngineError, ErrorCode
from vehicle_assistant.audio.chatter import native_messages_hidden
from vehicle_assistant.audio.loudspeaker import CHUNK_S
from vehicle_assistant.audio.rate import resampled
from vehicle_assistant.tts.port import Speech

SPEECH_RATE_HZ = 22_050  # espeak-ng's own; a card that refuses it is played to at its own rate
LOST_AFTER_S = 3.0  # without asking for a sample; waking up takes up to 2 s


class SoundCard:
    """Plays through the first output whose name contains the given words.

    Raises EngineError: ENGINE_UNAVAILABLE without PyAudio, DEVICE_ABSENT when no such output exists or opens.
    """

    def __init__(self, device: str = "") -> None:
        try:
            import pyaudio
        except ImportError as absent:
            raise EngineError(
                ErrorCode.ENGINE_UNAVAILABLE, "PyAudio is not installed", remedy="install PyAudio and PortAudio"
            ) from absent
        self._pyaudio = pyaudio
        self._device = device
        self._found = device
        self._library: Any = None
        self._stream: Any = None
        self._rate_hz = SPEECH_RATE_HZ
        self._feed = _Feed()
        self._open()

    @property
    def name(self) -> str:
        """Names the device."""
        return f"sound card {self._found}"

    def play(self, speech: Speech, stop: threading.Event) -> float:
        """Plays through the device until it was heard; after a lost device the next call looks for it again."""
        if not speech.samples or stop.is_set():
            return 0.0
        if self._stream is None:
            self._open()
        feed = self._feed
        feed.offer(resampled(speech, self._rate_hz).samples)
        while feed.left_bytes and not stop.wait(CHUNK_S):
            if self._lost(feed):
                self._release()
                raise EngineError(
                    ErrorCode.DEVICE_LOST,
                    f"sound card {self._found} stopped working",
                    remedy="plug it in again; the next sound tries it afresh",
                )
        return feed.withdraw() / 2 / self._rate_hz

    def close(self) -> None:
        """Releases the device."""
        self._release()

    def _lost(self, feed: "_Feed") -> bool:
        try:
            active = self._stream.is_active()
        except OSError:
            return True
        return not active or time.monotonic() - feed.asked_at_s > LOST_AFTER_S

    def _open(self) -> None:
        # PortAudio lists the devices once, when it starts: a re-plugged card is only seen by a new start.
        try:
            with native_messages_hidden():
                self._library = self._pyaudio.PyAudio()
                card = self._find()
                self._stream, self._rate_hz = self._stream_to(card)
        except OSError as absent:
            self._release()
            wanted = f"sound output named like {self._device!r}" if self._device else "sound output"
            raise EngineError(
                ErrorCode.DEVICE_ABSENT,
                f"this machine has no {wanted}",
                remedy="plug one in, name another, or have the sound written to a WAV file",
            ) from absent
        self._found = str(card["name"])

    def _find(self) -> Any:
        if not self._device:
            return self._library.get_default_output_device_info()
        for index in range(self._library.get_device_count()):
            card = self._library.get_device_info_by_index(index)
            if int(card["maxOutputChannels"]) > 0 and self._device.lower() in str(card["name"]).lower():
                return card
        raise OSError("no output of that name")

    def _stream_to(self, card: Any) -> tuple[Any, int]:
        own_rate_hz = int(card["defaultSampleRate"])
        try:
            return self._stream_at(card, SPEECH_RATE_HZ), SPEECH_RATE_HZ
        except OSError:
            return self._stream_at(card, own_rate_hz), own_rate_hz

    def _stream_at(self, card: Any, rate_hz: int) -> Any:
        self._feed = _Feed()

        def more(given: object, n_frames: int, timing: object, status: int) -> tuple[bytes, int]:  # noqa: ARG001
            return feed.take(2 * n_frames), going_on

        feed, going_on = self._feed, self._pyaudio.paContinue
        # A small buffer: what lies in it is still heard after a stop.
        return self._library.open(
            format=self._pyaudio.paInt16,
            channels=1,
            rate=rate_hz,
            output=True,
            output_device_index=int(card["index"]),
            frames_per_buffer=round(rate_hz * CHUNK_S),
            stream_callback=more,
        )

    def _release(self) -> None:
        stream, library = self._stream, self._library
        self._stream = self._library = None
        try:
            if stream is not None:
                stream.close()
        except OSError:
            pass  # a device that is gone cannot be closed in order; terminate frees it
        if library is not None:
            library.terminate()


class _Feed:
    """What the card takes its samples from, on its own thread: sound while there is some, else silence."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._samples = b""
        self._at = 0
        self.asked_at_s = time.monotonic()

    @property
    def left_bytes(self) -> int:
        """How much has not been taken yet."""
        with self._lock:
            return len(self._samples) - self._at

    def offer(self, samples: bytes) -> None:
        """Gives the next sound."""
        with self._lock:
            self._samples, self._at = samples, 0

    def withdraw(self) -> int:
        """Takes back what is left; returns how many bytes were taken."""
        with self._lock:
            taken = self._at
            self._samples, self._at = b"", 0
            return taken

    def take(self, n_bytes: int) -> bytes:
        """Returns exactly so many bytes."""
        with self._lock:
            part = self._samples[self._at : self._at + n_bytes]
            self._at += len(part)
            self.asked_at_s = time.monotonic()
        return part + bytes(n_bytes - len(part))
