"""A private broker for demos, tests and benches: mosquitto as our child if it is installed, else the embedded one.

Both listen on the loopback interface only, keep nothing on disk, and never outlive us.
"""

import asyncio
import contextlib
import ctypes
import errno
import os
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from integration.embedded_broker import EmbeddedBroker
from intents.errors import ErrorCode, LinkError

LOOPBACK = "127.0.0.1"
START_TIMEOUT_S = 10.0
"""mosquitto listens within 50 ms on a PC; a loaded bench gets room."""
STOP_TIMEOUT_S = 3.0
PORT_ATTEMPTS = 3
"""Another program may take a free port between our finding it and the broker's binding it."""

BrokerKind = Literal["auto", "mosquitto", "embedded"]

MOSQUITTO_SETTINGS = """\
# Private development broker: loopback only, nothing kept on disk.
# Started by root, mosquitto would change its user, and the kernel would forget that it is to die with us.
# Started by anyone else it ignores this line.
user root
listener {port} {host}
allow_anonymous true
persistence false
# Without this, small packets wait up to 40 ms for company.
set_tcp_nodelay true
log_dest stderr
log_type error
log_type warning
"""


@dataclass(frozen=True, slots=True)
class RunningBroker:
    """A broker that is up, and where."""

    kind: Literal["mosquitto", "embedded"]
    host: str
    port: int
    pid: int | None = None
    """Process of mosquitto; None for the embedded broker, which lives in ours."""


def find_mosquitto() -> str | None:
    """Path of the mosquitto program; distributions install it outside a user's search path."""
    return shutil.which("mosquitto", path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin")))


@asynccontextmanager
async def ensure_broker(kind: BrokerKind = "auto", *, port: int = 0) -> AsyncIterator[RunningBroker]:
    """Runs a broker for the time of the `async with`; port 0 takes a free one.

    Enter it in a thread that lasts as long: mosquitto ends with the thread that started it.
    Raises LinkError BROKER_UNREACHABLE when mosquitto is asked for and absent, or no broker comes up.
    """
    program = None if kind == "embedded" else find_mosquitto()
    if program is None and kind == "mosquitto":
        raise LinkError(
            ErrorCode.BROKER_UNREACHABLE, "mosquitto is not installed",
            remedy="install mosquitto, or use the embedded broker",
        )  # fmt: skip
    if program is None:
        async with EmbeddedBroker(LOOPBACK, port) as broker:
            yield RunningBroker("embedded", LOOPBACK, broker.port)
    else:
        async with _mosquitto(program, port) as running:
            yield running


@asynccontextmanager
async def _mosquitto(program: str, port: int) -> AsyncIterator[RunningBroker]:
    with tempfile.TemporaryDirectory(prefix="vehicle-assistant-broker-") as folder:
        process, port = await _start(program, port, Path(folder))
        try:
            yield RunningBroker("mosquitto", LOOPBACK, port, process.pid)
        finally:
            await _stop(process)


async def _start(program: str, wanted_port: int, folder: Path) -> tuple[asyncio.subprocess.Process, int]:
    settings, complaints = folder / "mosquitto.conf", folder / "mosquitto.log"
    if wanted_port and not _is_free(wanted_port):  # else we would take another's listener for ours
        raise LinkError(
            ErrorCode.BROKER_UNREACHABLE, f"port {wanted_port} is in use", remedy="free the port, or use port 0"
        )
    for _ in range(PORT_ATTEMPTS if wanted_port == 0 else 1):
        port = wanted_port or free_port()
        settings.write_text(MOSQUITTO_SETTINGS.format(host=LOOPBACK, port=port), encoding="utf-8")
        with complaints.open("wb") as log_file:
            process = await asyncio.create_subprocess_exec(
                program, "-c", str(settings), stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL,
                stderr=log_file, preexec_fn=_die_with_parent(),
            )  # fmt: skip
        if await _listens(process, port):
            return process, port
        await _stop(process)
    said = complaints.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    raise LinkError(
        ErrorCode.BROKER_UNREACHABLE, f"mosquitto does not start: {said[-1] if said else 'it does not listen'}",
        remedy="free the port, or use the embedded broker",
    )  # fmt: skip


async def _listens(process: asyncio.subprocess.Process, port: int) -> bool:
    """Waits until the process accepts connections; False when it ends or takes too long."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(START_TIMEOUT_S):
            while process.returncode is None:
                with contextlib.suppress(OSError):
                    _, writer = await asyncio.open_connection(LOOPBACK, port)
                    writer.close()
                    await writer.wait_closed()
                    return process.returncode is None
                await asyncio.sleep(0.01)
    return False


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(STOP_TIMEOUT_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def free_port() -> int:
    """A TCP port of the loopback interface that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            return error.errno != errno.EADDRINUSE
        return True


def _die_with_parent() -> Callable[[], None] | None:
    """Makes the kernel end the child when we die, however we die; Linux only."""
    if not sys.platform.startswith("linux"):
        return None
    libc, parent = ctypes.CDLL(None), os.getpid()
    set_parent_death_signal = 1  # PR_SET_PDEATHSIG, linux/prctl.h

    def ask_kernel() -> None:
        libc.prctl(set_parent_death_signal, signal.SIGTERM)
        if os.getppid() != parent:  # the parent died before we could ask
            os._exit(1)

    return ask_kernel
