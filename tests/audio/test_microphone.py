"""Real capture through PortAudio, ALSA and PulseAudio: what is played into the cabin is what the source yields."""

import itertools
import time

import numpy as np
import pytest

from intents.errors import EngineError, ErrorCode
from vehicle_assistant.audio.microphone import Microphone, input_devices
from vehicle_assistant.audio.port import FRAME_S, AudioWarningCode, Frame
from vehicle_assistant.audio.sources import open_source


def capture(microphone, seconds: float) -> np.ndarray:
    frames: list[Frame] = []
    for frame in microphone.frames():
        if frame is not None:
            frames.append(frame)
            if frame.end_s >= seconds:
                break
    assert [round(frame.start_s / FRAME_S, 6) for frame in frames] == list(range(len(frames)))
    return np.frombuffer(b"".join(frame.samples for frame in frames), "<i2")


def test_what_is_played_is_captured_sample_by_sample(sound_system):
    noise = np.random.default_rng(1).integers(-8000, 8000, 24_000).astype("<i2")
    microphone = open_source("microphone")
    player = sound_system.play(noise.tobytes())
    heard = capture(microphone, 2.5)
    microphone.close()
    assert player.wait(timeout=10) == 0
    # The null sink eats a few milliseconds when a stream starts; from then on every sample must be there.
    settled = noise[1000:]
    places = [at for at in np.flatnonzero(heard == settled[0]) if np.array_equal(heard[at : at + 8], settled[:8])]
    assert len(places) == 1
    np.testing.assert_array_equal(heard[places[0] : places[0] + len(settled)], settled)


def test_a_named_device_with_two_channels_at_another_rate_is_heard(sound_system):
    at_s = np.arange(44_100) / 44_100
    tone = (8000 * np.sin(2 * np.pi * 440 * at_s)).astype("<i2")
    microphone = Microphone("booth")
    assert "booth" in microphone.name
    player = sound_system.play(np.repeat(tone, 2).tobytes(), "booth", 44_100, 2)
    heard = capture(microphone, 2.0).astype(float)
    microphone.close()
    assert player.wait(timeout=10) == 0
    spectrum = np.abs(np.fft.rfft(heard))
    assert np.fft.rfftfreq(len(heard), 1 / 16_000)[spectrum.argmax()] == pytest.approx(440, abs=2)


def test_capture_keeps_real_time_and_is_silent_when_nobody_speaks(sound_system):
    microphone = Microphone("cabin")
    frames = (frame for frame in microphone.frames() if frame is not None)
    next(frames)
    begun = time.monotonic()
    silence = b"".join(frame.samples for frame in itertools.islice(frames, 50))
    took_s = time.monotonic() - begun
    microphone.close()
    assert not any(silence)
    assert took_s > 1.2, "1.5 s of sound cannot be captured in less"


def test_devices_are_listed_by_name(sound_system):
    assert {"cabin", "booth"} <= set(input_devices())


def test_an_unknown_name_says_what_there_is(sound_system):
    with pytest.raises(EngineError, match="no microphone like 'dashboard'") as refused:
        Microphone("dashboard")
    assert refused.value.code is ErrorCode.DEVICE_ABSENT
    assert "cabin" in refused.value.remedy


def test_a_slow_reader_loses_sound_but_not_the_time(sound_system, monkeypatch):
    monkeypatch.setattr("vehicle_assistant.audio.microphone.QUEUE_BLOCKS", 5)
    microphone = Microphone("cabin")
    frames = (frame for frame in microphone.frames() if frame is not None)
    first = next(frames)
    deadline = time.monotonic() + 10
    while not microphone._dropped_bytes:
        assert time.monotonic() < deadline, "the queue never ran over"
        time.sleep(0.05)
    later = list(itertools.islice(frames, 12))
    microphone.close()
    starts_s = [first.start_s, *(frame.start_s for frame in later)]
    steps_s = np.diff(starts_s)
    assert steps_s.min() == pytest.approx(FRAME_S)
    assert steps_s.max() > 1.5 * FRAME_S
    assert AudioWarningCode.DROPPED in {warning.code for warning in microphone.take_warnings()}
    assert microphone.take_warnings() == ()


def test_a_device_that_stops_delivering_is_lost(sound_system, monkeypatch):
    monkeypatch.setattr("vehicle_assistant.audio.microphone.LOST_AFTER_S", 0.3)
    microphone = Microphone("cabin")
    frames = microphone.frames()
    assert any(frame is not None for frame in itertools.islice(frames, 100))
    microphone._stream.stop_stream()
    with pytest.raises(EngineError, match="stopped delivering") as lost:
        list(itertools.islice(frames, 200))
    assert lost.value.code is ErrorCode.DEVICE_LOST
    microphone.close()
    microphone.close()


class NoDevices:
    """PortAudio as it answers on a machine without a sound card."""

    terminated = False

    def get_device_count(self) -> int:
        return 0

    def get_default_input_device_info(self) -> dict[str, object]:
        raise OSError("No Default Input Device Available")

    def terminate(self) -> None:
        self.terminated = True


@pytest.mark.parametrize("device", ["", "dashboard"])
def test_a_machine_without_microphone_says_so(monkeypatch, device):
    library = NoDevices()
    monkeypatch.setattr("vehicle_assistant.audio.microphone._start_library", lambda: library)
    with pytest.raises(EngineError, match="no microphone") as refused:
        Microphone(device)
    assert refused.value.code is ErrorCode.DEVICE_ABSENT
    assert "none found" in refused.value.remedy
    assert library.terminated
    assert input_devices() == ()
