"""One engine over one recording, as the command line shows it."""

import json

import numpy as np
import pytest

from intents.errors import InputError
from vehicle_assistant.asr.engines import RecogniserSettings, make_recogniser
from vehicle_assistant.audio.port import AudioWarning, AudioWarningCode
from vehicle_assistant.audio.wavfile import write_wav
from vehicle_assistant.recordings import transcribe_file, wake_file
from vehicle_assistant.wake.engines import WakeSettings, make_detector


@pytest.fixture
def recogniser(bench_voice):
    return make_recogniser("vosk", RecogniserSettings(bench_voice))


@pytest.fixture
def detector(bench_voice):
    return make_detector("vosk_phrase", WakeSettings("computer", bench_voice))


def test_transcribe(tmp_path, recogniser, voice):
    path = tmp_path / "said.wav"
    write_wav(path, voice.record(voice.pause(0.5), voice.say("open the window"), voice.pause(0.5)).samples)
    line = transcribe_file(path, recogniser)
    assert list(line) == ["file", "text", "words", "rtf"]
    assert (line["file"], line["text"]) == (str(path), "open the window")
    assert [list(word) for word in line["words"]] == [["text", "start_s", "end_s", "confidence"]] * 3
    assert line["rtf"] > 0
    assert json.loads(json.dumps(line)) == line
    assert transcribe_file(path, recogniser)["text"] == "open the window"


def test_transcribe_a_recording_of_several_sentences(tmp_path, recogniser, voice):
    path = tmp_path / "said.wav"
    parts = [part for text in ("open the window", "next song") for part in (voice.say(text), voice.pause(3.0))]
    write_wav(path, voice.record(*parts).samples)
    assert transcribe_file(path, recogniser)["text"] == "open the window next song"


def test_wake(tmp_path, detector, voice):
    path = tmp_path / "said.wav"
    phrase = voice.say("computer")
    write_wav(path, voice.record(voice.pause(1.0), phrase, voice.pause(2.0), phrase).samples)
    line = wake_file(path, detector)
    assert list(line) == ["file", "seconds", "detections"]
    assert line["seconds"] == pytest.approx(3.0 + 2 * len(phrase) / 16_000, abs=0.01)
    ends_s = [1.0 + len(phrase) / 16_000, 3.0 + 2 * len(phrase) / 16_000]
    assert [hit["t_s"] for hit in line["detections"]] == pytest.approx(ends_s, abs=0.2)
    assert all(0 < hit["score"] <= 1 for hit in line["detections"])


def test_no_wake_phrase_no_detections(tmp_path, detector, voice):
    path = tmp_path / "said.wav"
    write_wav(path, voice.record(voice.say("open the window"), voice.pause(1.0)).samples)
    assert wake_file(path, detector)["detections"] == []


def test_what_was_done_to_the_recording_is_told(tmp_path, recogniser):
    path = tmp_path / "fast.wav"
    write_wav(path, np.zeros(44_100, np.int16).tobytes(), 44_100)
    warnings: list[AudioWarning] = []
    assert transcribe_file(path, recogniser, warn=warnings.append)["text"] == ""
    assert [warning.code for warning in warnings] == [AudioWarningCode.RESAMPLED]


def test_a_recording_that_cannot_be_used_is_refused(tmp_path, recogniser, detector):
    with pytest.raises(InputError, match="does not exist"):
        transcribe_file(tmp_path / "missing.wav", recogniser)
    with pytest.raises(InputError, match="does not exist"):
        wake_file(tmp_path / "missing.wav", detector)
