"""Every row of the voice table keeps the same promises."""

import dataclasses
import stat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intents.errors import AssistantError, EngineError, ErrorCode, InputError, SettingsError
from vehicle_assistant.tts.cached import CachedSpeaker
from vehicle_assistant.tts.engines import SPEAKERS, open_speaker
from vehicle_assistant.tts.espeak import EspeakSpeaker
from vehicle_assistant.tts.port import TEXT_LIMIT, Speaker, SpeakerSettings, Speech
from vehicle_assistant.tts.text import speakable


@pytest.fixture(params=sorted(SPEAKERS))
def speaker(request):
    opened = open_speaker(request.param)
    yield opened
    opened.close()


def test_speech_is_whole_samples_at_a_stated_rate(speaker: Speaker):
    speech = speaker.synthesise("The window is open.")
    assert len(speech.samples) % 2 == 0
    assert 8_000 <= speech.sample_rate_hz <= 48_000
    assert 0.5 < speech.seconds < 5.0


def test_more_words_take_longer(speaker: Speaker):
    short, long = speaker.synthesise("Done."), speaker.synthesise("Done. " * 8)
    assert long.seconds > 2 * short.seconds


def test_a_faster_voice_is_shorter():
    for name in SPEAKERS:
        slow, fast = (
            open_speaker(name, SpeakerSettings(speed_wpm=wpm)).synthesise("Turn left in two hundred metres").seconds
            for wpm in (120, 240)
        )
        assert fast < 0.8 * slow, name


def test_the_same_text_sounds_the_same(speaker: Speaker):
    assert speaker.synthesise("Set to twenty degrees") == speaker.synthesise("Set to twenty degrees")


@pytest.mark.parametrize("blank", ["", " ", "\n\t", "\x00", "[[ ]]"])
def test_nothing_to_say_is_silent_and_no_error(speaker: Speaker, blank):
    assert speaker.synthesise(blank).samples == b""


def test_too_long_a_text_is_refused_with_its_cure(speaker: Speaker):
    with pytest.raises(InputError) as refused:
        speaker.synthesise("a" * (TEXT_LIMIT + 1))
    assert refused.value.code is ErrorCode.TEXT_TOO_LONG
    assert refused.value.remedy


def test_it_still_speaks_after_a_refusal_and_after_closing_twice(speaker: Speaker):
    with pytest.raises(InputError):
        speaker.synthesise("a" * (TEXT_LIMIT + 1))
    assert speaker.synthesise("Done").seconds > 0
    speaker.close()
    speaker.close()


@pytest.mark.parametrize("text", ["--help", "-w /etc/passwd", "-v nosuch hello", "$(reboot)", "; rm -rf", "'\"`"])
def test_options_and_shell_characters_are_only_words(text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    speech = open_speaker("espeak").synthesise(text + " end")
    assert speech.seconds > 0.2
    assert list(tmp_path.iterdir()) == []


def test_phoneme_codes_are_read_as_letters():
    speaker = open_speaker("espeak")
    assert speaker.synthesise("[[h@l'oU]] there") == speaker.synthesise("h@l'oU there")


@given(st.text(max_size=TEXT_LIMIT))
def test_whatever_comes_out_of_cleaning_is_one_clean_line(text):
    clean = speakable(text)
    assert clean == clean.strip()
    assert not any(char in clean for char in "[]\n\r\t\x00")
    assert clean.encode().decode() == clean  # lone surrogates would fail here
    assert speakable(clean) == clean


@settings(max_examples=15, deadline=None)
@given(st.text(min_size=1, max_size=60))
def test_any_text_is_spoken_or_refused(text):
    try:
        speech = open_speaker("espeak").synthesise(text)
    except AssistantError as refused:
        pytest.fail(f"{text!r}: {refused}")
    assert speech.seconds < 120


def test_an_unknown_voice_engine_names_the_known_ones():
    with pytest.raises(EngineError) as refused:
        open_speaker("parrot")
    assert refused.value.code is ErrorCode.ENGINE_UNKNOWN
    assert all(name in refused.value.remedy for name in SPEAKERS)


def test_without_the_program_the_remedy_is_to_install_it(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineError) as refused:
        open_speaker("espeak")
    assert refused.value.code is ErrorCode.ENGINE_UNAVAILABLE
    assert refused.value.remedy == "install espeak-ng"


@pytest.mark.parametrize("change", [{"speed_wpm": 20}, {"speed_wpm": 900}, {"pitch": -1}, {"pitch": 100}])
def test_a_setting_out_of_range_is_refused(change):
    with pytest.raises(SettingsError) as refused:
        EspeakSpeaker(dataclasses.replace(SpeakerSettings(), **change))
    assert refused.value.code is ErrorCode.SETTING_INVALID


def test_a_voice_that_does_not_exist_is_an_error_not_silence():
    speaker = EspeakSpeaker(SpeakerSettings(voice="klingon-xx"))
    with pytest.raises(EngineError) as failed:
        speaker.synthesise("secret words")
    assert failed.value.code is ErrorCode.ENGINE_FAILED
    assert "secret" not in str(failed.value)


def _program(tmp_path, body):
    path = tmp_path / "espeak-ng"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("exec sleep 60", "did not answer"),
        ("exit 3", "status 3"),
        ("echo not audio at all, but some text that is longer than a header", "not 16-bit mono"),
        ("kill -SEGV $$", "status"),
    ],
)
def test_a_broken_program_is_an_engine_error(tmp_path, body, says):
    speaker = EspeakSpeaker(SpeakerSettings(timeout_s=0.5), program=_program(tmp_path, body))
    with pytest.raises(EngineError, match=says) as failed:
        speaker.synthesise("hello")
    assert failed.value.code is ErrorCode.ENGINE_FAILED


class CountingSpeaker:
    def __init__(self) -> None:
        self.said: list[str] = []

    def synthesise(self, text: str) -> Speech:
        self.said.append(text)
        return Speech(bytes(1000), 16_000)

    def close(self) -> None:
        self.said.append("closed")


def test_a_phrase_is_made_once():
    inner = CountingSpeaker()
    cached = CachedSpeaker(inner)
    assert cached.synthesise("Done") == cached.synthesise("Done")
    assert inner.said == ["Done"]


def test_the_memory_is_bounded_and_forgets_what_was_not_used():
    inner = CountingSpeaker()
    cached = CachedSpeaker(inner, limit_bytes=2_500)
    for text in ("a", "b", "a", "c", "a", "b"):  # "c" pushes out "b", the least long ago used stays
        cached.synthesise(text)
    assert inner.said == ["a", "b", "c", "b"]
