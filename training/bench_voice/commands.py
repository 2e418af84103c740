"""What the two commands do once their arguments are read."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np

from training.bench_voice.build import build
from training.bench_voice.card import BUILD_FILE, read_build, write_build, write_card
from training.bench_voice.espeak import Espeak
from training.bench_voice.evaluate import load_time_s, measure, table
from training.bench_voice.noise import ColouredNoise, MixedNoise, NoiseSource, RecordedNoise
from training.bench_voice.sentences import Sentence, one_spelling, phrasebook_words, read_sentences

_EVALUATION_SEED_OFFSET = 7919  # evaluation draws other sentences, voices and noise than the build with the same seed


def run_build(options: argparse.Namespace) -> int:
    """Builds the model, records how in the model directory, and prints the figures."""
    noise: NoiseSource = ColouredNoise()
    if options.noise:
        noise = MixedNoise(noise, RecordedNoise(options.noise, held_out=False))
    sentences = read_sentences(options.sentences, options.lm_sentences, options.seed)
    figures = build(
        sentences,
        phrasebook_words(options.sentences),
        out=options.out,
        noise=noise,
        seed=options.seed,
        n_utterances=options.utterances,
    )
    write_build(options, figures)
    write_card(options.out, figures=read_build(options.out), evaluation=None)
    for name, value in asdict(figures).items():
        print(f"{name}: {value:.3f}" if isinstance(value, float) else f"{name}: {value}")
    return 0


def run_evaluate(options: argparse.Namespace) -> int:
    """Measures the model, prints a table and JSON, and puts the figures into the model card."""
    model, load_s = load_time_s(options.model)
    sentences, unseen_share = _evaluation_sentences(options)
    noise: NoiseSource = RecordedNoise(options.noise, held_out=True) if options.noise else ColouredNoise()
    rng_seed = options.seed + _EVALUATION_SEED_OFFSET
    evaluation = measure(model, Espeak(), sentences, noise, rng_seed, load_s=load_s, unseen_share=unseen_share)
    print(table(evaluation))
    text = json.dumps(asdict(evaluation), indent=2)
    print(text)
    if options.json:
        options.json.write_text(text + "\n", encoding="utf-8")
    if (options.model / BUILD_FILE).is_file():
        noise_name = "road noise recordings" if options.noise else "coloured noise"
        write_card(options.model, figures=read_build(options.model), evaluation=(evaluation, noise_name))
    return 0


def _evaluation_sentences(options: argparse.Namespace) -> tuple[list[Sentence], float]:
    """Draws distinct sentences, those the build never saw first; gives the share of these."""
    drawn = read_sentences(options.sentences, 40 * options.count, options.seed + _EVALUATION_SEED_OFFSET)
    known = _learnt(options.model)
    distinct = list(dict.fromkeys(drawn))
    unseen = [text for text in distinct if text not in known][: options.count]
    seen = [text for text in distinct if text in known][: options.count - len(unseen)]
    chosen = unseen + seen
    order = np.random.default_rng(options.seed).permutation(len(chosen))
    return [one_spelling(chosen[index].split()) for index in order], len(unseen) / len(chosen)


def _learnt(model: Path) -> frozenset[str]:
    """Draws the build's sentences again; none for a model without its record, or for a file no longer there."""
    if not (model / BUILD_FILE).is_file():
        return frozenset()
    arguments = read_build(model)["arguments"]
    if arguments["sentences"] != "phrasebook" and not Path(arguments["sentences"]).is_file():
        return frozenset()
    return frozenset(read_sentences(arguments["sentences"], arguments["lm_sentences"], arguments["seed"]))
