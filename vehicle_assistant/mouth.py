"""The one voice of the car: what is said, in which order, and what cuts what short.

One thread speaks; any thread may ask. No lock is held while something is synthesised, played or reported, so a
listener may call back into the mouth. What is said never appears in a log.
"""

import heapq
import itertools
import logging
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum

from intents.errors import AssistantError, EngineError, ErrorCode
from vehicle_assistant.audio.earcons import Earcon, tone
from vehicle_assistant.audio.loudspeaker import CHUNK_S, Loudspeaker
from vehicle_assistant.tts.port import Speaker, Speech

log = logging.getLogger(__name__)

WAITING_LIMIT = 16  # utterances; more are not worth hearing and would bury the newest
SYNTHESIS_LIMIT_S = 5.0  # espeak-ng needs some 10 ms a sentence and is given up after 2 s
GRACE_S = 1.0  # a loudspeaker may take this much longer than the sound itself before it counts as stuck


class Priority(IntEnum):
    """Who is heard first. A higher one cuts a lower one short; equal ones wait their turn."""

    INFORMATION = 0
    ANSWER = 1
    WARNING = 2
    URGENT = 3


@dataclass(frozen=True, slots=True)
class Started:
    """The first sound of an utterance is about to be heard."""

    utterance_id: int


@dataclass(frozen=True, slots=True)
class Finished:
    """An utterance is over. `seconds` of it were heard; interrupted also when it was dropped unheard."""

    utterance_id: int
    interrupted: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class Broken:
    """An utterance could not be said because an engine failed. Ends it in place of Finished."""

    utterance_id: int
    code: ErrorCode


MouthEvent = Started | Finished | Broken


@dataclass(order=True)
class _Utterance:
    rank: tuple[int, int]  # (-priority, order of asking)
    utterance_id: int = field(compare=False)
    text: str = field(compare=False, repr=False)
    earcon: Earcon | None = field(compare=False)
    cut: threading.Event = field(compare=False, default_factory=threading.Event)

    @property
    def priority(self) -> int:
        return -self.rank[0]


class Mouth:
    """Says one thing at a time. Every utterance ends in exactly one Finished or Broken."""

    def __init__(self, speaker: Speaker, loudspeaker: Loudspeaker, on_event: Callable[[MouthEvent], None]) -> None:
        self._speaker = speaker
        self._loudspeaker = loudspeaker
        self._on_event = on_event
        self._ids = itertools.count(1)
        self._changed = threading.Condition()
        # All below are touched only with _changed held.
        self._waiting: list[_Utterance] = []
        self._current: _Utterance | None = None
        self._dropped: list[_Utterance] = []
        self._closed = False
        self._due_s: float | None = None
        self._thread = threading.Thread(target=self._run, name="mouth", daemon=True)
        self._thread.start()

    def say(self, text: str, priority: Priority, earcon: Earcon | None = None) -> int:
        """Queues the text, after its earcon; returns at once with the utterance's id."""
        return self._add(text, priority, earcon)

    def play(self, earcon: Earcon, priority: Priority = Priority.ANSWER) -> int:
        """Queues a tone alone; returns at once with the utterance's id."""
        return self._add("", priority, earcon)

    def stop(self, at_most: Priority = Priority.URGENT) -> None:
        """Cuts short and forgets everything up to a priority; returns at once."""
        with self._changed:
            self._silence(at_most)

    @property
    def speaking(self) -> bool:
        """Whether something is being said or waits to be."""
        with self._changed:
            return self._current is not None or bool(self._waiting)

    def overdue_s(self) -> float:
        """Returns by how much the present step of speaking is late; 0 while all is well. For the watchdog."""
        with self._changed:
            if not self._thread.is_alive() and not self._closed:
                return math.inf
            return 0.0 if self._due_s is None else max(0.0, time.monotonic() - self._due_s)

    def close(self, timeout_s: float = 3.0) -> None:
        """Stops, waits for the speaking thread and releases both engines; a second call does nothing."""
        with self._changed:
            if self._closed:
                return
            self._closed = True
            self._silence(Priority.URGENT)
        self._thread.join(timeout_s)
        if self._thread.is_alive():
            log.error("the voice did not stop within %.1f s", timeout_s)
            return  # the engines are in use and must not be pulled away
        self._loudspeaker.close()
        self._speaker.close()

    def _add(self, text: str, priority: Priority, earcon: Earcon | None) -> int:
        with self._changed:
            if self._closed:
                raise EngineError(ErrorCode.ENGINE_FAILED, "the voice output is closed", remedy="start it again")
            utterance_id = next(self._ids)
            heapq.heappush(self._waiting, _Utterance((-priority, utterance_id), utterance_id, text, earcon))
            if len(self._waiting) > WAITING_LIMIT:
                self._dropped.append(self._waiting.pop(self._waiting.index(max(self._waiting))))
                heapq.heapify(self._waiting)
            if self._current is not None and self._current.priority < priority:
                self._current.cut.set()
            self._changed.notify()
            return utterance_id

    def _silence(self, at_most: Priority) -> None:
        # Called with _changed held.
        self._dropped.extend(waiting for waiting in self._waiting if waiting.priority <= at_most)
        self._waiting = [waiting for waiting in self._waiting if waiting.priority > at_most]
        heapq.heapify(self._waiting)
        if self._current is not None and self._current.priority <= at_most:
            self._current.cut.set()
        self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: bool(self._waiting or self._dropped or self._closed))
                dropped, self._dropped = self._dropped, []
                self._current = current = heapq.heappop(self._waiting) if self._waiting else None
            if current is None and not dropped:
                return
            for unheard in dropped:
                self._on_event(Finished(unheard.utterance_id, interrupted=True, seconds=0.0))
            if current is not None:
                ending = self._utter(current)
                with self._changed:
                    self._current = None
                    self._due_s = None
                self._on_event(ending)

    def _utter(self, utterance: _Utterance) -> MouthEvent:
        heard_s = 0.0
        whole_s = math.inf if utterance.text else 0.0
        try:
            # The earcon comes first, before the words are even made: an alert must not wait for the synthesiser.
            if utterance.earcon is not None:
                chime = tone(utterance.earcon)
                whole_s += chime.seconds
                heard_s += self._sound(utterance, chime, first=True)
            if utterance.text and not utterance.cut.is_set():
                self._expect(SYNTHESIS_LIMIT_S)
                speech = self._speaker.synthesise(utterance.text)
                whole_s = heard_s + speech.seconds
                heard_s += self._sound(utterance, speech, first=utterance.earcon is None)
        except AssistantError as broken:
            log.warning("voice output failed: %s", broken.code)
            return Broken(utterance.utterance_id, broken.code)
        # The voice outlives any engine's failure. Its message may hold words, so only its kind is logged.
        except Exception as broken:  # noqa: BLE001
            log.warning("voice output failed unexpectedly: %s", type(broken).__name__)
            return Broken(utterance.utterance_id, ErrorCode.ENGINE_FAILED)
        interrupted = utterance.cut.is_set() and heard_s < whole_s - CHUNK_S / 2
        return Finished(utterance.utterance_id, interrupted, heard_s)

    def _sound(self, utterance: _Utterance, speech: Speech, *, first: bool) -> float:
        if utterance.cut.is_set():
            return 0.0
        if first and speech.samples:
            self._on_event(Started(utterance.utterance_id))
        self._expect(speech.seconds + GRACE_S)
        return self._loudspeaker.play(speech, utterance.cut)

    def _expect(self, seconds: float) -> None:
        with self._changed:
            self._due_s = time.monotonic() + seconds
