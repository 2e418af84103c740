"""One contract for every source of sound in the table."""

import itertools
import os
import time

import pytest

from intents.errors import EngineError, ErrorCode, InputError
from vehicle_assistant.audio.port import FRAME_S, AudioSource, Frame
from vehicle_assistant.audio.sources import SOURCES, open_source
from vehicle_assistant.audio.wavfile import write_wav

SILENCE_S = 0.6


@pytest.fixture(params=SOURCES)
def source(request, tmp_path):
    """Each source of the table, giving sound for at least a moment."""
    target, writer = "", None
    if request.param == "microphone":
        request.getfixturevalue("sound_system")
    elif request.param == "wav":
        target = str(tmp_path / "silence.wav")
        write_wav(tmp_path / "silence.wav", bytes(round(SILENCE_S * 32_000)))
    elif request.param == "stream":
        target = str(tmp_path / "voice")
        os.mkfifo(target)
        writer = os.open(target, os.O_RDWR)
        os.write(writer, bytes(round(SILENCE_S * 32_000)))
    opened = open_source(request.param, target)
    yield opened
    opened.close()
    if writer is not None:
        os.close(writer)


def test_frames_follow_each_other_and_waiting_never_takes_long(source: AudioSource):
    frames: list[Frame] = []
    before_s = time.monotonic()
    for frame in source.frames():
        assert time.monotonic() - before_s < 0.5
        if frame is not None:
            frames.append(frame)
        if len(frames) == 20:
            break
        before_s = time.monotonic()
    assert [round(frame.start_s / FRAME_S, 6) for frame in frames] == list(range(20))


def test_close_ends_the_frames_and_may_be_called_again(source: AudioSource):
    frames = source.frames()
    next(frames)
    source.close()
    source.close()
    assert list(itertools.islice(frames, 10)) == []


def test_warnings_are_handed_over_once(source: AudioSource):
    source.take_warnings()
    assert source.take_warnings() == ()


def test_an_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(EngineError, match="microphone, wav, stream") as refused:
        open_source("telephone")
    assert refused.value.code is ErrorCode.ENGINE_UNKNOWN


def test_a_recording_that_is_missing_is_refused_at_once(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        open_source("wav", str(tmp_path / "missing.wav"))


def test_a_frame_of_any_other_length_is_refused():
    with pytest.raises(ValueError, match="960 bytes"):
        Frame(b"\0\0", 0.0)
