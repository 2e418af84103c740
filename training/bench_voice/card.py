"""The model card and the build record that lie beside the model's files."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from training.bench_voice.build import BuildFigures
from training.bench_voice.evaluate import Evaluation, table
from training.bench_voice.phones import N_NETWORK_PDFS
from training.bench_voice.voices import ACCENTS, HELD_OUT_VARIANTS, RATES_WPM, TRAINING_VARIANTS

BUILD_FILE = "build.json"
CARD_FILE = "MODEL_CARD.md"

_CARD = """\
# Bench voice

A small Kaldi acoustic model with a phrasebook language model, loaded by stock libvosk. It lets tests, demos and benches
that speak with espeak-ng hear with the real engine, with nothing to download.

**Not for people.** It has only ever heard espeak-ng voices. It misses human voices almost entirely: use the official
Vosk model or PocketSphinx for them.

## Data
- Speech: espeak-ng, synthesised while training; {n_utterances} utterances, {speech_h:.1f} hours.
  Accents {accents};
  {n_training} voice variants, {slowest}-{fastest} words a minute, drawn pitch, level and speaker size.
  Frame labels are espeak-ng's own phoneme times.
- Sentences: {sentences}, {n_sentences} distinct, with numbers 0-100 put in the place of numbers, and the wake
  phrase "computer" or "hey computer" before a quarter of them.
- Noise: {noise}, at -3 to 22 dB under 70 % of the utterances.
- Kept back for evaluation: the variants {held_out}{held_out_noise}.
  Acoustic scale, LM discount and `[unk]` score were chosen on these voices too, with other sentences, so the figures
  below flatter the model a little.
- Vocabulary: {n_words} words, {n_pronunciations} pronunciations. **Any other word is not recognised**: the nearest
  known words are reported in its place. In a runtime grammar `[unk]` stands for it.
  Of words that sound the same one is written: "ok" for "okay", "all right" for "alright".

## Model
40 MFCC to a time-delay network (256 wide, sees 230 ms back and 140 ms ahead, answers every 30 ms) to {n_pdfs} sounds;
one state a sound. Priors to the power 0.35, acoustic scale 0.5. `[unk]` is a constant score. Trigram with back-off,
composed at run time, so `KaldiRecognizer(model, 16000, grammar)` works. An utterance ends after 0.5 s of silence
(1.0-1.5 s after an unlikely ending, 5 s when nothing is said): `conf/model.conf`.

## Build
`{command}`, seed {seed}: {cpu_s:.0f} CPU seconds on one core,
frame accuracy {frame_accuracy:.1%} on training voices in noise.

## Figures
{figures}
"""


def write_build(options: argparse.Namespace, figures: BuildFigures) -> None:
    """Records arguments and figures of a build in the model directory."""
    arguments = {
        "sentences": options.sentences,
        "lm_sentences": options.lm_sentences,
        "utterances": options.utterances,
        "recorded_noise": options.noise is not None,
        "seed": options.seed,
    }
    record = {"arguments": arguments, "figures": asdict(figures)}
    (options.out / BUILD_FILE).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def read_build(model: Path) -> Mapping[str, Any]:
    """Reads the record of `write_build`."""
    record: dict[str, Any] = json.loads((model / BUILD_FILE).read_text(encoding="utf-8"))
    return record


def write_card(model: Path, figures: Mapping[str, Any], evaluation: tuple[Evaluation, str] | None) -> None:
    """Writes the card from the build record and, once there is one, the evaluation with the name of its noise."""
    arguments, built = figures["arguments"], figures["figures"]
    command = "python -m training.bench_voice build" + (" --noise DIR" if arguments["recorded_noise"] else "")
    measured = (
        f"`python -m training.bench_voice evaluate`, noise: {evaluation[1]}.\n\n{table(evaluation[0])}"
        if evaluation
        else ""
    )
    text = _CARD.format(
        **built,
        accents=", ".join(ACCENTS),
        held_out_noise="; the last 30 % of each recording" if arguments["recorded_noise"] else "",
        n_training=len(TRAINING_VARIANTS),
        slowest=RATES_WPM[0],
        fastest=RATES_WPM[1],
        held_out=", ".join(HELD_OUT_VARIANTS),
        sentences="the phrasebook" if arguments["sentences"] == "phrasebook" else f"the file {arguments['sentences']}",
        noise="recordings" if arguments["recorded_noise"] else "coloured noise made by the build",
        n_pdfs=N_NETWORK_PDFS,
        seed=arguments["seed"],
        command=command,
        figures=measured or "Not measured yet: run `python -m training.bench_voice evaluate`.",
    )
    (model / CARD_FILE).write_text(text, encoding="utf-8")
