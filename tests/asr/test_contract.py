"""One contract for every speech recogniser in the table."""

import itertools

import pytest

from intents.errors import EngineError, ErrorCode
from vehicle_assistant.asr.engines import RECOGNISERS, make_recogniser
from vehicle_assistant.asr.port import NOTHING, Partial, Recogniser
from vehicle_assistant.audio.port import FRAME_S, SILENCE, Frame


@pytest.fixture(params=RECOGNISERS)
def spoken(request, recognisable):
    """A recogniser of each kind and a recording in which it hears "open the window"."""
    return recognisable(request.param, "open the window")


def partials(recogniser: Recogniser, frames: list[Frame]) -> list[str]:
    found = [recogniser.accept(frame) for frame in frames]
    return [partial.text for partial in found if isinstance(partial, Partial)]


def shifted(frames: list[Frame], by_s: float) -> list[Frame]:
    return [Frame(frame.samples, frame.start_s + by_s) for frame in frames]


def test_it_hears_the_words_where_they_are(spoken):
    recogniser, frames = spoken
    partials(recogniser, frames)
    transcript = recogniser.finish()
    assert transcript.text == "open the window"
    assert [word.text for word in transcript.words] == ["open", "the", "window"]
    starts_s = [word.start_s for word in transcript.words]
    assert starts_s == sorted(starts_s)
    assert all(word.start_s < word.end_s <= frames[-1].end_s for word in transcript.words)
    assert all(0 < word.confidence <= 1 for word in transcript.words)
    assert 0 < transcript.confidence <= 1


def test_word_times_are_stream_time(spoken):
    recogniser, frames = spoken
    partials(recogniser, frames)
    plain = recogniser.finish()
    partials(recogniser, shifted(frames, 90.0))
    later = recogniser.finish()
    assert [word.start_s for word in later.words] == pytest.approx([word.start_s + 90.0 for word in plain.words])


def test_partials_come_when_the_text_changes_and_lead_up_to_it(spoken):
    recogniser, frames = spoken
    texts = partials(recogniser, frames)
    assert len(texts) >= 2
    assert all(earlier != later for earlier, later in itertools.pairwise(texts))
    assert texts[-1] == "open the window"


def test_after_finish_the_next_utterance_starts_afresh(spoken):
    recogniser, frames = spoken
    for _ in range(2):
        partials(recogniser, frames)
        assert recogniser.finish().text == "open the window"


def test_reset_forgets_the_utterance_in_flight(spoken):
    recogniser, frames = spoken
    partials(recogniser, frames)
    recogniser.reset()
    assert recogniser.finish() == NOTHING


def test_without_sound_there_is_nothing(spoken):
    recogniser, _ = spoken
    assert recogniser.finish() == NOTHING


def test_silence_is_nothing(spoken):
    recogniser, frames = spoken
    silence = [Frame(SILENCE, 500.0 + index * FRAME_S) for index in range(len(frames))]
    assert partials(recogniser, silence) == []
    assert recogniser.finish() == NOTHING


def test_an_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(EngineError, match="vosk, scripted") as refused:
        make_recogniser("whisper")
    assert refused.value.code is ErrorCode.ENGINE_UNKNOWN
