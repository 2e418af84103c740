"""What the ears have to say. All times are stream time, in seconds."""

from dataclasses import dataclass

from vehicle_assistant.asr.port import Transcript
from vehicle_assistant.audio.endpoint import EndReason


@dataclass(frozen=True, slots=True)
class StageTimes:
    """When each step of a turn happened, in stream time; `finish_took_s` is the work of the final transcript."""

    wake_decided_at_s: float | None  # None: no wake phrase was needed
    listening_from_s: float
    speech_start_s: float | None
    endpointed_at_s: float
    finish_took_s: float


@dataclass(frozen=True, slots=True)
class WakeHeard:
    """The wake phrase was heard, from `at_s` to `end_s`."""

    at_s: float
    end_s: float
    score: float


@dataclass(frozen=True, slots=True)
class StopHeard:
    """The stop word was heard while the assistant was speaking."""

    at_s: float
    score: float


@dataclass(frozen=True, slots=True)
class PartialHeard:
    """What the utterance reads like so far, without the wake phrase."""

    text: str


@dataclass(frozen=True, slots=True)
class SpeechHeard:
    """The driver said something, and has finished."""

    transcript: Transcript
    wake_at_s: float | None
    speech_end_s: float
    endpointed_at_s: float
    reason: EndReason
    stages: StageTimes


@dataclass(frozen=True, slots=True)
class NothingHeard:
    """Listening ended without a word."""

    reason: EndReason
    wake_at_s: float | None
    endpointed_at_s: float


EarEvent = WakeHeard | StopHeard | PartialHeard | SpeechHeard | NothingHeard
