"""The mouth: who is heard first, who is cut short, and that every utterance comes to exactly one end."""

import logging
import math
import queue
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intents.errors import EngineError, ErrorCode
from vehicle_assistant.audio.earcons import Earcon, tone
from vehicle_assistant.audio.loudspeaker import SilentLoudspeaker
from vehicle_assistant.mouth import WAITING_LIMIT, Broken, Finished, Mouth, Priority, Started
from vehicle_assistant.tts.silent import SilentSpeaker

PATIENCE_S = 10.0  # only reached by a mouth that is stuck, which is the failure looked for
SECRET = "call doctor smith about the results"


class GatedLoudspeaker:
    """Plays until the test lets it end or the mouth stops it; never by the clock."""

    name = "gated"

    def __init__(self):
        self.playing = queue.Queue()
        self.let_go = threading.Semaphore(0)
        self.closed = 0

    def play(self, speech, stop):
        self.playing.put(speech)
        while not stop.is_set():
            if self.let_go.acquire(timeout=0.005) and not stop.is_set():
                return speech.seconds
        return speech.seconds / 2

    def close(self):
        self.closed += 1


class Listener:
    def __init__(self):
        self.events = queue.Queue()

    def __call__(self, event):
        self.events.put(event)

    def next(self):
        return self.events.get(timeout=PATIENCE_S)

    def endings(self, count):
        ended = {}
        while len(ended) < count:
            event = self.next()
            if not isinstance(event, Started):
                assert event.utterance_id not in ended, "an utterance ended twice"
                ended[event.utterance_id] = event
        return ended


@pytest.fixture
def listener():
    return Listener()


@pytest.fixture
def output():
    return GatedLoudspeaker()


@pytest.fixture
def mouth(output, listener):
    made = Mouth(SilentSpeaker(600), output, listener)
    yield made
    made.close(PATIENCE_S)


def test_an_utterance_starts_and_finishes(mouth, output, listener):
    said = mouth.say("hello there", Priority.ANSWER)
    assert listener.next() == Started(said)
    output.let_go.release()
    finished = listener.next()
    assert finished == Finished(said, interrupted=False, seconds=pytest.approx(0.2, abs=0.01))


def test_the_earcon_is_heard_before_the_words(mouth, output, listener):
    said = mouth.say("hello", Priority.WARNING, Earcon.ALERT_WARNING)
    assert output.playing.get(timeout=PATIENCE_S) == tone(Earcon.ALERT_WARNING)
    output.let_go.release(2)
    assert listener.next() == Started(said)
    finished = listener.next()
    assert finished.seconds == pytest.approx(tone(Earcon.ALERT_WARNING).seconds + 0.1, abs=0.01)


@pytest.mark.parametrize("higher", [p for p in Priority if p > Priority.INFORMATION])
def test_a_higher_priority_cuts_a_lower_one_short(mouth, output, listener, higher):
    low = mouth.say("a long story", Priority(higher - 1))
    assert listener.next() == Started(low)
    high = mouth.say("look out", higher)
    cut = listener.next()
    assert (cut.utterance_id, cut.interrupted) == (low, True)
    assert 0 < cut.seconds < 0.3
    assert listener.next() == Started(high)
    output.let_go.release()
    assert listener.next().interrupted is False


def test_an_equal_or_lower_priority_waits_its_turn(mouth, output, listener):
    first = mouth.say("one", Priority.ANSWER)
    assert listener.next() == Started(first)
    low, equal = mouth.say("three", Priority.INFORMATION), mouth.say("two", Priority.ANSWER)
    output.let_go.release(3)
    order = [listener.next() for _ in range(5)]
    assert [e.utterance_id for e in order] == [first, equal, equal, low, low]
    assert not any(e.interrupted for e in order if isinstance(e, Finished))


def test_stop_silences_everything_and_everything_is_accounted_for(mouth, listener):
    said = [mouth.say("words", Priority.ANSWER) for _ in range(4)]
    assert listener.next() == Started(said[0])
    mouth.stop()
    ended = listener.endings(4)
    assert set(ended) == set(said)
    assert all(e.interrupted for e in ended.values())
    assert [ended[i].seconds for i in said[1:]] == [0.0, 0.0, 0.0]
    assert not mouth.speaking


def test_stop_up_to_a_priority_spares_the_alert(mouth, output, listener):
    alert = mouth.say("wake up", Priority.URGENT)
    answer = mouth.say("it is twenty degrees", Priority.ANSWER)
    assert listener.next() == Started(alert)
    mouth.stop(at_most=Priority.ANSWER)
    output.let_go.release()
    ended = listener.endings(2)
    assert ended[answer].interrupted
    assert not ended[alert].interrupted


def test_too_many_waiting_drops_the_least_important(mouth, output, listener):
    first = mouth.say("now", Priority.URGENT)
    assert listener.next() == Started(first)
    least = mouth.say("weather", Priority.INFORMATION)
    kept = [mouth.say("answer", Priority.ANSWER) for _ in range(WAITING_LIMIT)]
    output.let_go.release(1 + WAITING_LIMIT)
    ended = listener.endings(2 + WAITING_LIMIT)
    assert [i for i, e in ended.items() if e.interrupted] == [least]
    assert set(ended) == {first, least, *kept}


def test_nothing_to_say_ends_at_once_without_a_start(mouth, listener):
    said = mouth.say("", Priority.ANSWER)
    assert listener.next() == Finished(said, interrupted=False, seconds=0.0)


class FailingSpeaker(SilentSpeaker):
    def __init__(self, failure):
        super().__init__(600)
        self.failure = failure

    def synthesise(self, text):
        failure, self.failure = self.failure, None
        if failure is not None:
            raise failure
        return super().synthesise(text)


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (EngineError(ErrorCode.ENGINE_UNAVAILABLE, "no espeak"), ErrorCode.ENGINE_UNAVAILABLE),
        (ValueError(SECRET), ErrorCode.ENGINE_FAILED),
    ],
)
def test_a_failed_engine_is_reported_and_the_mouth_goes_on(listener, caplog, failure, code):
    mouth = Mouth(FailingSpeaker(failure), SilentLoudspeaker(realtime=False), listener)
    first, second = mouth.say(SECRET, Priority.ANSWER), mouth.say("well", Priority.ANSWER)
    ended = listener.endings(2)
    assert ended[first] == Broken(first, code)
    assert ended[second].interrupted is False
    mouth.close(PATIENCE_S)
    assert "secret" not in caplog.text
    assert "smith" not in caplog.text


def test_an_alert_chimes_although_the_voice_is_broken(listener):
    output = GatedLoudspeaker()
    mouth = Mouth(FailingSpeaker(EngineError(ErrorCode.ENGINE_FAILED, "hung")), output, listener)
    output.let_go.release()
    alert = mouth.say("wake up", Priority.URGENT, Earcon.ALERT_URGENT)
    assert output.playing.get(timeout=PATIENCE_S) == tone(Earcon.ALERT_URGENT)
    assert listener.endings(1)[alert] == Broken(alert, ErrorCode.ENGINE_FAILED)
    mouth.close(PATIENCE_S)


def test_no_word_is_ever_logged(listener, caplog):
    caplog.set_level(logging.DEBUG)
    mouth = Mouth(SilentSpeaker(600), SilentLoudspeaker(realtime=False), listener)
    mouth.say(SECRET, Priority.ANSWER)
    listener.endings(1)
    mouth.close(PATIENCE_S)
    assert not any(word in caplog.text for word in SECRET.split())


def test_closing_ends_what_is_said_and_refuses_more(output, listener):
    mouth = Mouth(SilentSpeaker(600), output, listener)
    said = [mouth.say("one", Priority.ANSWER), mouth.say("two", Priority.ANSWER)]
    assert listener.next() == Started(said[0])
    mouth.close(PATIENCE_S)
    mouth.close(PATIENCE_S)
    assert set(listener.endings(2)) == set(said)
    assert output.closed == 1
    with pytest.raises(EngineError):
        mouth.say("three", Priority.ANSWER)


def test_a_listener_may_call_back_into_the_mouth():
    done = threading.Event()
    said = []

    def answer(event):
        said.append(event)
        if isinstance(event, Finished):
            if len(said) < 6:
                mouth.say("again", Priority.URGENT)
                mouth.stop(at_most=Priority.INFORMATION)
                assert mouth.speaking
            else:
                done.set()

    mouth = Mouth(SilentSpeaker(600), SilentLoudspeaker(realtime=False), answer)
    mouth.say("once", Priority.ANSWER)
    assert done.wait(PATIENCE_S)
    mouth.close(PATIENCE_S)


def test_a_step_that_takes_too_long_is_overdue(mouth, listener, monkeypatch):
    assert mouth.overdue_s() == 0.0
    mouth.say("hello", Priority.ANSWER)
    listener.next()
    assert mouth.overdue_s() == 0.0
    from vehicle_assistant import mouth as module

    now_s = module.time.monotonic()
    monkeypatch.setattr(module.time, "monotonic", lambda: now_s + 60.0)
    assert 50.0 < mouth.overdue_s() < 61.0


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_mouth_whose_thread_died_is_endlessly_overdue():
    def dies(event):
        raise RuntimeError("the pipe is gone")

    mouth = Mouth(SilentSpeaker(600), SilentLoudspeaker(realtime=False), dies)
    mouth.say("hello", Priority.ANSWER)
    mouth._thread.join(PATIENCE_S)
    assert mouth.overdue_s() == math.inf
    mouth.close(PATIENCE_S)


Asked = st.tuples(st.sampled_from(["say", "play", "stop"]), st.sampled_from(list(Priority)))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(Asked, max_size=12), min_size=1, max_size=3))
def test_whatever_many_threads_ask_every_utterance_ends_exactly_once(scripts):
    listener = Listener()
    mouth = Mouth(SilentSpeaker(100_000), SilentLoudspeaker(), listener)
    asked = []

    def run(script):
        for verb, priority in script:
            if verb == "say":
                asked.append(mouth.say("word", priority, Earcon.DONE))
            elif verb == "play":
                asked.append(mouth.play(Earcon.LISTENING, priority))
            else:
                mouth.stop(priority)

    threads = [threading.Thread(target=run, args=(script,)) for script in scripts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    mouth.close(PATIENCE_S)
    assert set(listener.endings(len(asked))) == set(asked)
    assert all(isinstance(listener.events.get(), Started) for _ in range(listener.events.qsize()))
