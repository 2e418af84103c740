"""Tells systemd how the service fares, and feeds its watchdog from real progress only.

Protocol: sd_notify(3). Without NOTIFY_SOCKET, as when started by hand, everything here does nothing.
"""

import asyncio
import math
import os
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog

from intents.errors import ErrorCode, SettingsError

log = structlog.get_logger(__name__)

STATUS_LIMIT_CHARS = 200

LOOK_EVERY_S = 1.0
"""How soon a part that stands still is named; feeding has its own rhythm."""


class Notifier:
    """One-way datagrams to the service manager. A full or vanished socket is no reason to stop working."""

    def __init__(self, address: str | None) -> None:
        """Take a path, an abstract name that begins with "@", or None for nobody.

        Raises SettingsError (`setting_invalid`) for any other address.
        """
        self._address = ""
        self._socket: socket.socket | None = None
        if not address:
            return
        if address[0] not in "/@":
            raise SettingsError(
                ErrorCode.SETTING_INVALID,
                f"NOTIFY_SOCKET={address!r} is neither a path nor an abstract name",
                remedy="start the service with systemd, or unset it",
            )
        self._address = "\0" + address[1:] if address[0] == "@" else address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        self._socket.setblocking(False)

    def ready(self, status: str) -> None:
        """The service does its work from now on."""
        self._send("READY=1", f"STATUS={_one_line(status)}")

    def reloading(self) -> None:
        """The settings are read again; `ready` follows."""
        self._send("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self) -> None:
        """The service is ending in order."""
        self._send("STOPPING=1")

    def status(self, status: str) -> None:
        """What `systemctl status` shows."""
        self._send(f"STATUS={_one_line(status)}")

    def feed(self) -> None:
        """The service makes progress."""
        self._send("WATCHDOG=1")

    def close(self) -> None:
        """Releases the socket; a second call does nothing."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _send(self, *assignments: str) -> None:
        if self._socket is None:
            return
        try:
            self._socket.sendto("\n".join(assignments).encode(), self._address)
        except OSError as refused:
            log.warning("service manager not told", what=assignments[0], reason=refused.strerror)


@dataclass(frozen=True, slots=True)
class Progress:
    """A part of the service, and how long ago it last made progress."""

    age_s: Callable[[], float]
    limit_s: float


def slow_parts(parts: Mapping[str, Progress]) -> dict[str, float]:
    """Returns the parts that are over their limits, with the seconds since their last progress, slowest first."""
    ages = {name: (progress.age_s(), progress.limit_s) for name, progress in parts.items()}
    late = {name: age_s for name, (age_s, limit_s) in ages.items() if not age_s <= limit_s}
    return dict(sorted(late.items(), key=lambda entry: -entry[1]))


class Watchdog:
    """Feeds the service manager for as long as every registered part moves, and says which one does not.

    It runs on the event loop itself, so a loop that stands still feeds nobody.
    """

    def __init__(
        self, notifier: Notifier, interval_s: float | None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`interval_s`: the longest time between two feeds; None when nobody is to be fed."""
        self._notifier = notifier
        self._interval_s = interval_s
        self._parts: dict[str, Progress] = {}
        self._slow: tuple[str, ...] = ()
        self._status = ""
        self._clock = clock
        self._fed_s = -math.inf

    def register(self, name: str, age_s: Callable[[], float], limit_s: float) -> None:
        """Watches a part: `age_s` tells the seconds since its last real progress."""
        self._parts[name] = Progress(age_s, limit_s)

    def forget(self, name: str) -> None:
        """Watches a part no more; one that is not watched is no error."""
        self._parts.pop(name, None)

    def say(self, status: str) -> None:
        """Sets the status line that is shown while all is well."""
        self._status = status
        if not self._slow:
            self._notifier.status(status)

    def check(self) -> bool:
        """Looks at every part once, and names those that stand still. Returns whether the watchdog was fed.

        It is fed when all parts move and half its interval has passed since the last time.
        """
        slow = slow_parts(self._parts)
        if tuple(slow) != self._slow:
            self._tell(slow)
        now_s = self._clock()
        if slow or self._interval_s is None or now_s - self._fed_s < self._interval_s / 2:
            return False
        self._fed_s = now_s
        self._notifier.feed()
        return True

    async def run(self) -> None:
        """Checks until cancelled; the slow are named in the journal also when nobody is to be fed."""
        look_every_s = LOOK_EVERY_S if self._interval_s is None else min(LOOK_EVERY_S, self._interval_s / 4)
        while True:
            self.check()
            await asyncio.sleep(look_every_s)

    def _tell(self, slow: Mapping[str, float]) -> None:
        self._slow = tuple(slow)
        if not slow:
            log.info("all parts make progress again")
            self._notifier.status(self._status)
            return
        words = ", ".join(f"{name} ({age_s:.1f} s)" for name, age_s in slow.items())
        log.error("no progress", parts=words)
        self._notifier.status(f"no progress: {words}")


def watchdog_interval_s(environment: Mapping[str, str] = os.environ, pid: int | None = None) -> float | None:
    """Returns within which time systemd wants to be fed, None when it does not (sd_watchdog_enabled(3))."""
    wanted_pid = environment.get("WATCHDOG_PID")
    if wanted_pid is not None and wanted_pid != str(os.getpid() if pid is None else pid):
        return None
    interval_us = environment.get("WATCHDOG_USEC", "")
    return int(interval_us) / 1e6 if interval_us.isdigit() and int(interval_us) else None


def _one_line(status: str) -> str:
    return " ".join(status.split())[:STATUS_LIMIT_CHARS]
