"""One contract for every wake detector in the table."""

import itertools

import pytest

from intents.errors import EngineError, ErrorCode
from vehicle_assistant.audio.port import FRAME_S, SILENCE, Frame
from vehicle_assistant.wake.engines import DETECTORS, make_detector
from vehicle_assistant.wake.port import WakeDetection, WakeDetector

SILENT_S = 1.5


@pytest.fixture(params=DETECTORS)
def woken(request, wakeable):
    """A detector of each kind, a recording in which it hears the phrase once, and where the phrase ends."""
    return wakeable(request.param)


def run(detector: WakeDetector, frames: list[Frame]) -> list[tuple[float, WakeDetection]]:
    """Return each detection with the moment at which it was reported."""
    found = [(frame.end_s, detector.process(frame)) for frame in frames]
    return [(at_s, hit) for at_s, hit in found if hit is not None]


def test_the_phrase_is_reported_once_with_its_place(woken):
    detector, frames, end_s = woken
    ((decided_s, hit),) = run(detector, frames)
    assert hit.at_s < hit.end_s < decided_s
    assert hit.end_s == pytest.approx(end_s, abs=0.15)
    assert decided_s - hit.end_s < 1.0
    assert 0 < hit.score <= 1


def test_after_reset_the_phrase_is_heard_again(woken):
    detector, frames, _ = woken
    run(detector, frames)
    detector.reset()
    assert len(run(detector, frames)) == 1


def test_reset_in_the_middle_of_the_phrase_forgets_its_beginning(woken):
    detector, frames, end_s = woken
    middle_s = end_s - 0.2
    before = [frame for frame in frames if frame.end_s <= middle_s]
    assert run(detector, before) == []
    detector.reset()
    assert run(detector, frames[len(before) :]) == []


def test_silence_wakes_nobody(woken):
    detector, _, _ = woken
    silence = (Frame(SILENCE, 500.0 + index * FRAME_S) for index in itertools.count())
    assert run(detector, list(itertools.islice(silence, 300))) == []


def test_an_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(EngineError, match="vosk_phrase, scripted") as refused:
        make_detector("precise")
    assert refused.value.code is ErrorCode.ENGINE_UNKNOWN
