"""espeak-ng's own event times label the frames."""

import ctypes.util

import numpy as np
import pytest

pytest.importorskip("kaldi_native_fbank", reason="training dependencies are not installed")

from training.bench_voice.espeak import Espeak, Voice
from training.bench_voice.features import FRAME_SHIFT, mfcc
from training.bench_voice.lexicon import Lexicon
from training.bench_voice.noise import ColouredNoise
from training.bench_voice.phones import SILENCE, pdf_of, sound_of
from training.bench_voice.speech import frame_labels, place, speak_all
from training.bench_voice.voices import ACCENTS, HELD_OUT_VARIANTS, TRAINING_VARIANTS, voice_name

pytestmark = pytest.mark.skipif(ctypes.util.find_library("espeak-ng") is None, reason="libespeak-ng is not installed")

WORDS = ("open", "the", "window")


@pytest.fixture(scope="module")
def espeak() -> Espeak:
    return Espeak()


def test_every_phoneme_lies_in_the_audio_and_after_the_one_before(espeak: Espeak) -> None:
    utterance = espeak.say(WORDS, Voice("gmw/en-US+m4"))
    starts = [span.start for span in utterance.phonemes]

    assert sorted(starts) == starts
    assert starts[0] >= 0
    assert starts[-1] <= len(utterance.samples)
    assert {0, 1, 2} == {span.word for span in utterance.phonemes}


def test_a_voice_that_does_not_exist_is_named(espeak: Espeak) -> None:
    with pytest.raises(ValueError, match="no voice 'gmw/nowhere'"):
        espeak.say(WORDS, Voice("gmw/nowhere"))


def test_every_voice_can_be_loaded_and_no_variant_both_teaches_and_examines(espeak: Espeak) -> None:
    for variant in (*TRAINING_VARIANTS, *HELD_OUT_VARIANTS):
        assert len(espeak.say(("stop",), Voice(voice_name("en-us", variant))).samples) > 2000
    for accent in ACCENTS:
        assert len(espeak.say(("stop",), Voice(voice_name(accent, ""))).samples) > 2000
    assert set(TRAINING_VARIANTS).isdisjoint(HELD_OUT_VARIANTS)


def test_frames_are_silence_outside_the_speech_and_its_sounds_in_order_inside(espeak: Espeak) -> None:
    utterance = espeak.say(WORDS, Voice("gmw/en-US"))
    clip = place(utterance, np.random.default_rng(1))
    labels = frame_labels(utterance, clip, len(mfcc(clip.samples)))
    changes = [int(label) for index, label in enumerate(labels) if index == 0 or label != labels[index - 1]]
    sounds = [sound for span in utterance.phonemes if (sound := sound_of(span.mnemonic)) is not None]

    first_speech = next(index for index, label in enumerate(labels) if label != pdf_of(SILENCE))
    assert first_speech == pytest.approx(clip.lead / FRAME_SHIFT, abs=4)
    assert [label for label in changes if label != pdf_of(SILENCE)] == [pdf_of(s) for s in sounds if s != SILENCE]


def test_a_word_sounds_as_espeak_says_it_in_each_accent(espeak: Espeak) -> None:
    lexicon = Lexicon()
    for accent in ("en-us", "en-gb"):
        lexicon.add(espeak.say(("a", "better", "route"), Voice(voice_name(accent, ""))))
    pronunciations = lexicon.pronunciations(["better"])["better"]

    assert {("b", "E", "t#", "3"), ("b", "E", "t", "3")} == set(pronunciations)  # Americans flap the t


def test_words_espeak_runs_together_teach_no_pronunciation(espeak: Espeak) -> None:
    lexicon = Lexicon()
    lexicon.add(espeak.say(("warm", "on", "the", "left"), Voice("gmw/en-US")))

    assert "on" not in lexicon
    assert "the" not in lexicon
    assert "left" in lexicon


def test_a_word_never_heard_is_named() -> None:
    with pytest.raises(ValueError, match="no pronunciation for sunroof"):
        Lexicon().pronunciations(["sunroof"])


def test_training_speech_has_a_label_for_every_frame_and_silence_between_sentences(espeak: Espeak) -> None:
    data = speak_all(espeak, [WORDS] * 8, ColouredNoise(), np.random.default_rng(2))
    silent = data.labels == pdf_of(SILENCE)

    assert len(data.features) == len(data.labels)
    assert np.isfinite(data.features).all()
    assert (np.diff(silent.astype(int)) == -1).sum() >= 8  # speech begins at least once a sentence
    assert 0.1 < silent.mean() < 0.7
