"""One child process on main's side: its pipes, its journal lines, its end."""

import asyncio
import contextlib
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Self

import structlog

import vehicle_assistant
from intents.errors import ErrorCode, WorkerError
from vehicle_assistant.workers.protocol import MAX_LINE_BYTES

log = structlog.get_logger(__name__)

REAP_TIMEOUT_S = 0.5
"""A killed process is gone in milliseconds, unless the kernel itself waits for a device."""

UNREAD_LIMIT_BYTES = 4 * MAX_LINE_BYTES
"""More than this waiting in a pipe means that the other end does not read."""

_JOURNAL_CHUNK_BYTES = 4096
_JOURNAL_LINE_CHARS = 200

_MAINS_ALONE = {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def module_command(module: str) -> tuple[str, ...]:
    """Returns how a module of this package is run by this interpreter: its own files only, nothing from the folder."""
    return (sys.executable, "-P", "-X", "faulthandler", "-m", module)


class ChildProcess:
    """A running child, leader of a process group of its own: a Ctrl-C in the terminal reaches main alone."""

    def __init__(self, process: Process, name: str) -> None:
        """Use `spawn`."""
        assert process.stdin is not None
        assert process.stdout is not None
        self._process = process
        self._name = name
        self._incoming = process.stdout
        self._outgoing = process.stdin
        self._journal = asyncio.create_task(self._follow_journal(), name=f"{name} journal")

    @classmethod
    async def spawn(cls, command: Sequence[str], name: str) -> Self:
        """Starts the program; raises WorkerError (WORKER_START) when it cannot be started."""
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=PIPE,
                stdout=PIPE,
                stderr=PIPE,
                limit=MAX_LINE_BYTES,
                env=_environment(),
                process_group=0,
            )
        except OSError as refused:
            raise WorkerError(
                ErrorCode.WORKER_START, f"the {name} worker cannot be started: {refused.strerror}"
            ) from refused
        return cls(process, name)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def write(self, line: bytes) -> None:
        """Writes without waiting; raises WorkerError (WORKER_SILENT) when the child has stopped reading."""
        if self._outgoing.is_closing():
            return
        self._outgoing.write(line)
        if self._outgoing.transport.get_write_buffer_size() > UNREAD_LIMIT_BYTES:
            raise WorkerError(ErrorCode.WORKER_SILENT, "it does not read its commands")

    async def lines(self) -> AsyncIterator[bytes]:
        """Yields whole lines until the child closes its end; raises WorkerError (WORKER_PROTOCOL)."""
        while True:
            try:
                line = await self._incoming.readline()
            except ValueError:  # longer than the limit
                raise WorkerError(ErrorCode.WORKER_PROTOCOL, "a line without an end") from None
            if not line.endswith(b"\n"):
                return
            yield line

    def rss_mib(self) -> float:
        """Returns the resident memory in MiB; 0 when the process has gone."""
        try:
            pages = int(Path(f"/proc/{self.pid}/statm").read_text(encoding="ascii").split()[1])
        except (OSError, IndexError, ValueError):
            return 0.0
        return pages * _PAGE_BYTES / 2**20

    async def wait(self, timeout_s: float) -> int | None:
        """Waits for the end; returns the exit status, negative for a signal, or None when it still runs."""
        with contextlib.suppress(TimeoutError):
            return await asyncio.wait_for(self._process.wait(), timeout_s)
        return None

    def close_input(self) -> None:
        """Tells the child that nothing more will come."""
        self._outgoing.close()

    async def end(self, grace_s: float = 0.0) -> str:
        """Ends the process and all it has started, takes its exit status and says how it ended."""
        if grace_s:
            await self.wait(grace_s)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        status = await self.wait(REAP_TIMEOUT_S)
        if status is None:
            log.error("worker cannot be ended", worker=self._name, pid=self.pid)
        await asyncio.wait([self._journal], timeout=REAP_TIMEOUT_S)
        self._journal.cancel()
        self._outgoing.close()
        return _ending(status)

    async def _follow_journal(self) -> None:
        """Passes on what the child's libraries print. Below the usual level: nobody has checked it for words."""
        assert self._process.stderr is not None
        rest = b""
        while chunk := await self._process.stderr.read(_JOURNAL_CHUNK_BYTES):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                self._note(line)
            if len(rest) > _JOURNAL_CHUNK_BYTES:
                self._note(rest)
                rest = b""
        self._note(rest)

    def _note(self, line: bytes) -> None:
        if line.strip():
            text = line.decode(errors="replace").rstrip()
            log.debug("worker printed", worker=self._name, line=text[:_JOURNAL_LINE_CHARS])


def _ending(status: int | None) -> str:
    if status is None:
        return "it cannot be ended"
    if status >= 0:
        return f"it ended with status {status}"
    try:
        return f"it was ended by {signal.Signals(-status).name}"
    except ValueError:
        return f"it was ended by signal {-status}"


def _environment() -> dict[str, str]:
    """Returns main's surroundings, less what concerns main alone, and with the place this package was found at."""
    kept = {name: value for name, value in os.environ.items() if name not in _MAINS_ALONE}
    root = str(Path(vehicle_assistant.__file__).parent.parent)
    kept["PYTHONPATH"] = os.pathsep.join(filter(None, (root, kept.get("PYTHONPATH", ""))))
    # The array library would start a thread for every core; engines that want threads are told how many.
    return {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", **kept}
