"""What a worker process is told to be: the first line it reads."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from vehicle_assistant.asr.engines import RecogniserSettings
from vehicle_assistant.audio.endpoint import EndpointSettings
from vehicle_assistant.ears import EarSettings
from vehicle_assistant.tts.port import SpeakerSettings
from vehicle_assistant.wake.engines import WakeSettings


class Job(BaseModel):
    """A worker's settings, frozen for its lifetime. Engine names are checked by the engine tables themselves."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class EarsJob(Job):
    """Where sound comes from and who listens to it."""

    source: str = "microphone"  # a row of audio.sources
    device: str = ""  # microphone: part of its name; empty for the system's default
    paths: tuple[Path, ...] = ()  # wav: recordings, one after the other
    stream_path: Path | None = None  # stream: a FIFO or a socket
    realtime: bool = False  # wav: at the speed of a microphone; otherwise as fast as its events are taken
    skip_s: Annotated[float, Field(ge=0)] = 0.0  # wav: begin the first recording here
    wake: str | None = "vosk_phrase"  # a row of wake.engines; None: always listening
    wake_settings: WakeSettings = WakeSettings()
    stop_word: str | None = None  # a row of wake.engines; None: nothing interrupts the assistant by voice
    stop_word_settings: WakeSettings = WakeSettings(phrase="stop")
    recogniser: str = "vosk"  # a row of asr.engines
    recogniser_settings: RecogniserSettings = RecogniserSettings()
    vad: str = "webrtc"  # a row of audio.vad
    endpoint: EndpointSettings = EndpointSettings()
    ears: EarSettings = EarSettings()
    speaking: bool = False  # the assistant speaks as these ears begin: a command to close them would come too late

    @property
    def lockstep(self) -> bool:
        """Whether the recording waits for its listener, so that nothing it says comes too late."""
        return self.source == "wav" and not self.realtime


class ParserJob(Job):
    """Which parser turns words into commands."""

    engine: str = "nano"  # a row of parser.engines
    model_path: Path | None = None  # None: the weights that come with the package
    threads: Annotated[int, Field(ge=1, le=64)] = 1


class VoiceJob(Job):
    """Who speaks, and through what."""

    speaker: str = "espeak"  # a row of tts.engines
    voice: SpeakerSettings = SpeakerSettings()
    loudspeaker: str = "auto"  # "auto" or a row of audio.loudspeaker
    device: str = ""  # part of the sound card's name; empty for the system's default
    wav_path: Path | None = None  # wav, and auto without a sound card
    realtime: bool = True  # wav, silent: take as long as a loudspeaker would
