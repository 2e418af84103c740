"""Gathers labelled utterances: hand-written ones of this repository and converted third-party ones.

Each row ends as an `Example`: the utterance's words and its line of decisions. What cannot be written in the encoding
is dropped and counted; nothing near the dev set is kept.
"""

import json
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from intents.encoding import Draft, Item, Span, encode
from intents.words import words_of
from training.text.sources.near_duplicates import ProtectedTexts

UTTERANCES = Path(__file__).with_name("utterances")

# How often a row of each origin is drawn, relative to a hand-labelled one.
WEIGHTS = {"hand": 1.0, "labelled": 1.6}


@dataclass(frozen=True, slots=True)
class Example:
    """One utterance and what it means."""

    words: tuple[str, ...]
    drafts: tuple[Draft, ...]
    line: tuple[Item | Span, ...]
    source: str
    weight: float = 1.0


def example(text: str, commands: Sequence[dict[str, Any]], source: str, weight: float = 1.0) -> Example:
    """Writes one labelled utterance in the encoding; raises ValueError or KeyError when it cannot be written."""
    words = words_of(text)
    drafts = tuple(Draft(c["intent"], c["slots"]) for c in commands)
    return Example(words, drafts, tuple(encode(words, drafts)), source, weight)


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """Lines of a JSON-lines file."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)


def hand_written() -> Iterator[tuple[dict[str, Any], str]]:
    """The utterances of this repository."""
    for path in sorted(UTTERANCES.glob("*.jsonl")):
        for row in rows(path):
            yield row, "hand"


def gather(converted: Path | None, excluded: Iterable[str] = ()) -> tuple[list[Example], Counter[str]]:
    """Collects all examples, and counts what was kept and dropped by origin.

    `converted` is the output of `training.text.sources`, which kept clear of the dev set itself; `excluded` are the
    dev set's texts: hand-written rows that are nearly one of them are left out here.
    """
    counts: Counter[str] = Counter()
    protected = ProtectedTexts(list(excluded))
    found: dict[tuple[str, ...], Example] = {}
    origins = list(hand_written())
    if converted is not None:
        origins += [(row, row["source"]) for row in rows(converted)]
    for row, source in origins:
        try:
            weight = WEIGHTS.get(source, float(row.get("weight", 1.0)))
            made = example(row["text"], row["commands"], source, weight)
        except (ValueError, KeyError):
            counts[f"{source}: not sayable"] += 1
            continue
        if not made.words or len(made.words) > 40:
            counts[f"{source}: left out"] += 1
            continue
        if source == "hand" and protected.holds(row["text"]):
            counts[f"{source}: near the dev set"] += 1
            continue
        if made.words not in found or source in WEIGHTS:  # labels made by hand win over rules
            found[made.words] = made
        counts[f"{source}: kept"] += 1
    return list(found.values()), counts


def split(examples: Sequence[Example], seed: int, share: float = 0.04) -> tuple[list[Example], list[Example]]:
    """Keeps a share of the hand-labelled and hand-written examples for validation."""
    rng = random.Random(seed)
    held = {e.words for e in examples if e.source in WEIGHTS and rng.random() < share}
    return [e for e in examples if e.words not in held], [e for e in examples if e.words in held]
