"""The watchdog: fed by progress alone, and able to say whose is missing. Seen from the service manager's socket."""

import asyncio
import math
import os
import socket

import pytest

from intents.errors import ErrorCode, SettingsError
from vehicle_assistant.watchdog import Notifier, Progress, Watchdog, slow_parts, watchdog_interval_s


@pytest.fixture(params=["path", "abstract"])
def manager(request, tmp_path):
    """The service manager's end: its address as systemd writes it, and its socket."""
    name = str(tmp_path / "notify") if request.param == "path" else f"@vehicle-assistant-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
        end.bind("\0" + name[1:] if name[0] == "@" else name)
        end.settimeout(10)
        yield name, end


@pytest.fixture
def notifier(manager):
    notifier = Notifier(manager[0])
    yield notifier
    notifier.close()


def told(manager):
    """Everything that has arrived."""
    end = manager[1]
    end.setblocking(False)
    datagrams = []
    while True:
        try:
            datagrams.append(end.recv(4096).decode())
        except BlockingIOError:
            return datagrams


class Clock:
    def __init__(self):
        self.now_s = 100.0

    def __call__(self):
        return self.now_s


def test_the_life_of_a_service_as_systemd_sees_it(manager, notifier):
    notifier.ready("listening for 'computer'")
    notifier.status("degraded:\nno microphone")
    notifier.feed()
    notifier.reloading()
    notifier.stopping()

    ready, status, fed, reloading, stopping = told(manager)

    assert ready == "READY=1\nSTATUS=listening for 'computer'"
    assert status == "STATUS=degraded: no microphone"
    assert fed == "WATCHDOG=1"
    assert reloading.startswith("RELOADING=1\nMONOTONIC_USEC=")
    assert stopping == "STOPPING=1"


def test_a_status_cannot_smuggle_in_another_assignment(manager, notifier):
    notifier.status("fine\nREADY=1")

    assert told(manager) == ["STATUS=fine READY=1"]


def test_fed_while_every_part_moves(manager, notifier):
    watchdog = Watchdog(notifier, 10.0)
    watchdog.register("ears", lambda: 0.1, 2.0)
    watchdog.register("link", lambda: 4.9, 5.0)

    assert watchdog.check()
    assert told(manager) == ["WATCHDOG=1"]


def test_one_part_that_stands_still_starves_the_watchdog_and_is_named(manager, notifier):
    clock = Clock()
    watchdog = Watchdog(notifier, 10.0, clock)
    ages = {"ears": 2.5, "link": 0.0, "parser": 9.0}
    for name in ages:
        watchdog.register(name, lambda name=name: ages[name], 2.0)

    assert not watchdog.check()
    clock.now_s += 60
    assert not watchdog.check()

    assert told(manager) == ["STATUS=no progress: parser (9.0 s), ears (2.5 s)"]


def test_when_it_moves_again_the_old_status_is_back_and_feeding_goes_on(manager, notifier):
    watchdog = Watchdog(notifier, 10.0)
    age_s = 3.0
    watchdog.register("ears", lambda: age_s, 2.0)
    watchdog.say("listening")
    watchdog.check()
    told(manager)
    age_s = 0.0

    assert watchdog.check()
    assert told(manager) == ["STATUS=listening", "WATCHDOG=1"]


def test_fed_at_most_twice_in_an_interval_however_often_it_looks(manager, notifier):
    clock = Clock()
    watchdog = Watchdog(notifier, 10.0, clock)
    fed = []
    for _ in range(21):
        fed.append(watchdog.check())
        clock.now_s += 1.0

    assert [at for at, was_fed in enumerate(fed) if was_fed] == [0, 5, 10, 15, 20]
    assert told(manager) == ["WATCHDOG=1"] * 5


def test_a_forgotten_part_is_not_waited_for(manager, notifier):
    watchdog = Watchdog(notifier, 10.0)
    watchdog.register("voice", lambda: math.inf, 2.0)
    watchdog.forget("voice")
    watchdog.forget("never there")

    assert watchdog.check()


def test_an_age_that_is_no_number_is_no_progress():
    assert list(slow_parts({"ears": Progress(lambda: math.nan, 2.0)})) == ["ears"]


async def test_it_runs_on_the_loop_and_feeds_within_the_interval(manager, notifier):
    running = asyncio.create_task(Watchdog(notifier, 0.2).run())
    end = manager[1]
    first, second = [await asyncio.to_thread(end.recv, 4096) for _ in range(2)]
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    assert (first, second) == (b"WATCHDOG=1", b"WATCHDOG=1")


def test_started_by_hand_it_tells_nobody_and_feeds_nobody():
    notifier = Notifier(None)
    notifier.ready("listening")

    assert not Watchdog(notifier, None).check()


def test_a_service_manager_that_has_gone_is_no_reason_to_stop(tmp_path):
    notifier = Notifier(str(tmp_path / "nobody"))
    notifier.feed()
    notifier.close()
    notifier.close()
    notifier.feed()


def test_an_address_that_is_none_is_refused():
    with pytest.raises(SettingsError) as refused:
        Notifier("notify.sock")

    assert refused.value.code is ErrorCode.SETTING_INVALID
    assert refused.value.remedy


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"WATCHDOG_USEC": "10000000", "WATCHDOG_PID": "42"}, 10.0),
        ({"WATCHDOG_USEC": "10000000"}, 10.0),
        ({"WATCHDOG_USEC": "10000000", "WATCHDOG_PID": "41"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({}, None),
    ],
)
def test_systemd_says_how_often(environment, expected):
    assert watchdog_interval_s(environment, pid=42) == expected
