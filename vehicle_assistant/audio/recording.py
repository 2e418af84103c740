"""A recording in place of a microphone, as fast as it is taken."""

from collections.abc import Iterator
from pathlib import Path

from vehicle_assistant.audio.port import AudioWarning, Frame
from vehicle_assistant.audio.wavfile import read_wav


class WavSource:
    """Plays one WAV file once. Raises InputError for a file that cannot be used."""

    def __init__(self, path: Path) -> None:
        self._recording = read_wav(path)
        self._warnings = self._recording.warnings
        self._closed = False

    @property
    def seconds(self) -> float:
        """How long the recording lasts."""
        return self._recording.seconds

    def frames(self) -> Iterator[Frame | None]:
        """Yield the whole recording."""
        for frame in self._recording.frames():
            if self._closed:
                return
            yield frame

    def take_warnings(self) -> tuple[AudioWarning, ...]:
        """Hand over what was done to the recording, once."""
        warnings, self._warnings = self._warnings, ()
        return warnings

    def close(self) -> None:
        """End `frames()`."""
        self._closed = True
