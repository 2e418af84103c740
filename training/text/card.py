"""Measures exported weights and writes their model card.

    python -m training.text.card runs/nano --labels DATA/text/dev.jsonl --out vehicle_assistant/models/nano

The labels must not have been trained on. Nothing in the card is written by hand: run, figures and costs are read or
measured when it is made.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import torch

from intents.encoding import Outcome
from training.text import config as configs
from training.text.config import Config
from training.text.floor import answers
from training.text.train import PHRASEBOOK_SHARE
from vehicle_assistant.bench import Measured, measure
from vehicle_assistant.evaluation import Answer, Score, Tally, read_labels, score
from vehicle_assistant.parser.nano import NanoParser
from vehicle_assistant.settings import Settings

BENCH_UTTERANCES = 200

CARD = """\
# nano

The parser's weights: an utterance in, a line of decisions about the command catalogue out. A model of the Llama
architecture, trained from scratch by `training/text` for this catalogue, run by llama.cpp. It knows English only and
no other task. Licence: Apache-2.0; the data's own notices are in NOTICE.

**Not for** other catalogues: weights that do not know every item of `intents/` are refused when they are loaded.

## Model
{parameters:.2f} M parameters: {c.layers} layers, {c.dimension} wide, {c.heads} heads, gated feed-forward of {c.hidden},
tied embeddings. Byte-level BPE with {c.vocabulary} pieces of text, and one token for each item of the catalogue's
grammar. Lower-case words in (`intents/words.py`), decisions out (`intents/encoding.py`); the decoder compares only
legal next tokens, and free text and numbers are copied from the utterance. `nano.gguf` is Q8_0, {size_mb:.1f} MB.

## Data
{examples} labelled utterances, a twenty-fifth of those labelled by hand kept for validation, by origin:

{origins}

`hand` is `training/text/utterances`, written for this catalogue; `labelled` are utterances of the collections, labelled
by hand; the others were labelled by the rules of `training/text/sources`, which also names their licences. Beside them
{book:.0%} of the examples drawn are fresh sentences of the phrasebook. Nothing near the measuring set was trained on.

## Training
{step} steps of {c.batch_tokens} tokens, AdamW, learning rate {c.learning_rate} at most, seed {c.seed}, with growth:
other names and numbers, politeness, slips, two commands in one breath. The weights are an exponential average.
Right lines on the validation split, each decision given the right ones before it: {right_lines:.1%}.

The run was stopped and resumed on the way (docs/experiments.md says what changed at which step), so training anew
with the same command gives like weights, not equal ones.

## Figures
On {n} labelled utterances of other people, never trained on, with `parser.confidence_floor` {floor}:

| | of | share |
|---|---|---|
{figures}

By domain, exactly right:

| | of | share |
|---|---|---|
{domains}

llama.cpp against PyTorch, largest difference of a logit: {f32} in float32, {q8} in Q8_0 (`parity.json`).

## Cost
{cost}
`vehicle-assistant bench` on the machine that made this card: one thread, {sentences} sentences of the phrasebook;
{load_ms:.0f} ms to load, {memory_mib:.0f} MiB of memory with the interpreter and the libraries of training.

## Known limits
- Wording is learnt, not reasoned: what is said in a way far from the data is refused or, less often, misread.
- An utterance of more than 60 words is not understood; more than four commands in one breath are not either.
- Place names, contacts and titles are copied as they were heard; nothing knows whether they exist.
"""


def rows(tallies: dict[str, Tally]) -> str:
    """Table rows of counts."""
    return "\n".join(f"| {name} | {t.count} of {t.of} | {t.share:.3f} |" for name, t in tallies.items())


def cost_table(measured: Measured) -> str:
    """What a parse takes."""
    head = "| a parse | p50 ms | p95 ms | passes | tokens |\n|---|---|---|---|---|\n"
    return head + "".join(
        f"| {way.name}: {way.what} | {way.p50_ms:.1f} | {way.p95_ms:.1f} | {way.passes:.1f} | {way.tokens:.1f} |\n"
        for way in measured.ways
    )


def evaluated(model: Path, labels_path: Path, floor: float) -> Score:
    """The score of weights on labels; below the floor an answer counts as not understood."""
    labels = read_labels(labels_path)
    engine = NanoParser.open(model)
    found = answers(engine, labels)
    engine.close()
    nothing = Answer(Outcome.NOT_UNDERSTOOD, ())
    return score(labels, [nothing if confidence < floor else answer for answer, confidence in found])


def card(run: Path, weights: Path, labels: Path, floor: float) -> str:
    """The text of the card."""
    c: Config = configs.load(run / "config.toml")
    kept: dict[str, Any] = torch.load(run / "last.pt", map_location="cpu")
    parity: dict[str, Any] = json.loads(weights.with_name("parity.json").read_text())["figures"]
    log = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    s = evaluated(weights, labels, floor)
    measured = measure(BENCH_UTTERANCES, model_path=weights)
    by_origin = {name.removesuffix(": kept"): n for name, n in kept["counts"].items() if name.endswith(": kept")}
    return CARD.format(
        c=c, parameters=parity["parameters"] / 1e6, size_mb=weights.stat().st_size / 1e6, step=parity["step"],
        examples=sum(by_origin.values()), book=PHRASEBOOK_SHARE, n=s.exact.of, floor=floor,
        origins="\n".join(f"- {name}: {n}" for name, n in by_origin.items()),
        right_lines=next(note["right_lines"] for note in reversed(log) if "right_lines" in note),
        figures=rows({
            "exactly right": s.exact, "right intents": s.intent, "right outcome": s.outcome,
            "outside the catalogue, yet a command": s.false_commands,
            "within the catalogue, not understood": s.rejected, "incomplete, seen as such": s.incomplete,
        }),
        domains=rows(dict(s.domains)), f32=parity["largest_difference_f32"], q8=parity["largest_difference_q8_0"],
        cost=cost_table(measured), sentences=measured.utterances, load_ms=measured.load_ms,
        memory_mib=measured.memory_mib,
    )  # fmt: skip


def main() -> None:
    """Writes MODEL_CARD.md beside the weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("--labels", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--floor", type=float, default=Settings().parser.confidence_floor)
    a = parser.parse_args()
    text = card(a.run, a.out / "nano.gguf", a.labels, a.floor)
    (a.out / "MODEL_CARD.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
