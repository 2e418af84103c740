"""One contract for every voice activity detector, and what the real one makes of real sounds."""

import numpy as np
import pytest

from intents.errors import EngineError, ErrorCode
from vehicle_assistant.audio.port import FRAME_S, FRAME_SAMPLES, SILENCE, Frame
from vehicle_assistant.audio.vad import VADS, ScriptedVad, WebRtcVad, make_vad


@pytest.mark.parametrize("name", VADS)
def test_silence_is_no_speech_and_a_reset_changes_nothing_about_that(name):
    vad = make_vad(name)
    frames = [Frame(SILENCE, index * FRAME_S) for index in range(50)]
    assert [vad.is_speech(frame) for frame in frames] == [False] * 50
    vad.reset()
    assert [vad.is_speech(frame) for frame in frames] == [False] * 50


def test_an_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(EngineError, match="webrtc") as refused:
        make_vad("silero")
    assert refused.value.code is ErrorCode.ENGINE_UNKNOWN


def test_webrtc_hears_a_voice_like_sound_and_its_end():
    at_s = np.arange(FRAME_SAMPLES * 100) / 16_000
    harmonics = sum(np.sin(2 * np.pi * 140 * k * at_s) / k for k in range(1, 20))
    voice = harmonics * (1 + np.sin(2 * np.pi * 4 * at_s)) * 4000  # four syllables a second
    voice[FRAME_SAMPLES * 60 :] = 0
    samples = voice.astype("<i2").tobytes()
    vad = WebRtcVad()
    heard = [
        vad.is_speech(Frame(samples[start : start + 2 * FRAME_SAMPLES], start / 2 / 16_000))
        for start in range(0, len(samples), 2 * FRAME_SAMPLES)
    ]
    assert np.mean(heard[5:60]) > 0.8
    assert not any(heard[75:])


def test_webrtc_refuses_a_grade_it_does_not_have():
    with pytest.raises(ValueError, match="0 to 3"):
        WebRtcVad(4)


def test_scripted_speech_is_where_the_script_says():
    vad = ScriptedVad([(0.3, 0.6)])
    heard = [vad.is_speech(Frame(SILENCE, index * FRAME_S)) for index in range(30)]
    assert heard == [False] * 10 + [True] * 10 + [False] * 10


def test_steady_noise_is_no_speech_and_a_voice_stands_out_of_it():
    """A fan or a road that the detector alone takes for speech without end."""
    at_s = np.arange(FRAME_SAMPLES * 400) / 16_000
    hum = sum(np.sin(2 * np.pi * 120 * k * at_s + k) / k for k in range(1, 20)) * 400
    hum = hum + np.random.default_rng(5).normal(0, 100, len(hum))
    voice = (
        sum(np.sin(2 * np.pi * 170 * k * at_s) / k for k in range(1, 20)) * (1 + np.sin(2 * np.pi * 4 * at_s)) * 2500
    )
    spoken = slice(FRAME_SAMPLES * 250, FRAME_SAMPLES * 300)
    hum[spoken] += voice[spoken]
    samples = hum.astype("<i2").tobytes()
    vad = WebRtcVad()
    heard = [
        vad.is_speech(Frame(samples[start : start + 2 * FRAME_SAMPLES], start / 2 / 16_000))
        for start in range(0, len(samples), 2 * FRAME_SAMPLES)
    ]
    assert np.mean(heard[100:250]) < 0.05
    assert np.mean(heard[250:300]) > 0.6
    assert np.mean(heard[310:]) < 0.05
