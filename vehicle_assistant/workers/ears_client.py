"""The ears, in a process of their own."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from vehicle_assistant.audio.endpoint import Completeness
from vehicle_assistant.audio.port import FRAME_S, AudioWarning
from vehicle_assistant.ear_events import EarEvent, NothingHeard, PartialHeard, SpeechHeard, WakeHeard
from vehicle_assistant.ports import Lost, Part, Ready
from vehicle_assistant.workers.client import OnChange, WorkerClient, ignore_change
from vehicle_assistant.workers.jobs import EarsJob
from vehicle_assistant.workers.protocol import (
    Gate,
    Heard,
    Hint,
    Listen,
    Message,
    Proceed,
    RecordingBegun,
    Settle,
    SourceEnded,
    Started,
    Stop,
    Warned,
)
from vehicle_assistant.workers.vigil import WorkerLimits

log = structlog.get_logger(__name__)

RESUME_GAP_S = 1.0
"""Of a recording, this much is lost with a worker, as it would be with a microphone; the sound that killed it, too."""


def ignore_warning(_warning: AudioWarning) -> None:
    """Takes no notice."""


@dataclass(slots=True)
class _Place:
    """How far the recordings of the job have been read."""

    index: int = 0
    begun_at_s: float = 0.0  # where this incarnation began to read the recording
    frames_before: int = 0
    turn_end_s: float = 0.0
    reading: bool = False


@dataclass(frozen=True, slots=True)
class _Item:
    """Something for the listener, with its number in the life of one incarnation."""

    what: EarEvent | Lost | Ready | Path
    incarnation: int = 0
    seq: int = 0


class EarsWorker(WorkerClient):
    """Implements `ports.Ears`. Events are for one listener.

    A recording that is not read in real time stands still while its listener is busy with an event: the listener's
    asking for the next one lets it go on.
    """

    part = Part.EARS
    module = "vehicle_assistant.workers.ears"

    def __init__(
        self,
        job: EarsJob,
        limits: WorkerLimits | None = None,
        *,
        on_change: OnChange = ignore_change,
        on_warning: Callable[[AudioWarning], None] = ignore_warning,
        keep_trying: bool = False,
        command: Sequence[str] | None = None,
    ) -> None:
        super().__init__(job, limits, on_change=on_change, keep_trying=keep_trying, command=command)
        self._ears_job = job
        self._on_warning = on_warning
        self._inbox: deque[_Item] = deque()
        self._arrived = asyncio.Event()
        self._over = False
        self._incarnation = 0
        self._taken = _Item(Ready(self.part))
        self._speaking = False
        self._busy = False
        self._place = _Place()
        self._first_index = 0
        self.recording: Path | None = None
        """The recording that the last event came from."""

    async def __aexit__(self, *_: object) -> None:
        await super().__aexit__()
        self._over = True
        self._arrived.set()

    async def events(self) -> AsyncIterator[EarEvent | Lost | Ready]:
        """Yields what is heard, and when the ears are lost and back. Ends with the last recording, or when closed."""
        while True:
            while self._inbox:
                item = self._inbox.popleft()
                if isinstance(item.what, Path):
                    self.recording = item.what
                    continue
                yield item.what
                if item.seq:
                    self._taken = item
            if self._over:
                return
            self._proceed()
            self._arrived.clear()
            await self._arrived.wait()

    async def listen(self, window_s: float | None = None) -> None:
        """Listens without a wake phrase."""
        if self._send(Listen(window_s=window_s)) and self._ears_job.wake is not None:
            self._busy = True

    async def gate(self, *, speaking: bool) -> None:
        """Closes the ears while the assistant speaks; ears that are replaced meanwhile are told, too."""
        self._speaking = speaking
        self._send(Gate(speaking=speaking))

    async def hint(self, completeness: Completeness, text: str) -> None:
        """Tells whether the words heard so far are a complete command."""
        self._send(Hint(completeness=completeness, text=text))

    async def settle(self) -> None:
        """Takes the utterance as finished."""
        self._send(Settle())

    async def stop(self) -> None:
        """Stops listening and forgets the utterance in flight."""
        self._send(Stop())
        self._busy = False

    def job(self) -> EarsJob:
        """Returns the whole job at first, later what is left of its recordings."""
        job = self._ears_job.model_copy(update={"speaking": self._speaking})
        if job.source != "wav":
            return job
        self._first_index = self._place.index
        paths = job.paths[self._first_index :]
        return job.model_copy(update={"paths": paths, "skip_s": self._skip_s()})

    def started(self, started: Started) -> None:
        """Tells the new ears what the old ones knew."""
        self._incarnation += 1
        super().started(started)
        self._send(Gate(speaking=self._speaking))  # it may have changed since the job was written

    def lost(self, reason: str) -> None:
        """Notes where the recording is to be resumed."""
        self._busy = False
        place = self._place
        if place.reading:
            read_s = place.begun_at_s + (self.status.done - place.frames_before) * FRAME_S
            self._place = _Place(place.index, max(read_s, place.turn_end_s) + RESUME_GAP_S)
        super().lost(reason)

    def take(self, message: Message) -> None:
        """Queues what was heard."""
        match message:
            case Heard(seq=seq, event=(_, event)):
                self._note(event)
                self._put(_Item(event, self._incarnation, seq))
            case RecordingBegun(index=index, done=done):
                self._begin(index, done)
            case SourceEnded():
                self._worker.retire()
                self._over = True
                self._arrived.set()
            case Warned():
                log.warning("sound", code=message.code, detail=message.message)
                self._on_warning(AudioWarning(message.code, message.message))
            case _:
                raise self._misplaced(message)

    @property
    def idle(self) -> bool:
        """Whether nobody is being listened to."""
        return not self._busy

    def _changed(self, change: Lost | Ready) -> None:
        super()._changed(change)
        self._put(_Item(change))

    def _skip_s(self) -> float:
        return self._place.begun_at_s or self._ears_job.skip_s

    def _begin(self, index: int, done: int) -> None:
        at = self._first_index + index
        begun_at_s = self._skip_s() if index == 0 else 0.0
        self._place = _Place(at, begun_at_s, done, reading=True)
        self._put(_Item(self._ears_job.paths[at]))

    def _note(self, event: EarEvent) -> None:
        if isinstance(event, WakeHeard | PartialHeard):
            self._busy = True
        elif isinstance(event, SpeechHeard | NothingHeard):
            self._busy = False
            self._place.turn_end_s = event.endpointed_at_s

    def _put(self, item: _Item) -> None:
        # A listener that is behind needs only the newest reading of the utterance in flight.
        newest = self._inbox[-1].what if self._inbox else None
        if isinstance(item.what, PartialHeard) and isinstance(newest, PartialHeard):
            self._inbox.pop()
        self._inbox.append(item)
        self._arrived.set()

    def _proceed(self) -> None:
        if self._ears_job.lockstep and self._taken.incarnation == self._incarnation:
            self._send(Proceed(seq=self._taken.seq))
