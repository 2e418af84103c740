"""The ladder by itself: rises at once, falls slowly, repeats until answered, and shows one alert at a time."""

import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intents.driver_monitoring import AlertStyle
from vehicle_assistant.driver.alerts import (
    ACKNOWLEDGED_S,
    HABITS,
    Alert,
    AlertLevel,
    Claim,
    DriverAlertKind,
    Ladder,
)
from vehicle_assistant.driver.claims import Evidence, claims
from vehicle_assistant.driver.messages import alert_message
from vehicle_assistant.driver.thresholds import MARKETS, SENSING, sources
from vehicle_assistant.driver.wording import WORDING, Presentation, presentation, words

INFORMATION, WARNING, URGENT = AlertLevel.INFORMATION, AlertLevel.WARNING, AlertLevel.URGENT
DROWSINESS, SLEEP, SENSOR = DriverAlertKind.DROWSINESS, DriverAlertKind.SLEEP, DriverAlertKind.SENSOR
HABIT = HABITS[DROWSINESS]


def drowsy(level, score=8.0):
    return {DROWSINESS: Claim(level, score)}


def run(ladder, claimed, from_s, to_s, step_s=1.0):
    """Returns the times and alerts of a stretch in which the claims stay the same."""
    found = []
    for tick in range(round((to_s - from_s) / step_s) + 1):
        now_s = from_s + tick * step_s
        found += [(now_s, alert) for alert in ladder.update(claimed, now_s)]
    return found


def test_an_alert_is_raised_at_once_and_said_once():
    ladder = Ladder()
    (alert,) = ladder.update(drowsy(WARNING), 10.0)
    assert (alert.kind, alert.level, alert.since_s, alert.heard, alert.times) == (DROWSINESS, WARNING, 10.0, True, 1)
    assert ladder.update(drowsy(WARNING), 11.0) == ()
    assert ladder.current == alert


def test_it_takes_a_while_to_clear_and_flickering_does_not_repeat_it():
    ladder = Ladder()
    ladder.update(drowsy(WARNING), 0.0)
    for second in range(1, 40):
        assert ladder.update(drowsy(WARNING) if second % 2 else {}, float(second)) == ()
    ended = run(ladder, {}, 40.0, 40.0 + 2 * HABIT.clear_s)
    assert [(alert.kind, alert.level) for _, alert in ended] == [(DROWSINESS, AlertLevel.CLEAR)]
    assert ladder.current is None


def test_unanswered_it_repeats_and_then_becomes_urgent():
    found = run(Ladder(), drowsy(WARNING), 0.0, HABIT.escalate_s + HABIT.repeat_s)
    heard = [(t, alert.level) for t, alert in found if alert.heard]
    assert heard == [
        (0.0, WARNING),
        (HABIT.repeat_s, WARNING),
        (HABIT.escalate_s, URGENT),
        (HABIT.escalate_s + HABIT.repeat_s, URGENT),
    ]


def test_an_answer_silences_it_but_does_not_hide_it():
    ladder = Ladder()
    ladder.update(drowsy(WARNING), 0.0)
    assert ladder.acknowledge(5.0)
    assert not any(alert.heard for _, alert in run(ladder, drowsy(WARNING), 6.0, ACKNOWLEDGED_S - 5.0))
    assert ladder.current.level is WARNING
    assert [t for t, a in run(ladder, drowsy(WARNING), ACKNOWLEDGED_S, ACKNOWLEDGED_S + 10.0) if a.heard] == [
        ACKNOWLEDGED_S + 5.0
    ]


def test_after_an_answer_worse_is_said_again():
    ladder = Ladder()
    ladder.update(drowsy(INFORMATION, 7), 0.0)
    ladder.acknowledge(1.0)
    (alert,) = ladder.update(drowsy(WARNING, 8), 2.0)
    assert alert.heard
    assert alert.level is WARNING


def test_an_answer_with_nothing_to_answer_says_so():
    assert Ladder().acknowledge(1.0) is False


def test_sleep_cannot_be_talked_away():
    ladder = Ladder()
    ladder.update({SLEEP: Claim(URGENT, 3.0)}, 0.0)
    assert ladder.acknowledge(0.5) is False
    assert any(alert.heard for _, alert in run(ladder, {SLEEP: Claim(URGENT, 4.0)}, 1.0, 6.0))


def test_the_worst_is_shown_and_the_lesser_returns_unheard():
    ladder = Ladder()
    ladder.update(drowsy(WARNING), 0.0)
    (worse,) = ladder.update(drowsy(WARNING) | {SLEEP: Claim(URGENT, 3.0)}, 1.0)
    assert worse.kind is SLEEP
    after = run(ladder, drowsy(WARNING), 2.0, 6.0)
    assert [(a.kind, a.heard) for _, a in after] == [(DROWSINESS, False)]


def test_a_lesser_alert_that_was_never_heard_is_heard_when_its_turn_comes():
    ladder = Ladder()
    ladder.update({SLEEP: Claim(URGENT, 3.0)}, 0.0)
    ladder.update({SLEEP: Claim(URGENT, 3.5)} | drowsy(WARNING), 0.5)
    after = run(ladder, drowsy(WARNING), 1.0, 4.0)
    assert [(a.kind, a.heard) for _, a in after] == [(DROWSINESS, True)]


def test_falling_to_a_lower_level_is_shown_not_sounded():
    ladder = Ladder()
    ladder.update(drowsy(WARNING), 0.0)
    after = run(ladder, drowsy(INFORMATION, 7), 1.0, 1.0 + HABIT.clear_s)
    assert [(a.level, a.heard) for _, a in after] == [(INFORMATION, False)]


Story = st.lists(
    st.tuples(
        st.floats(0.0, 90.0),
        st.dictionaries(st.sampled_from(list(DriverAlertKind)), st.sampled_from([INFORMATION, WARNING, URGENT])),
        st.booleans(),
    ),
    max_size=60,
)


@settings(max_examples=80, deadline=None)
@given(Story)
def test_whatever_happens_what_is_shown_is_what_was_last_announced(story):
    ladder, now_s, last = Ladder(), 0.0, None
    for ahead_s, wanted, answered in story:
        now_s += ahead_s
        if answered:
            ladder.acknowledge(now_s)
        found = ladder.update({kind: Claim(level, 1.0, _variant(kind)) for kind, level in wanted.items()}, now_s)
        assert len(found) <= 1
        last = found[-1] if found else last
        if wanted:
            assert ladder.current is not None
            assert ladder.current.level >= max(wanted.values())
        assert (ladder.current is None) == (last is None or last.level is AlertLevel.CLEAR)
        assert ladder.current is None or ladder.current == last
    assert ladder.clear(now_s) == () or ladder.current is None


def _variant(kind):
    return "blind" if kind is SENSOR else ""


def evidence(**seen):
    nothing = dict.fromkeys(Evidence.__dataclass_fields__, 0.0)
    nothing |= {"speed_kmh": 110.0, "drowsiness_awake": True, "kss": 5, "microsleeps_180": 0, "away_limit_s": 3.5}
    return Evidence(**(nothing | seen))


def test_every_claim_that_can_be_made_has_its_words():
    texts = set()
    for kss, closed_s, micro, away_s, silent_s, unseen_s, sensing in itertools.product(
        (None, 6, 7, 8, 9), (0.0, 1.5, 3.5, 6.5), (0, 2), (0.0, 4.0, 7.0), (0.0, 9.0), (0.0, 9.0), SENSING.values()
    ):
        seen = evidence(
            kss=kss,
            closed_s=closed_s,
            microsleeps_180=micro,
            away_s=away_s,
            camera_silent_s=silent_s,
            eyes_unseen_s=unseen_s,
        )
        for kind, claim in claims(seen, MARKETS["eu"], sensing, drowsiness=True, distraction=True).items():
            (alert,) = Ladder().update({kind: claim}, 0.0)
            assert words(alert)
            texts.add(alert.text_key)
    escalated = {f"{kind}_urgent" for kind, habit in HABITS.items() if habit.escalate_s < math.inf}
    assert texts | escalated | {"clear"} == set(WORDING)


def test_words_are_short_and_plain():
    for key, text in WORDING.items():
        assert len(text.split()) <= 14, key
        assert text.isascii(), key
    assert len(set(WORDING.values())) == len(WORDING)


def _alert(level, *, heard=True):
    return Alert(DROWSINESS, level, 0.0, f"drowsiness_{level.name.lower()}", 8.0, heard, 1)


@pytest.mark.parametrize("style", AlertStyle)
def test_a_warning_is_always_seen_and_heard_or_felt(style):
    for level in (WARNING, URGENT):
        how = presentation(_alert(level), style)
        assert how.shown
        assert how.chimed or how.haptic


@pytest.mark.parametrize("style", AlertStyle)
def test_an_urgent_alert_uses_everything_and_a_silent_one_is_only_shown(style):
    loud = presentation(_alert(URGENT), style)
    quiet = presentation(_alert(URGENT, heard=False), style)
    assert loud == Presentation(shown=True, chimed=True, spoken=True, haptic=True)
    assert quiet == Presentation(shown=True, chimed=False, spoken=False, haptic=False)


def test_information_can_be_kept_to_the_screen():
    how = presentation(_alert(INFORMATION), AlertStyle.VISUAL)
    assert (how.shown, how.chimed, how.spoken, how.haptic) == (True, False, False, False)


def test_the_message_says_what_is_spoken():
    message = alert_message(_alert(WARNING))
    assert (message.kind, message.level, message.text) == ("drowsiness", "warning", WORDING["drowsiness_warning"])


def test_every_number_has_a_source():
    limits = MARKETS["eu"]
    numbers = {name for name in limits.__dataclass_fields__ if name != "kss_rules"}
    named = sources(limits)
    assert set(named) == numbers
    for source in [*named.values(), *(rule.source for rule in limits.kss_rules)]:
        assert any(word in source for word in ("DDAW", "ADDW", "NCAP", "own choice", "VSS", "same:", "P80", "Wierw",
                                               "Schleicher", "as above", "between"))  # fmt: skip


def test_the_numbers_of_the_law_are_the_laws():
    limits = MARKETS["eu"]
    assert (limits.glance_fast_s, limits.glance_slow_s, limits.fast_kmh, limits.distraction_min_kmh) == (3.5, 6, 50, 20)
    assert (limits.drowsiness_on_kmh, limits.drowsiness_min_kmh) == (70, 65)
    assert (limits.split_glance_s, limits.split_window_s) == (10, 30)
    assert (limits.sleep_s, limits.unresponsive_after_s) == (3, 3)
    assert limits.glance_return_s >= 0.05 <= limits.artefact_s
    assert limits.sensor_announce_s < 10
