"""Recordings: made the same every time, replayed as the car would have heard them, refused when not understood."""

import json
from itertools import chain, pairwise

import pytest

from intents.errors import ErrorCode, InputError
from vehicle_assistant.driver.alerts import AlertLevel, DriverAlertKind
from vehicle_assistant.driver.monitor import DriverMonitor
from vehicle_assistant.driver.recording import attentive, drowsy_episode, eyes_closed, glance_away, write_recording
from vehicle_assistant.driver.replay import monitor_file
from vehicle_assistant.driver.samples import Drop


def heard(path, **how):
    return [(at.t_s, at.alert.kind, at.alert.level) for at in monitor_file(path, **how) if at.alert.heard]


def test_the_same_seed_draws_the_same_driver():
    assert list(drowsy_episode(seed=7)) == list(drowsy_episode(seed=7))
    assert list(drowsy_episode(seed=7)) != list(drowsy_episode(seed=8))


def test_drawn_samples_are_in_order_and_at_the_stated_rate():
    times = [sample.t_s for sample in drowsy_episode(start_s=5.0)]
    assert times[0] == 5.0
    assert all(0.04 < later - earlier < 0.06 for earlier, later in pairwise(times))


def test_a_recording_is_heard_as_the_drive_was(tmp_path, drive):
    path = tmp_path / "drive.jsonl"
    samples = list(chain(attentive(10.0), glance_away(5.0, start_s=10.0), attentive(5.0, start_s=15.0)))
    assert write_recording(path, samples, 110.0) == len(samples)
    car = drive().see(attentive, 10.0).see(glance_away, 5.0).see(attentive, 5.0)
    assert [(pytest.approx(t, abs=0.051), kind, level) for t, kind, level in car.heard()] == heard(path)


def test_a_recording_without_speed_takes_the_one_that_is_given(tmp_path):
    path = tmp_path / "drive.jsonl"
    path.write_text("".join(sample.model_dump_json() + "\n" for sample in glance_away(5.0)))
    assert heard(path) == []
    assert [kind for _, kind, _ in heard(path, speed_kmh=80.0)] == [DriverAlertKind.DISTRACTION]


def test_a_hole_in_the_recording_is_a_dead_camera(tmp_path):
    path = tmp_path / "drive.jsonl"
    lines = [sample.model_dump_json() for sample in chain(attentive(5.0), attentive(5.0, start_s=30.0))]
    lines[100:100] = [json.dumps({"t_s": 5.0 + second, "speed_kmh": 90.0}) for second in range(25)]
    lines.insert(0, json.dumps({"t_s": 0.0, "speed_kmh": 90.0}))
    path.write_text("\n".join(lines))
    ((t_s, kind, level),) = heard(path)
    assert kind is DriverAlertKind.SENSOR
    assert level is AlertLevel.INFORMATION
    assert 5.0 < t_s <= 15.0


def test_wild_clocks_and_nonsense_are_dropped_counted_and_survived(tmp_path):
    path = tmp_path / "drive.jsonl"
    lines = [sample.model_dump_json() for sample in chain(attentive(5.0), eyes_closed(4.0, start_s=5.0))]

    def instead(**change):
        return json.dumps(json.loads(lines[49]) | change)

    lines[50:50] = [lines[49], instead(t_s=2.48, quality=float("nan")), instead(t_s=9e6)]
    path.write_text("\n".join(lines))
    monitor = DriverMonitor()
    kinds = [kind for _, kind, _ in heard(path, speed_kmh=80.0, monitor=monitor)]
    assert DriverAlertKind.SLEEP in kinds
    dropped = monitor.state().dropped
    assert dropped[Drop.DUPLICATE] == 1
    assert dropped[Drop.NOT_A_NUMBER] == 1
    assert dropped[Drop.OUT_OF_ORDER] >= 1


@pytest.mark.parametrize("line", ["not json", "{}", '{"t_s": 1}', '{"t_s": 1, "speed_kmh": "fast"}', "[1, 2]"])
def test_a_line_that_is_not_understood_is_named(tmp_path, line):
    path = tmp_path / "drive.jsonl"
    good = next(attentive(1.0)).model_dump_json()
    path.write_text(f"{good}\n\n{line}\n")
    with pytest.raises(InputError, match="line 3") as refused:
        list(monitor_file(path))
    assert refused.value.code is ErrorCode.TEXT_NOT_JSON


def test_an_empty_or_absent_recording_is_refused(tmp_path):
    empty = tmp_path / "empty.jsonl"
    empty.touch()
    for path, code in ((empty, ErrorCode.FILE_EMPTY), (tmp_path / "none", ErrorCode.FILE_NOT_FOUND)):
        with pytest.raises(InputError) as refused:
            list(monitor_file(path))
        assert refused.value.code is code
