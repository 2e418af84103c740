"""Phrase spotting in real speech: any phrase of the vocabulary, in long talk, once each, and never by half."""

from itertools import pairwise

import pytest

from intents.errors import ErrorCode, ModelError, SettingsError
from vehicle_assistant.audio.port import Frame
from vehicle_assistant.wake import vosk_phrase
from vehicle_assistant.wake.engines import WakeSettings, make_detector
from vehicle_assistant.wake.port import WakeDetection
from vehicle_assistant.wake.vosk_phrase import VoskPhrase

TALK = ("play some music", "navigate to the nearest gas station", "open the window", "set temperature to twenty two")


def run(detector: VoskPhrase, frames: list[Frame]) -> list[WakeDetection]:
    return [hit for frame in frames if (hit := detector.process(frame)) is not None]


@pytest.mark.parametrize("gain_db", [0.0, -6.0, -20.0])
@pytest.mark.parametrize("speaker", ["en-us", "en-gb", "en-us+f3", "en-us+m3"])
def test_the_phrase_is_heard_from_many_speakers_at_many_levels(bench_voice, voice, speaker, gain_db):
    spoken = voice.say("computer", speaker)
    frames = voice.frames(voice.pause(1.0), spoken, voice.pause(1.0), gain_db=gain_db)
    (hit,) = run(VoskPhrase(bench_voice, "computer"), frames)
    assert hit.end_s == pytest.approx(1.0 + len(spoken) / 16_000, abs=0.2)


def test_it_is_certain_of_the_end_before_it_reports_it_in_one_breath(bench_voice, voice):
    frames = voice.frames(voice.pause(0.5), voice.say("computer open the window"), voice.pause(0.5))
    detector = VoskPhrase(bench_voice, "computer")
    ((decided_s, hit),) = [(frame.end_s, hit) for frame in frames if (hit := detector.process(frame)) is not None]
    assert decided_s - hit.end_s + 1e-6 >= vosk_phrase.TAIL_S
    assert decided_s < frames[-1].end_s - 0.5, "the decision comes while the command is still being spoken"


def test_every_occurrence_is_reported_once_and_talk_in_between_never(bench_voice, voice, monkeypatch):
    """Recycled every 3 s, the spotter still finds a phrase that lies across the change."""
    monkeypatch.setattr(vosk_phrase, "RECYCLE_S", 3.0)
    parts, spoken_s, length_s = [], [], 0.0
    for index in range(12):
        text = "computer" if index % 3 == 1 else TALK[index % len(TALK)]
        piece = [voice.say(text), voice.pause(0.35 + 0.17 * (index % 5))]
        if text == "computer":
            spoken_s.append(length_s + len(piece[0]) / 16_000)
        parts += piece
        length_s += sum(map(len, piece)) / 16_000
    hits = run(VoskPhrase(bench_voice, "computer"), voice.frames(*parts))
    assert [hit.end_s for hit in hits] == pytest.approx(spoken_s, abs=0.2)
    assert all(earlier.end_s < later.at_s for earlier, later in pairwise(hits))


@pytest.mark.parametrize("offset_s", [-0.1, 0.0, 0.1, 0.2, 0.3, 0.4, 0.5])
def test_a_phrase_across_the_change_of_recognisers_is_heard(bench_voice, voice, monkeypatch, offset_s):
    monkeypatch.setattr(vosk_phrase, "RECYCLE_S", 2.0)
    frames = voice.frames(voice.pause(2.0 - offset_s), voice.say("computer"), voice.pause(1.5))
    assert len(run(VoskPhrase(bench_voice, "computer"), frames)) == 1


def test_another_phrase_needs_all_its_words(bench_voice, voice):
    detector = VoskPhrase(bench_voice, "hey computer")
    frames = voice.frames(voice.pause(0.5), voice.say("computer open the window"), voice.pause(0.5))
    assert run(detector, frames) == []
    detector.reset()
    frames = voice.frames(voice.pause(0.5), voice.say("hey computer open the window"), voice.pause(0.5))
    assert len(run(detector, frames)) == 1


def test_a_hit_that_the_free_recognition_does_not_share_is_dropped(bench_voice, voice, monkeypatch):
    """Only the few-word recogniser hears the phrase; both must."""
    detector = VoskPhrase(bench_voice, "computer")
    frames = voice.frames(voice.pause(0.5), voice.say("computer"), voice.pause(1.5))
    monkeypatch.setattr(detector, "_reader", VoskPhrase(bench_voice, "open")._spotter)
    assert run(detector, frames) == []


def test_a_score_below_the_minimum_is_no_detection(bench_voice, voice):
    frames = voice.frames(voice.pause(0.5), voice.say("computer"), voice.pause(1.5))
    assert run(VoskPhrase(bench_voice, "computer", min_score=1.1), frames) == []


def test_a_phrase_outside_the_vocabulary_is_refused_by_word(bench_voice):
    with pytest.raises(SettingsError, match="does not know: zyzzyva") as refused:
        make_detector("vosk_phrase", WakeSettings("hey zyzzyva", bench_voice))
    assert refused.value.code is ErrorCode.SETTING_INVALID
    with pytest.raises(SettingsError, match="is empty"):
        make_detector("vosk_phrase", WakeSettings("", bench_voice))


def test_without_a_model_it_says_so():
    with pytest.raises(ModelError) as refused:
        make_detector("vosk_phrase")
    assert refused.value.code is ErrorCode.MODEL_ABSENT
