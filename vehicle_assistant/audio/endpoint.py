"""Decides when the driver has finished speaking. Pure: stream time in, decision out.

Early when what was said already parses, late when it plainly does not yet, with a cap on everything, so that no
state lasts for ever. Trailing silence counts only once words were recognised: the echo of the wake phrase, a cough
or the road must not end a turn that has not begun.
"""

from dataclasses import dataclass
from enum import StrEnum


class Completeness(StrEnum):
    """What the parser makes of the words so far."""

    UNKNOWN = "unknown"
    COMPLETE = "complete"
    INCOMPLETE = "incomplete"


class EndReason(StrEnum):
    """Why listening ended."""

    COMPLETE = "complete"  # the words parse, and a short silence followed
    SILENCE = "silence"  # an ordinary pause
    INCOMPLETE = "incomplete"  # a long pause after words that do not parse yet
    STALLED = "stalled"  # sound went on, but no new words came out of it
    NO_SPEECH = "no_speech"  # no words within the window
    TOO_LONG = "too_long"  # the hard cap
    END_OF_AUDIO = "end_of_audio"  # the source is used up
    SETTLED = "settled"  # the talk button was let go
    STOPPED = "stopped"  # told to stop
    INTERRUPTED = "interrupted"  # the assistant itself had to speak


@dataclass(frozen=True, slots=True)
class EndpointSettings:
    """How long each kind of pause may last, in seconds of stream time.

    Starting point: the defaults of Kaldi's online endpointing (rule 1: 5 s without words; rule 2: 0.5 s, rule 3: 1 s
    of silence by certainty; rule 5: 20 s at most). 0.3 s for every pause is known to cut drivers off in mid-sentence.
    """

    complete_silence_s: float = 0.4
    silence_s: float = 0.8
    incomplete_silence_s: float = 1.6
    stable_s: float = 0.2  # a complete parse counts when its words have not changed for this long
    stall_s: float = 2.5  # noise holds voice activity up: without new words for this long, the turn is over
    no_speech_timeout_s: float = 5.0
    late_start_s: float = 2.0  # speech this young when the window closes may still become words
    max_utterance_s: float = 15.0
    min_speech_s: float = 0.09  # shorter bursts of voice activity are clicks (three frames)
    partial_lag_s: float = 0.3  # a new word was spoken about this long before it shows in a partial

    def __post_init__(self) -> None:
        """Refuse an order of pauses that would make no sense."""
        if not 0 < self.complete_silence_s <= self.silence_s <= self.incomplete_silence_s:
            raise ValueError("pauses must be positive and grow: complete, plain, incomplete")
        if not 0 < self.no_speech_timeout_s <= self.max_utterance_s:
            raise ValueError("the window without speech must be positive and within the longest utterance")

    def silence_for(self, completeness: Completeness) -> tuple[float, EndReason]:
        """How long a silence ends the turn, and what that ending is called."""
        if completeness is Completeness.COMPLETE:
            return self.complete_silence_s, EndReason.COMPLETE
        if completeness is Completeness.INCOMPLETE:
            return self.incomplete_silence_s, EndReason.INCOMPLETE
        return self.silence_s, EndReason.SILENCE


class Endpoint:
    """Follows one utterance from the moment listening starts."""

    def __init__(self, settings: EndpointSettings, started_s: float, window_s: float | None = None) -> None:
        """Listen from `started_s`; without words for `window_s` (default: the settings') listening ends."""
        self._settings = settings
        self._started_s = started_s
        self._window_s = settings.no_speech_timeout_s if window_s is None else window_s
        self._now_s = started_s
        self._run_start_s: float | None = None  # start of the present run of voice activity
        self._last_voice_s: float | None = None
        self._speech_start_s: float | None = None
        self._text_changed_s: float | None = None
        self._completeness = Completeness.UNKNOWN

    @property
    def speech_start_s(self) -> float | None:
        """Where voice activity first lasted, or None."""
        return self._speech_start_s

    @property
    def speech_end_s(self) -> float | None:
        """The last sign of speech so far: voice activity, or words that voice activity missed."""
        if self._text_changed_s is None:
            return self._last_voice_s
        spoken_s = self._text_changed_s - self._settings.partial_lag_s
        if self._last_voice_s is None:
            return spoken_s
        # Words may run a little ahead of voice activity that fades; words long after it were read out of noise.
        followed = spoken_s - self._last_voice_s <= self._settings.partial_lag_s
        return max(self._last_voice_s, spoken_s) if followed else self._last_voice_s

    def hear(self, start_s: float, end_s: float, *, is_speech: bool) -> None:
        """Take one frame's voice activity."""
        self._now_s = end_s
        if not is_speech:
            self._run_start_s = None
            return
        if self._run_start_s is None:
            self._run_start_s = start_s
        if end_s - self._run_start_s >= self._settings.min_speech_s - 1e-9:
            self._last_voice_s = end_s
            if self._speech_start_s is None:
                self._speech_start_s = self._run_start_s

    def read(self) -> None:
        """Note that the text has just changed; what the parser said about the old text is void."""
        self._text_changed_s = self._now_s
        self._completeness = Completeness.UNKNOWN

    def hint(self, completeness: Completeness) -> None:
        """Take the parser's view of the present text."""
        self._completeness = completeness

    def decide(self) -> EndReason | None:
        """Say whether the turn is over, and why."""
        if self._text_changed_s is None:
            return self._decide_without_words()
        if self._now_s - self._started_s >= self._settings.max_utterance_s:
            return EndReason.TOO_LONG
        unchanged_s = self._now_s - self._text_changed_s
        silence_s = self._now_s - (self.speech_end_s or self._now_s)
        needed_s, reason = self._settings.silence_for(self._completeness)
        settled = reason is not EndReason.COMPLETE or unchanged_s >= self._settings.stable_s
        if silence_s >= needed_s and settled:
            return reason
        return EndReason.STALLED if unchanged_s >= self._settings.stall_s else None

    def _decide_without_words(self) -> EndReason | None:
        """Wait out the window, and a little longer for speech that has just begun."""
        if self._now_s - self._started_s < self._window_s:
            return None
        if self._run_start_s is not None and self._now_s - self._run_start_s < self._settings.late_start_s:
            return None
        return EndReason.NO_SPEECH
