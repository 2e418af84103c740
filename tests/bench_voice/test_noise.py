"""Noise is mixed at the ratio asked for, and what examines the model is not what taught it."""

import wave
from pathlib import Path

import numpy as np
import pytest

from training.bench_voice.noise import ColouredNoise, RecordedNoise, mix


def _write_wav(path: Path, samples: np.ndarray, rate_hz: int = 16000) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(samples.astype("<i2").tobytes())


@pytest.mark.parametrize("snr_db", [12.0, 6.0, -3.0])
def test_mixing_meets_the_ratio_of_average_powers(snr_db: float) -> None:
    rng = np.random.default_rng(1)
    speech = (1000.0 * rng.standard_normal(16000)).astype(np.float32)
    speech_power = float((speech**2).mean())
    added = mix(speech, ColouredNoise().draw(rng, 16000), snr_db, speech_power) - speech

    assert snr_db == pytest.approx(10 * np.log10(speech_power / float((added**2).mean())), abs=0.01)


def test_coloured_noise_is_the_same_for_the_same_seed() -> None:
    first, second = (ColouredNoise().draw(np.random.default_rng(4), 4000) for _ in range(2))

    assert np.array_equal(first, second)
    assert np.isfinite(first).all()


def test_the_held_out_part_of_a_recording_is_not_in_the_training_part(tmp_path: Path) -> None:
    _write_wav(tmp_path / "ramp.wav", np.arange(1000))
    rng = np.random.default_rng(0)
    taught = RecordedNoise(tmp_path, held_out=False).draw(rng, 700)
    examined = RecordedNoise(tmp_path, held_out=True).draw(rng, 300)

    assert set(taught).isdisjoint(examined)


def test_a_short_recording_is_repeated(tmp_path: Path) -> None:
    _write_wav(tmp_path / "short.wav", np.arange(1, 101))

    assert len(RecordedNoise(tmp_path, held_out=False).draw(np.random.default_rng(0), 5000)) == 5000


def test_noise_of_another_rate_is_refused(tmp_path: Path) -> None:
    _write_wav(tmp_path / "cd.wav", np.arange(1000), rate_hz=44100)

    with pytest.raises(ValueError, match=r"cd\.wav: noise must be 16 kHz"):
        RecordedNoise(tmp_path, held_out=False)


def test_a_folder_without_recordings_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"no \.wav files"):
        RecordedNoise(tmp_path, held_out=True)
