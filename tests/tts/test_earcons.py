"""The tones differ, stay in their band and level, and never click."""

from itertools import combinations

import numpy as np
import pytest

from vehicle_assistant.audio.earcons import ALERT_BAND_HZ, FADE_S, TUNES, Earcon, tone

ALERTS = (Earcon.ALERT_INFORMATION, Earcon.ALERT_WARNING, Earcon.ALERT_URGENT)
RATES_HZ = (16_000, 22_050, 48_000)


def _wave(earcon, rate_hz=22_050):
    return np.frombuffer(tone(earcon, rate_hz).samples, "<i2").astype(float) / 32768


def test_every_meaning_has_a_tune_of_its_own():
    assert set(TUNES) == set(Earcon)
    assert len({tune.notes for tune in TUNES.values()}) == len(Earcon)


@pytest.mark.parametrize(("one", "other"), list(combinations(Earcon, 2)))
def test_no_two_sound_alike(one, other):
    # Correlated at the best possible shift: 1 is the same sound.
    a, b = _wave(one), _wave(other)
    size = 1 << (len(a) + len(b)).bit_length()
    best = np.abs(np.fft.irfft(np.fft.rfft(a, size) * np.conj(np.fft.rfft(b, size)))).max()
    assert best / np.sqrt((a @ a) * (b @ b)) < 0.8


@pytest.mark.parametrize("earcon", Earcon)
@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_length_and_peak_follow_the_table(earcon, rate_hz):
    tune = TUNES[earcon]
    wave = _wave(earcon, rate_hz)
    assert len(wave) / rate_hz == pytest.approx(sum(n.sound_s + n.rest_s for n in tune.notes), abs=0.002)
    assert 20 * np.log10(np.abs(wave).max()) == pytest.approx(tune.peak_dbfs, abs=0.1)


@pytest.mark.parametrize("alert", ALERTS)
@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_alert_energy_lies_in_the_band_of_the_law(alert, rate_hz):
    wave = _wave(alert, rate_hz)
    power = np.abs(np.fft.rfft(wave)) ** 2
    frequencies_hz = np.fft.rfftfreq(len(wave), 1 / rate_hz)
    low, high = ALERT_BAND_HZ
    inside = power[(frequencies_hz >= low) & (frequencies_hz <= high)].sum()
    assert inside / power.sum() > 0.99


@pytest.mark.parametrize("earcon", Earcon)
def test_it_begins_and_ends_without_a_click(earcon):
    # The steepest step lies inside the tone, not at an edge, and the first and last samples are next to nothing.
    wave = _wave(earcon)
    edge = round(FADE_S * 22_050 / 4)
    peak = np.abs(wave).max()
    assert abs(wave[0]) < 0.001
    assert abs(wave[-1]) < 0.001
    assert np.abs(np.diff(wave[:edge])).max() < 0.15 * peak


def test_a_louder_alert_is_a_more_urgent_one():
    levels = [TUNES[alert].peak_dbfs for alert in ALERTS]
    assert levels == sorted(levels)
    assert max(TUNES[each].peak_dbfs for each in Earcon if each not in ALERTS) < min(levels)


def test_feedback_is_short_enough_not_to_delay_an_answer():
    assert max(tone(each).seconds for each in (Earcon.LISTENING, Earcon.DONE)) <= 0.2
    assert max(tone(each).seconds for each in Earcon) <= 1.5
