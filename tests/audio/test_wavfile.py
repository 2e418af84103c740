"""Recordings are read as what they are, or refused in one line that says what to do."""

import io
import struct
import wave
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intents.errors import ErrorCode, InputError
from vehicle_assistant.audio.port import FRAME_S, SAMPLE_RATE_HZ, AudioWarningCode
from vehicle_assistant.audio.wavfile import Recording, read_wav, write_wav


def wav_bytes(samples: np.ndarray, rate_hz: int = SAMPLE_RATE_HZ, channels: int = 1, width: int = 2) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as wav:
        wav.setnchannels(channels)
        wav.setsampwidth(width)
        wav.setframerate(rate_hz)
        wav.writeframes(samples.tobytes())
    return buffer.getvalue()


def tone(rate_hz: int, seconds: float = 1.0, hz: float = 440.0) -> np.ndarray:
    at_s = np.arange(round(rate_hz * seconds)) / rate_hz
    return (10_000 * np.sin(2 * np.pi * hz * at_s)).astype("<i2")


GOOD = wav_bytes(tone(SAMPLE_RATE_HZ))


def header(**changes: int) -> bytes:
    """A WAV file with fields of its format chunk changed: a recorder's or a transfer's damage."""
    offsets = {"format": 20, "channels": 22, "rate_hz": 24, "width_bits": 34}
    content = bytearray(GOOD)
    for name, value in changes.items():
        struct.pack_into("<I" if name == "rate_hz" else "<H", content, offsets[name], value)
    return bytes(content)


def test_a_plain_recording_is_read_unchanged(tmp_path):
    path = tmp_path / "plain.wav"
    path.write_bytes(GOOD)
    recording = read_wav(path)
    assert recording.samples == tone(SAMPLE_RATE_HZ).tobytes()
    assert recording.seconds == 1.0
    assert recording.warnings == ()


def test_frames_cover_the_recording_and_fill_up_the_last_one(tmp_path):
    path = tmp_path / "odd.wav"
    path.write_bytes(wav_bytes(tone(SAMPLE_RATE_HZ)[:1000]))
    frames = list(read_wav(path).frames())
    assert [frame.start_s for frame in frames] == [0.0, FRAME_S, 2 * FRAME_S]
    assert b"".join(frame.samples for frame in frames) == tone(SAMPLE_RATE_HZ)[:1000].tobytes() + bytes(880)


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 22_050, 44_100, 48_000, 96_000])
def test_another_rate_is_resampled_with_a_warning(tmp_path, rate_hz):
    path = tmp_path / "rate.wav"
    path.write_bytes(wav_bytes(tone(rate_hz), rate_hz))
    recording = read_wav(path)
    samples = np.frombuffer(recording.samples, "<i2").astype(float)
    spectrum = np.abs(np.fft.rfft(samples))
    assert recording.seconds == pytest.approx(1.0, abs=0.001)
    assert np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE_HZ)[spectrum.argmax()] == pytest.approx(440, abs=1)
    assert [warning.code for warning in recording.warnings] == [AudioWarningCode.RESAMPLED]
    assert str(rate_hz) in recording.warnings[0].message


def test_two_channels_are_mixed_down_with_a_warning(tmp_path):
    left = tone(SAMPLE_RATE_HZ)
    path = tmp_path / "stereo.wav"
    path.write_bytes(wav_bytes(np.stack([left, np.zeros_like(left)], axis=1), channels=2))
    recording = read_wav(path)
    np.testing.assert_array_equal(np.frombuffer(recording.samples, "<i2"), left // 2)
    assert [warning.code for warning in recording.warnings] == [AudioWarningCode.MIXED_DOWN]


def test_a_recording_written_to_a_pipe_declares_no_true_length(tmp_path):
    content = bytearray(GOOD)
    struct.pack_into("<I", content, 40, 0x7FFFF000)
    path = tmp_path / "piped.wav"
    path.write_bytes(content)
    assert read_wav(path).seconds == 1.0


REFUSED = {
    "empty": (b"", ErrorCode.FILE_EMPTY, "is empty"),
    "text": (b"open the window, please", ErrorCode.FILE_NOT_AUDIO, "not a WAV file"),
    "mp3": (b"ID3\x04" + bytes(100), ErrorCode.FILE_NOT_AUDIO, "not a WAV file"),
    "avi": (b"RIFF\x24\0\0\0AVI " + bytes(100), ErrorCode.FILE_NOT_AUDIO, "not a WAV file"),
    "header only": (GOOD[:30], ErrorCode.AUDIO_TRUNCATED, "cut off"),
    "no data chunk": (GOOD[:36] + bytes(8), ErrorCode.AUDIO_TRUNCATED, "cut off"),
    "half the samples": (GOOD[: len(GOOD) // 2], ErrorCode.AUDIO_TRUNCATED, "cut off"),
    "no samples": (wav_bytes(tone(SAMPLE_RATE_HZ)[:0]), ErrorCode.FILE_EMPTY, "holds no sound"),
    "8 bits": (wav_bytes(np.zeros(16_000, np.uint8), width=1), ErrorCode.AUDIO_FORMAT, "8-bit"),
    "24 bits": (wav_bytes(np.zeros(48_000, np.uint8), width=3), ErrorCode.AUDIO_FORMAT, "24-bit"),
    "32 bits": (wav_bytes(np.zeros(16_000, np.int32), width=4), ErrorCode.AUDIO_FORMAT, "32-bit"),
    "float": (header(format=3, width_bits=32), ErrorCode.AUDIO_FORMAT, "not 16-bit PCM"),
    "no channels": (header(channels=0), ErrorCode.AUDIO_FORMAT, "channels"),
    "six channels": (wav_bytes(np.zeros(16_002, np.int16), channels=6), ErrorCode.AUDIO_FORMAT, "6 channels"),
    "rate 0": (header(rate_hz=0), ErrorCode.AUDIO_FORMAT, "sample rate of 0 Hz"),
    "rate of a damaged header": (header(rate_hz=4_000_000_000), ErrorCode.AUDIO_FORMAT, "sample rate"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_used_is_refused_in_one_line_with_a_remedy(tmp_path, case):
    content, code, words = REFUSED[case]
    path = tmp_path / "bad.wav"
    path.write_bytes(content)
    with pytest.raises(InputError) as refused:
        read_wav(path)
    assert refused.value.code is code
    assert words in str(refused.value)
    assert str(path) in str(refused.value)
    assert "\n" not in str(refused.value)
    assert refused.value.remedy


@pytest.mark.parametrize(
    ("path", "code", "words"),
    [
        (Path("/nowhere/at all.wav"), ErrorCode.FILE_NOT_FOUND, "does not exist"),
        (Path("/"), ErrorCode.FILE_NOT_AUDIO, "is a folder"),
        (Path("/dev/zero"), ErrorCode.FILE_NOT_AUDIO, "is a device"),
        (Path("/proc/self/mem"), ErrorCode.FILE_NOT_AUDIO, "cannot be read"),
        (Path("a\0b.wav"), ErrorCode.FILE_NOT_AUDIO, "cannot be read"),
    ],
)
def test_paths_that_are_no_recordings(path, code, words):
    with pytest.raises(InputError, match=words) as refused:
        read_wav(path)
    assert refused.value.code is code
    assert refused.value.remedy


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 60), damage=st.binary(min_size=1, max_size=8), length=st.integers(0, 400))
def test_no_damage_does_worse_than_a_refusal(tmp_path, at, damage, length):
    content = bytearray(GOOD[:400])
    content[at : at + len(damage)] = damage
    path = tmp_path / "damaged.wav"
    path.write_bytes(content[:length])
    try:
        outcome: object = read_wav(path)
    except InputError as refused:
        outcome = refused
    if isinstance(outcome, Recording):
        assert 0 < outcome.seconds < 1
    else:
        assert "\n" not in str(outcome)


def test_what_is_written_is_read_back(tmp_path):
    path = tmp_path / "said.wav"
    path.write_bytes(b"an older file")
    write_wav(path, tone(SAMPLE_RATE_HZ).tobytes())
    assert read_wav(path).samples == tone(SAMPLE_RATE_HZ).tobytes()
    assert [entry.name for entry in tmp_path.iterdir()] == ["said.wav"]


def test_a_failed_write_leaves_the_old_file_and_no_rest(tmp_path, monkeypatch):
    path = tmp_path / "said.wav"
    path.write_bytes(b"an older file")

    def full(_fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_wav(path, bytes(100))
    assert path.read_bytes() == b"an older file"
    assert [entry.name for entry in tmp_path.iterdir()] == ["said.wav"]


def test_a_folder_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(InputError, match="cannot be written") as refused:
        write_wav(tmp_path / "missing" / "said.wav", b"")
    assert refused.value.code is ErrorCode.FILE_NOT_FOUND
