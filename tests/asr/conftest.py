"""A recogniser of each kind, each with sound in which it hears a given text."""

from collections.abc import Callable

import pytest

from vehicle_assistant.asr.engines import RecogniserSettings, make_recogniser
from vehicle_assistant.asr.port import Recogniser
from vehicle_assistant.audio.port import Frame

WORD_S = 0.3


@pytest.fixture
def recognisable(voice, bench_voice, tmp_path) -> Callable[[str, str], tuple[Recogniser, list[Frame]]]:
    def make(name: str, text: str) -> tuple[Recogniser, list[Frame]]:
        frames = voice.frames(voice.pause(0.5), voice.say(text), voice.pause(0.8))
        script = tmp_path / "script.json"
        entries = [
            f'{{"text": "{word}", "start_s": {start_s}, "end_s": {start_s + WORD_S}}}'
            for start_s, word in ((at + offset_s, word) for offset_s in (0.0, 90.0) for at, word in places(text))
        ]
        script.write_text(f'{{"words": [{", ".join(entries)}]}}')
        return make_recogniser(name, RecogniserSettings(model_dir=bench_voice, script=script)), frames

    return make


def places(text: str) -> list[tuple[float, str]]:
    return [(0.5 + index * WORD_S, word) for index, word in enumerate(text.split())]
