"""Whether a worker is at work, judged from what main saw of it."""

import pytest

from vehicle_assistant.workers.vigil import BACKOFF_S, TICK_S, Vigil, WorkerLimits, backoff_s

LIMITS = WorkerLimits(start_timeout_s=5.0, beat_timeout_s=2.0, memory_limit_mib=100.0)


def judge(vigil, seconds, *, rss_mib=10.0, idle=True, excused=False):
    """Looks every tick for so long, and returns the first reason with the time it came."""
    for tick in range(1, round(seconds / TICK_S) + 1):
        reason = vigil.judge(TICK_S, rss_mib, idle=idle, excused=excused)
        if reason:
            return tick * TICK_S, reason
    return None


@pytest.fixture
def vigil():
    return Vigil(LIMITS, started=True)


def test_silence_is_noticed_just_after_its_limit(vigil):
    at_s, reason = judge(vigil, 10.0)

    assert LIMITS.beat_timeout_s < at_s <= LIMITS.beat_timeout_s + 2 * TICK_S
    assert reason == "it gave no sign of work for 2 s"


def test_every_beat_starts_the_clock_anew(vigil):
    for _ in range(10):
        assert judge(vigil, 1.8) is None
        vigil.beaten()


def test_a_job_with_a_deadline_may_take_its_time_and_not_more(vigil):
    assert judge(vigil, 30.0, excused=True) is None

    at_s, _ = judge(vigil, 10.0)
    assert at_s > LIMITS.beat_timeout_s


def test_main_being_held_up_is_not_held_against_the_worker(vigil):
    assert vigil.judge(3600.0, 10.0, idle=True, excused=False) is None


def test_a_start_has_its_own_limit():
    at_s, reason = judge(Vigil(LIMITS), 10.0)

    assert 5.0 <= at_s <= 5.0 + 2 * TICK_S
    assert reason == "it did not start within 5 s"


@pytest.mark.parametrize(
    ("rss_mib", "idle", "replaced"),
    [(99.0, True, False), (101.0, True, True), (101.0, False, False), (149.0, False, False), (151.0, False, True)],
)
def test_memory_is_taken_back_between_jobs_or_before_it_hurts(vigil, rss_mib, idle, replaced):
    reason = vigil.judge(TICK_S, rss_mib, idle=idle, excused=False)

    assert reason == (f"it grew to {rss_mib:.0f} MiB, its budget is 100 MiB" if replaced else None)


def test_without_a_budget_memory_is_no_reason():
    assert Vigil(WorkerLimits(), started=True).judge(TICK_S, 1e6, idle=True, excused=False) is None


def test_the_first_replacement_is_immediate_and_later_ones_wait_longer():
    waits_s = [backoff_s(failures) for failures in range(1, 9)]

    assert waits_s == [*BACKOFF_S, 5.0, 5.0, 5.0]
    assert waits_s == [0.0, 0.5, 1.0, 2.0, 5.0, 5.0, 5.0, 5.0]
