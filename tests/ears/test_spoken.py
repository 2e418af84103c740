"""From a spoken sentence to its transcript, with the real engines: Vosk and WebRTC's voice activity detector."""

import numpy as np
import pytest

from vehicle_assistant.asr.engines import RecogniserSettings, make_recogniser
from vehicle_assistant.audio.endpoint import Completeness, EndReason
from vehicle_assistant.audio.port import Frame
from vehicle_assistant.audio.vad import make_vad
from vehicle_assistant.ear_events import EarEvent, NothingHeard, PartialHeard, SpeechHeard, WakeHeard
from vehicle_assistant.ears import Ears
from vehicle_assistant.wake.engines import WakeSettings, make_detector

COMMAND = "set temperature to twenty two"


@pytest.fixture
def ears(bench_voice) -> Ears:
    detector = make_detector("vosk_phrase", WakeSettings("computer", bench_voice))
    recogniser = make_recogniser("vosk", RecogniserSettings(bench_voice))
    return Ears(detector, recogniser, make_vad("webrtc"), wake_phrase="computer")


def hear(ears: Ears, frames: list[Frame]) -> list[EarEvent]:
    return [event for frame in frames for event in ears.process(frame)] + list(ears.finish())


def the_only(events: list[EarEvent], kind: type) -> EarEvent:
    (event,) = [event for event in events if isinstance(event, kind)]
    return event


@pytest.mark.parametrize("gain_db", [0.0, -6.0, -20.0])
@pytest.mark.parametrize("speaker", ["en-us", "en-gb", "en-us+m3"])
def test_in_one_breath(ears, voice, speaker, gain_db):
    spoken = voice.say(f"computer {COMMAND}", speaker)
    frames = voice.frames(voice.pause(0.7), spoken, voice.pause(1.5), gain_db=gain_db)
    events = hear(ears, frames)
    speech = the_only(events, SpeechHeard)
    assert speech.transcript.text == COMMAND
    assert not any(isinstance(event, NothingHeard) for event in events)
    wake = the_only(events, WakeHeard)
    assert speech.wake_at_s == wake.at_s
    assert wake.at_s == pytest.approx(0.7, abs=0.2)
    assert wake.end_s <= speech.transcript.words[0].start_s + 0.1
    assert speech.speech_end_s == pytest.approx(0.7 + len(spoken) / 16_000, abs=0.25)
    assert speech.reason is EndReason.SILENCE


@pytest.mark.parametrize("gain_db", [0.0, -6.0, -20.0])
@pytest.mark.parametrize("gap_s", [0.3, 1.0, 3.5])
def test_with_a_pause_after_the_wake_phrase(ears, voice, gap_s, gain_db):
    parts = (voice.pause(0.7), voice.say("computer"), voice.pause(gap_s), voice.say(COMMAND), voice.pause(1.5))
    events = hear(ears, voice.frames(*parts, gain_db=gain_db))
    assert the_only(events, SpeechHeard).transcript.text == COMMAND
    assert not any(isinstance(event, NothingHeard) for event in events)


def test_partials_grow_into_the_command_without_the_wake_phrase(ears, voice):
    frames = voice.frames(voice.pause(0.7), voice.say(f"computer {COMMAND}"), voice.pause(1.5))
    texts = [event.text for event in hear(ears, frames) if isinstance(event, PartialHeard)]
    assert texts[-1] == COMMAND
    assert len(texts) >= 3
    assert not any("computer" in text for text in texts)


def test_a_complete_parse_ends_the_turn_half_a_second_after_the_last_word(ears, voice):
    spoken = voice.say(f"computer {COMMAND}")
    end_s = 0.7 + len(spoken) / 16_000
    ends_s = {}
    for completeness in (Completeness.COMPLETE, Completeness.UNKNOWN):
        for frame in voice.frames(voice.pause(0.7), spoken, voice.pause(3.0)):
            for event in ears.process(frame):
                if isinstance(event, PartialHeard) and event.text == COMMAND:
                    ears.hint(completeness, event.text)
                elif isinstance(event, SpeechHeard):
                    ends_s[completeness] = event.endpointed_at_s
        ears.finish()
    assert ends_s[Completeness.COMPLETE] - end_s < 0.7
    assert ends_s[Completeness.COMPLETE] < ends_s[Completeness.UNKNOWN] - 0.2


def test_without_the_wake_phrase_nothing_is_heard(ears, voice):
    sentences = ("open the window", "navigate to the nearest gas station", "play some music", COMMAND)
    parts = [part for text in sentences for part in (voice.say(text), voice.pause(0.8))]
    assert hear(ears, voice.frames(*parts)) == []


def test_white_noise_is_no_wake_phrase(ears, voice):
    noise = np.random.default_rng(3).normal(0, 1500, 16_000 * 20).astype(np.int16)
    assert hear(ears, voice.frames(noise)) == []


def road_noise(length: int, level: float) -> np.ndarray:
    """Tyres and wind: noise whose power falls with frequency, as in a moving car."""
    white = np.fft.rfft(np.random.default_rng(4).normal(0, 1, length))
    hz = np.fft.rfftfreq(length, 1 / 16_000)
    noise = np.fft.irfft(white / np.sqrt(1 + (hz / 80) ** 2), length)
    return noise / noise.std() * level


@pytest.mark.parametrize("snr_db", [20.0, 12.0])
@pytest.mark.parametrize("gap_s", [None, 1.0])
def test_on_the_road_the_command_is_heard_and_the_turn_ends_soon(ears, voice, gap_s, snr_db):
    phrase = [voice.say(f"computer {COMMAND}")]
    if gap_s is not None:
        phrase = [voice.say("computer"), voice.pause(gap_s), voice.say(COMMAND)]
    clean = np.concatenate([voice.pause(3.0), *phrase, voice.pause(3.0)])
    speech_level = clean[np.abs(clean) > 100].astype(float).std()
    noise = road_noise(len(clean), speech_level / 10 ** (snr_db / 20))
    events = hear(ears, voice.frames((clean + noise).clip(-32_768, 32_767)))
    speech = the_only(events, SpeechHeard)
    assert speech.transcript.text == COMMAND
    assert speech.endpointed_at_s - (len(clean) / 16_000 - 3.0) < 1.2


def test_the_wake_phrase_alone_is_followed_by_nothing(ears, voice):
    events = hear(ears, voice.frames(voice.pause(0.7), voice.say("computer"), voice.pause(7.0)))
    assert [type(event) for event in events] == [WakeHeard, NothingHeard]
    assert events[-1].reason is EndReason.NO_SPEECH


def test_two_turns_in_one_recording(ears, voice):
    parts = []
    for command in (COMMAND, "open the window"):
        parts += [voice.pause(0.7), voice.say(f"computer {command}"), voice.pause(1.5)]
    events = hear(ears, voice.frames(*parts))
    texts = [event.transcript.text for event in events if isinstance(event, SpeechHeard)]
    assert texts == [COMMAND, "open the window"]


def test_a_recording_cut_off_after_the_last_word_is_settled(ears, voice):
    events = hear(ears, voice.frames(voice.pause(0.7), voice.say(f"computer {COMMAND}")))
    assert the_only(events, SpeechHeard).transcript.text == COMMAND


def test_push_to_talk(ears, voice):
    frames = voice.frames(voice.pause(1.0), voice.say(COMMAND), voice.pause(1.5))
    for frame in frames[:30]:
        assert ears.process(frame) == ()
    assert ears.listen() == ()
    speech = the_only(hear(ears, frames[30:]), SpeechHeard)
    assert (speech.transcript.text, speech.wake_at_s) == (COMMAND, None)


def test_without_a_wake_detector_a_recording_falls_into_utterances(bench_voice, voice):
    ears = Ears(None, make_recogniser("vosk", RecogniserSettings(bench_voice)), make_vad("webrtc"))
    parts = []
    for text in (COMMAND, "open the window", "next song"):
        parts += [voice.pause(1.2), voice.say(text)]
    speeches = [event for event in hear(ears, voice.frames(*parts)) if isinstance(event, SpeechHeard)]
    assert [speech.transcript.text for speech in speeches] == [COMMAND, "open the window", "next song"]


def test_the_assistant_does_not_answer_itself(ears, voice):
    frames = voice.frames(voice.pause(0.3), voice.say(f"computer {COMMAND}"), voice.pause(2.0))
    spoken_until = next(index for index, frame in enumerate(frames) if frame.start_s > 3.5)
    assert ears.gate(speaking=True) == ()
    events = [event for frame in frames[:spoken_until] for event in ears.process(frame)]
    ears.gate(speaking=False)
    events += hear(ears, frames[spoken_until:])
    assert events == []
