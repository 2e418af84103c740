"""The microphone, by PyAudio: found by name, any rate and one or more channels, handed over in the ears' own frames.

PortAudio's callback only queues bytes; everything else happens in the reader's own thread, so that a slow reader
loses sound, counted and reported, but never blocks the sound system.
"""

import ctypes
import queue
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import soxr

from intents.errors import EngineError, ErrorCode
from vehicle_assistant.audio.port import (
    FRAME_BYTES,
    FRAME_S,
    SAMPLE_RATE_HZ,
    TICK_S,
    AudioWarning,
    AudioWarningCode,
    Frame,
)

QUEUE_BLOCKS = 100
"""3 s of blocks: longer than any decode; a reader further behind than that is stuck."""

LOST_AFTER_S = 2.0
"""A capture device delivers blocks every 30 ms; PortAudio reports a pulled plug by delivering none."""

FIRST_BLOCK_S = 5.0
"""A sound server may be in the middle of a 2 s buffer when the microphone is opened (measured: PulseAudio)."""

_REMEDY = "plug one in, choose one of: {names}; `vehicle-assistant check` lists them"


def input_devices() -> tuple[str, ...]:
    """Return the names of the machine's capture devices. Raises EngineError (`engine_unavailable`)."""
    library = _start_library()
    try:
        return tuple(str(info["name"]) for info in _inputs(library))
    finally:
        library.terminate()


class Microphone:
    """Captures from the first input whose name contains `device`, or from the system's default input.

    Raises EngineError: `engine_unavailable` without PyAudio, `device_absent` when there is no such input,
    `device_lost` from `frames()` when the device stops delivering.
    """

    def __init__(self, device: str = "") -> None:
        self._blocks: queue.Queue[bytes] = queue.Queue(QUEUE_BLOCKS)
        self._dropped_bytes = 0
        self._warnings: list[AudioWarning] = []
        self._stream: Any = None
        self._resampler: Any = None
        self._closed = False
        self._library = _start_library()
        try:
            info = _find(self._library, device)
            self.name = str(info["name"])
            self._open(info)
            self._prepare_conversion()
        except BaseException:
            self._library.terminate()
            raise

    def _open(self, info: dict[str, Any]) -> None:
        import pyaudio

        most = int(info["maxInputChannels"])
        native_hz = int(info["defaultSampleRate"])
        choices = [(rate_hz, channels) for rate_hz in (SAMPLE_RATE_HZ, native_hz) for channels in (1, min(2, most))]
        refusal: Exception | None = None
        for self._rate_hz, self._channels in dict.fromkeys(choices):
            try:
                self._stream = self._library.open(
                    format=pyaudio.paInt16,
                    channels=self._channels,
                    rate=self._rate_hz,
                    input=True,
                    input_device_index=int(info["index"]),
                    frames_per_buffer=round(self._rate_hz * FRAME_S),
                    stream_callback=self._take_block,
                )
            except (OSError, ValueError) as error:
                refusal = error
                continue
            break
        else:
            raise EngineError(
                ErrorCode.DEVICE_ABSENT,
                f"microphone {self.name} cannot be opened: {refusal}",
                remedy="see whether another program holds it",
            )

    def _prepare_conversion(self) -> None:
        if self._rate_hz != SAMPLE_RATE_HZ:
            self._resampler = soxr.ResampleStream(self._rate_hz, SAMPLE_RATE_HZ, 1, dtype="int16")
            text = f"microphone {self.name}: resampled from {self._rate_hz} Hz to {SAMPLE_RATE_HZ} Hz"
            self._warnings.append(AudioWarning(AudioWarningCode.RESAMPLED, text))
        if self._channels > 1:
            text = f"microphone {self.name}: {self._channels} channels mixed down to one"
            self._warnings.append(AudioWarning(AudioWarningCode.MIXED_DOWN, text))

    def frames(self) -> Iterator[Frame | None]:
        """Yield frames as they are captured; `None` after every 0.1 s without one."""
        pending = bytearray()
        captured_samples = 0
        deadline = time.monotonic() + FIRST_BLOCK_S
        while not self._closed:
            try:
                block = self._blocks.get(timeout=TICK_S)
            except queue.Empty:
                if time.monotonic() >= deadline or not self._is_active():
                    raise self._lost() from None
                yield None
                continue
            deadline = time.monotonic() + LOST_AFTER_S
            # Sound that was dropped has passed all the same: stream time keeps step with the world.
            captured_samples += self._note_dropped(pending)
            pending += self._convert(block)
            while len(pending) >= FRAME_BYTES and not self._closed:
                yield Frame(bytes(pending[:FRAME_BYTES]), captured_samples / SAMPLE_RATE_HZ)
                captured_samples += FRAME_BYTES // 2
                del pending[:FRAME_BYTES]

    def take_warnings(self) -> tuple[AudioWarning, ...]:
        """Hand over the warnings gathered since the last call."""
        warnings, self._warnings = tuple(self._warnings), []
        return warnings

    def close(self) -> None:
        """Release the device."""
        if self._closed:
            return
        self._closed = True
        try:
            self._stream.close()
        except OSError:
            pass  # a device that is gone cannot be closed in order; terminate frees it
        finally:
            self._library.terminate()

    def _take_block(self, block: bytes, _count: int, _time: Any, _status: int) -> tuple[None, int]:
        """Queue one block, in PortAudio's thread."""
        import pyaudio

        try:
            self._blocks.put_nowait(block)
        except queue.Full:
            self._dropped_bytes += len(block)
        return None, pyaudio.paContinue

    def _note_dropped(self, pending: bytearray) -> int:
        """Report what the queue could not hold, and return it in samples of the ears' rate."""
        dropped_bytes = self._dropped_bytes
        if not dropped_bytes:
            return 0
        self._dropped_bytes -= dropped_bytes
        dropped_s = dropped_bytes / 2 / self._channels / self._rate_hz
        text = f"microphone {self.name}: {dropped_s:.2f} s of sound dropped, the machine is too slow"
        self._warnings.append(AudioWarning(AudioWarningCode.DROPPED, text))
        pending_samples = len(pending) // 2
        pending.clear()
        return pending_samples + round(dropped_s * SAMPLE_RATE_HZ)

    def _convert(self, block: bytes) -> bytes:
        """Return the block as mono samples at the ears' rate."""
        samples = np.frombuffer(block, "<i2")  # (n * channels,) int16
        if self._channels > 1:
            samples = samples.reshape(-1, self._channels).mean(axis=1).astype(np.int16)
        if self._resampler is not None:
            samples = self._resampler.resample_chunk(samples)
        return samples.astype("<i2").tobytes()

    def _is_active(self) -> bool:
        try:
            return bool(self._stream.is_active())
        except OSError:
            return False

    def _lost(self) -> EngineError:
        return EngineError(
            ErrorCode.DEVICE_LOST, f"microphone {self.name} stopped delivering sound", remedy="plug it in again"
        )


def _start_library() -> Any:
    """Start PortAudio anew: it lists the devices once, so a re-plugged one is only seen by a new start."""
    try:
        import pyaudio
    except ImportError as absent:
        raise EngineError(
            ErrorCode.ENGINE_UNAVAILABLE, "PyAudio is not installed", remedy="install PyAudio and PortAudio"
        ) from absent
    _quieten()
    return pyaudio.PyAudio()


def _inputs(library: Any) -> list[dict[str, Any]]:
    infos = [library.get_device_info_by_index(index) for index in range(library.get_device_count())]
    return [info for info in infos if int(info["maxInputChannels"]) > 0]


def _find(library: Any, device: str) -> dict[str, Any]:
    """Find an input by its name: exactly, else by a part of it."""
    inputs = _inputs(library)
    names = ", ".join(str(info["name"]) for info in inputs) or "none found"
    remedy = _REMEDY.format(names=names)
    if not device:
        try:
            found: dict[str, Any] = library.get_default_input_device_info()
        except OSError as absent:
            raise EngineError(ErrorCode.DEVICE_ABSENT, "this machine has no microphone", remedy=remedy) from absent
        return found
    wanted = device.lower()
    matches = [info for info in inputs if wanted == str(info["name"]).lower()]
    matches += [info for info in inputs if wanted in str(info["name"]).lower()]
    if not matches:
        raise EngineError(ErrorCode.DEVICE_ABSENT, f"this machine has no microphone like {device!r}", remedy=remedy)
    return matches[0]


_ALSA_HANDLER = ctypes.CFUNCTYPE(None, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p)
_JACK_HANDLER = ctypes.CFUNCTYPE(None, ctypes.c_char_p)
_say_nothing_of_alsa = _ALSA_HANDLER(lambda *_: None)  # kept for ever: the libraries call them from their own code
_say_nothing_of_jack = _JACK_HANDLER(lambda _: None)


def _quieten() -> None:
    """Keep ALSA and JACK from printing every device they look for; what matters comes back as an error anyway."""
    for name, function, handler in (
        ("libasound.so.2", "snd_lib_error_set_handler", _say_nothing_of_alsa),
        ("libjack.so.0", "jack_set_error_function", _say_nothing_of_jack),
        ("libjack.so.0", "jack_set_info_function", _say_nothing_of_jack),
    ):
        try:
            getattr(ctypes.CDLL(name), function)(handler)
        except (OSError, AttributeError):
            continue  # not on this machine
