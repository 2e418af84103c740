"""The worker's side: its private pipes, its reading thread, and how it ends.

Native libraries print to descriptor 1 whenever they please, so the conversation with main moves to descriptors of
its own before any engine is loaded, and whatever is printed goes to the journal instead.
"""

import ctypes
import os
import queue
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import NoReturn, TypeVar

from pydantic import ValidationError

from intents.errors import AssistantError, EngineError, ErrorCode, WorkerError
from vehicle_assistant.workers.jobs import Job
from vehicle_assistant.workers.protocol import (
    MAX_LINE_BYTES,
    Beat,
    Close,
    Command,
    Failed,
    Failure,
    Line,
    Ping,
    Started,
    encode,
    read_command,
)

PR_SET_PDEATHSIG = 1  # linux/prctl.h

AnyJob = TypeVar("AnyJob", bound=Job)


class Pipe:
    """The worker's end of the conversation. Any thread may send; one thread takes commands."""

    def __init__(self, incoming: int, outgoing: int) -> None:
        """Take two open descriptors."""
        self._incoming = os.fdopen(incoming, "rb")
        self._outgoing = outgoing
        self._sending = threading.Lock()
        self._commands: queue.SimpleQueue[Command] = queue.SimpleQueue()
        self._began_s = time.monotonic()

    def read_job(self, job_type: type[AnyJob]) -> AnyJob:
        """Reads the first line; raises WorkerError (WORKER_PROTOCOL)."""
        line = self._incoming.readline(MAX_LINE_BYTES)
        try:
            return job_type.model_validate_json(line)
        except ValidationError as refused:
            place = ".".join(map(str, refused.errors()[0]["loc"]))
            raise WorkerError(
                ErrorCode.WORKER_PROTOCOL, f"the worker's settings were not understood: {place}"
            ) from None

    def follow(self) -> None:
        """Starts to take commands, in a thread, so that none waits in the pipe while an engine works."""
        threading.Thread(target=self._read, name="commands", daemon=True).start()

    def next(self, timeout_s: float | None = None) -> Command | None:
        """Waits for the next command; None when none came in time. After main has gone there is only Close."""
        try:
            return self._commands.get(timeout=timeout_s)
        except queue.Empty:
            return None

    def waiting(self) -> list[Command]:
        """Takes all commands that have come, without waiting."""
        commands: list[Command] = []
        while not self._commands.empty():
            commands.append(self._commands.get())
        return commands

    def send(self, message: Line) -> None:
        """Sends one message; raises BrokenPipeError when main has gone."""
        rest = memoryview(encode(message))
        with self._sending:
            while rest:
                rest = rest[os.write(self._outgoing, rest) :]

    def started(self, engine: str, version: str = "", detail: str = "") -> None:
        """Tells that the engines are loaded and the work begins."""
        load_ms = (time.monotonic() - self._began_s) * 1000
        self.send(Started(engine=engine, version=version, load_ms=load_ms, detail=detail))

    def beat(self, ping: Ping, done: int) -> None:
        """Answers a ping. Only for the thread that does the work."""
        self.send(Beat(seq=ping.seq, done=done))

    def _read(self) -> None:
        try:
            while line := self._incoming.readline(MAX_LINE_BYTES):
                self._commands.put(read_command(line))
        except (WorkerError, OSError) as broken:
            print(f"commands end: {type(broken).__name__}", file=sys.stderr)
        self._commands.put(Close())


def run(job_type: type[AnyJob], work: Callable[[AnyJob, Pipe], None]) -> NoReturn:
    """Is a worker: reads its job, does its work until told to close, and ends the process.

    Destructors of native libraries are not run: they have nothing left to do, and some of them crash.
    """
    pipe = _take_over_streams()
    _die_with_main()
    try:
        job = pipe.read_job(job_type)
        pipe.follow()
        work(job, pipe)
    except BrokenPipeError:
        os._exit(0)  # main has gone
    except Exception as broken:  # noqa: BLE001  (the last word of a process)
        _report(pipe, broken)
        os._exit(1)
    os._exit(0)


def failure_of(broken: Exception) -> Failure:
    """Describes what broke. The message of a stranger may hold words that were said, so only its kind is told."""
    if isinstance(broken, AssistantError):
        return Failure.of(broken)
    frames = traceback.extract_tb(broken.__traceback__)
    place = f" in {os.path.basename(frames[-1].filename)} line {frames[-1].lineno}" if frames else ""  # noqa: PTH119
    return Failure.of(
        EngineError(ErrorCode.ENGINE_FAILED, f"{type(broken).__name__}{place}", remedy="see the journal of the service")
    )


def _report(pipe: Pipe, broken: Exception) -> None:
    if not isinstance(broken, AssistantError):
        print(f"{type(broken).__name__} at:", *traceback.format_tb(broken.__traceback__), file=sys.stderr, flush=True)
    try:
        pipe.send(Failed(failure=failure_of(broken)))
    except OSError:
        return  # nobody is left to be told


def _take_over_streams() -> Pipe:
    """Moves both ends of the conversation to descriptors that no library knows and no program inherits."""
    incoming, outgoing = os.dup(0), os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nowhere, 0)
    os.close(nowhere)
    os.dup2(2, 1)
    return Pipe(incoming, outgoing)


def _die_with_main() -> None:
    """Asks the kernel to end this process with its parent; the end of the pipe covers the moment before."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
