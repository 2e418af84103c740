"""The product from outside: `python -m vehicle_assistant` as a process of its own, far from the source tree."""

import json
import os
import shutil
import subprocess
import sys
import wave
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import vehicle_assistant
from vehicle_assistant.audio.wavfile import write_wav
from vehicle_assistant.tts.engines import open_speaker
from vehicle_assistant.tts.port import SpeakerSettings

ROOT = Path(vehicle_assistant.__file__).parents[1]
PATIENCE_S = 60
"""A command takes one to four seconds; a busy machine may take longer."""


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: bytes
    err: str

    @property
    def rows(self) -> list[dict]:
        """Standard output as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def error(self) -> str:
        """The error, given that the command failed as it should: one line, no output, no traceback."""
        assert self.code == 2
        assert self.out == b""
        lines = [line for line in self.err.splitlines() if ": warning: " not in line]
        assert len(lines) == 1, self.err
        assert lines[0].startswith("vehicle-assistant: error: ")
        assert lines[0].endswith(")"), "says nothing about what to do"
        assert "Traceback" not in self.err
        return lines[0].removeprefix("vehicle-assistant: error: ")


class CommandLine:
    """Runs the product in a folder of its own, with default settings and no models but the shipped ones."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "default.toml").write_text("")

    def environment(self, **more: str) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("VEHICLE_ASSISTANT")}
        home = {"HOME": str(self.folder), "XDG_DATA_HOME": str(self.folder / "data"), "PYTHONPATH": str(ROOT)}
        return kept | home | {"VEHICLE_ASSISTANT_CONFIG": str(self.folder / "default.toml")} | more

    def arguments(self, *arguments: str | Path) -> list[str]:
        return [sys.executable, "-m", "vehicle_assistant", *map(str, arguments)]

    def __call__(self, *arguments: str | Path, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> Ended:
        done = subprocess.run(
            self.arguments(*arguments),
            input=stdin,
            capture_output=True,
            cwd=self.folder,
            env=self.environment(**(env or {})),
            timeout=PATIENCE_S,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr.decode())

    def config(self, text: str) -> Path:
        """Writes a settings file."""
        file = self.folder / "car.toml"
        file.write_text(text)
        return file


@cache
def _speech(text: str) -> tuple[bytes, int]:
    speech = open_speaker("espeak", SpeakerSettings(voice="en-us", speed_wpm=150)).synthesise(text)
    return speech.samples, speech.sample_rate_hz


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cli")


@pytest.fixture
def cli(tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path)


@pytest.fixture(scope="session")
def spoken(folder: Path):
    """Makes a recording of espeak-ng: as it comes (22050 Hz mono), or in stereo."""
    if shutil.which("espeak-ng") is None:
        pytest.skip("espeak-ng is not installed: nobody speaks")

    def spoken(*texts: str, stereo: bool = False, pause_s: float = 0.8) -> Path:
        file = folder / f"{'-'.join(texts).replace(' ', '_')}-{stereo}-{pause_s}.wav"
        parts: list[np.ndarray] = []
        rate_hz = 0
        for text in texts:
            samples, rate_hz = _speech(text)
            parts += [np.frombuffer(samples, "<i2"), np.zeros(round(pause_s * rate_hz), "<i2")]
        sound = np.concatenate(parts)
        if not stereo:
            write_wav(file, sound.tobytes(), rate_hz)
            return file
        with wave.open(str(file), "wb") as wav:
            wav.setnchannels(2)
            wav.setsampwidth(2)
            wav.setframerate(rate_hz)
            wav.writeframes(np.repeat(sound, 2).tobytes())
        return file

    return spoken
