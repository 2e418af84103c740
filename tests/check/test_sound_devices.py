"""Sound devices are listed by a child process, whatever becomes of it."""

import stat
import sys

import pytest

from intents.errors import EngineError, ErrorCode
from vehicle_assistant.sound_devices import SoundDevices, sound_devices


@pytest.fixture
def child(tmp_path, monkeypatch):
    """Puts a script in the interpreter's place."""

    def put(script: str) -> None:
        program = tmp_path / "python"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setattr(sys, "executable", str(program))

    return put


def test_this_machine_can_be_asked() -> None:
    assert isinstance(sound_devices(), SoundDevices)


def test_what_the_child_prints_is_read(child) -> None:
    child("""echo ALSA lib: chatter >&2; echo '{"inputs": ["Mic"], "outputs": []}'""")
    assert SoundDevices(inputs=("Mic",), outputs=()) == sound_devices()


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("kill -SEGV $$", ErrorCode.ENGINE_FAILED),
        ("echo nonsense", ErrorCode.ENGINE_FAILED),
        ("exit 3", ErrorCode.ENGINE_UNAVAILABLE),
        ("exec sleep 60", ErrorCode.ENGINE_FAILED),
    ],
)
def test_a_child_that_crashes_hangs_or_lacks_pyaudio_is_an_error(child, script, code) -> None:
    child(script)
    with pytest.raises(EngineError) as failed:
        sound_devices(timeout_s=1.0)
    assert code == failed.value.code
    assert failed.value.remedy
