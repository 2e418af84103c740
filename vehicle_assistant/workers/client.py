"""What main's clients of worker processes have in common."""

from collections.abc import Callable, Sequence
from typing import ClassVar, Self

from intents.errors import ErrorCode, WorkerError
from vehicle_assistant.ports import Lost, Part, Ready
from vehicle_assistant.workers.jobs import Job
from vehicle_assistant.workers.port import WorkerStatus
from vehicle_assistant.workers.process import module_command
from vehicle_assistant.workers.protocol import Command, Message, Started
from vehicle_assistant.workers.supervisor import Worker
from vehicle_assistant.workers.vigil import WorkerLimits

OnChange = Callable[[Lost | Ready], None]


def ignore_change(_change: Lost | Ready) -> None:
    """Takes no notice."""


class WorkerClient:
    """Owns one worker: `async with` starts it and ends it.

    Entering raises what keeps the worker from starting (ModelError, EngineError, ... with its remedy, or WorkerError).
    With `keep_trying` it does not: that is a Lost like any later one, and a Ready follows when the cause is cured.
    `on_change` is called from the event loop with every Lost and Ready after the first start.
    """

    part: ClassVar[Part]
    module: ClassVar[str]

    def __init__(
        self,
        job: Job,
        limits: WorkerLimits | None = None,
        *,
        on_change: OnChange = ignore_change,
        keep_trying: bool = False,
        command: Sequence[str] | None = None,
    ) -> None:
        """`command`: a program that speaks the protocol, in place of this package's own worker."""
        self._job = job
        self._on_change = on_change
        self._keep_trying = keep_trying
        self._worker = Worker(self.part, command or module_command(self.module), self, limits)
        self._is_lost = False
        self.output = ""

    async def __aenter__(self) -> Self:
        await self._worker.start(keep_trying=self._keep_trying)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._worker.close()

    @property
    def status(self) -> WorkerStatus:
        """How the worker fares."""
        return self._worker.status()

    def replace(self, reason: str) -> None:
        """Ends the worker process; another follows."""
        self._worker.replace(reason)

    def job(self) -> Job:
        """Called by the supervision: what the next incarnation is to do."""
        return self._job

    def started(self, started: Started) -> None:
        """Called by the supervision: the worker works (again)."""
        self.output = started.detail
        if self._is_lost:
            self._is_lost = False
            self._changed(Ready(self.part))

    def lost(self, reason: str) -> None:
        """Called by the supervision: the worker works no more."""
        self._is_lost = True
        self._changed(Lost(self.part, reason))

    def take(self, message: Message) -> None:
        """Called by the supervision: the worker said something."""
        raise self._misplaced(message)

    @property
    def idle(self) -> bool:
        """Asked by the supervision: whether no job is in hand."""
        return True

    def _changed(self, change: Lost | Ready) -> None:
        self._on_change(change)

    def _send(self, command: Command) -> bool:
        return self._worker.send(command)

    def _misplaced(self, message: Message) -> WorkerError:
        return WorkerError(ErrorCode.WORKER_PROTOCOL, f"{message.kind} is nothing for the {self.part} worker to say")
