"""The phrasebook's notation: `(a|b)`, `[a]`, `{slot}`, `{slot:filler}`, read into a small tree."""

import re
from dataclasses import dataclass

from intents.errors import CatalogueError, ErrorCode


@dataclass(frozen=True, slots=True)
class Word:
    """A word said as it stands."""

    text: str


@dataclass(frozen=True, slots=True)
class Optional:
    """Something that may be left out."""

    inner: "Node"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several."""

    options: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Sequence_:  # noqa: N801  (the plain name belongs to typing)
    """One after the other."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Fill:
    """A slot's wording; `filler` names the list it is drawn from when that is not the slot's own name."""

    slot: str
    filler: str


Node = Word | Optional | Choice | Sequence_ | Fill

_TOKEN = re.compile(r"\s*(?:([\[\]()|])|\{(\w+)(?::(\w+))?\}|([^\s\[\](){}|]+))")
_CLOSES = {"(": ")", "[": "]"}


def parse(text: str) -> Node:
    """Reads a template; raises CatalogueError when a bracket is missing or a character has no place."""
    tokens: list[re.Match[str]] = []
    at = 0
    while at < len(text.rstrip()):
        match = _TOKEN.match(text, at)
        if match is None:
            raise CatalogueError(ErrorCode.CATALOGUE_INVALID, f"template {text!r}: cannot read {text[at:]!r}")
        tokens.append(match)
        at = match.end()
    node, rest = _alternatives(tokens, text)
    if rest:
        raise CatalogueError(ErrorCode.CATALOGUE_INVALID, f"template {text!r}: {rest[0][1]!r} closes nothing")
    return node


def _alternatives(tokens: list[re.Match[str]], text: str) -> tuple[Node, list[re.Match[str]]]:
    options: list[Node] = []
    parts: list[Node] = []
    while tokens:
        bracket, slot, filler, word = tokens[0].groups()
        if bracket in (")", "]"):
            break
        tokens = tokens[1:]
        if bracket == "|":
            options.append(_sequence(parts))
            parts = []
        elif bracket:
            inner, tokens = _alternatives(tokens, text)
            if not tokens or tokens[0].group(1) != _CLOSES[bracket]:
                raise CatalogueError(ErrorCode.CATALOGUE_INVALID, f"template {text!r}: {bracket!r} is never closed")
            tokens = tokens[1:]
            parts.append(Optional(inner) if bracket == "[" else inner)
        else:
            parts.append(Fill(slot, filler or "") if slot else Word(word))
    options.append(_sequence(parts))
    return (options[0] if len(options) == 1 else Choice(tuple(options))), tokens


def _sequence(parts: list[Node]) -> Node:
    return parts[0] if len(parts) == 1 else Sequence_(tuple(parts))
