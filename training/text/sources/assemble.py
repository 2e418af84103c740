"""Runs every collection's rules, keeps the measuring set out, weighs the rows and measures the rule families."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from training.text.sources import automotive, clinc, hwu, skills, snips
from training.text.sources.constraints import problem
from training.text.sources.measure import Tally
from training.text.sources.near_duplicates import ProtectedTexts, normalised
from training.text.sources.record import LabelledRow, Reading, SourceRow, read_labelled_rows, read_source_rows


@dataclass(frozen=True, slots=True)
class Collection:
    """One public collection: its file, its rules and its licence."""

    source: str
    file: str
    read: Callable[[SourceRow], Reading | None]
    licence: str


COLLECTIONS = (
    Collection("ms_automotive", "ms_automotive.jsonl", automotive.read, "MIT"),
    Collection("clinc150", "clinc150.jsonl", clinc.read, "CC BY 3.0"),
    Collection("ms_skills", "ms_skills.jsonl", skills.read, "MIT"),
    Collection("hwu64", "hwu64_fold1.jsonl", hwu.read, "CC BY 4.0"),
    Collection("snips2017", "snips2017.jsonl", snips.read, "CC0 1.0"),
)
LABELLED = "labelled"

# Families below this precision on the hand-labelled rows do not go into the training set.
LOWEST_PRECISION = 0.8
# Hand-labelled rows count this much: they are rare and written by a person.
LABELLED_WEIGHT = 3.0
# No family weighs more than this many rows for each source intent it covers, so that templates with thousands of
# variants do not drown the rest.
INTENT_CAP = 400.0
# Rejected rows of these sources speak about cars: they teach the border of the catalogue and keep their weight, as long
# as the share below allows it. The others (banking, travel, cooking, ...) share what is left.
CLOSE_SOURCES = frozenset((LABELLED, "ms_automotive"))
# Share of the total weight that rows without a command carry.
OUT_OF_SCOPE_SHARE = 0.32


@dataclass(frozen=True, slots=True)
class TrainingRow:
    """One utterance with its label, where it comes from and how much it counts."""

    text: str
    reading: Reading
    source: str
    weight: float
    intent: str = ""  # the source's own intent, for weighing only

    def as_json(self) -> dict[str, object]:
        """Returns the row in the form the training data is written in."""
        commands = [{"intent": c.intent, "slots": c.slots} for c in self.reading.commands]
        return {
            "text": self.text,
            "outcome": self.reading.outcome,
            "commands": commands,
            "source": self.source,
            "weight": round(self.weight, 4),
        }


@dataclass(slots=True)
class Assembly:
    """The outcome of a conversion: weighted rows, counts per source and tallies per rule family."""

    rows: list[TrainingRow] = field(default_factory=list)
    rows_in: Counter[str] = field(default_factory=Counter)
    protected: Counter[str] = field(default_factory=Counter)
    repeated: Counter[str] = field(default_factory=Counter)
    invalid: Counter[str] = field(default_factory=Counter)
    unlabelled: Counter[str] = field(default_factory=Counter)
    tallies: dict[tuple[str, str], Tally] = field(default_factory=lambda: defaultdict(Tally))

    def dropped_families(self) -> set[tuple[str, str]]:
        """Returns the families whose measured precision is too low to train on."""
        return {
            key
            for key, tally in self.tallies.items()
            if tally.precision is not None and tally.precision < LOWEST_PRECISION
        }

    def table(self) -> str:
        """Returns the measured counts as two Markdown tables: per source and per rule family."""
        lines = ["| source | licence | rows in | labelled | no rule | near the measuring set | repeated | invalid |"]
        lines.append("|---|---|---|---|---|---|---|---|")
        kept = Counter(row.source for row in self.rows)
        licences = {c.source: c.licence for c in COLLECTIONS} | {LABELLED: "as its sources"}
        for source, licence in licences.items():
            counts = (self.rows_in, kept, self.unlabelled, self.protected, self.repeated, self.invalid)
            lines.append(f"| {source} | {licence} | " + " | ".join(str(count[source]) for count in counts) + " |")
        lines += ["", "| source | rule family | rows | checked by hand | precision |", "|---|---|---|---|---|"]
        for (source, family), tally in sorted(self.tallies.items()):
            share = "not measured" if tally.precision is None else f"{tally.precision:.3f}"
            note = " (dropped)" if (source, family) in self.dropped_families() else ""
            lines.append(f"| {source} | {family} | {tally.rows} | {tally.checked} | {share}{note} |")
        return "\n".join(lines) + "\n"


def _read_protected(path: Path) -> ProtectedTexts:
    lines = path.read_text(encoding="utf-8").splitlines()
    return ProtectedTexts([json.loads(line)["text"] for line in lines if line.strip()])


def _by_hand(gold: list[LabelledRow], protected: ProtectedTexts, assembly: Assembly) -> dict[str, LabelledRow]:
    rows: dict[str, LabelledRow] = {}
    for row in gold:
        assembly.rows_in[LABELLED] += 1
        key = normalised(row.text)
        reading = Reading(LABELLED, row.outcome, tuple(row.commands))
        if protected.holds(row.text):
            assembly.protected[LABELLED] += 1
            rows[key] = row  # still good for measuring the rules
        elif key in rows:
            assembly.repeated[LABELLED] += 1
        else:
            rows[key] = row
            if problem(reading, row.text):
                assembly.invalid[LABELLED] += 1
                continue
            assembly.rows.append(TrainingRow(row.text, reading, LABELLED, LABELLED_WEIGHT))
    return rows


def _convert(
    collection: Collection, data: Path, gold: dict[str, LabelledRow], protected: ProtectedTexts, assembly: Assembly
) -> list[TrainingRow]:
    rows: list[TrainingRow] = []
    source = collection.source
    seen: set[str] = set()
    for row in read_source_rows(data / collection.file, source):
        assembly.rows_in[source] += 1
        key = normalised(row.text)
        if key in seen:
            assembly.repeated[source] += 1
            continue
        seen.add(key)
        reading = collection.read(row)
        if reading is None:
            assembly.unlabelled[source] += 1
        elif problem(reading, row.text):
            assembly.invalid[source] += 1
        elif key in gold:
            assembly.tallies[source, reading.family].check(reading, gold[key])
            assembly.repeated[source] += 1
        elif protected.holds(row.text):
            assembly.protected[source] += 1
        else:
            assembly.tallies[source, reading.family].rows += 1
            rows.append(TrainingRow(row.text, reading, source, 1.0, row.intent))
    return rows


def _weighted(rows: list[TrainingRow]) -> list[TrainingRow]:
    sizes = Counter((row.source, row.reading.family, row.intent) for row in rows)
    capped = [
        row if row.source == LABELLED
        else replace(row, weight=min(1.0, INTENT_CAP / sizes[row.source, row.reading.family, row.intent]))
        for row in rows
    ]  # fmt: skip
    inside = sum(row.weight for row in capped if row.reading.commands)
    target = OUT_OF_SCOPE_SHARE / (1 - OUT_OF_SCOPE_SHARE) * inside
    outside = [row for row in capped if not row.reading.commands]
    kept = sum(row.weight for row in outside if row.source in CLOSE_SOURCES)
    rest = sum(row.weight for row in outside) - kept
    if rest and kept < target:
        factors = dict.fromkeys(CLOSE_SOURCES, 1.0)
        factor = (target - kept) / rest
    elif outside:
        factors, factor = {}, target / (kept + rest)
    return [
        row if row.reading.commands else replace(row, weight=row.weight * factors.get(row.source, factor))
        for row in capped
    ]  # fmt: skip


def assemble(data: Path) -> Assembly:
    """Converts all collections in a folder; raises OSError or ValueError when a file cannot be read."""
    assembly = Assembly()
    protected = _read_protected(data / "dev.jsonl")
    gold = _by_hand(read_labelled_rows(data / "labelled.jsonl"), protected, assembly)
    converted: list[TrainingRow] = []
    for collection in COLLECTIONS:
        converted += _convert(collection, data, gold, protected, assembly)
    dropped = assembly.dropped_families()
    assembly.rows += [row for row in converted if (row.source, row.reading.family) not in dropped]
    assembly.rows = _weighted(assembly.rows)
    return assembly
