"""Labelled training speech: sentences spoken by drawn voices, laid over drawn noise, cut into frames."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import soxr

from training.bench_voice.espeak import Espeak, Utterance
from training.bench_voice.features import FRAME_LENGTH, FRAME_SHIFT, mfcc
from training.bench_voice.network import LabelledFrames
from training.bench_voice.noise import SAMPLE_RATE_HZ, NoiseSource, mix
from training.bench_voice.phones import SILENCE, pdf_of, sound_of
from training.bench_voice.voices import draw_voice

FloatArray = npt.NDArray[np.float32]

_LEAD_S = (0.1, 0.7)
_TAIL_S = (0.15, 0.8)
_PEAK = (1500.0, 28000.0)  # int16 scale
_PACE = (0.9, 1.12)
_CLEAN_SHARE = 0.3  # half of it over digital zero, half over a noise floor of 35-60 dB
_SNR_DB = (-3.0, 22.0)


@dataclass(frozen=True, slots=True)
class Clip:
    """16 kHz speech between two silences, in int16 scale; `speech_power` is the mean square of the spoken part."""

    samples: FloatArray  # (n_samples,) float32
    lead: int  # samples before the speech
    stretch: float  # samples of this clip for one of the utterance
    speech_power: float


def place(utterance: Utterance, rng: np.random.Generator, pace: float = 1.0) -> Clip:
    """Resamples an utterance to 16 kHz at a drawn level with drawn silences around it.

    `pace` plays it faster or slower, which moves pitch and formants too: a voice becomes a larger or smaller speaker.
    """
    rate_hz = utterance.sample_rate_hz * pace
    speech = soxr.resample(utterance.samples.astype(np.float32), rate_hz, SAMPLE_RATE_HZ)
    speech *= np.exp(rng.uniform(*np.log(_PEAK))) / (np.abs(speech).max() + 1.0)
    lead, tail = (int(SAMPLE_RATE_HZ * rng.uniform(*span_s)) for span_s in (_LEAD_S, _TAIL_S))
    power = float((speech.astype(np.float64) ** 2).mean())
    return Clip(np.pad(speech, (lead, tail)).astype(np.float32), lead, SAMPLE_RATE_HZ / rate_hz, power)


def _with_background(clip: Clip, noise: NoiseSource, rng: np.random.Generator) -> FloatArray:
    kind = rng.random()
    if kind < _CLEAN_SHARE / 2:
        return clip.samples
    snr_db = rng.uniform(35.0, 60.0) if kind < _CLEAN_SHARE else rng.uniform(*_SNR_DB)
    return mix(clip.samples, noise.draw(rng, len(clip.samples)), snr_db, clip.speech_power)


def frame_labels(utterance: Utterance, clip: Clip, n_frames: int) -> npt.NDArray[np.int64]:
    """Labels every frame with the sound at its centre; what lies before and after the speech is silence."""
    starts, pdfs = [0], [pdf_of(SILENCE)]
    for span in utterance.phonemes:
        sound = sound_of(span.mnemonic)
        if sound is not None:
            starts.append(clip.lead + int(span.start * clip.stretch))
            pdfs.append(pdf_of(sound))
    starts.append(clip.lead + int(len(utterance.samples) * clip.stretch))
    pdfs.append(pdf_of(SILENCE))
    centres = np.arange(n_frames) * FRAME_SHIFT + FRAME_LENGTH // 2
    return np.array(pdfs, np.int64)[np.searchsorted(starts, centres, side="right") - 1]


def quantise(samples: FloatArray) -> npt.NDArray[np.int16]:
    """Rounds to what a sound card delivers."""
    return np.clip(np.rint(samples), -32768, 32767).astype(np.int16)


def speak_all(
    espeak: Espeak, sentences: Iterable[Sequence[str]], noise: NoiseSource, rng: np.random.Generator
) -> LabelledFrames:
    """Speaks each sentence with a drawn training voice over drawn noise and joins all frames into one stretch."""
    features, labels = [], []
    for words in sentences:
        utterance = espeak.say(words, draw_voice(rng, held_out=False))
        clip = place(utterance, rng, pace=rng.uniform(*_PACE))
        frames = mfcc(quantise(_with_background(clip, noise, rng)).astype(np.float32))
        features.append(frames)
        labels.append(frame_labels(utterance, clip, len(frames)))
    return LabelledFrames(np.concatenate(features), np.concatenate(labels))
