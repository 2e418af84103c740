"""Short tones with a meaning each, so that no outcome is silent and none needs words.

Pitch rises for good news and falls for bad; the driver alerts differ by rhythm, which survives road noise better
than pitch does. Alert energy lies within 200-8000 Hz (EU 2021/1341 Annex I 3.4.3.2, EU 2023/2590 Annex I 3.4.3.2);
the 50-90 dB at the driver's ear of the same clauses is set by the vehicle's amplifier, not here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from vehicle_assistant.tts.port import Speech

ALERT_BAND_HZ = (200.0, 8000.0)  # EU 2021/1341 Annex I 3.4.3.2
FADE_S = 0.008  # a raised-cosine edge this long is heard as clean; shorter ones click
SAMPLE_RATE_HZ = 22_050  # the rate espeak-ng speaks at
_HARMONICS = (1.0, 0.35, 0.12)  # relative strength; a pure sine is hard to hear and harder to locate


class Earcon(StrEnum):
    """What a tone tells the driver."""

    LISTENING = "listening"
    DONE = "done"
    NOT_UNDERSTOOD = "not_understood"
    REFUSED = "refused"
    FAILED = "failed"
    OFFLINE = "offline"
    ALERT_INFORMATION = "alert_information"
    ALERT_WARNING = "alert_warning"
    ALERT_URGENT = "alert_urgent"


@dataclass(frozen=True, slots=True)
class Note:
    """One tone and the silence after it."""

    frequency_hz: float
    sound_s: float
    rest_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Tune:
    """Notes in order, at one peak level relative to full scale."""

    notes: tuple[Note, ...]
    peak_dbfs: float


TUNES: Mapping[Earcon, Tune] = MappingProxyType(
    {
        Earcon.LISTENING: Tune((Note(660, 0.07), Note(880, 0.09)), -18.0),
        Earcon.DONE: Tune((Note(1047, 0.12),), -18.0),
        Earcon.NOT_UNDERSTOOD: Tune((Note(587, 0.10, 0.03), Note(494, 0.14)), -15.0),
        Earcon.REFUSED: Tune((Note(392, 0.10, 0.06), Note(392, 0.16)), -15.0),
        Earcon.FAILED: Tune((Note(523, 0.10), Note(415, 0.10), Note(330, 0.22)), -15.0),
        Earcon.OFFLINE: Tune((Note(440, 0.12, 0.12), Note(294, 0.35)), -15.0),
        Earcon.ALERT_INFORMATION: Tune((Note(784, 0.18, 0.04), Note(1047, 0.28)), -12.0),
        Earcon.ALERT_WARNING: Tune((Note(988, 0.14, 0.08),) * 3, -9.0),
        Earcon.ALERT_URGENT: Tune((Note(1568, 0.07, 0.03), Note(1175, 0.07, 0.03)) * 5, -6.0),
    }
)


@cache
def tone(earcon: Earcon, sample_rate_hz: int = SAMPLE_RATE_HZ) -> Speech:
    """Returns the earcon's samples; the same every time."""
    tune = TUNES[earcon]
    wave = np.concatenate([_note(note, sample_rate_hz) for note in tune.notes])
    peak = 10.0 ** (tune.peak_dbfs / 20.0) * 32767.0
    scaled = np.round(wave * (peak / float(np.max(np.abs(wave)))))
    return Speech(scaled.astype("<i2").tobytes(), sample_rate_hz)


def _note(note: Note, sample_rate_hz: int) -> NDArray[np.float64]:  # (n_samples,)
    n_sound = round(note.sound_s * sample_rate_hz)
    phase = 2.0 * np.pi * note.frequency_hz * np.arange(n_sound) / sample_rate_hz
    audible = [
        (order, strength)
        for order, strength in enumerate(_HARMONICS, 1)
        if order * note.frequency_hz < sample_rate_hz / 2
    ]
    wave = np.sum([strength * np.sin(order * phase) for order, strength in audible], axis=0)
    n_fade = round(FADE_S * sample_rate_hz)
    edge = 0.5 - 0.5 * np.cos(np.pi * np.arange(n_fade) / n_fade)
    wave[:n_fade] *= edge
    wave[-n_fade:] *= edge[::-1]
    return np.concatenate([wave, np.zeros(round(note.rest_s * sample_rate_hz))])
