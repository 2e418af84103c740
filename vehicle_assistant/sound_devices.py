"""Lists the machine's sound devices, in a process of its own: PortAudio is native code and may crash or hang.

python -m vehicle_assistant.sound_devices       one JSON object: {"inputs": [...], "outputs": [...]}
"""

import json
import subprocess
import sys
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from intents.errors import EngineError, ErrorCode

TIMEOUT_S = 15.0
"""A sound server that is just being started by our asking takes some seconds."""


class SoundDevices(BaseModel):
    """Names of devices, as the settings `audio.device` and `voice.device` match them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


def sound_devices(timeout_s: float = TIMEOUT_S) -> SoundDevices:
    """Asks a child process. Raises EngineError: `engine_unavailable` without PyAudio, else `engine_failed`."""
    try:
        child = subprocess.run(
            [sys.executable, "-m", __name__], capture_output=True, timeout=timeout_s, check=False,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired as late:
        raise EngineError(
            ErrorCode.ENGINE_FAILED, f"the sound system did not answer within {timeout_s:g} s",
            remedy="restart the sound server (PulseAudio or PipeWire)",
        ) from late  # fmt: skip
    if child.returncode == _NO_PYAUDIO:
        raise EngineError(
            ErrorCode.ENGINE_UNAVAILABLE, "PyAudio is not installed", remedy="install portaudio19-dev, then PyAudio"
        )
    try:
        return SoundDevices.model_validate_json(child.stdout)
    except ValidationError as broken:
        raise EngineError(
            ErrorCode.ENGINE_FAILED, f"listing the sound devices ended with status {child.returncode}",
            remedy="restart the sound server (PulseAudio or PipeWire)",
        ) from broken  # fmt: skip


_NO_PYAUDIO = 3


def main() -> int:
    """Prints the devices."""
    try:
        import pyaudio
    except ImportError:
        return _NO_PYAUDIO
    library: Any = pyaudio.PyAudio()
    infos = [library.get_device_info_by_index(index) for index in range(library.get_device_count())]
    library.terminate()
    listed = {
        f"{way}s": [str(info["name"]) for info in infos if int(info[f"max{way.title()}Channels"]) > 0]
        for way in ("input", "output")
    }
    sys.stdout.write(json.dumps(listed))
    return 0


if __name__ == "__main__":
    sys.exit(main())
