"""Words without voice activity are what a recogniser makes of noise."""

import pytest

from vehicle_assistant.asr.port import NOTHING, Transcript, Word
from vehicle_assistant.asr.voiced import spoken
from vehicle_assistant.audio.port import FRAME_S


def voiced(start_s: float, end_s: float) -> list[float]:
    return [start_s + index * FRAME_S for index in range(round((end_s - start_s) / FRAME_S))]


HEARD = Transcript(
    "next song are", (Word("next", 1.0, 1.3, 0.9), Word("song", 1.3, 1.8, 0.8), Word("are", 2.4, 2.7, 0.4)), 0.4
)


def test_a_word_read_out_of_noise_is_left_out_and_costs_nothing():
    left = spoken(HEARD, voiced(1.0, 1.8))
    assert left.text == "next song"
    assert left.confidence == pytest.approx(0.8)


def test_a_word_needs_only_part_of_its_sound_voiced():
    assert spoken(HEARD, voiced(1.1, 1.6) + voiced(2.5, 2.6)) == HEARD


def test_noise_alone_is_nothing():
    assert spoken(HEARD, voiced(0.0, 0.9)) == NOTHING


def test_a_speaker_too_quiet_for_the_detector_is_believed():
    assert spoken(HEARD, []) == HEARD
