"""A wake detector of each kind, each with sound in which it hears "computer"."""

from collections.abc import Callable

import pytest

from vehicle_assistant.audio.port import SAMPLE_RATE_HZ, Frame
from vehicle_assistant.wake.engines import WakeSettings, make_detector
from vehicle_assistant.wake.port import WakeDetector

LEAD_S = 0.8


@pytest.fixture
def wakeable(voice, bench_voice, tmp_path) -> Callable[[str], tuple[WakeDetector, list[Frame], float]]:
    def make(name: str) -> tuple[WakeDetector, list[Frame], float]:
        phrase = voice.say("computer")
        frames = voice.frames(voice.pause(LEAD_S), phrase, voice.pause(1.5))
        end_s = LEAD_S + len(phrase) / SAMPLE_RATE_HZ
        script = tmp_path / "script.json"
        script.write_text(f'{{"wake": [{{"at_s": {LEAD_S}, "end_s": {end_s}}}]}}')
        return make_detector(name, WakeSettings(model_dir=bench_voice, script=script)), frames, end_s

    return make
