"""Labelled utterances, and how a parser's answers compare with their labels.

A label file holds one JSON object a line: `id`, `text`, `outcome`, `commands`, and `alt`, other lists of commands that
are as right; `note` and `pool` are passed over. An answer is right

- to `understood`: when its commands equal the label's, or those of an alternative,
- to `incomplete`: when it is incomplete too and has the same intents in their order, or equals an alternative,
- to `not_understood`: when it has no command, or equals an alternative.

Commands are equal when intents, order and slots are. Texts are compared without their leading articles and
prepositions, lists without their order, numbers to the third decimal, and a default means the same said or unsaid.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator, model_validator

from intents.base import SlotKind
from intents.catalogue import COMMANDS
from intents.encoding import Outcome
from intents.errors import ErrorCode, InputError
from vehicle_assistant.text_input import check_text

_SEPARATORS = re.compile(r"[^\w:'.-]+")
_LEADING = frozenset("the a an my to for at in on please of some any".split())
_TRAILING = frozenset(("please", "now"))


class SaidCommand(BaseModel):
    """A command as labels and answers write it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    intent: str
    slots: dict[str, Any] = {}

    @field_validator("intent")
    @classmethod
    def _in_the_catalogue(cls, intent: str) -> str:
        if intent not in COMMANDS:
            raise ValueError(f"the catalogue has no command {intent!r}")
        return intent


Commands = tuple[SaidCommand, ...]


class Label(BaseModel):
    """What an utterance means to the person who labelled it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str | int
    text: str
    outcome: Outcome
    commands: Commands
    alt: tuple[Commands, ...] = ()
    note: str = ""
    pool: str = ""

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> "Label":
        if (self.outcome is Outcome.NOT_UNDERSTOOD) == bool(self.commands):
            raise ValueError(f"outcome {self.outcome.value} with {len(self.commands)} commands")
        return self

    @property
    def domain(self) -> str:
        """The domain of its first command; outside the catalogue, the outcome."""
        return self.commands[0].intent.partition(".")[0] if self.commands else self.outcome.value


@dataclass(frozen=True, slots=True)
class Answer:
    """What a parser made of an utterance."""

    outcome: Outcome
    commands: Commands


@dataclass(frozen=True, slots=True)
class Tally:
    """So many of so many."""

    count: int
    of: int

    @property
    def share(self) -> float:
        """0 to 1; 0 of nothing is 0."""
        return self.count / self.of if self.of else 0.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """One answer beside its label."""

    label: Label
    answer: Answer
    exact: bool
    intent: bool
    """Whether at least the intents are right."""


@dataclass(frozen=True, slots=True)
class Score:
    """All answers beside their labels."""

    exact: Tally
    intent: Tally
    outcome: Tally
    domains: Mapping[str, Tally]
    """Exactly right answers by the domain of the label's first command."""
    false_commands: Tally
    """Utterances outside the catalogue that became commands."""
    rejected: Tally
    """Utterances within the catalogue that were not understood."""
    incomplete: Tally
    """Incomplete requests seen as such."""
    wrong: tuple[Verdict, ...]


def read_labels(path: Path) -> tuple[Label, ...]:
    """Reads a label file; raises InputError naming the line that cannot be used."""
    try:
        lines = path.read_bytes().decode().splitlines()
    except OSError as error:
        raise InputError(
            ErrorCode.FILE_NOT_FOUND, f"{path} cannot be read: {error.strerror}", remedy="name a file of labels"
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(ErrorCode.TEXT_NOT_UTF8, f"{path}: not UTF-8", remedy="convert it to UTF-8") from error
    labels = tuple(_label(path, number, line) for number, line in enumerate(lines, 1) if line.strip())
    if not labels:
        raise InputError(ErrorCode.FILE_EMPTY, f"{path} holds no labelled utterance", remedy=_FORM)
    repeated = [str(identity) for identity, count in Counter(label.id for label in labels).items() if count > 1]
    if repeated:
        raise InputError(ErrorCode.TEXT_NOT_JSON, f"{path}: the id {repeated[0]!r} is there twice", remedy=_FORM)
    return labels


_FORM = 'each line is {"id", "text", "outcome", "commands": [{"intent", "slots"}], "alt": [...]}'


def _label(path: Path, number: int, line: str) -> Label:
    try:
        label = Label.model_validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        problem = f"{where}: {first['msg']}" if where else first["msg"]
        raise InputError(ErrorCode.TEXT_NOT_JSON, f"{path}, line {number}: {problem}", remedy=_FORM) from error
    check_text(label.text, number)
    return label


def score(labels: Sequence[Label], answers: Iterable[Answer]) -> Score:
    """Compares answers with labels, in the same order and number."""
    verdicts = tuple(_verdict(label, answer) for label, answer in zip(labels, answers, strict=True))
    domains: dict[str, list[bool]] = {}
    for verdict in verdicts:
        domains.setdefault(verdict.label.domain, []).append(verdict.exact)

    def labelled(outcome: Outcome) -> list[Verdict]:
        return [verdict for verdict in verdicts if verdict.label.outcome is outcome]

    return Score(
        exact=_tally(v.exact for v in verdicts),
        intent=_tally(v.intent for v in verdicts),
        outcome=_tally(v.exact or v.answer.outcome is v.label.outcome for v in verdicts),
        domains={name: _tally(domains[name]) for name in sorted(domains)},
        false_commands=_tally(not v.exact for v in labelled(Outcome.NOT_UNDERSTOOD)),
        rejected=_tally(not v.answer.commands for v in labelled(Outcome.UNDERSTOOD)),
        incomplete=_tally(v.exact for v in labelled(Outcome.INCOMPLETE)),
        wrong=tuple(v for v in verdicts if not v.exact),
    )


def _tally(found: Iterable[bool]) -> Tally:
    values = list(found)
    return Tally(sum(values), len(values))


def _verdict(label: Label, answer: Answer) -> Verdict:
    said, given = [_meaning(c) for c in (label.commands, *label.alt)], _meaning(answer.commands)
    same_intents = _intents(answer.commands) == _intents(label.commands)
    match label.outcome:
        case Outcome.NOT_UNDERSTOOD:
            exact = not given or given in said[1:]
            intent = exact
        case Outcome.INCOMPLETE:
            exact = (answer.outcome is Outcome.INCOMPLETE and same_intents) or given in said
            intent = same_intents
        case Outcome.UNDERSTOOD:
            exact = given in said
            intent = _intents(answer.commands) in [_intents(c) for c in (label.commands, *label.alt)]
    return Verdict(label, answer, exact, intent)


def _intents(commands: Commands) -> list[str]:
    return [command.intent for command in commands]


def _meaning(commands: Commands) -> list[tuple[str, dict[str, Any]]]:
    """Commands in the form in which equal ones compare equal."""
    return [(command.intent, dict(_values(command))) for command in commands]


def _values(command: SaidCommand) -> Iterator[tuple[str, Any]]:
    specs = {slot.name: slot for slot in COMMANDS[command.intent].slot_specs}
    said = {name: value for name, value in command.slots.items() if value is not None and value not in ([], "")}
    for name, slot in specs.items():
        if slot.default is not None and name not in said:
            yield name, slot.default
    for name, value in said.items():
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            yield name, round(float(value), 3)
        elif isinstance(value, list):
            yield name, sorted(_plain(str(part)) for part in value)
        elif name in specs and specs[name].kind is SlotKind.TEXT:
            yield name, _plain(str(value))
        else:
            yield name, value


def _plain(text: str) -> str:
    """Words without punctuation, leading articles and prepositions, and trailing politeness."""
    words = _SEPARATORS.sub(" ", text.lower()).split()
    while words and words[0] in _LEADING:
        words.pop(0)
    while words and words[-1] in _TRAILING:
        words.pop()
    return " ".join(words)
