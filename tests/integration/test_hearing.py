import pytest

from integration import hearing
from integration.envelope import Motion
from integration.hearing import Hearing
from intents.media import MediaState

MOVING = Motion(speed_kmh=50, gear="drive", ignition="on")


class Clock:
    def __init__(self) -> None:
        self.now_s = 1000.0

    def monotonic(self) -> float:
        return self.now_s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(hearing, "time", clock)
    return clock


def test_a_state_is_believed_for_its_life(clock: Clock) -> None:
    heard = Hearing()
    heard.hear_state("media", MediaState(version=3), expiry_s=30)

    clock.now_s += 29.9
    reading = heard.state("media")
    clock.now_s += 0.1

    assert reading is not None
    assert reading.age_s == pytest.approx(29.9)
    assert heard.state("media") is None


def test_what_the_broker_left_of_its_life_tells_the_age(clock: Clock) -> None:
    heard = Hearing()
    heard.hear_state("media", MediaState(), expiry_s=4)

    reading = heard.state("media")
    clock.now_s += 4.0

    assert reading is not None
    assert reading.age_s == pytest.approx(26.0)
    assert heard.state("media") is None


@pytest.mark.parametrize("expiry_s", [None, 3600])
def test_no_or_too_long_an_expiry_ends_at_the_max_age(clock: Clock, expiry_s: int | None) -> None:
    heard = Hearing()
    heard.hear_state("media", MediaState(), expiry_s)

    clock.now_s += 30.0

    assert heard.state("media") is None


def test_motion_is_unknown_after_a_second(clock: Clock) -> None:
    heard = Hearing()
    assert heard.motion() is None

    heard.hear_motion(MOVING)
    clock.now_s += 1.0
    assert heard.motion() == MOVING
    clock.now_s += 0.01
    assert heard.motion() is None


def test_a_lost_connection_leaves_nothing_to_believe(clock: Clock) -> None:
    heard = Hearing()
    heard.hear_state("media", MediaState(), 30)
    heard.hear_motion(MOVING)

    heard.forget()

    assert heard.state("media") is None
    assert heard.motion() is None


def test_a_withdrawn_state_is_unknown(clock: Clock) -> None:
    heard = Hearing()
    heard.hear_state("media", MediaState(), 30)

    heard.withdraw("media")
    heard.withdraw("climate")

    assert heard.state("media") is None
