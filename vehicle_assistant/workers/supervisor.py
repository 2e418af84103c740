"""Keeps one worker at work: starts it, listens to it, watches it, and replaces it when it breaks."""

import asyncio
import contextlib
import time
from collections.abc import Coroutine, Sequence

import structlog

from intents.errors import AssistantError, ErrorCode, WorkerError
from vehicle_assistant.ports import Part
from vehicle_assistant.workers.port import Owner, WorkerStatus
from vehicle_assistant.workers.process import ChildProcess
from vehicle_assistant.workers.protocol import (
    Beat,
    Close,
    Command,
    Failed,
    Message,
    Ping,
    Started,
    encode,
    read_message,
)
from vehicle_assistant.workers.vigil import HEALTHY_S, TICK_S, Vigil, WorkerLimits, backoff_s

log = structlog.get_logger(__name__)

LATE_ANSWER_S = 0.5
"""An engine stops a little after its deadline: the step in hand is finished first."""


class Worker:
    """One worker process after the other, of which at most one lives at a time."""

    def __init__(self, part: Part, command: Sequence[str], owner: Owner, limits: WorkerLimits | None = None) -> None:
        """`command`: the program and its arguments; it speaks the protocol on its standard streams."""
        self.part = part
        self._command = tuple(command)
        self._owner = owner
        self._limits = limits or WorkerLimits()
        self._vigil = Vigil(self._limits)
        self._child: ChildProcess | None = None
        self._task: asyncio.Task[None] | None = None
        self._first: asyncio.Future[None] | None = None
        self._ready = asyncio.Event()
        self._asked = asyncio.Event()
        self._ask_reason = ""
        self._failure: AssistantError | None = None
        self._retired = False
        self._excused_until_s = 0.0
        self._began_s = self._attended_s = time.monotonic()
        self._beat_s: float | None = None
        self._started = Started(engine="", version="", load_ms=0)
        self._restarts = self._done = self._ping_seq = 0
        self._pinged = False

    async def start(self, *, keep_trying: bool = False) -> None:
        """Starts the worker and waits until it works.

        Raises what kept it from working: the engine's own error with its remedy, or WorkerError (WORKER_START).
        With `keep_trying` the first failure is reported as a loss like any later one, and it is tried again.
        """
        self._first = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._supervise(self._first, keep_trying=keep_trying), name=self.part)
        self._task.add_done_callback(self._note_end)
        try:
            await asyncio.wait([self._first, self._task], return_when=asyncio.FIRST_COMPLETED)
            if not self._first.done():
                self._task.result()  # the supervision itself broke
            self._first.result()
        except BaseException:
            await self.close()
            if self._first.done() and not self._first.cancelled():
                self._first.exception()  # taken, also where the wait for it was cancelled
            raise

    async def close(self) -> None:
        """Ends the worker, in order if it can, within `grace_s` and a second; a second call does nothing."""
        task, self._task = self._task, None
        if task is None:
            return
        self._retired = True
        if self._child is not None:
            child = self._child
            with contextlib.suppress(WorkerError):
                child.write(encode(Close()))
            child.close_input()
            await asyncio.wait([task], timeout=self._limits.grace_s)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    def send(self, command: Command, *, until_s: float | None = None) -> bool:
        """Sends without waiting; False when there is no worker to send to.

        `until_s`: the monotonic time up to which this job may keep it from answering anything else.
        """
        if self._child is None or not self._ready.is_set():
            return False
        try:
            self._child.write(encode(command))
        except WorkerError as stuck:
            self.replace(stuck.message)
            return False
        if until_s is not None:
            self._excused_until_s = max(self._excused_until_s, until_s + LATE_ANSWER_S)
        return True

    def replace(self, reason: str) -> None:
        """Ends this incarnation; another follows."""
        self._ask_reason = reason
        self._asked.set()

    def retire(self) -> None:
        """Lets this incarnation be the last: its end is no loss."""
        self._retired = True

    async def wait_ready(self, timeout_s: float) -> bool:
        """Waits until it works; False when it did not come to that in time."""
        if self._ready.is_set():
            return True
        with contextlib.suppress(TimeoutError):
            return await asyncio.wait_for(self._ready.wait(), timeout_s)
        return False

    def status(self) -> WorkerStatus:
        """Tells how it fares."""
        now_s = time.monotonic()
        failure = self._failure
        return WorkerStatus(
            part=self.part,
            ready=self._ready.is_set(),
            pid=self._child.pid if self._child else None,
            restarts=self._restarts,
            rss_mib=self._child.rss_mib() if self._child else 0.0,
            beat_age_s=None if self._beat_s is None else now_s - self._beat_s,
            attended_age_s=max(0.0, now_s - max(self._attended_s, self._excused_until_s)),
            done=self._done,
            engine=self._started.engine,
            detail=self._started.detail,
            problem=failure.message if failure else "",
            remedy=failure.remedy if failure else "",
        )

    async def _supervise(self, first: "asyncio.Future[None]", *, keep_trying: bool) -> None:
        failures = 0
        while True:
            self._began_s = self._attended_s = time.monotonic()
            failure = await self._live(first)
            if self._retired:
                return
            if not first.done() and not keep_trying:
                first.set_exception(failure)
                return
            log.warning("worker lost", worker=self.part, code=failure.code, reason=failure.message)
            announced, self._failure = self._failure is not None, failure
            if not announced:  # once an outage, however many attempts it takes to end it
                self._owner.lost(failure.message)
            if not first.done():
                first.set_result(None)
            lived_s = time.monotonic() - self._began_s
            failures = 1 if lived_s >= HEALTHY_S else failures + 1
            wait_s = backoff_s(failures)
            self._attended_s = time.monotonic() + wait_s
            await asyncio.sleep(wait_s)
            self._restarts += 1

    async def _live(self, first: "asyncio.Future[None]") -> AssistantError:
        """Sees one incarnation through from its start to its end; returns why it ended."""
        self._vigil = Vigil(self._limits)
        self._asked.clear()
        self._beat_s = None
        self._excused_until_s = 0.0
        self._done = 0
        try:
            self._child = child = await ChildProcess.spawn(self._command, self.part)
        except WorkerError as refused:
            return refused
        tasks = [asyncio.create_task(self._listen(child, first)), asyncio.create_task(self._watch(child))]
        failure: AssistantError | None = None
        try:
            child.write(encode(self._owner.job()))
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            failure = next((task.result() for task in tasks if task in done), None)
        finally:
            self._ready.clear()
            self._child = None
            for task in tasks:
                task.cancel()
            ending = await _whole(child.end())
            await asyncio.gather(*tasks, return_exceptions=True)
        code = ErrorCode.WORKER_DIED if self._vigil.started else ErrorCode.WORKER_START
        return failure or self._error(code, ending)

    async def _listen(self, child: ChildProcess, first: "asyncio.Future[None]") -> AssistantError | None:
        """Takes messages; returns the failure they tell of or are themselves, None when the child says no more."""
        try:
            async for line in child.lines():
                failure = self._hear(read_message(line), first)
                if failure is not None:
                    return failure
        except WorkerError as garbage:
            return self._error(garbage.code, f"it broke the protocol: {garbage.message}")
        return None

    def _hear(self, message: Message, first: "asyncio.Future[None]") -> AssistantError | None:
        match message:
            case Failed(failure=failure):
                return failure.to_error()
            case Started() if not self._vigil.started:
                self._vigil.started = True
                self._note_work()
                self._started, self._failure = message, None
                self._ready.set()
                log.info("worker ready", worker=self.part, engine=message.engine, load_ms=round(message.load_ms))
                self._owner.started(message)
                if not first.done():
                    first.set_result(None)
            case Beat(seq=seq, done=done) if seq == self._ping_seq:
                self._pinged = False
                self._done = done
                self._note_work()
            case Started() | Beat():
                raise WorkerError(ErrorCode.WORKER_PROTOCOL, f"{message.kind} out of turn")
            case _:
                self._owner.take(message)
        return None

    def _note_end(self, task: "asyncio.Task[None]") -> None:
        if not task.cancelled() and task.exception() is not None:
            log.error("supervision broke", worker=self.part, exc_info=task.exception())

    def _note_work(self) -> None:
        self._vigil.beaten()
        self._beat_s = self._attended_s = time.monotonic()

    async def _watch(self, child: ChildProcess) -> AssistantError:
        """Looks after the child until there is a reason to replace it."""
        looked_s = time.monotonic()
        self._pinged = False
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TICK_S):
                    await self._asked.wait()
            now_s = time.monotonic()
            excused = now_s < self._excused_until_s
            reason = self._vigil.judge(now_s - looked_s, child.rss_mib(), idle=self._owner.idle, excused=excused)
            looked_s = now_s
            if self._asked.is_set():
                reason = self._ask_reason
            if reason is not None:
                started = self._vigil.started
                return self._error(ErrorCode.WORKER_SILENT if started else ErrorCode.WORKER_START, reason)
            if not self._vigil.started:
                self._attended_s = now_s  # a start has a limit of its own
            elif not self._pinged:
                self._ping_seq += 1
                self._pinged = self.send(Ping(seq=self._ping_seq))

    def _error(self, code: ErrorCode, reason: str) -> WorkerError:
        return WorkerError(code, f"the {self.part} worker stopped: {reason}", remedy="see the journal")


async def _whole(last_steps: Coroutine[None, None, str]) -> str:
    """Awaits steps that are short and must be done whole, also when whoever awaits them is cancelled meanwhile."""
    steps = asyncio.create_task(last_steps)
    try:
        return await asyncio.shield(steps)
    except asyncio.CancelledError:
        await steps
        raise
