"""Every setting of the service: its section, its type, its range and what it means.

The docstring under a field is what people read in error messages and in `check`; numbers carry their unit in their
name and their range in their type. An empty text stands for "not set" where a setting may be left open.
"""

from dataclasses import fields
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from integration.address import DEFAULT_PORT
from integration.link import DEFAULT_TTL_S
from integration.links import BUSES
from integration.topics import DEFAULT_PREFIX
from vehicle_assistant.asr.engines import RECOGNISERS
from vehicle_assistant.audio.endpoint import EndpointSettings
from vehicle_assistant.audio.loudspeaker import LOUDSPEAKERS
from vehicle_assistant.audio.sources import SOURCES
from vehicle_assistant.driver.thresholds import MARKETS
from vehicle_assistant.parser.engines import PARSER_ENGINES
from vehicle_assistant.settings_fields import (
    AUTO,
    MemoryMib,
    ModelChoice,
    OptionalPath,
    OptionalText,
    Pause,
    Share,
    row_of,
)
from vehicle_assistant.tts.engines import SPEAKERS
from vehicle_assistant.tts.espeak import PITCH_RANGE, SPEED_RANGE_WPM
from vehicle_assistant.wake.engines import DEFAULT_PHRASE, DETECTORS


class Section(BaseModel):
    """One table of the settings file. Unknown keys, wrong types and numbers that are none are refused."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, use_attribute_docstrings=True,
        hide_input_in_errors=True,
    )  # fmt: skip


class AssistantSection(Section):
    """The service as a whole."""

    language: Literal["en"] = "en"
    """Language it listens and answers in: "en"."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """Least serious message that is logged: "debug", "info", "warning" or "error"."""
    patient: bool = False
    """Whether it starts without a microphone or broker and waits for them: true in a vehicle, false on a desk."""
    log_speech: bool = False
    """Whether what was said appears in logs and turn records: true or false. It is a private cabin: off."""


class AudioSection(Section):
    """Where sound comes from."""

    source: Annotated[str, row_of(SOURCES)] = "microphone"
    """Kind of source: "microphone", "stream" (raw samples through a FIFO or socket) or "wav" (a recording)."""
    device: str = ""
    """Part of the microphone's name as `vehicle-assistant check` lists it; empty: the system's default."""
    stream_path: OptionalPath = None
    """FIFO or Unix socket of the source "stream": int16, little-endian, mono, 16 kHz, in real time."""
    wav_path: OptionalPath = None
    """Recording of the source "wav": 16-bit PCM."""

    @property
    def target(self) -> str:
        """What the chosen source is to open."""
        return {"microphone": self.device, "stream": str(self.stream_path or ""), "wav": str(self.wav_path or "")}[
            self.source
        ]

    @model_validator(mode="after")
    def _needs_its_path(self) -> Self:
        if self.source != "microphone" and not self.target:
            raise ValueError(f'source "{self.source}" needs {self.source}_path')
        return self


class WakeSection(Section):
    """The phrase that wakes the assistant."""

    engine: Annotated[str, row_of(DETECTORS)] = "vosk_phrase"
    """Detector: "vosk_phrase" (any phrase of words the speech model knows) or "scripted" (benches)."""
    phrase: Annotated[str, Field(min_length=1, max_length=100)] = DEFAULT_PHRASE
    """Words to wake it with, up to six common ones."""
    min_score: Share = 0.5
    """Certainty a detection needs, 0 to 1: higher wakes less often by mistake, and less often altogether."""


class AsrSection(Section):
    """Speech to text."""

    engine: Annotated[str, row_of(RECOGNISERS)] = "vosk"
    """Recogniser: "vosk" or "scripted" (benches)."""
    model: ModelChoice = AUTO
    """"auto" (an installed speech model, else the bench voice model), an installed model's name, or its folder."""
    confidence_floor: Share = 0.3
    """Mean word certainty below which words are not acted on, 0 to 1."""


_PAUSES = EndpointSettings()


class EndpointSection(Section):
    """When the driver has finished speaking. Seconds of sound."""

    complete_silence_s: Pause = _PAUSES.complete_silence_s
    """Pause that ends a sentence that is already a command, 0.05 to 10 s."""
    silence_s: Pause = _PAUSES.silence_s
    """Pause that ends any sentence, 0.05 to 10 s; not shorter than the one before."""
    incomplete_silence_s: Pause = _PAUSES.incomplete_silence_s
    """Pause that ends a sentence that is plainly unfinished, 0.05 to 10 s; not shorter than the one before."""
    stable_s: Pause = _PAUSES.stable_s
    """How long the words of a command must not have changed before the short pause counts, 0.05 to 10 s."""
    stall_s: Pause = _PAUSES.stall_s
    """How long sound without new words is listened to, 0.05 to 10 s."""
    no_speech_timeout_s: Annotated[float, Field(ge=1, le=60)] = _PAUSES.no_speech_timeout_s
    """How long a first word is waited for, 1 to 60 s; at most the longest utterance."""
    late_start_s: Pause = _PAUSES.late_start_s
    """How young speech may be at the end of that wait and still be listened to, 0.05 to 10 s."""
    max_utterance_s: Annotated[float, Field(ge=2, le=60)] = _PAUSES.max_utterance_s
    """Longest utterance, 2 to 60 s."""
    min_speech_s: Annotated[float, Field(ge=0.03, le=1)] = _PAUSES.min_speech_s
    """Shorter bursts of sound are clicks, 0.03 to 1 s."""
    partial_lag_s: Annotated[float, Field(ge=0, le=2)] = _PAUSES.partial_lag_s
    """How long after being spoken a word shows in the recogniser's view, 0 to 2 s."""

    def pauses(self) -> EndpointSettings:
        """These numbers as the endpoint takes them."""
        return EndpointSettings(**{row.name: getattr(self, row.name) for row in fields(EndpointSettings)})

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        self.pauses()
        return self


class ParserSection(Section):
    """Text to commands."""

    engine: Annotated[str, row_of(PARSER_ENGINES)] = "nano"
    """Parser: "nano" (shipped weights) or "scripted" (benches)."""
    model: ModelChoice = AUTO
    """"auto" (the shipped weights), an installed model's name, or a GGUF file."""
    threads: Annotated[int, Field(ge=1, le=64)] = 1
    """Processor cores a parse may use, 1 to 64. The shipped weights are fastest with one."""
    confidence_floor: Share = 0.3
    """Certainty below which a command counts as not understood, 0 to 1."""
    timeout_s: Annotated[float, Field(ge=0.1, le=30)] = 2.0
    """Longest wait for a parse, 0.1 to 30 s."""


class VoiceSection(Section):
    """How answers sound, and where."""

    engine: Annotated[str, row_of(SPEAKERS)] = "espeak"
    """Voice: "espeak" (espeak-ng) or "silent"."""
    voice: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9+_-]{0,63}$")] = "en-gb"
    """Voice of the engine, for example "en-gb" or "en-us"; `espeak-ng --voices=en` lists them."""
    speed_wpm: Annotated[int, Field(ge=SPEED_RANGE_WPM[0], le=SPEED_RANGE_WPM[1])] = 165
    """Words a minute, 80 to 450."""
    pitch: Annotated[int, Field(ge=PITCH_RANGE[0], le=PITCH_RANGE[1])] = 50
    """Height of the voice, 0 to 99."""
    loudspeaker: Annotated[str, row_of(LOUDSPEAKERS, AUTO)] = AUTO
    """Output: "device" (sound card), "wav" (a file), "silent", or "auto": the first of these that is there."""
    device: str = ""
    """Part of the sound card's name as `vehicle-assistant check` lists it; empty: the system's default."""
    wav_path: OptionalPath = None
    """File that answers are written to by the output "wav", and by "auto" where there is no sound card."""

    @model_validator(mode="after")
    def _needs_its_path(self) -> Self:
        if self.loudspeaker == "wav" and self.wav_path is None:
            raise ValueError('loudspeaker "wav" needs wav_path')
        return self


class VehicleSection(Section):
    """How the vehicle is reached, and what it is like."""

    link: Annotated[str, row_of(BUSES)] = "mqtt"
    """Way to the vehicle: "mqtt" (a broker) or "virtual" (in memory, for tests)."""
    host: Annotated[str, Field(min_length=1, max_length=253)] = "127.0.0.1"
    """Name or address of the MQTT broker."""
    port: Annotated[int, Field(ge=1, le=65_535)] = DEFAULT_PORT
    """TCP port of the MQTT broker, 1 to 65535; 1883 is usual, 8883 with TLS."""
    client_id: Annotated[str, Field(pattern=r"^[0-9A-Za-z_.-]{1,64}$")] = "vehicle-assistant"
    """Name on the broker, 1 to 64 letters, digits, "-", "_" or "."; two clients of one name put each other out."""
    prefix: Annotated[str, Field(pattern=r"^[^/#+$\s\x00][^/#+\s\x00]{0,63}$")] = DEFAULT_PREFIX
    """First level of every topic, 1 to 64 characters without "/", "#", "+" and spaces."""
    tls_ca: OptionalPath = None
    """PEM file of the authority that signed the broker's certificate. All three tls_ settings, or none."""
    tls_certificate: OptionalPath = None
    """PEM file of our certificate."""
    tls_key: OptionalPath = None
    """PEM file of our certificate's private key."""
    username: OptionalText = None
    """User name on the broker; empty: none."""
    password_file: OptionalPath = None
    """File whose first line is the broker password; readable by the service's user only."""
    command_ttl_s: Annotated[float, Field(ge=0.5, le=30)] = DEFAULT_TTL_S
    """How long a command may take until it is carried out, 0.5 to 30 s; later it must not be any more."""
    right_hand_drive: bool = False
    """Whether the driver sits on the right: true or false."""

    @model_validator(mode="after")
    def _all_or_none(self) -> Self:
        files = (self.tls_ca, self.tls_certificate, self.tls_key)
        if any(files) and not all(files):
            raise ValueError("tls_ca, tls_certificate and tls_key belong together: set all three or none")
        if self.password_file and not self.username:
            raise ValueError("password_file needs a username")
        return self


class DriverSection(Section):
    """Driver monitoring."""

    market: Annotated[str, row_of(MARKETS)] = "eu"
    """Whose rules the thresholds follow: "eu"."""
    offer_rest_stop: bool = True
    """Whether a drowsiness warning offers the way to a place to rest: true or false."""


class DialogueSection(Section):
    """Questions back to the driver."""

    answer_window_s: Annotated[float, Field(ge=1, le=60)] = 6.0
    """How long an answer, a detail or a yes or no, is waited for before the question is forgotten, 1 to 60 s."""


class WorkersSection(Section):
    """Limits of the worker processes; one that breaks them is replaced."""

    start_timeout_s: Annotated[float, Field(ge=1, le=600)] = 30.0
    """How long a worker may take to load its engine, 1 to 600 s."""
    beat_timeout_s: Annotated[float, Field(ge=0.5, le=60)] = 2.0
    """Longest time without a sign of work (sound read, a decoding step, a sentence spoken), 0.5 to 60 s."""
    ears_memory_mib: MemoryMib = 768
    """Memory the ears may use, 64 MiB or more; the usual small speech models need 100 to 400."""
    parser_memory_mib: MemoryMib = 512
    """Memory the parser may use, 64 MiB or more; the shipped weights need about 100, a 1B model about 1000."""
    voice_memory_mib: MemoryMib = 256
    """Memory the voice may use, 64 MiB or more; espeak-ng and the sound library need about 100."""


class Settings(Section):
    """All settings. Every value has a default with which a bench works."""

    assistant: AssistantSection = AssistantSection()
    audio: AudioSection = AudioSection()
    wake: WakeSection = WakeSection()
    asr: AsrSection = AsrSection()
    endpoint: EndpointSection = EndpointSection()
    parser: ParserSection = ParserSection()
    voice: VoiceSection = VoiceSection()
    vehicle: VehicleSection = VehicleSection()
    driver: DriverSection = DriverSection()
    dialogue: DialogueSection = DialogueSection()
    workers: WorkersSection = WorkersSection()


def sections() -> dict[str, type[Section]]:
    """The sections by name, in the file's order."""
    found: dict[str, type[Section]] = {}
    for name, field in Settings.model_fields.items():
        kind: Any = field.annotation
        found[name] = kind
    return found
