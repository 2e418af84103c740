"""Reads recordings into what the ears take, or says in one line why not, and writes them whole or not at all."""

import io
import os
import stat
import tempfile
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr

from intents.errors import ErrorCode, InputError
from vehicle_assistant.audio.port import FRAME_BYTES, FRAME_S, SAMPLE_RATE_HZ, AudioWarning, AudioWarningCode, Frame

LOWEST_RATE_HZ, HIGHEST_RATE_HZ = 4_000, 192_000
"""Below telephone quality there is no speech to recognise; above studio quality the header is damaged."""

_UNKNOWN_LENGTH_BYTES = 0x7FF0_0000
"""Programs that write to a pipe cannot know the length and declare one near the maximum (2 or 4 GiB)."""

_HEADER_BYTES = 44  # the shortest possible: RIFF, fmt and data chunk headers

_CONVERT = "convert it, for example: sox IN -b 16 -e signed-integer -c 1 -r 16000 OUT.wav"


@dataclass(frozen=True, slots=True)
class Recording:
    """A whole recording at the ears' own rate."""

    samples: bytes  # (n,) int16, little-endian, mono, SAMPLE_RATE_HZ
    warnings: tuple[AudioWarning, ...] = ()

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.samples) / 2 / SAMPLE_RATE_HZ

    def frames(self) -> Iterator[Frame]:
        """Yield the recording frame by frame; the last one is filled up with silence."""
        for index, start in enumerate(range(0, len(self.samples), FRAME_BYTES)):
            samples = self.samples[start : start + FRAME_BYTES]
            yield Frame(samples.ljust(FRAME_BYTES, b"\0"), index * FRAME_S)


def read_wav(path: Path) -> Recording:
    """Read a 16-bit PCM WAV file of one or two channels and any rate.

    Mixing down and resampling come back as warnings. Raises InputError (`file_not_found`, `file_empty`,
    `file_not_audio`, `audio_truncated`, `audio_format`).
    """
    content = _read_bytes(path)
    if not content:
        raise InputError(ErrorCode.FILE_EMPTY, f"{path} is empty", remedy="record it again")
    if not (b"RIFF".startswith(content[:4]) and b"WAVE".startswith(content[8:12])):
        raise InputError(ErrorCode.FILE_NOT_AUDIO, f"{path} is not a WAV file", remedy=_CONVERT)
    if len(content) < _HEADER_BYTES:
        raise _truncated(path)
    try:
        with wave.open(io.BytesIO(content)) as wav:
            _refuse_format(path, wav.getnchannels(), wav.getsampwidth(), wav.getframerate())
            channels, rate_hz = wav.getnchannels(), wav.getframerate()
            declared_bytes = wav.getnframes() * channels * 2
            pcm = wav.readframes(wav.getnframes())
    except (EOFError, RuntimeError) as cut:  # RuntimeError: a chunk that claims to go on after the end
        raise _truncated(path) from cut
    except wave.Error as unknown:
        if "fmt chunk and/or data chunk missing" in str(unknown):
            raise _truncated(path) from unknown
        raise InputError(ErrorCode.AUDIO_FORMAT, f"{path} is not 16-bit PCM: {unknown}", remedy=_CONVERT) from unknown
    if len(pcm) < declared_bytes < _UNKNOWN_LENGTH_BYTES:
        raise _truncated(path)
    pcm = pcm[: len(pcm) - len(pcm) % (2 * channels)]
    if not pcm:
        raise InputError(ErrorCode.FILE_EMPTY, f"{path} holds no sound", remedy="record it again")
    return to_recording(pcm, rate_hz, channels, str(path))


def to_recording(pcm: bytes, sample_rate_hz: int, channels: int = 1, name: str = "sound") -> Recording:
    """Convert 16-bit samples of one or two interleaved channels; what had to be done comes back as warnings."""
    warnings = []
    samples = np.frombuffer(pcm, "<i2").reshape(-1, channels)  # (n, channels) int16
    mono = samples[:, 0]  # (n,) int16
    if channels == 2:
        mono = (samples.astype(np.int32).sum(axis=1) // 2).astype(np.int16)
        warnings.append(AudioWarning(AudioWarningCode.MIXED_DOWN, f"{name}: two channels mixed down to one"))
    if sample_rate_hz != SAMPLE_RATE_HZ:
        mono = soxr.resample(np.ascontiguousarray(mono), sample_rate_hz, SAMPLE_RATE_HZ)
        text = f"{name}: resampled from {sample_rate_hz} Hz to {SAMPLE_RATE_HZ} Hz"
        warnings.append(AudioWarning(AudioWarningCode.RESAMPLED, text))
    return Recording(mono.astype("<i2").tobytes(), tuple(warnings))


def write_wav(path: Path, samples: bytes, sample_rate_hz: int = SAMPLE_RATE_HZ) -> None:
    """Write 16-bit mono samples; whoever looks finds the old file or the whole new one, never a part.

    Raises InputError (`file_not_found`) where the folder does not exist or may not be written to.
    """
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as refused:
        raise InputError(
            ErrorCode.FILE_NOT_FOUND,
            f"{path} cannot be written: {refused.strerror}",
            remedy="name a folder that exists and that you may write to",
        ) from refused
    unfinished = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            with wave.open(file, "wb") as wav:
                wav.setnchannels(1)
                wav.setsampwidth(2)
                wav.setframerate(sample_rate_hz)
                wav.writeframes(samples)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def _read_bytes(path: Path) -> bytes:
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise InputError(ErrorCode.FILE_NOT_AUDIO, f"{path} is a folder", remedy="name the WAV files in it")
        if not (stat.S_ISREG(mode) or stat.S_ISFIFO(mode)):
            raise InputError(ErrorCode.FILE_NOT_AUDIO, f"{path} is a device, not a file", remedy="name a WAV file")
        return path.read_bytes()
    except FileNotFoundError as missing:
        raise InputError(ErrorCode.FILE_NOT_FOUND, f"{path} does not exist", remedy="check the name") from missing
    except (OSError, ValueError) as refused:
        raise InputError(
            ErrorCode.FILE_NOT_AUDIO, f"{path} cannot be read: {refused}", remedy="check its name and permissions"
        ) from refused


def _refuse_format(path: Path, channels: int, width_bytes: int, rate_hz: int) -> None:
    problem = ""
    if width_bytes != 2:
        problem = f"has {8 * width_bytes}-bit samples, not 16-bit"
    elif channels not in {1, 2}:
        problem = f"has {channels} channels, not one or two"
    elif not LOWEST_RATE_HZ <= rate_hz <= HIGHEST_RATE_HZ:
        problem = f"has a sample rate of {rate_hz} Hz, not {LOWEST_RATE_HZ} to {HIGHEST_RATE_HZ}"
    if problem:
        raise InputError(ErrorCode.AUDIO_FORMAT, f"{path} {problem}", remedy=_CONVERT)


def _truncated(path: Path) -> InputError:
    return InputError(
        ErrorCode.AUDIO_TRUNCATED,
        f"{path} is cut off: it ends before its header says",
        remedy="copy it again or record it again",
    )
