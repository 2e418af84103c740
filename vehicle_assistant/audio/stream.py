"""A bench's voice in place of a microphone: raw samples written into a FIFO or a Unix socket.

The writer sends int16, little-endian, mono at 16 kHz, in real time and without pauses, silence included, as a
microphone would. When it goes away the source waits for the next one; time stands still meanwhile.
"""

import os
import select
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

from intents.errors import ErrorCode, InputError
from vehicle_assistant.audio.port import FRAME_BYTES, FRAME_S, TICK_S, AudioWarning, AudioWarningCode, Frame

_CHUNK_BYTES = 65_536  # a Linux pipe holds this much


class StreamSource:
    """Reads an existing FIFO, or listens on a Unix socket that it makes, one writer at a time.

    Raises InputError (`file_not_audio`) when the path is something else, (`file_not_found`) when it cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: int | None = None
        self._server: socket.socket | None = None
        self._warnings: list[AudioWarning] = []
        self._pending = bytearray()
        self._frame_count = 0
        self._closed = False
        try:
            kind = path.stat().st_mode if path.exists() else 0
            if stat.S_ISFIFO(kind):
                self._writer = self._open_fifo()
            elif not kind or stat.S_ISSOCK(kind):
                self._server = _serve(path)
        except OSError as refused:
            raise InputError(
                ErrorCode.FILE_NOT_FOUND,
                f"no sound can be taken from {path}: {refused.strerror or refused}",
                remedy="name a FIFO, or a new socket of up to 107 characters in a folder you may write to",
            ) from refused
        if self._writer is None and self._server is None:
            raise InputError(
                ErrorCode.FILE_NOT_AUDIO,
                f"{path} is neither a FIFO nor a socket",
                remedy="make one with mkfifo, or name a path that does not exist yet",
            )

    def frames(self) -> Iterator[Frame | None]:
        """Yield frames as they arrive; `None` after every 0.1 s without one."""
        while not self._closed:
            if len(self._pending) >= FRAME_BYTES:
                samples = bytes(self._pending[:FRAME_BYTES])
                del self._pending[:FRAME_BYTES]
                yield Frame(samples, self._frame_count * FRAME_S)
                self._frame_count += 1
            elif not self._fill():
                yield None

    def take_warnings(self) -> tuple[AudioWarning, ...]:
        """Hand over the warnings gathered since the last call."""
        warnings, self._warnings = tuple(self._warnings), []
        return warnings

    def close(self) -> None:
        """Let go of the FIFO or socket, and remove a socket."""
        self._closed = True
        if self._writer is not None:
            os.close(self._writer)
            self._writer = None
        if self._server is not None:
            self._server.close()
            self._server = None
            self._path.unlink(missing_ok=True)

    def _fill(self) -> bool:
        """Wait a tick at most for something to happen, and say whether it did."""
        if self._writer is None:
            return self._accept()
        ready, _, _ = select.select([self._writer], [], [], TICK_S)
        if not ready:
            return False
        try:
            received = os.read(self._writer, _CHUNK_BYTES)
        except BlockingIOError:
            return False
        except ConnectionResetError:
            received = b""
        if received:
            self._pending += received
        else:
            self._lose_writer()
        return bool(received)

    def _accept(self) -> bool:
        assert self._server is not None
        ready, _, _ = select.select([self._server], [], [], TICK_S)
        if ready:
            connection, _ = self._server.accept()
            self._writer = connection.detach()
        return bool(ready)

    def _lose_writer(self) -> None:
        """Make ready for the next writer; half a frame of the last one would only shift its samples."""
        if self._pending:
            text = f"{self._path}: {len(self._pending)} bytes dropped, the writer left in the middle of a frame"
            self._warnings.append(AudioWarning(AudioWarningCode.DROPPED, text))
            self._pending.clear()
        assert self._writer is not None
        # A FIFO is opened anew before the old end is closed, so that what the next writer has put in is kept.
        following = None if self._server is not None else self._open_fifo()
        os.close(self._writer)
        self._writer = following

    def _open_fifo(self) -> int:
        return os.open(self._path, os.O_RDONLY | os.O_NONBLOCK)


def _serve(path: Path) -> socket.socket:
    """Listen at the path; a socket left behind by a process that died is replaced, one in use is not."""
    probe = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with probe:
        if path.exists() and probe.connect_ex(str(path)) == 0:
            raise FileExistsError(0, "another process listens there")
    path.unlink(missing_ok=True)
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        server.bind(str(path))
        path.chmod(0o600)  # a private cabin: only its own user may speak into it
        server.listen(1)
    except OSError:
        server.close()
        raise
    return server
