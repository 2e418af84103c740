"""A sound card, by PyAudio. Found by name, opened when something is to be said, found again after it was unplugged."""

from threading import Event
from typing import Any

from intents.errors import EngineError, ErrorCode
from vehicle_assistant.audio.chatter import native_messages_hidden
from vehicle_assistant.audio.loudspeaker import CHUNK_S, chunks
from vehicle_assistant.tts.port import Speech


class SoundCard:
    """Plays through the first output whose name contains the given words.

    Raises EngineError: ENGINE_UNAVAILABLE without PyAudio, DEVICE_ABSENT when no such output exists.
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
        self._library: Any = None
        self._stream: Any = None
        self._stream_rate_hz = 0
        self._index, self._found = self._find()

    @property
    def name(self) -> str:
        """Names the device."""
        return f"sound card {self._found}"

    def play(self, speech: Speech, stop: Event) -> float:
        """Plays through the device; after a lost device the next call looks for it again."""
        if not speech.samples:
            return 0.0
        played_bytes = 0
        try:
            stream = self._stream_at(speech.sample_rate_hz)
            for chunk in chunks(speech):
                if stop.is_set():
                    break
                stream.write(chunk)
                played_bytes += len(chunk)
        except OSError as lost:
            self._release()
            raise EngineError(
                ErrorCode.DEVICE_LOST,
                f"sound card {self._found} stopped working",
                remedy="plug it in again; the next sound tries it afresh",
            ) from lost
        return played_bytes / 2 / speech.sample_rate_hz

    def close(self) -> None:
        """Releases the device."""
        self._release()

    def _stream_at(self, rate_hz: int) -> Any:
        if self._stream is not None and self._stream_rate_hz == rate_hz:
            return self._stream
        if self._stream is not None:
            self._stream.close()
            self._stream = None
        if self._library is None:
            self._index, self._found = self._find()
        # A small buffer: what lies in it is still heard after a stop.
        with native_messages_hidden():
            self._stream = self._library.open(
                format=self._pyaudio.paInt16,
                channels=1,
                rate=rate_hz,
                output=True,
                output_device_index=self._index,
                frames_per_buffer=round(rate_hz * CHUNK_S),
            )
        self._stream_rate_hz = rate_hz
        return self._stream

    def _find(self) -> tuple[int, str]:
        # PortAudio lists the devices once, when it starts: a re-plugged card is only seen by a new start.
        with native_messages_hidden():
            self._library = self._pyaudio.PyAudio()
        try:
            if not self._device:
                best = self._library.get_default_output_device_info()
                return int(best["index"]), str(best["name"])
            for index in range(self._library.get_device_count()):
                info = self._library.get_device_info_by_index(index)
                if int(info["maxOutputChannels"]) > 0 and self._device.lower() in str(info["name"]).lower():
                    return index, str(info["name"])
        except OSError as absent:
            self._release()
            raise self._absent() from absent
        self._release()
        raise self._absent()

    def _absent(self) -> EngineError:
        wanted = f"sound output named like {self._device!r}" if self._device else "sound output"
        return EngineError(
            ErrorCode.DEVICE_ABSENT,
            f"this machine has no {wanted}",
            remedy="plug one in, name another, or have the sound written to a WAV file",
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
