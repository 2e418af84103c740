"""Trains nano.

    python -m training.text.sources --data DATA/text --out runs/converted.jsonl     (third-party rows, see its README)
    python -m training.text.train --out runs/nano --converted runs/converted.jsonl [--dev DATA/text/dev.jsonl]
    python -m training.text.export runs/nano --out vehicle_assistant/models/nano
    python -m training.text.card runs/nano --labels DATA/text/dev.jsonl --out vehicle_assistant/models/nano

Resumes from runs/nano/last.pt. Two CPU cores need about an hour; a GPU is used when there is one.
`--dev` names texts that must not be trained on; its labels are not read.
"""

import argparse
import csv
import json
import math
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from intents.encoding import Span
from intents.phrasebook import Example as Sentence
from intents.phrasebook import load as load_phrasebook
from training.text import config as configs
from training.text import corpus, tokenizer
from training.text.config import Config
from training.text.corpus import Example
from training.text.growth import Growth
from training.text.model import Nano

PHRASEBOOK_SHARE = 0.12  # of the examples drawn; fresh sentences each time
COPY_WEIGHT = 1.8  # of examples with words to copy: copying is learnt last


def places(path: Path | None) -> list[str]:
    """Town names with and without their state, from a table with the columns CITY and STATE_NAME."""
    if path is None:
        return []
    with path.open(encoding="utf-8") as table:
        rows = list(csv.DictReader(table))
    towns = [r["CITY"].lower() for r in rows]
    return [*towns, *(f"{r['CITY']} {r['STATE_NAME']}".lower() for r in rows)]


def draws(examples: list[Example], grow: Growth, seed: int) -> Iterator[Example]:
    """Endless grown examples: the corpus by weight, with fresh phrasebook sentences among them."""
    rng = random.Random(seed)
    weights = [e.weight * (COPY_WEIGHT if any(isinstance(i, Span) for i in e.line) else 1.0) for e in examples]
    book = load_phrasebook()
    fresh: Iterator[Example] = iter(())
    while True:
        for drawn in rng.choices(examples, weights, k=1000):
            if rng.random() < PHRASEBOOK_SHARE:
                said = next(fresh, None)
                if said is None:
                    fresh = iter([spoken(e) for e in book.examples(2000, rng.randrange(2**31))])
                    said = next(fresh)
                yield said
            else:
                yield grow(drawn)


def spoken(sentence: Sentence) -> Example:
    """A sentence of the phrasebook as an example."""
    return corpus.example(sentence.text, [{"intent": d.intent, "slots": d.slots} for d in sentence.drafts], "book")


def batches(stream: Iterator[Example], encoder: tokenizer.Encoder, c: Config) -> Iterator[tuple[Tensor, Tensor]]:
    """Yields tokens (B, T) and weights (B, T) of each next token: 1 for decisions, `text_loss` for the utterance."""
    while True:
        pool = []
        for _ in range(2048):
            e = next(stream)
            prompt, decisions = encoder.prompt(e.words), encoder.decisions(e.words, e.line)
            if len(prompt) + len(decisions) <= c.context:
                pool.append((prompt + decisions, len(prompt)))
        pool.sort(key=lambda p: len(p[0]))
        groups: list[list[tuple[list[int], int]]] = []
        group: list[tuple[list[int], int]] = []
        width = 0
        for row in pool:
            width = max(width, len(row[0]))
            if group and width * (len(group) + 1) > c.batch_tokens:
                groups.append(group)
                group, width = [], len(row[0])
            group.append(row)
        groups.append(group)
        random.shuffle(groups)
        for group in groups:
            yield tensors(group, c)


def tensors(rows: list[tuple[list[int], int]], c: Config) -> tuple[Tensor, Tensor]:
    """Pads rows to one width."""
    width = max(len(ids) for ids, _ in rows)
    tokens = torch.zeros(len(rows), width, dtype=torch.long)
    weights = torch.zeros(len(rows), width)
    for i, (ids, prompt) in enumerate(rows):
        tokens[i, : len(ids)] = torch.tensor(ids)
        weights[i, : prompt - 1] = c.text_loss  # predicts ids[1:prompt]
        weights[i, prompt - 1 : len(ids) - 1] = 1.0
    return tokens, weights


def loss_of(model: Nano, tokens: Tensor, weights: Tensor, smoothing: float) -> Tensor:
    """Weighted mean cross-entropy of the next token."""
    logits = model(tokens[:, :-1])
    w = weights[:, :-1].reshape(-1)
    losses = F.cross_entropy(
        logits.reshape(-1, logits.shape[-1]), tokens[:, 1:].reshape(-1), reduction="none", label_smoothing=smoothing
    )
    return (losses * w).sum() / w.sum()


@torch.no_grad()
def right_lines(model: Nano, examples: list[Example], encoder: tokenizer.Encoder, c: Config) -> float:
    """Share of examples whose every decision is the most likely token, given the right ones before it."""
    model.eval()
    right = 0
    for start in range(0, len(examples), 64):
        rows = [(encoder.prompt(e.words), encoder.decisions(e.words, e.line)) for e in examples[start : start + 64]]
        tokens, weights = tensors([(p + d, len(p)) for p, d in rows], c)
        tokens, weights = tokens.to(device()), weights.to(device())
        hits = model(tokens[:, :-1]).argmax(-1) == tokens[:, 1:]
        right += int((hits | (weights[:, :-1] < 1)).all(1).sum())
    model.train()
    return right / max(len(examples), 1)


def device() -> str:
    """The GPU when there is one."""
    return "cuda" if torch.cuda.is_available() else "cpu"


def learning_rate(step: int, c: Config) -> float:
    """Linear warm-up, then a cosine to a tenth."""
    if step < c.warmup_steps:
        return c.learning_rate * (step + 1) / c.warmup_steps
    done = (step - c.warmup_steps) / max(1, c.steps - c.warmup_steps)
    return c.learning_rate * (0.1 + 0.45 * (1 + math.cos(math.pi * min(done, 1.0))))


def main() -> None:
    """Trains, logs to OUT/log.jsonl, and keeps OUT/last.pt."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--config", type=Path, default=configs.DEFAULT)
    parser.add_argument("--converted", type=Path, help="output of training.text.sources")
    parser.add_argument("--dev", type=Path, help="texts never to train on")
    parser.add_argument("--places", type=Path, help="CSV of towns for slot substitution")
    parser.add_argument("--threads", type=int, default=2)
    a = parser.parse_args()
    c = configs.load(a.config)
    torch.set_num_threads(a.threads)
    torch.manual_seed(c.seed)
    random.seed(c.seed)
    a.out.mkdir(parents=True, exist_ok=True)

    excluded = [row["text"] for row in corpus.rows(a.dev)] if a.dev else []
    examples, counts = corpus.gather(a.converted, excluded)
    training, held = corpus.split(examples, c.seed)
    print(json.dumps({"train": len(training), "validation": len(held), **counts}, indent=1), flush=True)

    names = places(a.places)
    resume = a.out / "last.pt"
    if not resume.exists():
        texts = [" ".join(e.words) for e in training] + load_phrasebook().sample(20_000, c.seed) + names[:5000]
        tokenizer.save(tokenizer.train(texts, c.vocabulary), a.out / "tokenizer.json")
        shutil.copy(a.config, a.out / "config.toml")
    encoder = tokenizer.Encoder(tokenizer.load(a.out / "tokenizer.json"))
    model = Nano(c, encoder.size).to(device())
    average = {k: v.detach().clone() for k, v in model.state_dict().items()}
    matrices = [p for p in model.parameters() if p.ndim == 2]
    vectors = [p for p in model.parameters() if p.ndim < 2]
    optimizer = torch.optim.AdamW(
        [{"params": matrices, "weight_decay": c.weight_decay}, {"params": vectors, "weight_decay": 0.0}],
        betas=(0.9, 0.98),
    )
    first = 0
    if resume.exists():
        kept = torch.load(resume, map_location=device())
        model.load_state_dict(kept["model"])
        optimizer.load_state_dict(kept["optimizer"])
        average, first = kept["average"], kept["step"]
    print(f"{sum(p.numel() for p in model.parameters()) / 1e6:.2f} M parameters, from step {first}", flush=True)

    stream = batches(draws(training, Growth(training, names, c.seed + first), c.seed + first), encoder, c)
    running = 0.0
    for step in range(first, c.steps):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, c)
        tokens, weights = next(stream)
        loss = loss_of(model, tokens.to(device()), weights.to(device()), c.label_smoothing)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        decay = min(c.average_decay, (step + 1) / (step + 10))
        for k, v in model.state_dict().items():
            average[k].lerp_(v, 1 - decay)
        running += loss.item()
        if (step + 1) % 50 == 0:
            note = {"step": step + 1, "loss": round(running / 50, 4), "lr": learning_rate(step, c)}
            running = 0.0
            if (step + 1) % 250 == 0 or step + 1 == c.steps:
                live = {k: v.clone() for k, v in model.state_dict().items()}
                model.load_state_dict(average)
                note["right_lines"] = round(right_lines(model, held, encoder, c), 4)
                model.load_state_dict(live)
                torch.save(
                    {"model": live, "optimizer": optimizer.state_dict(), "average": average, "step": step + 1,
                     "counts": dict(counts)}, resume,
                )  # fmt: skip
            with (a.out / "log.jsonl").open("a") as log:
                log.write(json.dumps(note) + "\n")
            print(json.dumps(note), flush=True)


if __name__ == "__main__":
    main()
