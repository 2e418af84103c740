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
    """Makes the kinds of noise a road has: a coloured hiss that swells, sometimes an engine, sometimes a siren."""

    def draw(self, rng: np.random.Generator, n_samples: int) -> FloatArray:
        """Draws one stretch of noise; see `NoiseSource`."""
        time_s = np.arange(n_samples) / SAMPLE_RATE_HZ
        noise = _unit(_hiss(rng, n_samples)) * _swell(rng, time_s)
        if rng.random() < 0.3:
            noise += rng.uniform(0.2, 1.0) * _unit(_harmonics(rng, rng.uniform(25.0, 120.0) * time_s))
        if rng.random() < 0.15:
            middle_hz, swing, cycle_s = rng.uniform(350.0, 1200.0), rng.uniform(0.0, 0.5), rng.uniform(0.3, 4.0)
            wobble = swing * cycle_s / (2 * np.pi) * np.sin(2 * np.pi * time_s / cycle_s)
            noise += rng.uniform(0.3, 3.0) * _unit(_harmonics(rng, middle_hz * (time_s + wobble)))
        return noise.astype(np.float32)


def _hiss(rng: np.random.Generator, n_samples: int) -> npt.NDArray[np.float64]:
    """Noise whose power falls with frequency, with a few broad bumps of up to 25 dB."""
    n_fft = 1 << (n_samples - 1).bit_length()  # a power of two: other lengths can be ten times slower
    frequency_hz = np.fft.rfftfreq(n_fft, 1.0 / SAMPLE_RATE_HZ)
    level_db = -20.0 * rng.uniform(0.0, 1.5) * np.log10(1.0 + frequency_hz / rng.uniform(30.0, 500.0))
    for _ in range(int(rng.integers(4))):
        bump_hz = np.exp(rng.uniform(np.log(60.0), np.log(6000.0)))
        width_hz = bump_hz * rng.uniform(0.2, 1.0)
        level_db += rng.uniform(-10.0, 25.0) * np.exp(-0.5 * ((frequency_hz - bump_hz) / width_hz) ** 2)
    spectrum = rng.standard_normal(frequency_hz.shape) + 1j * rng.standard_normal(frequency_hz.shape)
    hiss: npt.NDArray[np.float64] = np.fft.irfft(10.0 ** (level_db / 20.0) * spectrum, n_fft)
    return hiss[:n_samples]


def _swell(rng: np.random.Generator, time_s: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """A slowly wandering level, steady in some draws, up to about +-15 dB in others."""
    depth_db, knot_s = rng.uniform(0.0, 8.0), rng.uniform(0.15, 1.5)
    n_knots = int(time_s[-1] / knot_s) + 2
    level_db = np.interp(time_s, knot_s * np.arange(n_knots), depth_db * rng.standard_normal(n_knots))
    return 10.0 ** (level_db / 20.0)


def _harmonics(rng: np.random.Generator, cycles: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """A tone and its overtones, `cycles` being the phase of the lowest in turns."""
    return sum(
        (rng.uniform(0.0, 1.0) / order * np.sin(2 * np.pi * (order * cycles + rng.random())) for order in range(1, 7)),
        start=np.zeros_like(cycles),
    )


def _unit(noise: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    scale = 1.0 / (float(np.sqrt((noise**2).mean())) + 1e-9)
    return noise * scale


class MixedNoise:
    """Draws from either of two sources, half and half."""

    def __init__(self, first: NoiseSource, second: NoiseSource) -> None:
        self._sources = (first, second)

    def draw(self, rng: np.random.Generator, n_samples: int) -> FloatArray:
        """Draws from one source; see `NoiseSource`."""
        return self._sources[int(rng.integers(2))].draw(rng, n_samples)


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
