"""Outputs: the WAV tape sounds like what a loudspeaker would have played, and a missing card is said plainly."""

import sys
import threading
import time
import types
import wave
from contextlib import ExitStack, closing

import numpy as np
import pytest

from intents.errors import AssistantError, EngineError, ErrorCode, InputError
from vehicle_assistant.audio import wavtape
from vehicle_assistant.audio.loudspeaker import LOUDSPEAKERS, SilentLoudspeaker, chunks, open_loudspeaker
from vehicle_assistant.audio.rate import resampled
from vehicle_assistant.audio.soundcard import SoundCard
from vehicle_assistant.audio.wavtape import SAMPLE_RATE_HZ, WavTape
from vehicle_assistant.tts.port import Speech


def beep(seconds, level=5000, rate_hz=SAMPLE_RATE_HZ):
    return Speech(np.full(round(seconds * rate_hz), level, "<i2").tobytes(), rate_hz)


@pytest.fixture
def opened():
    """Closes what a test opened."""
    with ExitStack() as stack:
        yield lambda output: stack.enter_context(closing(output))


def heard(path):
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, SAMPLE_RATE_HZ)
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        assert len(samples) == file.getnframes()
    return samples


def never():
    return threading.Event()


def stopped():
    stop = threading.Event()
    stop.set()
    return stop


def test_the_file_is_valid_from_the_first_moment_and_after_every_utterance(opened, tmp_path):
    path = tmp_path / "said.wav"
    tape = opened(WavTape(path, realtime=False))
    assert len(heard(path)) == 0
    for count in range(1, 4):
        tape.play(beep(0.1, level=1000 * count), never())
        assert heard(path)[-1] == 1000 * count
    tape.close()
    tape.close()


def test_pauses_are_kept_between_utterances(opened, tmp_path):
    path = tmp_path / "said.wav"
    tape = opened(WavTape(path, realtime=False))
    tape.play(beep(0.1), never())
    tape.play(beep(0.1), never())
    samples = heard(path)
    (loud,) = np.nonzero(samples)
    pause_s = np.diff(loud).max() / SAMPLE_RATE_HZ
    assert pause_s == pytest.approx(wavtape.PAUSE_WITHOUT_CLOCK_S, abs=0.001)


def test_in_real_time_the_file_grows_as_the_clock_does(opened, tmp_path, monkeypatch):
    clock = Clock(monkeypatch)
    path = tmp_path / "said.wav"
    tape = opened(WavTape(path))
    clock.now_s += 2.0
    assert tape.play(beep(0.5), clock.event()) == pytest.approx(0.5)
    clock.now_s += 1.0
    tape.play(beep(0.25), clock.event())
    assert clock.now_s == pytest.approx(3.75, abs=0.02)
    assert len(heard(path)) / SAMPLE_RATE_HZ == pytest.approx(3.75, abs=0.02)


def test_a_day_of_silence_does_not_fill_the_disk(opened, tmp_path, monkeypatch):
    clock = Clock(monkeypatch)
    path = tmp_path / "said.wav"
    tape = opened(WavTape(path))
    clock.now_s += 86_400.0
    tape.play(beep(0.1), clock.event())
    assert len(heard(path)) / SAMPLE_RATE_HZ == pytest.approx(wavtape.LONGEST_PAUSE_S + 0.1, abs=0.01)


def test_a_full_tape_turns_over_and_keeps_the_one_before(opened, tmp_path):
    path = tmp_path / "said.wav"
    tape = opened(WavTape(path, realtime=False, full_bytes=20_000))
    for level in (1000, 2000, 3000):
        tape.play(beep(0.3, level=level), never())
    assert set(heard(path)) == {0, 3000}
    assert set(heard(tmp_path / "said.previous.wav")) == {0, 2000}
    assert len(list(tmp_path.iterdir())) == 2


def test_a_later_run_continues_the_same_file(opened, tmp_path):
    path = tmp_path / "said.wav"
    for level in (1000, 2000):
        tape = opened(WavTape(path, realtime=False))
        tape.play(beep(0.1, level=level), never())
        tape.close()
    assert set(heard(path)) == {0, 1000, 2000}


def test_a_file_cut_off_by_a_crash_is_continued(opened, tmp_path):
    path = tmp_path / "said.wav"
    tape = opened(WavTape(path, realtime=False))
    tape.play(beep(0.1, level=1000), never())
    tape.close()
    with path.open("ab") as file:
        file.write(b"\x01\x02\x03")  # samples whose header was never brought up to date
    tape = opened(WavTape(path, realtime=False))
    tape.play(beep(0.1, level=2000), never())
    assert set(heard(path)) == {0, 1000, 2000}


@pytest.mark.parametrize("content", [b"my diary", b"RIFF" + bytes(60), bytes(44)])
def test_somebody_elses_file_is_left_as_it_is(tmp_path, content):
    path = tmp_path / "mine.wav"
    path.write_bytes(content)
    with pytest.raises(InputError) as refused:
        WavTape(path)
    assert refused.value.code is ErrorCode.FILE_NOT_AUDIO
    assert path.read_bytes() == content


def test_a_folder_in_place_of_a_file_is_an_absent_device(tmp_path):
    with pytest.raises(AssistantError) as refused:
        WavTape(tmp_path)
    assert refused.value.code is ErrorCode.DEVICE_ABSENT


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 44_100, 48_000])
def test_other_rates_keep_length_and_pitch(rate_hz):
    source = np.round(8000 * np.sin(2 * np.pi * 440 * np.arange(rate_hz) / rate_hz)).astype("<i2")
    result = np.frombuffer(resampled(Speech(source.tobytes(), rate_hz), SAMPLE_RATE_HZ).samples, "<i2")
    assert len(result) == pytest.approx(SAMPLE_RATE_HZ, abs=2)
    assert np.argmax(np.abs(np.fft.rfft(result))) == pytest.approx(440, abs=1)
    assert np.abs(result).max() == pytest.approx(8000, rel=0.05)


def test_nothing_is_heard_after_a_stop_that_came_before(opened, tmp_path):
    for output in (opened(WavTape(tmp_path / "a.wav")), SilentLoudspeaker(), SilentLoudspeaker(realtime=False)):
        assert output.play(beep(3600.0), stopped()) < 0.05


def test_chunks_are_the_sound_itself():
    speech = beep(0.1234)
    assert b"".join(chunks(speech)) == speech.samples
    assert max(len(chunk) for chunk in chunks(speech)) <= 2 * 0.05 * SAMPLE_RATE_HZ


def test_unknown_outputs_are_refused_and_the_known_named():
    with pytest.raises(EngineError) as refused:
        open_loudspeaker("bluetooth")
    assert refused.value.code is ErrorCode.ENGINE_UNKNOWN
    assert all(name in refused.value.remedy for name in ("auto", *LOUDSPEAKERS))


class FakeStream:
    """Asks for samples on a thread of its own, as PortAudio does, until it is closed or pulled out."""

    def __init__(self, card, more, n_frames):
        self.card, self.more, self.n_frames = card, more, n_frames
        self.closing = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while not self.closing.wait(0.0005) and not self.card.unplugged:
            samples, going_on = self.more(None, self.n_frames, {}, 0)
            assert (len(samples), going_on) == (2 * self.n_frames, self.card.paContinue)
            self.card.played += samples
            if any(samples):
                self.card.when_heard()

    def is_active(self):
        return self.thread.is_alive()

    def close(self):
        self.closing.set()
        self.thread.join()
        self.card.open_streams -= 1


class FakeCard:
    """PortAudio as far as an output needs it: two devices, of which the second plays."""

    paInt16 = 8
    paContinue = 0

    def __init__(self):
        self.names = ["Microphone", "Cabin Speakers"]
        self.unplugged = False
        self.played = b""
        self.open_streams = 0
        self.rates_hz = {22_050, 48_000}
        self.when_heard = lambda: None

    def PyAudio(self):
        return self

    def get_device_count(self):
        return 0 if self.unplugged else 2

    def get_device_info_by_index(self, index):
        return {"index": index, "name": self.names[index], "maxOutputChannels": index, "defaultSampleRate": 48e3}

    def get_default_output_device_info(self):
        if self.unplugged:
            raise OSError("No Default Output Device Available")
        return self.get_device_info_by_index(1)

    def open(self, **options):
        assert options["output_device_index"] == 1
        if self.unplugged:
            raise OSError(-9996, "Invalid output device")
        if options["rate"] not in self.rates_hz:
            raise OSError(-9997, "Invalid sample rate")
        self.open_streams += 1
        return FakeStream(self, options["stream_callback"], options["frames_per_buffer"])

    def terminate(self):
        pass


@pytest.fixture
def card(monkeypatch):
    fake = FakeCard()
    module = types.ModuleType("pyaudio")
    module.PyAudio = fake.PyAudio
    module.paInt16, module.paContinue = fake.paInt16, fake.paContinue
    monkeypatch.setitem(sys.modules, "pyaudio", module)
    return fake


def loud_part(card):
    samples = np.frombuffer(card.played, "<i2")
    return samples[samples != 0].tobytes()


def test_a_stopped_sound_is_gone_from_the_card_and_the_next_one_is_whole(opened, card):
    output = opened(SoundCard())
    stop = threading.Event()
    card.when_heard = stop.set
    heard_s = output.play(beep(600.0, level=1000), stop)
    assert 0.0 < heard_s < 600.0
    assert output.play(beep(0.1, level=2000), never()) == pytest.approx(0.1)
    samples = np.frombuffer(card.played, "<i2")
    assert np.count_nonzero(samples == 1000) == round(heard_s * SAMPLE_RATE_HZ)
    assert np.count_nonzero(samples == 2000) == round(0.1 * SAMPLE_RATE_HZ)


def test_a_card_that_stops_asking_is_lost(card, monkeypatch):
    output = SoundCard()
    output._stream.closing.set()
    output._stream.thread.join()
    monkeypatch.setattr(output._stream, "is_active", lambda: True)
    monkeypatch.setattr("vehicle_assistant.audio.soundcard.LOST_AFTER_S", 0.0)
    with pytest.raises(EngineError) as lost:
        output.play(beep(0.1), never())
    assert lost.value.code is ErrorCode.DEVICE_LOST


def test_a_card_is_found_by_part_of_its_name(card):
    output = open_loudspeaker("device", device="cabin")
    assert "Cabin Speakers" in output.name
    assert output.play(beep(0.1), never()) == pytest.approx(0.1)
    assert loud_part(card) == beep(0.1).samples
    output.close()
    assert card.open_streams == 0


@pytest.mark.parametrize("name", ["", "kitchen"])
def test_an_absent_card_says_what_to_do(card, name):
    card.unplugged = True
    with pytest.raises(EngineError) as refused:
        SoundCard(name)
    assert refused.value.code is ErrorCode.DEVICE_ABSENT
    assert "WAV" in refused.value.remedy


def test_a_microphone_is_no_loudspeaker(card):
    with pytest.raises(EngineError):
        SoundCard("microphone")


def test_a_card_pulled_out_is_lost_and_found_again_when_back(opened, card):
    output = opened(SoundCard("cabin"))
    output.play(beep(0.1), never())
    card.unplugged = True
    for expected in (ErrorCode.DEVICE_LOST, ErrorCode.DEVICE_ABSENT):
        with pytest.raises(EngineError) as lost:
            output.play(beep(0.1), never())
        assert lost.value.code is expected
    card.unplugged = False
    assert output.play(beep(0.1), never()) == pytest.approx(0.1)


@pytest.mark.parametrize("rate_hz", [22_050, 48_000])
def test_a_card_gets_the_rate_it_takes_whatever_the_speech(opened, card, rate_hz):
    card.rates_hz = {rate_hz}
    output = opened(SoundCard())
    for speech in (beep(0.1), beep(0.1, rate_hz=16_000)):
        assert output.play(speech, never()) == pytest.approx(0.1, abs=0.001)
    assert np.count_nonzero(np.frombuffer(card.played, "<i2")) / rate_hz == pytest.approx(0.2, abs=0.002)
    assert card.open_streams == 1


def test_a_card_that_cannot_be_opened_is_absent(card):
    card.rates_hz = set()
    with pytest.raises(EngineError) as refused:
        SoundCard()
    assert refused.value.code is ErrorCode.DEVICE_ABSENT


def test_auto_takes_the_card_if_there_is_one_else_the_file_else_silence(opened, card, tmp_path):
    path = tmp_path / "said.wav"
    assert "card" in opened(open_loudspeaker("auto", path)).name
    card.unplugged = True
    assert str(path) in opened(open_loudspeaker("auto", path)).name
    assert opened(open_loudspeaker("auto")).name == "silent"


def test_auto_without_pyaudio_takes_the_file(opened, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "pyaudio", None)
    assert "WAV" in opened(open_loudspeaker("auto", tmp_path / "said.wav")).name


class Clock:
    """Monotonic time that only passes while somebody waits for it."""

    def __init__(self, monkeypatch):
        self.now_s = 0.0
        monkeypatch.setattr(time, "monotonic", lambda: self.now_s)

    def event(self):
        clock = self

        class Waiting(threading.Event):
            def wait(self, timeout=None):
                clock.now_s += timeout or 0.0
                return self.is_set()

        return Waiting()
