"""Eyes: PERCLOS, blinks, long closures and the estimate made of them."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vehicle_assistant.driver.fatigue import KSS_LOWEST, Fatigue
from vehicle_assistant.driver.reading import Reading
from vehicle_assistant.driver.samples import GazeArea
from vehicle_assistant.driver.thresholds import MARKETS, Measure
from vehicle_assistant.driver.window import SlidingSum

LIMITS = MARKETS["eu"]
STEP_S = 0.05
OPEN, CLOSED = 0.9, 0.0


class Eyes:
    """Draws eyes sample by sample."""

    def __init__(self):
        self.fatigue = Fatigue(LIMITS)
        self.tick = 0

    def look(self, openness, seconds):
        for _ in range(round(seconds / STEP_S)):
            self.tick += 1
            self.fatigue.add(Reading(self.tick * STEP_S, STEP_S, openness, GazeArea.ROAD))
        return self

    def blinks(self, closed_s, every_s, seconds):
        for _ in range(round(seconds / every_s)):
            self.look(OPEN, every_s - closed_s).look(CLOSED, closed_s)
        return self

    @property
    def state(self):
        return self.fatigue.state()


@given(
    st.lists(st.tuples(st.floats(0.0, 5.0), st.floats(0.0, 100.0)), max_size=80),
    st.floats(0.5, 20.0),
)
def test_a_sliding_sum_is_the_sum_of_what_lies_in_the_window(steps, window_s):
    sliding, t_s, kept = SlidingSum(window_s), 0.0, []
    for ahead_s, amount in steps:
        t_s += ahead_s
        sliding.add(t_s, amount)
        kept.append((round(t_s * 1e6), round(amount * 1e6)))
        oldest = round(t_s * 1e6) - round(window_s * 1e6)
        assert sliding.value == sum(amount for at, amount in kept if at > oldest) / 1e6


def test_a_day_of_samples_leaves_no_rounding_behind():
    sliding = SlidingSum(60.0)
    for tick in range(200_000):
        sliding.add(tick * 0.1, 0.1)
    assert sliding.value == 60.0


def test_perclos_is_the_share_of_time_with_closed_eyes():
    eyes = Eyes().blinks(0.4, 4.0, 240.0)
    assert eyes.state.perclos_60 == pytest.approx(0.1, abs=0.005)
    assert eyes.state.perclos_180 == pytest.approx(0.1, abs=0.005)


def test_nothing_is_claimed_before_half_a_window_was_seen():
    eyes = Eyes().look(OPEN, LIMITS.seen_share * LIMITS.blink_window_s - 1.0)
    assert (eyes.state.kss, eyes.state.perclos_60) == (None, None)
    eyes.look(OPEN, 2.0)
    assert eyes.state.kss == KSS_LOWEST


def test_rested_people_are_not_called_drowsy():
    assert Eyes().blinks(0.15, 4.0, 300.0).state.kss == KSS_LOWEST


def test_blinks_are_counted_and_timed():
    state = Eyes().blinks(0.2, 3.0, 120.0).state
    assert state.blinks_per_minute == pytest.approx(20.0, abs=1.0)
    assert state.mean_blink_s == pytest.approx(0.2, abs=STEP_S)
    assert state.long_closures_60 == 0


@pytest.mark.parametrize(
    ("closed_s", "long", "micro"),
    [
        (LIMITS.long_closure_s - 0.1, 0, 0),
        (LIMITS.long_closure_s + 0.1, 1, 0),
        (LIMITS.microsleep_s + 0.1, 1, 1),
        (LIMITS.sleep_s + 0.5, 1, 1),
    ],
)
def test_a_closure_is_filed_by_its_length(closed_s, long, micro):
    state = Eyes().look(OPEN, 40.0).look(CLOSED, closed_s).look(OPEN, 1.0).state
    assert (state.long_closures_60, state.microsleeps_180) == (long, micro)


def test_noise_on_the_lid_does_not_split_a_closure():
    eyes = Eyes().look(OPEN, 5.0)
    for _ in range(10):
        eyes.look(LIMITS.eye_closed - 0.05, 0.1).look(LIMITS.eye_open_again - 0.05, 0.1)
    assert eyes.fatigue.closed_s == pytest.approx(2.0, abs=0.1)


def test_a_short_loss_of_the_eyes_keeps_the_closure_and_a_long_one_ends_it():
    eyes = Eyes().look(OPEN, 5.0).look(CLOSED, 1.0).look(None, LIMITS.artefact_s - 0.1).look(CLOSED, 1.0)
    assert eyes.fatigue.closed_s == pytest.approx(2.2, abs=0.1)
    eyes.look(None, LIMITS.artefact_s + 0.1)
    assert eyes.fatigue.closed_s == 0.0


def test_time_without_eyes_counts_neither_way():
    seen = Eyes().blinks(0.4, 4.0, 200.0).state.perclos_180
    gappy = Eyes().blinks(0.4, 4.0, 100.0).look(None, 60.0).blinks(0.4, 4.0, 100.0).state.perclos_180
    assert gappy == pytest.approx(seen, abs=0.01)


@pytest.mark.parametrize("rule", LIMITS.kss_rules, ids=lambda rule: f"{rule.measure}-{rule.kss}")
def test_every_row_of_the_table_can_decide(rule):
    fatigue = Fatigue(LIMITS)
    quiet = dict.fromkeys(Measure, 0.0)
    assert fatigue._kss(quiet | {rule.measure: rule.at_least}) == rule.kss
    assert fatigue._kss(quiet | {rule.measure: rule.at_least * 0.99}) < rule.kss


def test_sleepier_never_means_a_lower_estimate():
    for measure in Measure:
        rows = sorted((r for r in LIMITS.kss_rules if r.measure is measure), key=lambda r: r.at_least)
        assert all(low.kss < high.kss for low, high in pairwise(rows))


def test_ever_longer_closures_raise_perclos_and_the_estimate():
    levels = [Eyes().blinks(closed_s, 4.0, 240.0).state.kss for closed_s in (0.15, 0.3, 0.4, 0.45)]
    assert levels == sorted(levels)
    assert levels[0] == KSS_LOWEST
    assert levels[-1] >= 7


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from([OPEN, CLOSED, 0.3, None]), st.floats(0.0, 300.0), st.floats(0.0, 0.5)), max_size=100
    )
)
def test_any_story_leaves_measures_in_their_ranges(story):
    fatigue, t_s = Fatigue(LIMITS), 0.0
    for openness, gap_s, dt_s in story:
        t_s += gap_s + dt_s
        fatigue.add(Reading(t_s, dt_s, openness, None))
        state = fatigue.state()
        for share in (state.perclos_60, state.perclos_180):
            assert share is None or 0.0 <= share <= 1.0
        assert state.kss is None or KSS_LOWEST <= state.kss <= 9
        assert fatigue.closed_s >= 0.0
        assert state.long_closures_60 >= 0 <= state.microsleeps_180
