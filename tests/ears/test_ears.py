"""The state machine of the ears, over scripted engines: which sound reaches whom, and how listening ends."""

import itertools

import pytest

from vehicle_assistant.asr.port import NOTHING, Word
from vehicle_assistant.asr.scripted import ScriptedRecogniser
from vehicle_assistant.audio.endpoint import Completeness, EndpointSettings, EndReason
from vehicle_assistant.audio.port import FRAME_S, SILENCE, Frame
from vehicle_assistant.audio.vad import ScriptedVad
from vehicle_assistant.ear_events import EarEvent, NothingHeard, PartialHeard, SpeechHeard, StopHeard, WakeHeard
from vehicle_assistant.ears import Ears, EarSettings
from vehicle_assistant.wake.port import WakeDetection
from vehicle_assistant.wake.scripted import ScriptedWake

PAUSES = EndpointSettings()


def words(text: str, start_s: float, word_s: float = 0.3) -> list[Word]:
    return [
        Word(word, start_s + index * word_s, start_s + (index + 1) * word_s, 1.0)
        for index, word in enumerate(text.split())
    ]


class Cabin:
    """A drive in stream time: what is said where, and the ears that hear it."""

    def __init__(
        self, said: list[Word], wake_s: tuple[float, ...] = (), stop_s: float | None = None, **options
    ) -> None:
        hits = [WakeDetection(at_s, at_s + 0.5, 0.9) for at_s in wake_s]
        voice = [(hit.at_s, hit.end_s) for hit in hits] + [(word.start_s, word.end_s) for word in said]
        stop_word = None if stop_s is None else ScriptedWake([WakeDetection(stop_s, stop_s + 0.3, 0.8)])
        wake = options.pop("wake", ScriptedWake(hits))
        recogniser = options.pop("recogniser", ScriptedRecogniser(said))
        self.ears = Ears(wake, recogniser, ScriptedVad(voice), wake_phrase="computer", stop_word=stop_word, **options)
        self._indices = itertools.count()
        self.now_s = 0.0

    def restart(self) -> None:
        """The next frame begins another stream, at zero."""
        self._indices = itertools.count()
        self.now_s = 0.0

    def drive(self, until_s: float) -> list[EarEvent]:
        events: list[EarEvent] = []
        while self.now_s < until_s - 1e-9:
            frame = Frame(SILENCE, next(self._indices) * FRAME_S)
            self.now_s = frame.end_s
            events += self.ears.process(frame)
        return events


def endings(events: list[EarEvent]) -> list[SpeechHeard | NothingHeard]:
    return [event for event in events if isinstance(event, SpeechHeard | NothingHeard)]


def spoken(events: list[EarEvent]) -> list[str]:
    return [event.transcript.text for event in events if isinstance(event, SpeechHeard)]


def test_wake_and_command_in_one_breath():
    said = words("computer", 1.0, 0.5) + words("set temperature to twenty two", 1.5)
    events = Cabin(said, wake_s=(1.0,)).drive(6.0)
    assert isinstance(events[0], WakeHeard)
    assert (events[0].at_s, events[0].end_s, events[0].score) == (1.0, 1.5, 0.9)
    assert [event.text for event in events if isinstance(event, PartialHeard)] == [
        "set",
        "set temperature",
        "set temperature to",
        "set temperature to twenty",
        "set temperature to twenty two",
    ]
    (speech,) = endings(events)
    assert isinstance(speech, SpeechHeard)
    assert speech.transcript.text == "set temperature to twenty two"
    assert speech.wake_at_s == 1.0
    assert speech.speech_end_s == pytest.approx(3.0)
    assert speech.endpointed_at_s == pytest.approx(3.0 + PAUSES.silence_s, abs=2 * FRAME_S)
    assert speech.stages.wake_decided_at_s == pytest.approx(1.8, abs=FRAME_S)
    assert speech.stages.listening_from_s == 1.5
    assert events[-1] is speech


def test_the_first_word_survives_a_wake_that_is_decided_after_it():
    """The words lie before the moment of detection: only the ring buffer still has them."""
    late = ScriptedWake([WakeDetection(1.0, 1.5, 0.9)], decision_delay_s=1.2)
    events = Cabin(words("open windows", 1.5), wake=late, wake_s=(1.0,)).drive(6.0)
    assert spoken(events) == ["open windows"]


@pytest.mark.parametrize("pause_s", [0.5, 1.5, 3.0, 4.5])
def test_wake_then_pause_then_command(pause_s):
    events = Cabin(words("open windows", 1.5 + pause_s), wake_s=(1.0,)).drive(12.0)
    assert spoken(events) == ["open windows"]
    assert len(endings(events)) == 1


def test_wake_and_then_nothing():
    events = Cabin([], wake_s=(1.0,)).drive(12.0)
    (nothing,) = endings(events)
    assert nothing == NothingHeard(EndReason.NO_SPEECH, 1.0, pytest.approx(6.5, abs=2 * FRAME_S))


def test_without_the_wake_phrase_nothing_is_heard():
    assert Cabin(words("open windows please", 1.0)).drive(8.0) == []


def test_the_wake_phrase_never_leaks_into_the_transcript():
    """It is said three times, and the detector places the end of the first one too early."""
    said = words("computer", 1.0, 0.5) + words("computer computer open windows", 1.5)
    early = ScriptedWake([WakeDetection(0.8, 1.2, 0.9)])
    events = Cabin(said, wake=early).drive(7.0)
    assert spoken(events) == ["open windows"]
    assert not any("computer" in event.text for event in events if isinstance(event, PartialHeard))


def test_sound_that_turns_out_to_be_no_words_leaves_the_window_open():
    """The last sound of the wake phrase is read as a word at first, and thought better of."""

    class SecondThoughts(ScriptedRecogniser):
        def finish(self):
            transcript = super().finish()
            return NOTHING if transcript.text == "turn" else transcript

    said = words("turn", 1.5) + words("open windows", 4.0)
    cabin = Cabin(said, wake_s=(1.0,), recogniser=SecondThoughts(said))
    events = cabin.drive(9.0)
    assert spoken(events) == ["open windows"]
    assert len(endings(events)) == 1


def test_words_without_a_voice_are_not_heard_where_the_voice_is_known_to_be_loud_enough():
    """The recogniser reads words out of the road after the command; voice activity knows better."""
    said = words("open windows", 1.5)
    cabin = Cabin(said, wake_s=(1.0,), recogniser=ScriptedRecogniser(said + words("are", 2.3)))
    assert spoken(cabin.drive(8.0)) == ["open windows"]


def test_only_the_wake_phrase_again_is_nothing():
    events = Cabin(words("computer", 2.0, 0.5), wake_s=(1.0,)).drive(12.0)
    assert [type(event) for event in endings(events)] == [NothingHeard]


def test_turn_after_turn():
    said = words("open windows", 1.5) + words("close windows", 6.5) + words("next song", 11.5)
    events = Cabin(said, wake_s=(1.0, 6.0, 11.0)).drive(16.0)
    assert spoken(events) == ["open windows", "close windows", "next song"]
    assert [event.wake_at_s for event in endings(events)] == [1.0, 6.0, 11.0]


def test_a_complete_parse_ends_the_turn_early_and_an_incomplete_one_late():
    ends_s = {}
    for completeness in Completeness:
        cabin = Cabin(words("open windows", 1.5), wake_s=(1.0,))
        cabin.drive(2.13)
        cabin.ears.hint(completeness, "open windows")
        (speech,) = endings(cabin.drive(8.0))
        ends_s[completeness] = speech.endpointed_at_s
    assert ends_s[Completeness.COMPLETE] == pytest.approx(2.1 + PAUSES.complete_silence_s, abs=2 * FRAME_S)
    assert ends_s[Completeness.INCOMPLETE] == pytest.approx(2.1 + PAUSES.incomplete_silence_s, abs=2 * FRAME_S)
    assert ends_s[Completeness.COMPLETE] < ends_s[Completeness.UNKNOWN] < ends_s[Completeness.INCOMPLETE]


def test_a_hint_about_words_since_changed_is_ignored():
    cabin = Cabin(words("open windows", 1.5), wake_s=(1.0,))
    cabin.drive(2.13)
    cabin.ears.hint(Completeness.COMPLETE, "open")
    (speech,) = endings(cabin.drive(8.0))
    assert speech.reason is EndReason.SILENCE


def test_push_to_talk_needs_no_wake_phrase_and_hears_what_was_begun_a_little_early():
    cabin = Cabin(words("next song", 0.9))
    cabin.drive(1.11)
    assert cabin.ears.listen() == ()
    assert cabin.ears.listening
    events = cabin.drive(5.0)
    assert spoken(events) == ["next song"]
    assert endings(events)[0].wake_at_s is None
    assert endings(events)[0].stages.wake_decided_at_s is None


def test_listening_between_two_streams_starts_with_the_next_one():
    """The next recording counts its time from zero again, and the first frame of all is no different."""
    cabin = Cabin(words("next song", 1.0))
    assert cabin.ears.listen() == ()
    assert spoken(cabin.drive(4.0)) == ["next song"]
    cabin.ears.finish()
    cabin.restart()
    cabin.ears.listen()
    assert spoken(cabin.drive(4.0)) == ["next song"]


def test_a_follow_up_window_closes_by_itself():
    cabin = Cabin([])
    cabin.drive(1.02)
    cabin.ears.listen(2.0)
    (nothing,) = endings(cabin.drive(8.0))
    assert nothing == NothingHeard(EndReason.NO_SPEECH, None, pytest.approx(3.02, abs=2 * FRAME_S))


def test_letting_the_button_go_settles_what_was_said():
    cabin = Cabin(words("next song please", 1.0))
    cabin.drive(0.9)
    cabin.ears.listen()
    cabin.drive(1.62)
    (speech,) = endings(list(cabin.ears.settle()))
    assert isinstance(speech, SpeechHeard)
    assert (speech.transcript.text, speech.reason) == ("next song", EndReason.SETTLED)
    assert cabin.ears.settle() == ()


def test_stop_forgets_the_utterance_and_the_wake_phrase_works_again():
    cabin = Cabin(words("open windows", 1.5) + words("close windows", 3.5), wake_s=(1.0, 3.0))
    cabin.drive(2.0)
    (nothing,) = cabin.ears.stop()
    assert isinstance(nothing, NothingHeard)
    assert nothing.reason is EndReason.STOPPED
    assert cabin.ears.stop() == ()
    assert spoken(cabin.drive(8.0)) == ["close windows"]


def test_while_the_assistant_speaks_nothing_is_heard_but_the_stop_word():
    """The assistant says the wake phrase and a command itself: it must not answer itself."""
    cabin = Cabin(words("open windows", 1.5), wake_s=(1.0,), stop_s=2.5)
    cabin.drive(0.5)
    assert cabin.ears.gate(speaking=True) == ()
    during = cabin.drive(3.5)
    assert [(type(event), event.at_s, event.score) for event in during] == [(StopHeard, 2.5, 0.8)]
    assert cabin.ears.gate(speaking=False) == ()
    assert cabin.drive(8.0) == []


def test_after_the_assistant_has_spoken_the_wake_phrase_works():
    cabin = Cabin(words("open windows", 3.5), wake_s=(3.0,))
    cabin.drive(0.5)
    cabin.ears.gate(speaking=True)
    cabin.drive(2.5)
    cabin.ears.gate(speaking=False)
    assert spoken(cabin.drive(8.0)) == ["open windows"]


def test_an_alert_interrupts_the_utterance_in_flight():
    cabin = Cabin(words("open windows", 1.5), wake_s=(1.0,))
    cabin.drive(2.0)
    (nothing,) = cabin.ears.gate(speaking=True)
    assert isinstance(nothing, NothingHeard)
    assert (nothing.reason, nothing.wake_at_s) == (EndReason.INTERRUPTED, 1.0)
    assert cabin.ears.gate(speaking=True) == ()


def test_listening_for_the_answer_starts_when_the_question_has_been_spoken():
    cabin = Cabin(words("open windows", 1.0) + words("yes please", 3.0))
    cabin.drive(0.5)
    cabin.ears.gate(speaking=True)
    cabin.ears.listen(4.0)
    assert not cabin.ears.listening
    assert cabin.drive(2.5) == []
    cabin.ears.gate(speaking=False)
    assert spoken(cabin.drive(8.0)) == ["yes please"]


def test_the_room_may_fall_silent_before_the_ears_open():
    """The last syllable of the assistant's own voice lies just after the gate opens."""
    cabin = Cabin(words("ready", 2.0, 0.12))
    cabin.drive(1.0)
    cabin.ears.gate(speaking=True)
    cabin.drive(2.01)
    cabin.ears.gate(speaking=False)
    cabin.ears.listen(2.0)
    assert spoken(cabin.drive(8.0)) == []


def test_a_gate_left_closed_opens_by_itself():
    cabin = Cabin(words("open windows", 8.5), wake_s=(8.0,), settings=EarSettings(gate_limit_s=5.0))
    cabin.drive(1.0)
    cabin.ears.gate(speaking=True)
    assert spoken(cabin.drive(12.0)) == ["open windows"]


def test_without_a_wake_detector_every_utterance_is_heard():
    said = words("open windows", 1.0) + words("close the sunroof", 5.0) + words("next song", 17.0)
    cabin = Cabin(said, wake=None)
    events = cabin.drive(20.0)
    assert spoken(events) == ["open windows", "close the sunroof", "next song"]
    assert not any(isinstance(event, NothingHeard | WakeHeard) for event in events)
    assert cabin.ears.finish() == ()


def test_a_recording_that_ends_in_mid_sentence_is_settled():
    cabin = Cabin(words("open windows", 1.5), wake_s=(1.0,))
    cabin.drive(2.13)
    (speech,) = endings(list(cabin.ears.finish()))
    assert isinstance(speech, SpeechHeard)
    assert speech.transcript.text == "open windows"
    assert not cabin.ears.listening


def test_a_recording_that_ends_before_the_wake_phrase_is_certain():
    cabin = Cabin([], wake_s=(1.0,))
    assert cabin.drive(1.53) == []
    events = cabin.ears.finish()
    assert [type(event) for event in events] == [WakeHeard, NothingHeard]
    assert events[-1].reason is EndReason.END_OF_AUDIO


def test_a_recording_without_anything_ends_in_silence():
    cabin = Cabin([])
    cabin.drive(2.0)
    assert cabin.ears.finish() == ()


def test_another_stream_may_follow_the_end_of_one():
    cabin = Cabin(words("open windows", 3.5), wake_s=(3.0,))
    cabin.drive(2.0)
    cabin.ears.finish()
    assert spoken(cabin.drive(8.0)) == ["open windows"]


@pytest.mark.parametrize("closed_s", [0.5, 1.2, 1.7, 2.2, 2.9, 4.0])
def test_every_wake_up_ends_exactly_once_whenever_the_assistant_interrupts(closed_s):
    cabin = Cabin(words("open windows", 1.5), wake_s=(1.0,))
    events = cabin.drive(closed_s)
    events += cabin.ears.gate(speaking=True)
    events += cabin.drive(closed_s + 1.0)
    events += cabin.ears.gate(speaking=False)
    events += cabin.drive(14.0)
    events += cabin.ears.finish()
    wakes = [event for event in events if isinstance(event, WakeHeard)]
    assert len(endings(events)) == len(wakes)
