"""Stories of drives: what the driver hears, and when, and what they do not hear."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intents.driver_monitoring import AlertKind, Fatigue, Sensitivity
from vehicle_assistant.driver.alerts import AlertLevel, DriverAlertKind
from vehicle_assistant.driver.messages import state_message
from vehicle_assistant.driver.monitor import DriverMonitor
from vehicle_assistant.driver.recording import attentive, drowsy_episode, eyes_closed, glance_away, nobody_seen
from vehicle_assistant.driver.samples import DriverSample, Drop, GazeArea
from vehicle_assistant.driver.state import Alertness, SensorHealth
from vehicle_assistant.driver.thresholds import MARKETS

LIMITS = MARKETS["eu"]
SOON_S = 0.2  # a few samples
DROWSINESS, MICROSLEEP = DriverAlertKind.DROWSINESS, DriverAlertKind.MICROSLEEP
SLEEP, SENSOR, UNRESPONSIVE = DriverAlertKind.SLEEP, DriverAlertKind.SENSOR, DriverAlertKind.UNRESPONSIVE


def drowsy(seconds, *, start_s):
    """Blinks of half a rested person's second: PERCLOS about 15 %."""
    return attentive(seconds, start_s=start_s, blink_s=0.4, blink_every_s=2.4)


def test_an_attentive_quarter_of_an_hour_is_a_silent_one(drive):
    car = drive().see(attentive, 900.0)
    state = car.monitor.state()
    assert car.silent
    assert (state.alertness, state.sensor) == (Alertness.ALERT, SensorHealth.OK)
    assert state.driving_time_s == pytest.approx(900.0, abs=1.0)


def test_a_drowsy_driver_is_warned_and_knows_why(drive):
    car = drive().see(attentive, 60.0)
    car.see(drowsy, 240.0)
    assert car.first(DROWSINESS) is not None
    state = car.monitor.state()
    assert state.alertness is Alertness.DROWSY
    assert state.fatigue.kss >= 8
    assert state.current.score == state.fatigue.kss


def test_the_demonstration_drifts_off_is_warned_and_comes_round(drive):
    car = drive()

    def episode(seconds, start_s):
        return drowsy_episode(start_s=start_s, drifting_s=seconds)

    car.see(episode, 240.0)
    kinds = [kind for _, kind, _ in car.heard()]
    assert kinds[:2] == [DROWSINESS, MICROSLEEP]
    assert car.first(DROWSINESS) > 120.0  # not in the first, wakeful minutes


@pytest.mark.parametrize(
    ("speed_kmh", "warned"),
    [(LIMITS.drowsiness_min_kmh - 1, False), (LIMITS.drowsiness_min_kmh + 1, True), (140.0, True)],
)
def test_drowsiness_is_for_fast_roads(drive, speed_kmh, warned):
    car = drive(LIMITS.drowsiness_on_kmh + 1).see(attentive, 1.0)
    car.speed_kmh = speed_kmh
    car.see(drowsy, 240.0)
    assert (car.first(DROWSINESS) is not None) is warned
    assert car.monitor.state().fatigue.kss >= 8  # measured all the same


def test_drowsiness_comes_on_above_seventy_once_per_ignition(drive):
    car = drive(LIMITS.drowsiness_on_kmh).see(drowsy, 240.0)
    assert car.first(DROWSINESS) is None
    car.speed_kmh = LIMITS.drowsiness_on_kmh + 1
    car.see(drowsy, 1.0)
    assert car.first(DROWSINESS) is not None


def test_a_microsleep_is_called_while_the_eyes_are_still_closed(drive):
    car = drive().see(attentive, 30.0)
    closed_s = car.now_s
    car.see(eyes_closed, LIMITS.microsleep_s + 0.5).see(attentive, 2.0)
    assert car.first(MICROSLEEP) - closed_s == pytest.approx(LIMITS.microsleep_s, abs=SOON_S)
    assert car.heard(MICROSLEEP) == [(car.first(MICROSLEEP), MICROSLEEP, AlertLevel.WARNING)]
    assert car.first(SLEEP) is None


def test_the_second_microsleep_is_urgent(drive):
    car = drive().see(attentive, 30.0)
    for _ in range(2):
        car.see(eyes_closed, LIMITS.microsleep_s + 0.5).see(attentive, 20.0)
    assert [level for _, _, level in car.heard(MICROSLEEP)] == [AlertLevel.WARNING, AlertLevel.URGENT]


def test_sleep_climbs_the_ladder_and_repeats_until_the_eyes_open(drive):
    car = drive().see(attentive, 30.0)
    closed_s = car.now_s
    car.see(eyes_closed, 15.0)
    assert car.first(MICROSLEEP) - closed_s == pytest.approx(LIMITS.microsleep_s, abs=SOON_S)
    assert car.first(SLEEP) - closed_s == pytest.approx(LIMITS.sleep_s, abs=SOON_S)
    unanswered_s = LIMITS.microsleep_s + LIMITS.unresponsive_after_s
    assert car.first(UNRESPONSIVE) - closed_s == pytest.approx(unanswered_s, abs=SOON_S)
    assert len(car.heard(UNRESPONSIVE)) >= 2
    car.see(attentive, 3.0)
    assert car.monitor.state().current.kind is not UNRESPONSIVE


def test_sleep_leaves_no_microsleep_behind(drive):
    car = drive().see(attentive, 10.0).see(eyes_closed, LIMITS.sleep_s + 0.3).see(attentive, 10.0)
    shown = [alert.kind for _, alert in car.alerts]
    assert MICROSLEEP not in shown[shown.index(SLEEP) :]


def test_blinks_squints_and_looking_down_are_no_sleep(drive):
    def squint(seconds, start_s):
        for sample in attentive(seconds, start_s=start_s):
            yield sample.model_copy(update={"eye_openness_left": 0.45, "eye_openness_right": 0.45})

    car = drive().see(squint, 200.0)
    assert car.silent


def test_one_hidden_eye_is_no_closed_eye(drive):
    def one_eye(seconds, start_s):
        for sample in attentive(seconds, start_s=start_s):
            yield sample.model_copy(update={"eye_openness_left": None})

    car = drive().see(one_eye, 120.0)
    assert car.silent
    assert car.monitor.state().sensor is SensorHealth.OK


@pytest.mark.parametrize("asleep", [eyes_closed, glance_away, nobody_seen])
def test_standing_still_is_silent_whatever_the_driver_does(drive, asleep):
    assert drive(0.0).see(asleep, 60.0).wait(20.0).silent


def test_a_nap_at_the_kerb_is_not_held_against_the_driver(drive):
    car = drive().see(attentive, 60.0)
    car.speed_kmh = 0.0
    car.see(eyes_closed, 600.0)
    car.speed_kmh = 110.0
    car.see(attentive, 60.0)
    assert car.silent
    assert car.monitor.state().fatigue.kss == 5


def test_stopping_ends_an_alert_at_once(drive):
    car = drive().see(eyes_closed, 4.0)
    assert car.monitor.state().current is not None
    car.speed_kmh = 0.0
    car.wait(0.1)
    assert car.alerts[-1][1].level is AlertLevel.CLEAR


def test_crawling_in_a_queue_does_not_wake_those_who_rest_their_eyes(drive):
    assert drive(LIMITS.closure_min_kmh - 5).see(eyes_closed, 10.0).silent


def test_an_answer_quiets_drowsiness_and_worse_speaks_again(drive):
    car = drive().see(attentive, 60.0).see(drowsy, 200.0)
    assert car.monitor.acknowledge(car.now_s) is True
    n_heard = len(car.heard())
    car.see(drowsy, 120.0)
    assert len(car.heard()) == n_heard
    car.see(eyes_closed, 1.5).see(attentive, 1.0)
    assert car.heard()[n_heard][1] is MICROSLEEP


def test_unanswered_drowsiness_becomes_urgent(drive):
    car = drive().see(attentive, 60.0).see(drowsy, 400.0)
    assert car.first(DROWSINESS, AlertLevel.URGENT) is not None


@pytest.mark.parametrize("kind", [AlertKind.DROWSINESS, AlertKind.ALL])
def test_warnings_can_be_switched_off_never_the_monitoring(drive, kind):
    car = drive()
    car.monitor.set_alerts(kind, on=False)
    car.see(attentive, 60.0).see(drowsy, 240.0).see(eyes_closed, 2.0)
    assert car.silent
    assert car.monitor.state().fatigue.kss >= 8
    assert not car.monitor.state().drowsiness_alerts


def test_switching_off_ends_what_is_shown(drive):
    car = drive().see(attentive, 60.0).see(drowsy, 240.0)
    car.monitor.set_alerts(AlertKind.DROWSINESS, on=False)
    car.wait(0.1)
    assert car.alerts[-1][1].level is AlertLevel.CLEAR


def test_a_driver_who_does_not_react_is_called_although_one_kind_is_off(drive):
    car = drive()
    car.monitor.set_alerts(AlertKind.DROWSINESS, on=False)
    car.see(eyes_closed, LIMITS.unresponsive_closed_s + 0.5)
    assert car.first(UNRESPONSIVE) == pytest.approx(LIMITS.unresponsive_closed_s, abs=SOON_S)


def test_every_ignition_switches_the_warnings_on_again_and_starts_afresh(drive):
    car = drive().see(attentive, 60.0).see(drowsy, 200.0)
    car.monitor.set_alerts(AlertKind.ALL, on=False)
    car.note(car.monitor.ignition(car.now_s, on=False))
    car.note(car.monitor.ignition(car.now_s + 5.0, on=True))
    state = car.monitor.state()
    assert state.drowsiness_alerts
    assert state.distraction_alerts
    assert state.fatigue.kss is None


def test_with_the_ignition_off_it_is_silent(drive):
    car = drive(None)
    car.monitor.ignition(0.0, on=False)
    assert car.see(eyes_closed, 30.0).silent


@pytest.mark.parametrize(
    ("level", "alertness"), [(Fatigue.TIRED, Alertness.LOW), (Fatigue.VERY_TIRED, Alertness.DROWSY)]
)
def test_a_driver_who_says_so_is_believed_and_not_scolded(drive, level, alertness):
    car = drive().see(attentive, 60.0)
    car.note(car.monitor.report_fatigue(level, car.now_s))
    car.see(attentive, 200.0)
    assert car.heard() == []
    assert car.monitor.state().alertness is alertness
    assert car.monitor.state().current.kind is DROWSINESS
    car.wait(0.1)
    assert car.monitor.state().alertness is alertness


def test_what_the_driver_said_wears_off(drive):
    car = drive().see(attentive, 60.0)
    car.monitor.report_fatigue(Fatigue.TIRED, car.now_s)
    car.now_s += LIMITS.reported_hold_s
    car.see(attentive, 60.0)
    assert car.monitor.state().alertness is Alertness.ALERT


def test_high_sensitivity_warns_of_drowsiness_earlier(drive):
    def tired(seconds, start_s):
        return attentive(seconds, start_s=start_s, blink_s=0.35, blink_every_s=3.2)

    heard = {}
    for sensitivity in Sensitivity:
        car = drive()
        car.monitor.set_sensitivity(sensitivity)
        car.see(tired, 300.0)
        heard[sensitivity] = max((level for _, _, level in car.heard(DROWSINESS)), default=AlertLevel.CLEAR)
    assert heard[Sensitivity.LOW] <= heard[Sensitivity.MEDIUM] <= heard[Sensitivity.HIGH]
    assert heard[Sensitivity.LOW] < heard[Sensitivity.HIGH]


def test_a_dead_camera_is_told_within_ten_seconds_once(drive):
    car = drive().see(attentive, 30.0)
    dead_s = car.now_s
    car.wait(60.0)
    assert car.first(SENSOR) - dead_s <= 10.0
    assert len(car.heard(SENSOR)) == 1
    assert car.alerts[-1][1].text_key == "sensor_stale"
    assert car.monitor.state().sensor is SensorHealth.STALE
    car.see(attentive, 10.0)
    assert car.monitor.state().sensor is SensorHealth.OK
    assert car.monitor.state().current is None


def test_a_covered_camera_is_told_within_ten_seconds(drive):
    car = drive().see(attentive, 30.0)
    covered_s = car.now_s
    car.see(nobody_seen, 20.0)
    assert car.first(SENSOR) - covered_s <= 10.0
    assert car.alerts[-1][1].text_key == "sensor_blind"
    assert car.monitor.state().sensor is SensorHealth.BLIND


def test_a_camera_that_never_came_is_told_once_the_car_moves(drive):
    car = drive(0.0).wait(60.0)
    assert car.silent
    car.speed_kmh = 50.0
    car.wait(12.0)
    assert len(car.heard(SENSOR)) == 1


def test_a_short_loss_is_nobodys_business(drive):
    car = drive()
    for _ in range(10):
        car.see(attentive, 20.0).see(nobody_seen, LIMITS.sensor_announce_s / 2).wait(LIMITS.sensor_announce_s / 4)
    assert car.silent


def test_a_stall_in_the_middle_of_a_closure_proves_nothing(drive):
    car = drive().see(attentive, 10.0).see(eyes_closed, 0.8)
    car.wait(LIMITS.sensor_stale_s + 0.5)
    car.see(eyes_closed, 0.8).see(attentive, 5.0)
    assert car.silent


def test_without_a_known_speed_only_closed_eyes_count(drive):
    car = drive(None).see(attentive, 60.0).see(glance_away, 10.0).see(drowsy, 200.0)
    assert car.silent
    car.see(eyes_closed, 3.5)
    assert car.first(SLEEP) is not None


def test_a_speed_that_stopped_coming_is_not_believed(drive):
    car = drive(110.0)
    car.speed_kmh = None
    car.see(attentive, LIMITS.motion_stale_s + 1.0)
    assert car.monitor.state().speed_kmh is None
    assert car.see(glance_away, 10.0).silent


def test_driving_time_begins_anew_after_a_real_break_only(drive):
    car = drive(100.0).wait(600.0, step_s=1.0)
    car.speed_kmh = 0.0
    car.wait(LIMITS.break_s - 60.0, step_s=1.0)
    car.speed_kmh = 100.0
    car.wait(60.0, step_s=1.0)
    assert car.monitor.state().driving_time_s == pytest.approx(660.0, abs=5.0)
    car.speed_kmh = 0.0
    car.wait(LIMITS.break_s + 60.0, step_s=1.0)
    car.speed_kmh = 100.0
    car.wait(60.0, step_s=1.0)
    assert car.monitor.state().driving_time_s == pytest.approx(60.0, abs=5.0)


def test_nonsense_is_counted_and_published_as_a_number(drive):
    car = drive().see(attentive, 5.0)
    car.monitor.refuse(Drop.NOT_A_NUMBER)
    car.monitor.sample(DriverSample(t_s=0.0, face_found=True, quality=1.0), car.now_s)
    message = state_message(car.monitor.state())
    assert message.dropped_samples == 2
    assert message.kss is None


Seen = st.builds(
    DriverSample,
    t_s=st.floats(0, 1e4),
    eye_openness_left=st.none() | st.floats(0, 1),
    eye_openness_right=st.none() | st.floats(0, 1),
    gaze=st.sampled_from(GazeArea),
    face_found=st.booleans(),
    quality=st.floats(0, 1),
)
Event = (
    st.tuples(st.just("sample"), Seen)
    | st.tuples(st.just("motion"), st.floats(-20, 300))
    | st.tuples(st.just("tick"), st.none())
    | st.tuples(st.just("ignition"), st.booleans())
    | st.tuples(st.just("acknowledge"), st.none())
    | st.tuples(st.just("alerts"), st.booleans())
)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.floats(-5.0, 30.0), Event), max_size=80))
def test_no_order_of_events_and_no_clock_jump_breaks_it(story):
    monitor, now_s, newest_s = DriverMonitor(), 100.0, 0.0
    for ahead_s, (what, value) in story:
        now_s += ahead_s  # the caller's clock may even step back
        if what == "sample":
            alerts = monitor.sample(value, now_s)
        elif what == "motion":
            alerts = monitor.motion(value, now_s)
        elif what == "tick":
            alerts = monitor.tick(now_s)
        elif what == "ignition":
            alerts = monitor.ignition(now_s, on=value)
        else:
            alerts = ()
            if what == "acknowledge":
                monitor.acknowledge(now_s)
            else:
                monitor.set_alerts(AlertKind.ALL, on=value)
        state = monitor.state()
        assert state.t_s >= newest_s
        newest_s = state.t_s
        assert len(alerts) <= 1
        assert not alerts or alerts[-1].level is AlertLevel.CLEAR or alerts[-1] == state.current
        assert state.eyes_closed_s >= 0.0 <= state.away_s
        state_message(state)
