"""Scripts for the scripted engines are read strictly."""

import pytest

from intents.errors import ErrorCode, SettingsError
from vehicle_assistant.asr.port import Word
from vehicle_assistant.asr.script import Script, read_script
from vehicle_assistant.wake.port import WakeDetection


def test_a_script_gives_phrases_and_words(tmp_path):
    path = tmp_path / "script.json"
    path.write_text(
        '{"wake": [{"at_s": 1, "end_s": 1.5}],'
        ' "words": [{"text": "open", "start_s": 1.6, "end_s": 1.9, "confidence": 0.5}]}'
    )
    script = read_script(path)
    assert script.detections() == (WakeDetection(1.0, 1.5, 1.0),)
    assert script.spoken() == (Word("open", 1.6, 1.9, 0.5),)


def test_no_path_is_an_empty_script():
    assert read_script(None) == Script()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "JSON"),
        ('{"wakes": []}', "wakes"),
        ('{"wake": [{"at_s": 2, "end_s": 1}]}', "ends after it begins"),
        ('{"words": [{"text": "", "start_s": 0, "end_s": 1}]}', "words.0.text"),
        ('{"words": [{"text": "a", "start_s": 0, "end_s": 1, "confidence": 2}]}', "confidence"),
        ('{"words": [{"text": "a", "start_s": "0", "end_s": 1}]}', "start_s"),
    ],
)
def test_what_a_script_cannot_mean_is_refused(tmp_path, content, words):
    path = tmp_path / "script.json"
    path.write_text(content)
    with pytest.raises(SettingsError, match=words) as refused:
        read_script(path)
    assert refused.value.code is ErrorCode.SETTING_INVALID
    assert str(path) in str(refused.value)


def test_a_script_that_is_missing_is_named(tmp_path):
    with pytest.raises(SettingsError, match="cannot be read") as refused:
        read_script(tmp_path / "missing.json")
    assert refused.value.code is ErrorCode.SETTINGS_UNREADABLE
