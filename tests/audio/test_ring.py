"""The ring keeps the last seconds, by time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vehicle_assistant.audio.port import FRAME_S, SILENCE, Frame
from vehicle_assistant.audio.ring import Ring


def frame(index: int) -> Frame:
    return Frame(SILENCE, index * FRAME_S)


@given(count=st.integers(1, 300), span_frames=st.integers(1, 100))
def test_it_keeps_its_span_and_no_more(count, span_frames):
    ring: Ring[Frame] = Ring(span_frames * FRAME_S)
    for index in range(count):
        ring.push(frame(index))
    kept = ring.since(-1.0)
    assert kept[-1] == frame(count - 1)
    assert abs(len(kept) - min(count, span_frames)) <= 1
    assert list(kept) == sorted(kept, key=lambda item: item.start_s)


def test_since_takes_a_frame_that_lies_mostly_after_the_moment():
    ring: Ring[Frame] = Ring(1.0)
    for index in range(10):
        ring.push(frame(index))
    assert ring.since(5 * FRAME_S)[0] == frame(5)
    assert ring.since(5.4 * FRAME_S)[0] == frame(5)
    assert ring.since(5.6 * FRAME_S)[0] == frame(6)
    assert ring.since(100.0) == ()


def test_a_gap_in_time_drops_what_is_old():
    ring: Ring[Frame] = Ring(1.0)
    ring.push(frame(0))
    ring.push(frame(1000))
    assert ring.since(0.0) == (frame(1000),)


def test_clear_forgets_and_an_empty_span_is_refused():
    ring: Ring[Frame] = Ring(1.0)
    ring.push(frame(0))
    ring.clear()
    assert len(ring) == 0
    with pytest.raises(ValueError, match="more than 0 s"):
        Ring(0.0)
