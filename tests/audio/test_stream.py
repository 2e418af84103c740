"""A bench speaks into a FIFO or a socket; writers come and go."""

import os
import socket
import stat

import numpy as np
import pytest

from intents.errors import ErrorCode, InputError
from vehicle_assistant.audio.port import FRAME_BYTES, FRAME_S, AudioWarningCode, Frame
from vehicle_assistant.audio.stream import StreamSource

SPEECH = np.random.default_rng(2).integers(-9000, 9000, 480 * 8).astype("<i2").tobytes()


class FifoWriter:
    def __init__(self, path):
        self.handle = os.open(path, os.O_WRONLY)

    def write(self, content: bytes) -> None:
        assert os.write(self.handle, content) == len(content)

    def close(self) -> None:
        os.close(self.handle)


class SocketWriter:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.connect(str(path))

    def write(self, content: bytes) -> None:
        self.socket.sendall(content)

    def close(self) -> None:
        self.socket.close()


@pytest.fixture(params=[FifoWriter, SocketWriter])
def stream(request, tmp_path):
    """A source and a way to open a writer to it."""
    path = tmp_path / "voice"
    if request.param is FifoWriter:
        os.mkfifo(path)
    source = StreamSource(path)
    yield source, lambda: request.param(path)
    source.close()


def take(frames, count: int) -> list[Frame]:
    """Take frames, with at most 50 ticks of waiting in between."""
    taken: list[Frame] = []
    ticks = 0
    while len(taken) < count:
        frame = next(frames)
        if frame is None:
            ticks += 1
            assert ticks < 50, f"{len(taken)} of {count} frames arrived"
        else:
            taken.append(frame)
    return taken


def test_without_a_writer_it_ticks(stream):
    source, _ = stream
    frames = source.frames()
    assert [next(frames) for _ in range(3)] == [None, None, None]


def test_what_is_written_comes_out_in_frames(stream):
    source, connect = stream
    writer = connect()
    writer.write(SPEECH[:100])
    writer.write(SPEECH[100:])
    frames = take(source.frames(), 8)
    assert b"".join(frame.samples for frame in frames) == SPEECH
    assert [frame.start_s for frame in frames] == [index * FRAME_S for index in range(8)]
    writer.close()


def test_the_next_writer_is_heard_in_step_and_time_goes_on(stream):
    source, connect = stream
    frames = source.frames()
    first = connect()
    first.write(SPEECH[: FRAME_BYTES + 101])
    first.close()
    assert take(frames, 1)[0].samples == SPEECH[:FRAME_BYTES]
    assert next(frames) is None
    second = connect()
    second.write(SPEECH[: 2 * FRAME_BYTES])
    after = take(frames, 2)
    second.close()
    assert b"".join(frame.samples for frame in after) == SPEECH[: 2 * FRAME_BYTES]
    assert [frame.start_s for frame in after] == [FRAME_S, 2 * FRAME_S]
    (warning,) = source.take_warnings()
    assert warning.code is AudioWarningCode.DROPPED
    assert "101 bytes" in warning.message


def test_closing_ends_the_frames(stream):
    source, _ = stream
    frames = source.frames()
    assert next(frames) is None
    source.close()
    assert list(frames) == []
    source.close()


def test_a_socket_is_private_and_removed_afterwards(tmp_path):
    path = tmp_path / "voice"
    source = StreamSource(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(InputError, match="another process"):
        StreamSource(path)
    source.close()
    assert not path.exists()


def test_a_socket_left_behind_is_replaced(tmp_path):
    path = tmp_path / "voice"
    dead = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    dead.bind(str(path))
    dead.close()
    source = StreamSource(path)
    writer = SocketWriter(path)
    writer.write(SPEECH[:FRAME_BYTES])
    assert take(source.frames(), 1)[0].samples == SPEECH[:FRAME_BYTES]
    writer.close()
    source.close()


def test_paths_that_cannot_carry_sound_are_refused(tmp_path):
    plain = tmp_path / "plain"
    plain.write_bytes(b"x")
    with pytest.raises(InputError, match="neither a FIFO nor a socket") as refused:
        StreamSource(plain)
    assert refused.value.code is ErrorCode.FILE_NOT_AUDIO
    assert plain.read_bytes() == b"x"
    with pytest.raises(InputError, match="no sound can be taken"):
        StreamSource(tmp_path / "missing" / "voice")
    with pytest.raises(InputError, match="no sound can be taken"):
        StreamSource(tmp_path / ("x" * 120))
