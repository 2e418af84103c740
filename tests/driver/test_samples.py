"""What a camera may send and what becomes of it: nothing unusable is ever taken for something seen."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from vehicle_assistant.driver.samples import (
    GAP_S,
    RESTART_AFTER,
    DriverSample,
    Drop,
    GazeArea,
    SampleClock,
    read_sample,
)

GOOD = {
    "t_s": 12.5,
    "eye_openness_left": 0.9,
    "eye_openness_right": None,
    "gaze": "road",
    "head_pose": {"yaw_deg": 1.0, "pitch_deg": -2.0, "roll_deg": 0.0},
    "face_found": True,
    "quality": 0.8,
}


def at(t_s):
    return DriverSample(t_s=t_s, face_found=True, quality=1.0)


def changed(**change):
    return json.dumps(GOOD | change)


def test_a_good_message_is_read_and_frozen():
    sample = read_sample(json.dumps(GOOD).encode())
    assert isinstance(sample, DriverSample)
    assert (sample.t_s, sample.eye_openness_right, sample.gaze) == (12.5, None, GazeArea.ROAD)
    with pytest.raises(ValidationError):
        sample.t_s = 3.0


def test_what_is_written_is_read_again():
    sample = DriverSample.model_validate(GOOD)
    assert read_sample(sample.model_dump_json()) == sample


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (changed(eye_openness_left=math.nan), Drop.NOT_A_NUMBER),
        (changed(t_s=math.inf), Drop.NOT_A_NUMBER),
        (changed(head_pose={"yaw_deg": math.nan, "pitch_deg": 0}), Drop.NOT_A_NUMBER),
        (changed(eye_openness_left=1.2), Drop.OUT_OF_RANGE),
        (changed(quality=-0.1), Drop.OUT_OF_RANGE),
        (changed(t_s=-1), Drop.OUT_OF_RANGE),
        (changed(t_s=1e12), Drop.OUT_OF_RANGE),
        (changed(head_pose={"yaw_deg": 400, "pitch_deg": 0}), Drop.OUT_OF_RANGE),
        (changed(gaze="moon"), Drop.MALFORMED),
        (changed(surprise=1), Drop.MALFORMED),
        (changed(face_found=None), Drop.MALFORMED),
        (changed(t_s="soon", quality=2), Drop.MALFORMED),
        ("", Drop.MALFORMED),
        ("[]", Drop.MALFORMED),
        ("null", Drop.MALFORMED),
        (b"\xff\xfe", Drop.MALFORMED),
    ],
)
def test_an_unusable_message_says_why(message, reason):
    assert read_sample(message) is reason


@given(st.binary(max_size=200) | st.text(max_size=200))
def test_no_bytes_break_the_reader(message):
    assert isinstance(read_sample(message), (DriverSample, Drop))


def test_time_between_samples_is_theirs_and_a_gap_is_nobodys():
    clock = SampleClock()
    assert clock.admit(at(10.0)).dt_s == 0.0
    assert clock.admit(at(10.05)).dt_s == pytest.approx(0.05)
    step = clock.admit(at(10.05 + GAP_S + 1.0))
    assert (step.dt_s, step.gap_s) == (0.0, pytest.approx(GAP_S + 1.0))


def test_repeated_and_late_samples_are_counted_apart():
    clock = SampleClock()
    clock.admit(at(10.0))
    assert clock.admit(at(10.0)) is None
    assert clock.admit(at(9.9)) is None
    assert dict(clock.dropped) == {Drop.DUPLICATE: 1, Drop.OUT_OF_ORDER: 1}
    assert clock.admit(at(10.1)).dt_s == pytest.approx(0.1)


@pytest.mark.parametrize("jump_s", [-3600.0, -2.0])
def test_a_camera_that_restarts_is_followed_after_a_few_samples(jump_s):
    clock = SampleClock()
    clock.admit(at(4000.0))
    steps = [clock.admit(at(4000.0 + jump_s + 0.05 * n)) for n in range(RESTART_AFTER + 1)]
    assert steps[: RESTART_AFTER - 1] == [None] * (RESTART_AFTER - 1)
    assert steps[RESTART_AFTER - 1].restarted
    assert steps[RESTART_AFTER].dt_s == pytest.approx(0.05)


def test_one_wild_time_stamp_does_not_make_it_deaf():
    clock = SampleClock()
    for t_s in (10.0, 10.05, 9e8):
        clock.admit(at(t_s))
    admitted = [clock.admit(at(10.1 + 0.05 * n)) for n in range(20)]
    assert sum(step is not None for step in admitted) == 20 - (RESTART_AFTER - 1)


@given(st.lists(st.floats(0, 1e6, allow_nan=False), max_size=60))
def test_admitted_time_never_runs_back_unless_said_so(times):
    clock = SampleClock()
    newest_s = -1.0
    admitted = 0
    for t_s in times:
        step = clock.admit(at(t_s))
        if step is None:
            continue
        admitted += 1
        assert 0.0 <= step.dt_s <= GAP_S
        assert step.restarted or t_s > newest_s
        newest_s = t_s
    assert admitted + sum(clock.dropped.values()) == len(times)
