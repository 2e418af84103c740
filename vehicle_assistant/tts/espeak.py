"""espeak-ng as a program of its own, one short-lived process a sentence.

A process costs about 10 ms and keeps a crash or a hang of the native code out of the service. The text goes in
on standard input, never through a shell and never among the options.
"""

import shutil
import subprocess

from intents.errors import EngineError, ErrorCode, SettingsError
from vehicle_assistant.tts.port import SpeakerSettings, Speech
from vehicle_assistant.tts.text import speakable

PROGRAM = "espeak-ng"
SPEED_RANGE_WPM = (80, 450)  # espeak-ng's own limits
PITCH_RANGE = (0, 99)
_HEADER_BYTES = 44


class EspeakSpeaker:
    """Speaks with espeak-ng. Raises EngineError (ENGINE_UNAVAILABLE) when the program is not installed."""

    def __init__(self, settings: SpeakerSettings, program: str = PROGRAM) -> None:
        path = shutil.which(program)
        if path is None:
            raise EngineError(
                ErrorCode.ENGINE_UNAVAILABLE, f"the program {program} was not found", remedy="install espeak-ng"
            )
        _require("tts speed_wpm", settings.speed_wpm, SPEED_RANGE_WPM)
        _require("tts pitch", settings.pitch, PITCH_RANGE)
        self._timeout_s = settings.timeout_s
        self._voice = settings.voice
        self._command = (
            path,
            "--stdin",
            "--stdout",
            "-b1",
            f"-s{settings.speed_wpm}",
            f"-p{settings.pitch}",
            f"-v{settings.voice}",
        )

    def synthesise(self, text: str) -> Speech:
        """Returns the spoken text; raises EngineError when espeak-ng fails or takes longer than the timeout."""
        words = speakable(text)
        wav = self._run(words.encode()) if words else b""
        if not wav:
            return Speech(b"", 22_050)
        return self._parse(wav)

    def close(self) -> None:
        """Holds nothing: every sentence is a process of its own."""

    def _run(self, text: bytes) -> bytes:
        try:
            done = subprocess.run(self._command, input=text, capture_output=True, timeout=self._timeout_s, check=False)
        except subprocess.TimeoutExpired as late:
            raise EngineError(ErrorCode.ENGINE_FAILED, f"espeak-ng did not answer within {self._timeout_s} s") from late
        except OSError as broken:
            raise EngineError(ErrorCode.ENGINE_FAILED, f"espeak-ng could not be started: {broken.strerror}") from broken
        if done.returncode != 0 or b"voice does not exist" in done.stderr:
            # Its messages are not passed on: they may quote the text.
            raise EngineError(
                ErrorCode.ENGINE_FAILED,
                f"espeak-ng ended with status {done.returncode} for voice {self._voice!r}",
                remedy="pick a voice that 'espeak-ng --voices=en' lists",
            )
        return done.stdout

    @staticmethod
    def _parse(wav: bytes) -> Speech:
        # The sizes in a streamed header are placeholders, so `wave` cannot be trusted with it: the layout is fixed.
        shape = (wav[:4], wav[8:16], wav[36:40], wav[20:24], wav[34:36])
        if shape != (b"RIFF", b"WAVEfmt ", b"data", b"\x01\x00\x01\x00", b"\x10\x00"):
            raise EngineError(ErrorCode.ENGINE_FAILED, "espeak-ng returned something that is not 16-bit mono audio")
        samples = wav[_HEADER_BYTES:]
        return Speech(samples[: len(samples) // 2 * 2], int.from_bytes(wav[24:28], "little"))


def _require(name: str, value: int, limits: tuple[int, int]) -> None:
    low, high = limits
    if not low <= value <= high:
        raise SettingsError(
            ErrorCode.SETTING_INVALID, f"{name} = {value} is out of range", remedy=f"use {low} to {high}"
        )
