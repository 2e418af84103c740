"""Builds the bench voice model directory from sentences: speech, network, lexicon, language model, files."""

from __future__ import annotations

import logging
import resource
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.bench_voice.espeak import Espeak, Voice
from training.bench_voice.features import MFCC_CONF, N_FEATURES
from training.bench_voice.graph import build_hcl
from training.bench_voice.kaldi import AcousticModel, model_bytes
from training.bench_voice.lexicon import Lexicon
from training.bench_voice.network import LabelledFrames, Trainer, fold
from training.bench_voice.ngram import build_grammar
from training.bench_voice.noise import NoiseSource
from training.bench_voice.phones import N_NETWORK_PDFS, SILENCE_PHONE, phone_pdfs, word_boundary_lines
from training.bench_voice.sentences import WAKE_PHRASES, Corpus, Sentence, covering, make_corpus
from training.bench_voice.speech import speak_all
from training.bench_voice.voices import ACCENTS

log = logging.getLogger(__name__)

UNKNOWN_WORD = "[unk]"
_ROUNDS = 6  # fresh sentences, voices and noise in each
N_UTTERANCES = 10_000
_PASSES_PER_ROUND = 3
_FRAMES_PER_UTTERANCE = 330  # for the learning-rate schedule only
_WAKE_SHARE = 0.25  # of the training utterances begin with the wake phrase
_PRIOR_POWER = 0.35  # full division by the priors ruins the model
_GARBAGE_LOG_SCORE = -1.0  # -1.5 wakes falsely three times as often over noise, -0.7 misses twice as many wake words
_WORD_OCCURRENCES = 2  # in the sentences each accent speaks for the lexicon

# Endpointing: 0.5 s of silence after a plausible end of sentence, more after a half sentence, 5 s when nothing is said.
MODEL_CONF = f"""\
--min-active=200
--max-active=3000
--beam=13.0
--lattice-beam=5.0
--acoustic-scale=0.5
--frame-subsampling-factor=3
--frames-per-chunk=9
--endpoint.silence-phones={SILENCE_PHONE}
--endpoint.rule1.min-trailing-silence=5.0
--endpoint.rule2.min-trailing-silence=0.5
--endpoint.rule2.max-relative-cost=8.0
--endpoint.rule3.min-trailing-silence=1.0
--endpoint.rule3.max-relative-cost=16.0
--endpoint.rule4.min-trailing-silence=1.5
--endpoint.rule5.min-utterance-length=20.0
"""


@dataclass(frozen=True, slots=True)
class BuildFigures:
    """What a build saw and cost, for the model card."""

    n_words: int
    n_pronunciations: int
    n_sentences: int
    n_utterances: int
    speech_h: float
    frame_accuracy: float  # 0-1, last round, training voices with noise
    cpu_s: float


def build(
    sentences: Sequence[str],
    extra_words: Iterable[str],
    *,
    out: Path,
    noise: NoiseSource,
    seed: int,
    n_utterances: int = N_UTTERANCES,
) -> BuildFigures:
    """Builds the model for these sentences into `out` and gives its figures.

    `extra_words` join the vocabulary; `noise` is laid over the training speech; everything drawn comes from `seed`.
    """
    started_cpu_s = _cpu_s()
    corpus = make_corpus(sentences, extra_words, seed)
    espeak = Espeak()
    lexicon = listen_to_words(espeak, corpus)
    log.info("lexicon: %d words", len(corpus.vocabulary))
    log.info("lexicon: %.0f CPU s", _cpu_s() - started_cpu_s)
    model, speech_h, accuracy = _train(espeak, corpus, noise, seed, n_utterances)
    n_pronunciations = write_model(out, model, lexicon, corpus)
    return BuildFigures(
        n_words=len(corpus.vocabulary),
        n_pronunciations=n_pronunciations,
        n_sentences=len(set(corpus.sentences)),
        n_utterances=n_utterances,
        speech_h=speech_h,
        frame_accuracy=accuracy,
        cpu_s=_cpu_s() - started_cpu_s,
    )


def _cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def listen_to_words(espeak: Espeak, corpus: Corpus) -> Lexicon:
    """Collects how every accent says every word, in sentences and, where it occurs in none by itself, alone."""
    lexicon = Lexicon()
    spoken = covering(corpus.sentences, _WORD_OCCURRENCES)
    for file_name in ACCENTS.values():
        for words in spoken:
            lexicon.add(espeak.say(words, Voice(file_name)))
        for word in sorted(corpus.vocabulary):
            lexicon.add(espeak.say([word], Voice(file_name)))
    return lexicon


def draw_sentences(corpus: Corpus, n_sentences: int, rng: np.random.Generator) -> list[Sentence]:
    """Draws sentences to speak, half of them in proportion, half so that rare words are heard as well."""
    rare_first = covering([corpus.sentences[index] for index in rng.permutation(len(corpus.sentences))], 2)
    chosen = []
    for count in range(n_sentences):
        pool: Sequence[Sentence] = corpus.sentences if count % 2 else rare_first
        sentence = pool[int(rng.integers(len(pool)))]
        if rng.random() < _WAKE_SHARE and sentence not in WAKE_PHRASES:
            sentence = (*WAKE_PHRASES[int(rng.integers(len(WAKE_PHRASES)))], *sentence)
        chosen.append(sentence)
    return chosen


def _train(
    espeak: Espeak, corpus: Corpus, noise: NoiseSource, seed: int, n_utterances: int
) -> tuple[AcousticModel, float, float]:
    rng = np.random.default_rng(seed)
    per_round = max(1, n_utterances // _ROUNDS)
    trainer = Trainer(_ROUNDS * per_round * _FRAMES_PER_UTTERANCE * _PASSES_PER_ROUND, seed)
    counts = np.ones(N_NETWORK_PDFS)
    n_frames, accuracy = 0, 0.0
    for round_number in range(1, _ROUNDS + 1):
        data: LabelledFrames = speak_all(espeak, draw_sentences(corpus, per_round, rng), noise, rng)
        counts += np.bincount(data.labels, minlength=N_NETWORK_PDFS)
        n_frames += len(data.labels)
        loss, accuracy = trainer.run(data, _PASSES_PER_ROUND)
        log.info("round %d/%d: cross-entropy %.3f, frame accuracy %.3f", round_number, _ROUNDS, loss, accuracy)
    priors = (counts / counts.sum()) ** _PRIOR_POWER
    model = AcousticModel(
        input_dim=N_FEATURES,
        layers=fold(trainer.network),
        phone_pdfs=tuple(phone_pdfs()),
        priors=priors.astype(np.float32),
        garbage_log_score=_GARBAGE_LOG_SCORE,
    )
    return model, n_frames / 360_000, accuracy


def write_model(out: Path, model: AcousticModel, lexicon: Lexicon, corpus: Corpus) -> int:
    """Writes the directory that `vosk.Model` loads; gives the number of pronunciations in it."""
    words = ["<eps>", UNKNOWN_WORD, *sorted(corpus.vocabulary)]
    word_ids = {word: index for index, word in enumerate(words)}
    spoken_ids = {word: word_ids[word] for word in corpus.vocabulary}
    pronunciations = lexicon.pronunciations(corpus.vocabulary)
    hcl = build_hcl(pronunciations, spoken_ids, word_ids[UNKNOWN_WORD])
    grammar = build_grammar(corpus.sentences, spoken_ids, WAKE_PHRASES)
    log.info(
        "HCL: %d states, %d arcs; G: %d states, %d arcs", len(hcl.arcs), hcl.n_arcs, len(grammar.arcs), grammar.n_arcs
    )
    files = {
        "am/final.mdl": model_bytes(model),
        "conf/mfcc.conf": MFCC_CONF.encode(),
        "conf/model.conf": MODEL_CONF.encode(),
        "graph/HCLr.fst": hcl.to_bytes("olabel"),
        "graph/Gr.fst": grammar.to_bytes("ilabel"),
        "graph/disambig_tid.int": b"",
        "graph/phones/word_boundary.int": "\n".join([*word_boundary_lines(), ""]).encode(),
        "graph/words.txt": "".join(f"{word} {index}\n" for word, index in word_ids.items()).encode(),
    }
    for name, content in files.items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return sum(len(variants) for variants in pronunciations.values())
