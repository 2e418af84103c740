"""Background noise: recordings from a folder, or coloured noise made here when there are none."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

SAMPLE_RATE_HZ = 16000
TRAINING_SHARE = 0.7  # of every recording, from its beginning; the rest is kept for evaluation

FloatArray = npt.NDArray[np.float32]


class NoiseSource(Protocol):
    """Gives noise of any length; the level is arbitrary."""

    def draw(self, rng: np.random.Generator, n_samples: int) -> FloatArray:
        """Draws a stretch of noise, (n_samples,) float32."""
        ...


class ColouredNoise:
    """Makes steady noise whose power falls with frequency, a few engine harmonics in some of it, slowly swelling."""

    def draw(self, rng: np.random.Generator, n_samples: int) -> FloatArray:
        """Draws white to brown noise; see `NoiseSource`."""
        frequency_hz = np.fft.rfftfreq(n_samples, 1.0 / SAMPLE_RATE_HZ)
        slope, corner_hz = rng.uniform(0.0, 1.3), rng.uniform(30.0, 300.0)
        shape = 1.0 / (1.0 + frequency_hz / corner_hz) ** slope
        bump_hz, width_hz = rng.uniform(100.0, 6000.0), rng.uniform(200.0, 3000.0)
        shape *= 1.0 + rng.uniform(0.0, 4.0) * np.exp(-0.5 * ((frequency_hz - bump_hz) / width_hz) ** 2)
        spectrum = shape * (rng.standard_normal(frequency_hz.shape) + 1j * rng.standard_normal(frequency_hz.shape))
        noise = np.fft.irfft(spectrum, n_samples)
        noise /= np.sqrt((noise**2).mean()) + 1e-9
        time_s = np.arange(n_samples) / SAMPLE_RATE_HZ
        if rng.random() < 0.3:
            engine_hz = rng.uniform(25.0, 120.0)
            for harmonic in range(1, 6):
                noise += rng.uniform(0.0, 0.8) * np.sin(2 * np.pi * (engine_hz * harmonic * time_s + rng.random()))
        swell = 1.0 + rng.uniform(0.0, 0.7) * np.sin(2 * np.pi * (rng.uniform(0.1, 4.0) * time_s + rng.random()))
        return (noise * swell).astype(np.float32)


class RecordedNoise:
    """Cuts noise out of the 16 kHz mono WAV files of a folder; raises ValueError when a file is of another kind."""

    def __init__(self, folder: Path, *, held_out: bool) -> None:
        paths = sorted(folder.glob("*.wav"))
        if not paths:
            raise ValueError(f"{folder}: no .wav files; name a folder of 16 kHz mono recordings")
        self._recordings = [_half(_read_wav(path), held_out=held_out) for path in paths]

    def draw(self, rng: np.random.Generator, n_samples: int) -> FloatArray:
        """Draws a stretch of one recording, repeated when it is too short; see `NoiseSource`."""
        recording = self._recordings[int(rng.integers(len(self._recordings)))]
        repeats = -(-2 * n_samples // len(recording))
        recording = np.tile(recording, repeats) if repeats > 1 else recording
        start = int(rng.integers(len(recording) - n_samples + 1))
        return recording[start : start + n_samples]


def _half(samples: FloatArray, *, held_out: bool) -> FloatArray:
    cut = int(TRAINING_SHARE * len(samples))
    return samples[cut:] if held_out else samples[:cut]


def _read_wav(path: Path) -> FloatArray:
    with wave.open(str(path), "rb") as file:
        kind = (file.getframerate(), file.getnchannels(), file.getsampwidth())
        if kind != (SAMPLE_RATE_HZ, 1, 2):
            raise ValueError(f"{path}: noise must be 16 kHz, mono, 16 bit; convert it with sox")
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32)


def mix(speech: FloatArray, noise: FloatArray, snr_db: float, speech_power: float) -> FloatArray:
    """Adds noise at an average-power signal-to-noise ratio; both arrays have one shape."""
    noise_power = float((noise.astype(np.float64) ** 2).mean()) + 1e-9
    gain = np.sqrt(speech_power / (noise_power * 10.0 ** (snr_db / 10.0)))
    return speech + np.float32(gain) * noise
