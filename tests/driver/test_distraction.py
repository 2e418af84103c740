"""The gaze timers of the law and the rating, through the whole monitor, with times taken from the table."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intents.driver_monitoring import AlertKind, Sensitivity
from vehicle_assistant.driver.alerts import AlertLevel, DriverAlertKind
from vehicle_assistant.driver.distraction import Distraction
from vehicle_assistant.driver.reading import AWAY_AREAS, Reading
from vehicle_assistant.driver.recording import attentive, glance_away, nobody_seen
from vehicle_assistant.driver.responsiveness import Responsiveness
from vehicle_assistant.driver.samples import GAP_S, DriverSample, GazeArea, HeadPose
from vehicle_assistant.driver.thresholds import MARKETS, SENSING

LIMITS = MARKETS["eu"]
SAMPLE_S = 0.05
DISTRACTION, UNRESPONSIVE = DriverAlertKind.DISTRACTION, DriverAlertKind.UNRESPONSIVE


@pytest.mark.parametrize(
    ("speed_kmh", "limit_s", "fails_after_s"),
    [
        (LIMITS.fast_kmh, LIMITS.glance_fast_s, 4.0),  # ADDW Part 2 3.1
        (110.0, LIMITS.glance_fast_s, 4.0),
        (LIMITS.fast_kmh - 1, LIMITS.glance_slow_s, 6.5),  # ADDW Part 2 3.2
        (LIMITS.distraction_min_kmh, LIMITS.glance_slow_s, 6.5),
    ],
)
def test_one_long_glance_is_warned_about_in_time(drive, speed_kmh, limit_s, fails_after_s):
    car = drive(speed_kmh).see(attentive, 15.0)
    looked_away_s = car.now_s
    car.see(glance_away, 8.0)
    warned_after_s = car.first(DISTRACTION) - looked_away_s
    assert limit_s - 2 * SAMPLE_S <= warned_after_s <= limit_s + 2 * SAMPLE_S
    assert warned_after_s < fails_after_s


@pytest.mark.parametrize("area", sorted(AWAY_AREAS))
def test_every_area_off_the_driving_counts(drive, area):
    car = drive().see(attentive, 5.0).see(glance_away, LIMITS.glance_fast_s + 0.5, area=area)
    assert car.first(DISTRACTION) is not None


@pytest.mark.parametrize("area", [GazeArea.ROAD, GazeArea.MIRROR, GazeArea.CLUSTER])
def test_mirrors_and_instruments_belong_to_driving(drive, area):
    assert drive().see(glance_away, 30.0, area=area).silent


@pytest.mark.parametrize("speed_kmh", [LIMITS.distraction_min_kmh - 1, 5.0])
def test_below_the_speed_of_the_law_it_is_silent(drive, speed_kmh):
    assert drive(speed_kmh).see(glance_away, 30.0).silent


def test_a_glance_begun_slowly_counts_when_the_car_is_fast(drive):
    # ADDW 3.3.2.3: the timer runs at any speed.
    car = drive(15.0).see(glance_away, LIMITS.glance_fast_s + 0.5)
    assert car.silent
    car.speed_kmh = 80.0
    fast_s = car.now_s
    car.see(glance_away, 0.5)
    assert car.first(DISTRACTION) == pytest.approx(fast_s, abs=2 * SAMPLE_S)


@pytest.mark.parametrize("interruption", [nobody_seen, attentive])
def test_a_brief_return_or_loss_does_not_reset_the_timer(drive, interruption):
    half_s = LIMITS.glance_fast_s / 2 + 0.1
    brief_s = min(LIMITS.artefact_s, LIMITS.glance_return_s) - 2 * SAMPLE_S
    car = drive().see(glance_away, half_s).see(interruption, brief_s).see(glance_away, half_s)
    assert car.first(DISTRACTION) is not None


def test_a_real_look_back_does_reset_it(drive):
    half_s = LIMITS.glance_fast_s / 2 + 0.1
    car = drive().see(glance_away, half_s).see(attentive, LIMITS.glance_return_s + 0.3).see(glance_away, half_s)
    assert car.silent


def split_glances(car, away_s, back_s, count):
    for _ in range(count):
        car.see(glance_away, away_s).see(attentive, back_s)
    return car


def test_many_short_glances_are_caught_although_none_is_long(drive):
    away_s, back_s = 2.0, 1.0
    car = split_glances(drive().see(attentive, 1.0), away_s, back_s, 6)
    n_glances = LIMITS.split_glance_s / away_s
    assert car.first(DISTRACTION) == pytest.approx(1.0 + n_glances * (away_s + back_s) - back_s, abs=0.3)


def test_short_glances_with_real_looks_at_the_road_between_are_fine(drive):
    assert split_glances(drive(), 2.0, LIMITS.split_reset_s + 0.3, 12).silent


def test_glances_of_the_last_journey_are_forgotten(drive):
    car = split_glances(drive(), 2.0, 1.0, 4)
    car.monitor.ignition(car.now_s, on=False)
    car.monitor.ignition(car.now_s, on=True)
    assert split_glances(car, 2.0, 1.0, 2).silent


def test_a_hole_between_samples_joins_no_two_glances(drive):
    half_s = LIMITS.glance_fast_s / 2 + 0.1
    car = drive().see(glance_away, half_s)
    car.now_s += GAP_S + 0.1
    assert car.see(glance_away, half_s).silent


def test_flickering_back_for_a_sample_is_no_answer():
    response, t_s = Responsiveness(LIMITS), 0.0
    response.warned()
    for tick in range(round(LIMITS.unresponsive_after_s / SAMPLE_S) + 1):
        t_s += SAMPLE_S
        response.add(Reading(t_s, SAMPLE_S, 0.9, GazeArea.LAP if tick % 2 else GazeArea.ROAD))
    assert response.lost


def test_the_warning_ends_with_the_glance(drive):
    car = drive().see(glance_away, LIMITS.glance_fast_s + 0.5).see(attentive, 3.0)
    assert car.alerts[-1][1].level is AlertLevel.CLEAR
    assert car.monitor.state().current is None


def test_a_warning_that_meets_no_eyes_becomes_unresponsive(drive):
    car = drive().see(attentive, 5.0).see(glance_away, 9.0)
    warned_s, lost_s = car.first(DISTRACTION), car.first(UNRESPONSIVE, AlertLevel.URGENT)
    assert lost_s == pytest.approx(5.0 + LIMITS.unresponsive_away_s, abs=0.2)
    assert lost_s - warned_s <= LIMITS.unresponsive_after_s + 0.1


def test_slowly_the_unanswered_warning_decides(drive):
    car = drive(30.0).see(glance_away, 10.0)
    assert car.first(UNRESPONSIVE) == pytest.approx(LIMITS.glance_slow_s + LIMITS.unresponsive_after_s, abs=0.2)


def test_a_face_lost_after_a_warning_is_no_answer(drive):
    car = drive().see(glance_away, LIMITS.glance_fast_s + 0.2).see(nobody_seen, 5.0)
    assert car.first(UNRESPONSIVE) is not None


def test_an_answered_warning_is_forgotten(drive):
    car = drive().see(glance_away, LIMITS.glance_fast_s + 0.2).see(attentive, 20.0)
    assert car.first(UNRESPONSIVE) is None


def test_it_repeats_until_the_eyes_are_back_and_words_do_not_help(drive):
    car = drive().see(glance_away, LIMITS.glance_fast_s + 0.2)
    assert car.monitor.acknowledge(car.now_s) is False
    car.see(glance_away, 12.0)
    assert len(car.heard()) >= 4


def test_switched_off_it_is_silent_and_still_measures(drive):
    car = drive()
    car.monitor.set_alerts(AlertKind.DISTRACTION, on=False)
    car.see(glance_away, 5.0)
    assert car.silent
    assert car.monitor.state().away_s == pytest.approx(5.0, abs=0.1)


def test_high_sensitivity_warns_earlier_and_none_later_than_the_law(drive):
    assert all(0.0 < sensing.glance_factor <= 1.0 and sensing.warn_at_kss <= 8 for sensing in SENSING.values())
    car = drive()
    car.monitor.set_sensitivity(Sensitivity.HIGH)
    car.see(glance_away, 4.0)
    assert car.first(DISTRACTION) == pytest.approx(3.0, abs=2 * SAMPLE_S)


@pytest.mark.parametrize(
    ("yaw_deg", "pitch_deg", "away"), [(0, 0, False), (60, 0, True), (-60, 0, True), (0, -40, True)]
)
def test_without_a_gaze_the_head_speaks(drive, yaw_deg, pitch_deg, away):
    def head_only(seconds, start_s):
        for sample in glance_away(seconds, start_s=start_s):
            pose = HeadPose(yaw_deg=yaw_deg, pitch_deg=pitch_deg)
            yield sample.model_copy(update={"gaze": GazeArea.UNKNOWN, "head_pose": pose})

    assert (drive().see(head_only, 5.0).first(DISTRACTION) is not None) is away


def test_a_doubtful_camera_accuses_nobody(drive):
    def doubtful(seconds, start_s):
        for sample in glance_away(seconds, start_s=start_s):
            yield DriverSample.model_validate(sample.model_dump() | {"quality": LIMITS.quality_min - 0.1})

    assert drive().see(doubtful, 6.0).silent


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([*GazeArea, None]), st.floats(0.0, 0.5)), max_size=300))
def test_the_timers_never_claim_more_than_was_seen(story):
    gaze, t_s, away_s = Distraction(LIMITS), 0.0, 0.0
    for area, dt_s in story:
        t_s += dt_s
        gaze.add(Reading(t_s, dt_s, 0.9, area))
        away_s += dt_s if area is None or area in AWAY_AREAS else 0.0
        assert 0.0 <= gaze.away_s <= away_s + 1e-9
        assert 0.0 <= gaze.split_s <= LIMITS.split_window_s + 0.5
