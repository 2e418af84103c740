"""From sound to words: wake, listen, end of turn. Knows no engine, no process and no wall clock.

    WAITING --wake phrase or listen()--> LISTENING --endpoint, stop(), gate()--> WAITING
    gate(speaking=True) closes both while the assistant itself speaks; only the stop word is still heard.

Every wake-up and every `listen()` ends in exactly one `SpeechHeard` or `NothingHeard`. All times are stream time.
Without a wake detector the ears always listen: each utterance becomes a `SpeechHeard`, and silence says nothing.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from vehicle_assistant.asr.port import Recogniser
from vehicle_assistant.asr.voiced import spoken
from vehicle_assistant.audio.endpoint import Completeness, Endpoint, EndpointSettings, EndReason
from vehicle_assistant.audio.port import FRAME_S, SILENCE, Frame
from vehicle_assistant.audio.ring import Ring
from vehicle_assistant.audio.vad import Vad
from vehicle_assistant.ear_events import (
    EarEvent,
    NothingHeard,
    PartialHeard,
    SpeechHeard,
    StageTimes,
    StopHeard,
    WakeHeard,
)
from vehicle_assistant.wake.phrase import Phrase
from vehicle_assistant.wake.port import WakeDetection, WakeDetector

_PAUSES = frozenset({EndReason.COMPLETE, EndReason.SILENCE, EndReason.INCOMPLETE, EndReason.STALLED})


@dataclass(frozen=True, slots=True)
class EarSettings:
    """What the ears may be told, beside the pauses of `EndpointSettings`. Seconds of stream time."""

    ring_s: float = 4.0  # covers the wake phrase, its confirmation and the words spoken meanwhile
    wake_lead_s: float = 0.2  # sound before the wake phrase that the recogniser hears, to settle in
    listen_preroll_s: float = 0.3  # people begin to speak while the button is still going down
    gate_tail_s: float = 0.15  # the room still carries the assistant's own voice
    gate_limit_s: float = 60.0  # no answer lasts this long: a gate left closed must not leave the car deaf
    end_padding_s: float = 1.0  # silence after a recording's end, so that its last words settle


@dataclass(frozen=True, slots=True)
class _Heard:
    """A frame and whether it sounds like speech: judged once, replayed from the ring as often as needed."""

    frame: Frame
    is_speech: bool

    @property
    def start_s(self) -> float:
        return self.frame.start_s

    @property
    def end_s(self) -> float:
        return self.frame.end_s


@dataclass(slots=True)
class _Turn:
    """One stretch of listening."""

    endpoint: Endpoint
    from_s: float
    window_ends_s: float  # without words until then, listening ends
    wake: WakeDetection | None = None
    wake_decided_at_s: float | None = None
    text: str = ""
    voiced_s: list[float] = field(default_factory=list)  # moments of voice activity, the wake phrase's included


class Ears:
    """Feeds every frame to whom it concerns, and says what was heard. Single-threaded; never blocks on anything."""

    def __init__(
        self,
        wake: WakeDetector | None,
        recogniser: Recogniser,
        vad: Vad,
        endpoint: EndpointSettings | None = None,
        settings: EarSettings | None = None,
        *,
        wake_phrase: str = "",
        stop_word: WakeDetector | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take the engines; `wake_phrase` is what to strip should its end leak into a transcript."""
        self._wake = wake
        self._recogniser = recogniser
        self._vad = vad
        self._endpoint = endpoint or EndpointSettings()
        self._settings = settings or EarSettings()
        self._phrase = Phrase(wake_phrase)
        self._stop_word = stop_word
        self._clock = clock
        self._ring: Ring[_Heard] = Ring(self._settings.ring_s)
        self._turn: _Turn | None = None
        self._now_s = 0.0
        self._speaking = False
        self._between_streams = True  # the next stream's time is not known before its first frame
        self._gate_limit_s = 0.0
        self._deaf_until_s = 0.0
        self._pending_window_s: float | None = None

    @property
    def listening(self) -> bool:
        """Whether an utterance is awaited or in flight."""
        return self._turn is not None

    def process(self, frame: Frame) -> tuple[EarEvent, ...]:
        """Take the next frame of the stream and return what was heard by it, in order."""
        heard = _Heard(frame, self._vad.is_speech(frame))
        self._now_s = frame.end_s
        self._between_streams = False
        if self._speaking and frame.end_s >= self._gate_limit_s:
            self.gate(speaking=False)
        if self._speaking or frame.start_s < self._deaf_until_s:
            return self._guard(frame)
        if self._pending_window_s is not None:
            self._start(frame.start_s, self._pending_window_s)
        self._ring.push(heard)
        return tuple(self._dispatch(heard))

    def listen(self, window_s: float | None = None) -> tuple[EarEvent, ...]:
        """Listen without a wake phrase: push to talk, or an answer to the assistant's question.

        Without words for `window_s` (default: the endpoint's own) it ends in NothingHeard. While the assistant
        speaks, and between two streams, listening starts with the next frame that may be heard. While listening
        already, nothing changes.
        """
        if self._turn is not None or self._wake is None:
            return ()
        window_s = self._endpoint.no_speech_timeout_s if window_s is None else window_s
        if self._speaking or self._between_streams or self._now_s < self._deaf_until_s:
            self._pending_window_s = window_s
            return ()
        from_s = self._now_s - self._settings.listen_preroll_s
        self._start(self._now_s, window_s)
        return tuple(self._replay(from_s))

    def gate(self, *, speaking: bool) -> tuple[EarEvent, ...]:
        """Close the ears while the assistant speaks, and open them a moment after it has finished.

        An utterance in flight ends in NothingHeard: what the assistant must say now comes first. What was heard
        before and meanwhile is forgotten, so that the assistant never answers itself.
        """
        if speaking == self._speaking:
            return ()
        self._speaking = speaking
        self._ring.clear()
        if self._wake is not None:
            self._wake.reset()
        if self._stop_word is not None:
            self._stop_word.reset()
        if speaking:
            self._gate_limit_s = self._now_s + self._settings.gate_limit_s
            return self._abandon(EndReason.INTERRUPTED)
        self._deaf_until_s = self._now_s + self._settings.gate_tail_s
        return ()

    def settle(self) -> tuple[EarEvent, ...]:
        """Take the utterance as finished: the talk button was let go."""
        self._pending_window_s = None
        return () if self._turn is None else tuple(self._settle(self._turn, EndReason.SETTLED, self._now_s))

    def stop(self) -> tuple[EarEvent, ...]:
        """Stop listening and forget the utterance in flight; the wake phrase works again at once."""
        self._pending_window_s = None
        return self._abandon(EndReason.STOPPED)

    def hint(self, completeness: Completeness, text: str | None = None) -> None:
        """Take the parser's view of the words so far. With `text`, a view of words since changed is ignored."""
        if self._turn is not None and text in {None, self._turn.text}:
            self._turn.endpoint.hint(completeness)

    def finish(self) -> tuple[EarEvent, ...]:
        """Treat the stream as ended: settle what is in flight, and a wake phrase that was only just spoken.

        Another stream, or the same one after a gap, may follow.
        """
        events: list[EarEvent] = []
        if not self._speaking:
            for _ in range(round(self._settings.end_padding_s / FRAME_S)):
                events += self.process(Frame(SILENCE, self._now_s))
        if self._turn is not None:
            events += self._settle(self._turn, EndReason.END_OF_AUDIO, self._now_s)
        self._ring.clear()
        self._vad.reset()
        if self._wake is not None:
            self._wake.reset()
        self._deaf_until_s = 0.0
        self._between_streams = True
        return tuple(events)

    def _guard(self, frame: Frame) -> tuple[EarEvent, ...]:
        """Hear nothing but the stop word."""
        hit = self._stop_word.process(frame) if self._stop_word is not None else None
        return () if hit is None else (StopHeard(hit.at_s, hit.score),)

    def _dispatch(self, heard: _Heard) -> Iterable[EarEvent]:
        """Give the frame to the utterance in flight, or to the wake detector."""
        if self._turn is not None:
            yield from self._hear(heard)
        elif self._wake is None:
            self._start(heard.start_s, self._endpoint.no_speech_timeout_s)
            yield from self._hear(heard)
        elif (hit := self._wake.process(heard.frame)) is not None:
            yield WakeHeard(hit.at_s, hit.end_s, hit.score)
            yield from self._wake_up(hit, heard.end_s)

    def _wake_up(self, hit: WakeDetection, decided_at_s: float) -> Iterable[EarEvent]:
        """Start the turn where the phrase ended, with the words spoken in the same breath."""
        self._start(hit.end_s, self._endpoint.no_speech_timeout_s, hit, decided_at_s)
        # The phrase goes to the recogniser too: begun in mid-breath it would read the phrase's last sound as a word.
        yield from self._replay(hit.at_s - self._settings.wake_lead_s)

    def _replay(self, from_s: float) -> Iterable[EarEvent]:
        """Feed what was said since `from_s` to the utterance in flight, until that is over."""
        for heard in self._ring.since(from_s):
            if self._turn is None:
                return
            yield from self._hear(heard)

    def _start(
        self, from_s: float, window_s: float, wake: WakeDetection | None = None, decided_at_s: float | None = None
    ) -> None:
        self._pending_window_s = None
        endpoint = Endpoint(self._endpoint, from_s, window_s)
        self._turn = _Turn(endpoint, from_s, from_s + window_s, wake, decided_at_s)

    def _hear(self, heard: _Heard) -> Iterable[EarEvent]:
        """Feed one frame to the utterance in flight."""
        turn = self._turn
        assert turn is not None
        partial = self._recogniser.accept(heard.frame)
        if heard.is_speech:
            turn.voiced_s.append(heard.start_s)
        if turn.wake is not None and heard.end_s <= turn.wake.end_s:
            return
        turn.endpoint.hear(heard.start_s, heard.end_s, is_speech=heard.is_speech)
        text = turn.text if partial is None else self._phrase.strip_text(partial.text)
        if text != turn.text:
            turn.text = text
            turn.endpoint.read()
            yield PartialHeard(text)
        reason = turn.endpoint.decide()
        if reason is not None:
            yield from self._settle(turn, reason, heard.end_s)

    def _settle(self, turn: _Turn, reason: EndReason, at_s: float) -> Iterable[EarEvent]:
        """End the utterance in flight in words or nothing."""
        begun = self._clock()
        said_until_s = turn.wake.end_s if turn.wake is not None else 0.0
        transcript = spoken(self._phrase.strip(self._recogniser.finish(), said_until_s), turn.voiced_s)
        took_s = self._clock() - begun
        if not transcript.text and reason in _PAUSES and at_s < turn.window_ends_s:
            # What looked like words was a breath or the phrase's own last sound: the driver has yet to speak.
            turn.endpoint = Endpoint(self._endpoint, at_s, turn.window_ends_s - at_s)
            turn.text = ""
            return
        self._turn = None
        if self._wake is not None:
            self._wake.reset()
        wake_at_s = turn.wake.at_s if turn.wake else None
        if transcript.text:
            stages = StageTimes(turn.wake_decided_at_s, turn.from_s, turn.endpoint.speech_start_s, at_s, took_s)
            speech_end_s = max((word.end_s for word in transcript.words), default=turn.endpoint.speech_end_s or at_s)
            yield SpeechHeard(transcript, wake_at_s, speech_end_s, at_s, reason, stages)
        elif self._wake is not None:
            yield NothingHeard(reason, wake_at_s, at_s)

    def _abandon(self, reason: EndReason) -> tuple[EarEvent, ...]:
        """Drop the utterance in flight unheard."""
        turn, self._turn = self._turn, None
        if turn is None:
            return ()
        self._recogniser.reset()
        if self._wake is None:
            return ()
        self._wake.reset()
        return (NothingHeard(reason, turn.wake.at_s if turn.wake else None, self._now_s),)
