"""The one error tree. Every refusal a person can cause or cure is one of these.

    AssistantError                 code, message, remedy
    ├── InputError                 text, audio or a file that cannot be used
    ├── SettingsError              a setting that is unknown, malformed or contradictory
    ├── ModelError                 weights that are absent, damaged or of the wrong kind
    ├── EngineError                an engine (audio, wake, ASR, parser, speech) that cannot do its work
    ├── WorkerError                a worker process that died, hung or broke its protocol
    └── LinkError                  the vehicle cannot be reached

An error means something is broken. How a turn ends ("refused", "not understood") is a value, never an error.
"""

from enum import StrEnum


class ErrorCode(StrEnum):
    """What went wrong, for machines: stable, lower case, one dialect."""

    FILE_NOT_FOUND = "file_not_found"
    FILE_EMPTY = "file_empty"
    FILE_NOT_AUDIO = "file_not_audio"
    AUDIO_TRUNCATED = "audio_truncated"
    AUDIO_FORMAT = "audio_format"
    TEXT_NOT_UTF8 = "text_not_utf8"
    TEXT_TOO_LONG = "text_too_long"
    TEXT_NOT_JSON = "text_not_json"
    SETTING_UNKNOWN = "setting_unknown"
    SETTING_INVALID = "setting_invalid"
    SETTINGS_UNREADABLE = "settings_unreadable"
    MODEL_ABSENT = "model_absent"
    MODEL_HASH = "model_hash"
    MODEL_INVALID = "model_invalid"
    ENGINE_UNKNOWN = "engine_unknown"
    ENGINE_UNAVAILABLE = "engine_unavailable"
    ENGINE_FAILED = "engine_failed"
    DEVICE_ABSENT = "device_absent"
    DEVICE_LOST = "device_lost"
    WORKER_DIED = "worker_died"
    WORKER_SILENT = "worker_silent"
    WORKER_PROTOCOL = "worker_protocol"
    WORKER_START = "worker_start"
    BROKER_UNREACHABLE = "broker_unreachable"
    BROKER_REFUSED = "broker_refused"
    COMMAND_INVALID = "command_invalid"
    CATALOGUE_INVALID = "catalogue_invalid"


class AssistantError(Exception):
    """Something is broken, and `remedy` says what a person can do about it."""

    def __init__(self, code: ErrorCode, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        """One line for a terminal or a journal."""
        return f"{self.message} ({self.remedy})" if self.remedy else self.message


class InputError(AssistantError):
    """Text, audio or a file handed to the service cannot be used."""


class SettingsError(AssistantError):
    """A setting is unknown, malformed or contradicts another."""


class ModelError(AssistantError):
    """Weights are absent, damaged or of the wrong kind."""


class EngineError(AssistantError):
    """An engine cannot be made, or failed at its work."""


class WorkerError(AssistantError):
    """A worker process died, went silent or broke its protocol."""


class LinkError(AssistantError):
    """The vehicle's bus cannot be reached or refused us."""


class CatalogueError(AssistantError):
    """A command, its declarations or the phrasebook contradict the catalogue."""
