"""What a scripted engine is to hear: a JSON file for benches that run the ears without a speech model.

{"wake": [{"at_s": 1.0, "end_s": 1.5, "score": 1.0}],
"words": [{"text": "open", "start_s": 1.6, "end_s": 1.9, "confidence": 1.0}]}
"""

from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from intents.errors import ErrorCode, SettingsError
from vehicle_assistant.asr.port import Word
from vehicle_assistant.wake.port import WakeDetection

Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1)]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class _Wake(_Entry):
    at_s: Seconds
    end_s: Seconds
    score: Share = 1.0

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end_s <= self.at_s:
            raise ValueError("a wake phrase ends after it begins")
        return self


class _Word(_Entry):
    text: Annotated[str, Field(min_length=1)]
    start_s: Seconds
    end_s: Seconds
    confidence: Share = 1.0

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end_s <= self.start_s:
            raise ValueError("a word ends after it begins")
        return self


class Script(_Entry):
    """Wake phrases and words with their places in stream time."""

    wake: tuple[_Wake, ...] = ()
    words: tuple[_Word, ...] = ()

    def detections(self) -> tuple[WakeDetection, ...]:
        """Return the wake phrases as a detector reports them."""
        return tuple(WakeDetection(hit.at_s, hit.end_s, hit.score) for hit in self.wake)

    def spoken(self) -> tuple[Word, ...]:
        """Return the words as a recogniser reports them."""
        return tuple(Word(word.text, word.start_s, word.end_s, word.confidence) for word in self.words)


def read_script(path: Path | None) -> Script:
    """Read a script; no path, nothing to hear. Raises SettingsError (`settings_unreadable`, `setting_invalid`)."""
    if path is None:
        return Script()
    try:
        content = path.read_bytes()
    except OSError as missing:
        raise SettingsError(
            ErrorCode.SETTINGS_UNREADABLE, f"script {path} cannot be read: {missing.strerror}", remedy="check its name"
        ) from missing
    try:
        return Script.model_validate_json(content)
    except ValidationError as refused:
        first = refused.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        raise SettingsError(
            ErrorCode.SETTING_INVALID, f"script {path}: {place}: {first['msg']}", remedy="write it as its module shows"
        ) from refused
