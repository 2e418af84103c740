"""When a turn is over: early when complete, late when not, never for ever."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vehicle_assistant.audio.endpoint import Completeness, Endpoint, EndpointSettings, EndReason
from vehicle_assistant.audio.port import FRAME_S

SETTINGS = EndpointSettings()


def run(
    spoken_s: tuple[float, float] | None,
    words_at_s: tuple[float, ...] = (),
    hint: Completeness = Completeness.UNKNOWN,
    until_s: float = 30.0,
    window_s: float | None = None,
) -> tuple[float, EndReason] | None:
    """Speech within a span, words at moments, a hint after each of them: when does it end, and why?"""
    endpoint = Endpoint(SETTINGS, 0.0, window_s)
    waiting = list(words_at_s)
    for index in range(round(until_s / FRAME_S)):
        start_s, end_s = index * FRAME_S, (index + 1) * FRAME_S
        voiced = spoken_s is not None and spoken_s[0] <= start_s < spoken_s[1]
        endpoint.hear(start_s, end_s, is_speech=voiced)
        while waiting and waiting[0] <= end_s:
            waiting.pop(0)
            endpoint.read()
            endpoint.hint(hint)
        reason = endpoint.decide()
        if reason is not None:
            return end_s, reason
    return None


@pytest.mark.parametrize(
    ("hint", "reason", "silence_s"),
    [
        (Completeness.COMPLETE, EndReason.COMPLETE, SETTINGS.complete_silence_s),
        (Completeness.UNKNOWN, EndReason.SILENCE, SETTINGS.silence_s),
        (Completeness.INCOMPLETE, EndReason.INCOMPLETE, SETTINGS.incomplete_silence_s),
    ],
)
def test_the_parser_decides_how_long_a_pause_may_be(hint, reason, silence_s):
    ended = run((1.0, 2.0), (1.5, 2.0), hint)
    assert ended is not None
    assert ended[1] is reason
    assert ended[0] == pytest.approx(2.0 + silence_s, abs=2 * FRAME_S)


def test_a_complete_parse_of_words_that_just_changed_waits_until_they_are_stable():
    ended = run((1.0, 2.0), (1.5, 2.35), Completeness.COMPLETE)
    assert ended is not None
    assert ended[0] >= 2.35 + SETTINGS.stable_s


def test_new_words_make_an_old_hint_void():
    endpoint = Endpoint(SETTINGS, 0.0)
    endpoint.hear(0.0, 1.0, is_speech=True)
    endpoint.read()
    endpoint.hint(Completeness.COMPLETE)
    endpoint.hear(1.0, 1.1, is_speech=True)
    endpoint.read()
    endpoint.hear(1.1, 1.1 + SETTINGS.complete_silence_s + 0.1, is_speech=False)
    assert endpoint.decide() is None


def test_a_pause_before_any_word_does_not_end_the_turn():
    """The last sound of the wake phrase, then a pause for thought, then the command."""
    ended = run((0.0, 0.3), ())
    assert ended == (pytest.approx(SETTINGS.no_speech_timeout_s, abs=FRAME_S), EndReason.NO_SPEECH)


def test_speech_that_begins_late_in_the_window_is_waited_for():
    ended = run((4.8, 6.0), (5.5, 5.9))
    assert ended is not None
    assert ended[1] is EndReason.SILENCE


def test_noise_that_sounds_like_speech_ends_when_no_words_come():
    assert run((0.0, 60.0), ()) == (pytest.approx(5.0, abs=FRAME_S), EndReason.NO_SPEECH)
    stalled = run((0.0, 60.0), (1.0, 2.0))
    assert stalled == (pytest.approx(2.0 + SETTINGS.stall_s, abs=2 * FRAME_S), EndReason.STALLED)


def test_words_that_voice_activity_missed_still_count_as_speech():
    ended = run(None, (1.0, 1.4, 1.8))
    assert ended is not None
    assert ended[0] == pytest.approx(1.8 - SETTINGS.partial_lag_s + SETTINGS.silence_s, abs=2 * FRAME_S)


def test_words_read_out_of_noise_long_after_the_voice_do_not_keep_the_turn_open():
    ended = run((1.0, 2.0), (1.5, 2.0, 2.75, 2.78))
    assert ended == (pytest.approx(2.0 + SETTINGS.silence_s, abs=2 * FRAME_S), EndReason.SILENCE)


def test_talk_without_end_is_cut_off():
    words_at_s = tuple(second / 2 for second in range(1, 80))
    assert run((0.0, 60.0), words_at_s) == (pytest.approx(15.0, abs=FRAME_S), EndReason.TOO_LONG)


def test_a_click_is_not_speech():
    endpoint = Endpoint(SETTINGS, 0.0)
    endpoint.hear(0.0, FRAME_S, is_speech=True)
    endpoint.hear(FRAME_S, 2 * FRAME_S, is_speech=False)
    assert endpoint.speech_start_s is None


def test_a_window_of_its_own_for_an_answer():
    assert run(None, (), window_s=2.0) == (pytest.approx(2.0, abs=FRAME_S), EndReason.NO_SPEECH)


@settings(deadline=None)
@given(
    voiced=st.lists(st.booleans(), min_size=1, max_size=60),
    words=st.lists(st.booleans(), min_size=1, max_size=47),
    hints=st.lists(st.sampled_from(Completeness), min_size=1, max_size=11),
)
def test_every_turn_ends_within_its_cap(voiced, words, hints):
    """Whatever sounds, words and hints come, in whatever order, no turn outlives its limit."""
    endpoint = Endpoint(SETTINGS, 0.0)
    limit_s = SETTINGS.max_utterance_s + SETTINGS.late_start_s
    for index in range(round(limit_s / FRAME_S) + 1):
        endpoint.hear(index * FRAME_S, (index + 1) * FRAME_S, is_speech=voiced[index % len(voiced)])
        if words[index % len(words)]:
            endpoint.read()
        endpoint.hint(hints[index % len(hints)])
        if endpoint.decide() is not None:
            return
    pytest.fail("the turn outlived its cap")


def test_settings_in_a_senseless_order_are_refused():
    with pytest.raises(ValueError, match="grow"):
        EndpointSettings(complete_silence_s=1.0, silence_s=0.5)
    with pytest.raises(ValueError, match="longest utterance"):
        EndpointSettings(no_speech_timeout_s=20.0)
