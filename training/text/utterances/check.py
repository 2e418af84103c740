"""Check hand-written labelled utterances against the command catalogue.

    python training/text/utterances/check.py training/text/utterances/*.jsonl
    python training/text/utterances/check.py --catalogue catalogue.json --stats FILE.jsonl

Each line is ``{"text": ..., "outcome": ..., "commands": [{"intent": ..., "slots": {...}}]}``. An error names the file
and line; the exit status is 1 if there is any. Warnings point at lines to look at again and do not fail.
The catalogue is a table ``{"commands": {intent: {"required": [...], "slots": {slot: {"type": ...}}}}}``: the one that
the ``intents`` package exports, or with --catalogue the JSON file of the same shape.
"""

from __future__ import annotations

import argparse
import importlib
import json
import math
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Table = dict[str, dict[str, Any]]

OUTCOMES = ("understood", "incomplete", "not_understood")
# Points and colons only inside numbers, as recognisers write them; hyphens and commas are never written.
SPEECH_PATTERN = re.compile(r"(?:[^\W_A-Z]|[' ]|(?<=\d)[.:](?=\d))+")
ARTICLES = ("the", "a", "an")
PREPOSITIONS = ("to", "at", "in", "on", "for", "from", "of", "by", "near", "that", "about")
# Saved places: "my house" and "the office" are labelled by these words without being said so.
SAVED_PLACES = ("home", "work")
TEMPLATE_LINES = 5  # more lines than this of one wording with other values look like a template
# Kinds of slot in the package, and what the table calls them.
TYPES = {"enum": "enum", "switch": "bool", "set": "set", "quantity": "number", "text": "text", "texts": "list"}
NUMBER_WORDS = frozenset(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred half".split()
)


@dataclass
class Findings:
    """What is wrong with the files read so far, and how often each intent occurs."""

    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    seen: dict[str, str] = field(default_factory=dict)
    shapes: dict[str, list[str]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)


def load_catalogue(path: Path | None) -> Table:
    """Return the table of commands from a JSON file, or from the ``intents`` package when no file is given.

    Exits with a message when neither can be had.
    """
    if path is not None:
        commands: Table = json.loads(path.read_text(encoding="utf-8"))["commands"]
        return commands
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
    try:
        package = importlib.import_module("intents.catalogue")
    except ImportError as error:
        raise SystemExit(f"no catalogue from the intents package ({error}): give --catalogue catalogue.json") from error
    return {intent: command_table(command) for intent, command in package.COMMANDS.items()}


def command_table(command: Any) -> dict[str, Any]:
    """Return the row of a command class."""
    slots = {}
    for slot in command.slot_specs:
        spec: dict[str, Any] = {"type": TYPES[slot.kind]}
        if slot.default is not None:
            spec["default"] = slot.default
        if slot.kind == "quantity":
            spec |= {"min": -math.inf, "max": math.inf, "step": 1}
            for bound in command.model_fields[slot.name].metadata:
                for name, attribute in (("min", "ge"), ("max", "le"), ("step", "multiple_of")):
                    spec[name] = getattr(bound, attribute, spec[name])
        elif slot.kind == "text":
            spec["reserved"] = slot.values
        else:
            spec["values"] = slot.values
        slots[slot.name] = spec
    return {"required": [slot.name for slot in command.slot_specs if slot.required], "slots": slots}


def slot_errors(name: str, value: Any, spec: dict[str, Any], words: list[str]) -> Iterator[str]:
    """Yield what is wrong with one slot value."""
    kind = spec["type"]
    if kind == "enum" and value not in spec["values"]:
        yield f"{name}={value!r} is not one of {', '.join(spec['values'])}"
    elif kind == "bool" and not isinstance(value, bool):
        yield f"{name}={value!r} must be true or false"
    elif kind == "number":
        yield from number_errors(name, value, spec)
    elif kind == "text":
        yield from text_errors(name, value, [*spec.get("reserved", ()), *reserved_words(name)], words)
    elif kind in ("list", "set"):
        if not isinstance(value, list) or not value:
            yield f"{name}={value!r} must be a list with at least one item"
            return
        if len(set(map(str, value))) != len(value):
            yield f"{name} repeats an item"
        for item in value:
            inner = {"type": "text"} if kind == "list" else {"type": "enum", "values": spec["values"]}
            yield from slot_errors(name, item, inner, words)


def reserved_words(name: str) -> tuple[str, ...]:
    """Return the values that a text slot takes without being said, beside those of the catalogue."""
    return SAVED_PLACES if name in ("destination", "via") else ()


def number_errors(name: str, value: Any, spec: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong with a number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        yield f"{name}={value!r} must be a number"
        return
    if not spec["min"] <= value <= spec["max"]:
        yield f"{name}={value} is outside {spec['min']} to {spec['max']}: leave it out and label the line incomplete"
    if value / spec["step"] % 1:
        yield f"{name}={value} is not on a step of {spec['step']}"


def text_errors(name: str, value: Any, reserved: list[str], words: list[str]) -> Iterator[str]:
    """Yield what is wrong with words copied from the text."""
    if not isinstance(value, str) or not value.strip():
        yield f"{name}={value!r} must be words of the utterance"
        return
    if value in reserved:
        return
    said = value.split()
    if not any(words[i : i + len(said)] == said for i in range(len(words))):
        yield f"{name}={value!r} is not a run of words of the text"
    if said[0] in ARTICLES:
        yield f"{name}={value!r} starts with an article"
    if said[-1] == "please":
        yield f"{name}={value!r} ends with please"


def command_errors(command: Any, table: Table, words: list[str]) -> Iterator[str]:
    """Yield what is wrong with one command, missing required slots aside."""
    if not isinstance(command, dict) or set(command) != {"intent", "slots"} or not isinstance(command["slots"], dict):
        yield f"a command must be an object with intent and slots, not {command!r}"
        return
    spec = table.get(command["intent"])
    if spec is None:
        yield f"unknown intent {command['intent']!r}"
        return
    for name, value in command["slots"].items():
        if name not in spec["slots"]:
            yield f"{command['intent']} has no slot {name!r}"
        else:
            yield from slot_errors(name, value, spec["slots"][name], words)
    for name, slot in spec["slots"].items():
        if "default" in slot and name not in command["slots"]:
            yield f"{command['intent']} must write its default {name}={slot['default']!r} (or what was said)"


def missing_slots(commands: list[dict[str, Any]], table: Table) -> list[str]:
    """Return the required slots that the commands lack, as ``intent.slot``."""
    return [
        f"{command['intent']}.{name}"
        for command in commands
        for name in table[command["intent"]]["required"]
        if name not in command["slots"]
    ]


def line_errors(row: Any, table: Table) -> Iterator[str]:
    """Yield what is wrong with one line."""
    if not isinstance(row, dict) or not {"text", "outcome", "commands"} <= set(row):
        yield "a line must be an object with text, outcome and commands"
        return
    if extra := set(row) - {"text", "outcome", "commands"}:
        yield f"unknown keys {sorted(extra)}"
    text, outcome, commands = row["text"], row["outcome"], row["commands"]
    if not isinstance(text, str) or not SPEECH_PATTERN.fullmatch(text) or text != " ".join(text.split()):
        yield "text must be lower case words and numbers, single spaces, no punctuation but apostrophes"
        return
    if outcome not in OUTCOMES or not isinstance(commands, list):
        yield f"outcome must be one of {', '.join(OUTCOMES)} and commands a list"
        return
    found = [error for command in commands for error in command_errors(command, table, text.split())]
    yield from found
    if found:
        return
    missing = missing_slots(commands, table)
    if outcome == "not_understood" and commands:
        yield "not_understood takes no commands"
    if outcome != "not_understood" and not commands:
        yield f"{outcome} needs a command"
    if outcome == "understood" and missing:
        yield f"understood, but {', '.join(missing)} is missing"
    if outcome == "incomplete" and not missing:
        yield "incomplete, but no required slot is missing"


def line_warnings(row: dict[str, Any], table: Table) -> Iterator[str]:
    """Yield labels that are legal and often mistaken."""
    for command in row["commands"]:
        for name, value in command["slots"].items():
            if table[command["intent"]]["slots"][name]["type"] == "text" and value.split()[0] in PREPOSITIONS:
                yield f"{name}={value!r} starts with a preposition"
    if len({json.dumps(command, sort_keys=True) for command in row["commands"]}) < len(row["commands"]):
        yield "the same command twice"


def encoding_warnings(row: dict[str, Any]) -> Iterator[str]:
    """Yield labels that a model cannot learn: those that its encoding cannot say with the words of the text."""
    encoding, words = importlib.import_module("intents.encoding"), importlib.import_module("intents.words")
    said = words.words_of(row["text"])
    try:
        line = encoding.encode(said, [encoding.Draft(c["intent"], c["slots"]) for c in row["commands"]])
    except ValueError as error:
        yield f"cannot be encoded: {error}"
        return
    read = [{"intent": d.intent, "slots": dict(d.slots)} for d in encoding.decode(said, line).drafts]
    if unordered(read) != unordered(row["commands"]):
        yield f"reads back as {json.dumps(read)}"


def unordered(commands: list[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    """Return the commands with the items of their lists sorted, so that sets compare as sets."""
    return [
        (c["intent"], {n: sorted(v) if isinstance(v, list) else v for n, v in c["slots"].items()}) for c in commands
    ]


def shape_of(row: dict[str, Any]) -> str:
    """Return the text with its numbers and text slots blanked: equal for lines that come from one template."""
    text = f" {row['text']} "
    for command in row["commands"]:
        for value in command["slots"].values():
            for item in value if isinstance(value, list) else [value]:
                if isinstance(item, str):
                    text = text.replace(f" {item} ", " _ ")
    words = ["#" if word in NUMBER_WORDS or word[0].isdigit() else word for word in text.split()]
    return re.sub(r"#( #)+", "#", " ".join(words))


def check_file(path: Path, table: Table, findings: Findings, encoded: bool) -> None:
    """Read one file and add what is wrong with it to the findings; `encoded`: check the models' encoding as well."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        place = f"{path.name}:{number}"
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            findings.errors.append(f"{place}: not JSON: {error}")
            continue
        wrong = list(line_errors(row, table))
        shown = row.get("text") if isinstance(row, dict) else row
        findings.errors += [f"{place}: {message}: {shown!r}" for message in wrong]
        if wrong:
            continue
        first = findings.seen.setdefault(row["text"], place)
        if first != place:
            findings.errors.append(f"{place}: the same text as {first}: {shown!r}")
        doubts = [*line_warnings(row, table), *(encoding_warnings(row) if encoded else ())]
        findings.warnings += [f"{place}: {message}: {shown!r}" for message in doubts]
        findings.shapes.setdefault(shape_of(row), []).append(place)
        findings.counts.update([f"outcome {row['outcome']}", f"commands {len(row['commands'])}"])
        findings.counts.update(command["intent"] for command in row["commands"])


def main() -> int:
    """Check the files named on the command line; return the exit status."""
    parser = argparse.ArgumentParser(description="Check labelled utterances against the command catalogue.")
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--catalogue", type=Path, help="catalogue as JSON, instead of the intents package")
    parser.add_argument("--stats", action="store_true", help="also count outcomes and intents")
    arguments = parser.parse_args()
    table = load_catalogue(arguments.catalogue)
    findings = Findings()
    for path in arguments.files:
        check_file(path, table, findings, encoded=arguments.catalogue is None)
    for shape, places in findings.shapes.items():
        if len(places) > TEMPLATE_LINES:
            findings.warnings.append(f"{', '.join(places)}: one template with other values: {shape!r}")
    for message in findings.warnings:
        print(f"warning: {message}")
    for message in findings.errors:
        print(f"error: {message}")
    if arguments.stats:
        for name, count in sorted(findings.counts.items()):
            print(f"{count:6d}  {name}")
    print(f"{len(findings.seen)} lines, {len(findings.errors)} errors, {len(findings.warnings)} warnings")
    return 1 if findings.errors else 0


if __name__ == "__main__":
    sys.exit(main())
