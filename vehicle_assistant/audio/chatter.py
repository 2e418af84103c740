"""Keeps the sound libraries' own messages off the terminal."""

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def native_messages_hidden() -> Iterator[None]:
    """Sends file descriptor 2 to nowhere for as long as the block runs.

    ALSA and JACK write a hundred lines straight to it whenever devices are listed, however well that goes. The
    descriptor belongs to the whole process: keep the block short.
    """
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
