from itertools import pairwise

import pytest

from integration.simulator.drive import DRIVES, Drive, Waypoint, steady


@pytest.mark.parametrize("drive", DRIVES.values(), ids=DRIVES)
def test_drives_are_driven_by_people(drive: Drive) -> None:
    speeds = [drive.speed_kmh(t_s / 10) for t_s in range(6000)]

    assert min(speeds) >= 0
    assert max(speeds) <= 130
    # 3 m/s2 is firm braking; a jump would be a mistake in the script.
    assert max(abs(b - a) for a, b in pairwise(speeds)) * 10 / 3.6 <= 3.0


def test_between_waypoints_the_speed_changes_evenly_and_starts_again() -> None:
    drive = Drive((Waypoint(0, 0), Waypoint(10, 50), Waypoint(20, 0)))

    assert [drive.speed_kmh(t_s) for t_s in (0, 5, 10, 15, 20, 25)] == [0, 25, 50, 25, 0, 25]


def test_parked_is_parked_and_waiting_is_not() -> None:
    parked, waiting = DRIVES["parked"].motion(12.0), steady(0).motion(12.0)

    assert (parked.speed_kmh, parked.gear) == (0, "park")
    assert (waiting.speed_kmh, waiting.gear) == (0, "drive")
