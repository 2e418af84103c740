"""A WAV file that is spoken into the way a loudspeaker is spoken to.

What is said lands where it would have been heard: the pauses between utterances are in the file. The sizes in the
header are brought up to date after every chunk, so the file can be listened to at any moment, also after a crash.
"""

import struct
import time
from pathlib import Path
from threading import Event

from intents.errors import EngineError, ErrorCode, InputError
from vehicle_assistant.audio.loudspeaker import chunks
from vehicle_assistant.audio.rate import resampled
from vehicle_assistant.tts.port import Speech

SAMPLE_RATE_HZ = 22_050  # espeak-ng's own rate, so that speech is kept as it was made
LONGEST_PAUSE_S = 30.0  # longer silence is shortened to this: a day of driving must not fill a disk with zeros
FULL_BYTES = 256_000_000  # about 97 min; the tape then turns over and the one before is kept beside it
PAUSE_WITHOUT_CLOCK_S = 0.3  # between utterances when not in real time
_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")


class WavTape:
    """Appends everything played to one 16-bit mono WAV file.

    An empty or absent file is begun, one written before is continued, anything else is refused (InputError).
    """

    def __init__(self, path: Path, *, realtime: bool = True, full_bytes: int = FULL_BYTES) -> None:
        self._path = path
        self._realtime = realtime
        self._full_bytes = full_bytes
        self._written_bytes = _length_of(path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # No buffer between us and the file: what was said must be in it, whatever happens to the process.
            self._file = path.open("r+b" if self._written_bytes else "w+b", buffering=0)
        except OSError as broken:
            raise EngineError(
                ErrorCode.DEVICE_ABSENT,
                f"the WAV file {path} cannot be written: {broken.strerror}",
                remedy="name a file in a folder that can be written to",
            ) from broken
        self._quiet_since_s = time.monotonic()
        self._begin()

    @property
    def name(self) -> str:
        """Names the file."""
        return f"WAV file {self._path}"

    def play(self, speech: Speech, stop: Event) -> float:
        """Writes the sound at the moment it would be heard, and takes as long."""
        sound = resampled(speech, SAMPLE_RATE_HZ)
        try:
            self._pause()
            heard_s = self._write_in_time(sound, stop)
        except OSError as broken:
            raise EngineError(
                ErrorCode.DEVICE_LOST,
                f"the WAV file {self._path} can no longer be written: {broken.strerror}",
                remedy="free some space or name another file",
            ) from broken
        self._quiet_since_s = time.monotonic()
        return heard_s

    def close(self) -> None:
        """Closes the file; it is valid already."""
        self._file.close()

    def _write_in_time(self, sound: Speech, stop: Event) -> float:
        began_s = time.monotonic()
        heard_s = 0.0
        for chunk in chunks(sound):
            if stop.is_set():
                break
            self._append(chunk)
            heard_s += len(chunk) / 2 / SAMPLE_RATE_HZ
            if self._realtime:
                stop.wait(max(0.0, began_s + heard_s - time.monotonic()))
        return heard_s

    def _pause(self) -> None:
        if self._written_bytes > self._full_bytes:
            self._turn_over()
        if self._realtime:
            pause_s = min(time.monotonic() - self._quiet_since_s, LONGEST_PAUSE_S)
        else:
            pause_s = PAUSE_WITHOUT_CLOCK_S
        self._append(bytes(2 * round(pause_s * SAMPLE_RATE_HZ)))

    def _append(self, samples: bytes) -> None:
        self._file.seek(_HEADER.size + self._written_bytes)
        self._file.write(samples)
        self._written_bytes += len(samples)
        self._file.seek(0)
        self._file.write(_header(self._written_bytes))

    def _begin(self) -> None:
        # Room for the header, and a cut-off last write of an earlier run trimmed away.
        self._file.truncate(_HEADER.size + self._written_bytes)
        self._append(b"")

    def _turn_over(self) -> None:
        self._file.close()
        self._path.replace(self._path.with_suffix(".previous.wav"))
        self._file = self._path.open("w+b", buffering=0)
        self._written_bytes = 0
        self._begin()


def _header(data_bytes: int) -> bytes:
    return _HEADER.pack(
        b"RIFF", 36 + data_bytes, b"WAVE", b"fmt ", 16, 1, 1, SAMPLE_RATE_HZ, 2 * SAMPLE_RATE_HZ, 2, 16,
        b"data", data_bytes,
    )  # fmt: skip


def _length_of(path: Path) -> int:
    """Returns the bytes of sound already on the tape; raises InputError for a file that is not one of ours."""
    try:
        if not path.exists() or path.stat().st_size == 0:
            return 0
        with path.open("rb") as file:
            head = file.read(_HEADER.size)
    except OSError as broken:
        raise EngineError(
            ErrorCode.DEVICE_ABSENT,
            f"the WAV file {path} cannot be read: {broken.strerror}",
            remedy="name a file that can be read and written",
        ) from broken
    data_bytes = _HEADER.unpack(head)[-1] if len(head) == _HEADER.size else 0
    if head != _header(data_bytes):
        raise InputError(
            ErrorCode.FILE_NOT_AUDIO,
            f"{path} is not a recording of this service and is left as it is",
            remedy="name another file",
        )
    return min(int(data_bytes), path.stat().st_size - _HEADER.size) // 2 * 2
