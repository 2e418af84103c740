"""How a command ends when something is wrong: one line on standard error that says what to do, and an exit code."""

import errno
import os
import select
import sys
from collections.abc import Callable

from intents.errors import AssistantError

PROGRAM = "vehicle-assistant"

EXIT_CHECK_FAILED = 1
"""`check` found something without which the service cannot run."""
EXIT_ERROR = 2
"""Input, settings, a model, an engine or the vehicle cannot be used; also argparse's own."""
EXIT_INTERRUPTED = 130
"""Ctrl-C: 128 + SIGINT, as shells report it."""
EXIT_PIPE_CLOSED = 141
"""The reader of our output has gone: 128 + SIGPIPE."""

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})


def guarded(command: Callable[[], int]) -> int:
    """Runs a command and returns its exit code. Errors that are not ours are bugs and keep their traceback.

    Output is flushed before the command counts as done, so that a full disk is an error too.
    """
    try:
        code = command()
        sys.stdout.flush()
    except AssistantError as error:
        complain(error)
        return EXIT_ERROR
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        if not _reader_has_gone():  # some other pipe broke: a worker's, a socket
            raise
        _close_output()
        return EXIT_PIPE_CLOSED
    except OSError as error:
        if error.errno not in _FULL or error.filename is not None:
            raise
        _close_output()
        _print(f"the output cannot be written: {error.strerror} (free some space, or write elsewhere)")
        return EXIT_ERROR
    return code


def complain(error: AssistantError) -> None:
    """Prints an error as one line: `vehicle-assistant: error: MESSAGE (REMEDY)`."""
    _print(str(error))


def _print(message: str) -> None:
    """One line whatever is in the message: a file's name may hold line ends and control characters."""
    line = "".join(character if character.isprintable() else " " for character in message)
    try:
        sys.stderr.write(f"{PROGRAM}: error: {' '.join(line.split())}\n")
        sys.stderr.flush()
    except OSError:
        pass  # nobody reads our errors; the exit code still tells


def _reader_has_gone() -> bool:
    poll = select.poll()
    poll.register(sys.stdout.fileno(), 0)  # errors and hang-ups are always reported
    return bool(poll.poll(0))


def _close_output() -> None:
    """Sends what is still buffered nowhere; otherwise the interpreter complains about it while it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
