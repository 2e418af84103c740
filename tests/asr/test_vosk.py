"""What Vosk is kept from: directories that are no models, grammars that kill it; and what is made of its words."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from intents.errors import ErrorCode, ModelError
from vehicle_assistant.asr.engines import RecogniserSettings, make_recogniser
from vehicle_assistant.asr.port import NOTHING, Partial, Word
from vehicle_assistant.asr.vosk import VoskRecogniser, transcript_of
from vehicle_assistant.asr.vosk_model import IVECTOR, VoskModel, check_directory, load


@pytest.fixture
def copied(bench_voice, tmp_path) -> Path:
    """A model directory that a test may damage."""
    return Path(shutil.copytree(bench_voice, tmp_path / "model"))


def test_no_model_named_and_no_model_there_are_absent(tmp_path):
    for settings in (RecogniserSettings(), RecogniserSettings(model_dir=tmp_path / "missing")):
        with pytest.raises(ModelError) as refused:
            make_recogniser("vosk", settings)
        assert refused.value.code is ErrorCode.MODEL_ABSENT
        assert "models list" in refused.value.remedy


@pytest.mark.parametrize(
    "name", ["am/final.mdl", "conf/mfcc.conf", "conf/model.conf", "graph/HCLr.fst", "graph/Gr.fst"]
)
@pytest.mark.parametrize("damage", ["missing", "empty", "a folder"])
def test_a_directory_that_lacks_a_file_is_refused_by_name(copied, name, damage):
    (copied / name).unlink()
    if damage == "empty":
        (copied / name).write_bytes(b"")
    elif damage == "a folder":
        (copied / name).mkdir()
    with pytest.raises(ModelError, match=name) as refused:
        VoskModel(copied)
    assert refused.value.code is ErrorCode.MODEL_INVALID
    assert refused.value.remedy


@pytest.mark.parametrize("name", ["am/final.mdl", "graph/HCLr.fst", "graph/Gr.fst"])
def test_a_file_of_another_kind_is_refused_before_the_library_sees_it(copied, name):
    (copied / name).write_bytes(b"<html>404 not found</html>")
    with pytest.raises(ModelError, match=f"{name} is damaged"):
        check_directory(copied)


@pytest.mark.parametrize("name", ["am/final.mdl", "graph/HCLr.fst", "graph/Gr.fst"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.95])
def test_a_truncated_file_is_refused(copied, name, share):
    content = (copied / name).read_bytes()
    (copied / name).write_bytes(content[: int(len(content) * share)])
    with pytest.raises(ModelError) as refused:
        VoskModel(copied)
    assert refused.value.code is ErrorCode.MODEL_INVALID


def test_half_an_ivector_extractor_is_refused(copied):
    (copied / "ivector").mkdir()
    (copied / IVECTOR[0]).write_bytes(b"x")
    with pytest.raises(ModelError, match=IVECTOR[1]):
        check_directory(copied)


def test_a_model_is_loaded_once_for_all(bench_voice):
    assert load(bench_voice) is load(bench_voice)


@pytest.mark.parametrize("phrases", [(), ("",), (" ", "")])
def test_a_grammar_without_phrases_never_reaches_the_library(bench_voice, phrases):
    with pytest.raises(ValueError, match="at least one phrase"):
        VoskRecogniser(bench_voice, phrases)


def test_hostile_phrases_do_not_bring_the_library_down(bench_voice, voice):
    recogniser = VoskRecogniser(bench_voice, ('"]', "\\", "{}", "null", "open the window", "\n", "\u2603" * 50))
    for frame in voice.frames(voice.pause(0.3), voice.say("open the window"), voice.pause(0.3)):
        recogniser.accept(frame)
    assert recogniser.finish().text == "open the window"


def test_phrases_limit_what_is_heard(bench_voice, voice):
    recogniser = VoskRecogniser(bench_voice, ("yes", "no", "[unk]"))
    for frame in voice.frames(voice.pause(0.3), voice.say("yes"), voice.pause(0.3)):
        recogniser.accept(frame)
    assert recogniser.finish().text == "yes"


def test_a_long_pause_within_an_utterance_loses_nothing(bench_voice, voice):
    """The library ends a segment of its own in the pause; both halves belong to the utterance."""
    recogniser = VoskRecogniser(bench_voice)
    parts = (voice.pause(0.3), voice.say("open the window"), voice.pause(2.5), voice.say("next song"), voice.pause(0.3))
    frames = voice.frames(*parts)
    texts = [partial.text for frame in frames if isinstance(partial := recogniser.accept(frame), Partial)]
    transcript = recogniser.finish()
    assert transcript.text == "open the window next song"
    assert texts[-1] == transcript.text
    assert transcript.words[3].start_s - transcript.words[2].end_s > 2.0


def test_unknown_words_are_left_out_and_cost_confidence():
    def word(text: str, confidence: float) -> Word:
        return Word(text, 0.0, 1.0, confidence)

    transcript = transcript_of([word("call", 0.9), word("[unk]", 1.0), word("mom", 0.8), word("[unk]", 0.3)])
    assert transcript.text == "call mom"
    assert [word.text for word in transcript.words] == ["call", "mom"]
    assert transcript.confidence == pytest.approx(0.8 * 2 / 4)
    assert transcript_of([word("[unk]", 1.0)]) == NOTHING
    assert transcript_of([]) == NOTHING


def test_the_library_says_nothing_and_ends_quietly(bench_voice):
    program = (
        "import sys, pathlib; from vehicle_assistant.asr.vosk import VoskRecogniser\n"
        "from vehicle_assistant.audio.port import SILENCE, Frame\n"
        "recogniser = VoskRecogniser(pathlib.Path(sys.argv[1]))\n"
        "recogniser.accept(Frame(SILENCE, 0.0)); recogniser.finish(); del recogniser"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(bench_voice)], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
