"""The phrasebook: how each command is said and answered, in YAML that a linguist can edit.

    climate.set_temperature:
      say:
        - "[please] (set|turn) the temperature [{zone}] to {celsius} [degrees]"
        - "set the temperature to (maximum|max) => celsius=max"
      reply: "{celsius} degrees {zone}."

`(a|b)` is a choice, `[a]` may be left out, `{slot}` or `{slot:filler}` is filled from slots.yaml or by a spoken
number, and `=> slot=value` states, in the items of `intents.encoding`, what the words mean. A reply may depend on
the value of `what`, on a switch, or on the direction of a change. Files and keys not understood are refused.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import yaml

from intents.base import Json, Slot, SlotKind
from intents.catalogue import COMMANDS, DOMAINS
from intents.encoding import SAVED_PLACES, Draft, slot_items
from intents.errors import CatalogueError, ErrorCode
from intents.numbers import spell
from intents.template import Choice, Fill, Node, Optional, Sequence_, Word, parse
from intents.words import words_of

# Fillers that are wordings of another slot.
FILLS_SLOT: Mapping[str, str] = MappingProxyType({"seat": "zone", "pane": "zone"})
_LEADING = frozenset("the a an on in to at for".split())


@dataclass(frozen=True, slots=True)
class Phrase:
    """One template of one command, and the slot values it states by itself."""

    intent: str
    template: Node
    slots: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence and what it means; no drafts for a sentence outside the catalogue."""

    text: str
    drafts: tuple[Draft, ...]


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """All phrases, rejects, fillers and replies of one language."""

    phrases: tuple[Phrase, ...]
    rejects: tuple[Node, ...]
    fillers: Mapping[str, Sequence[str] | Mapping[str, Sequence[str]]]
    replies: Mapping[str, Mapping[str, str]]
    """Intent -> key ("" or a value of `what`, "on", "off", "up", "down") -> reply template."""
    spoken: Mapping[str, Mapping[str, Any]]
    """How values, questions and the assistant's own sentences are spoken: the sections of spoken.yaml."""

    def examples(self, n: int, seed: int, *, reject_share: float = 0.05, two_share: float = 0.15) -> Iterator[Example]:
        """Yields `n` sentences with their meaning, commands equally often; the same for the same seed."""
        rng = random.Random(seed)  # noqa: S311  (sentences, not secrets)
        by_intent: dict[str, list[Phrase]] = {}
        for phrase in self.phrases:
            by_intent.setdefault(phrase.intent, []).append(phrase)
        for _ in range(n):
            if rng.random() < reject_share:
                yield Example(" ".join(self._fill(rng, rng.choice(self.rejects), None, {})), ())
                continue
            count = 2 if rng.random() < two_share else 1
            parts = [self._example(rng, rng.choice(by_intent[rng.choice(list(by_intent))])) for _ in range(count)]
            text = rng.choice((" and ", " and ", " and then ")).join(p.text for p in parts)
            yield Example(text, tuple(draft for p in parts for draft in p.drafts))

    def sample(self, n: int, seed: int) -> list[str]:
        """`n` sentences without their meaning: text for recognisers and language models."""
        return [example.text for example in self.examples(n, seed)]

    def words(self) -> frozenset[str]:
        """Every word the phrasebook can say, spoken numbers below 101 included."""
        texts = [text for node in (*(p.template for p in self.phrases), *self.rejects) for text in _texts(node)]
        for filler in self.fillers.values():
            wordings = filler.values() if isinstance(filler, Mapping) else [filler]
            texts += [text for wording in wordings for text in wording]
        texts += [spell(n) for n in range(101)] + [
            "point",
            "half",
            "and",
            "then",
            "percent",
            "degrees",
            *_DURATION_UNITS,
        ]
        return frozenset(word for text in texts for word in words_of(text))

    def reply(self, intent: str, keys: Sequence[str]) -> str:
        """The reply template for the first of `keys` that has one, else the plain one ("" when there is none)."""
        replies = self.replies[intent]
        return next((replies[key] for key in keys if key in replies), replies.get("", ""))

    def _example(self, rng: random.Random, phrase: Phrase) -> Example:
        slots: dict[str, Json] = dict(phrase.slots)
        words = self._fill(rng, phrase.template, phrase.intent, slots)
        specs = COMMANDS[phrase.intent].slot_specs
        ordered = {s.name: slots.get(s.name, s.default) for s in specs if slots.get(s.name, s.default) is not None}
        missing = tuple(s.name for s in specs if s.required and s.name not in ordered)
        return Example(" ".join(words), (Draft(phrase.intent, ordered, missing),))

    def _fill(self, rng: random.Random, node: Node, intent: str | None, slots: dict[str, Json]) -> list[str]:
        match node:
            case Word(text):
                return [text]
            case Optional(inner):
                return self._fill(rng, inner, intent, slots) if rng.random() < 0.5 else []
            case Choice(options):
                return self._fill(rng, rng.choice(options), intent, slots)
            case Sequence_(parts):
                return [word for part in parts for word in self._fill(rng, part, intent, slots)]
            case Fill(name, filler):
                text, value = self._filler(rng, intent, name, filler)
                slot = FILLS_SLOT.get(name, name)
                if value is not None:
                    kind = _slot(intent, slot).kind if intent else SlotKind.TEXT
                    slots[slot] = [value] if kind in (SlotKind.SET, SlotKind.TEXTS) else value
                return text.split()

    def _filler(self, rng: random.Random, intent: str | None, name: str, filler: str) -> tuple[str, Json]:
        wordings = self.fillers.get(filler or name)
        if filler == "digits":
            number = " ".join(spell(rng.randrange(10)) for _ in range(rng.choice((3, 5, 7))))
            return number, number
        if isinstance(wordings, Mapping):
            value = rng.choice(list(wordings))
            return rng.choice(wordings[value]), value
        if wordings is not None:
            text = rng.choice(wordings)
            value = _bare(text)
            return text, SAVED_PLACES.get(value, value) if name == "destination" else value
        slot = _slot(str(intent), name)
        if slot.quantity is None:
            raise CatalogueError(ErrorCode.CATALOGUE_INVALID, f"{intent}: nothing fills {{{name}}} in slots.yaml")
        text = _AMOUNTS[slot.quantity.name](rng)
        read = slot.quantity.choice(filler).read
        value_read = read(text.split()) if read else None
        return text, int(value_read) if value_read is not None and value_read == int(value_read) else value_read


_MINUTES = (2, 3, 5, 8, 10, 12, 15, 20, 25, 30, 45, 50)
_DURATIONS = ("one hour", "half an hour", "two hours", "one minute", "thirty seconds", "an hour and a half")
_DURATION_UNITS = ("second", "seconds", "minute", "minutes", "hour", "hours")

_AMOUNTS: Mapping[str, Any] = MappingProxyType(
    {
        "temperature": lambda r: spell(r.choice([*range(16, 31), *range(18, 26), 19.5, 20.5, 21.5, 22.5, 23.5])),
        "temperature_change": lambda r: spell(r.randint(2, 5)),
        "fan_level": lambda r: spell(r.randint(1, 7)),
        "fan_change": lambda r: spell(r.randint(1, 3)),
        "seat_level": lambda r: spell(r.randint(1, 3)),
        "volume": lambda r: spell(r.choice([*range(1, 11), *range(15, 101, 5)])),
        "volume_change": lambda r: spell(r.choice([5, 10, 15, 20, 25, 30])),
        "opening": lambda r: spell(r.choice(range(5, 96, 5))),
        "duration": lambda r: r.choice((f"{spell(r.choice(_MINUTES))} minutes", *_DURATIONS)),
    }
)


def _bare(text: str) -> str:
    """A text slot's value: the wording without its leading articles and prepositions."""
    words = text.split()
    while len(words) > 1 and words[0] in _LEADING:
        words.pop(0)
    return " ".join(words)


def _slot(intent: str, name: str) -> Slot:
    for slot in COMMANDS[intent].slot_specs:
        if slot.name == name:
            return slot
    raise CatalogueError(ErrorCode.CATALOGUE_INVALID, f"phrasebook: {intent} has no slot {name!r}")


def _texts(node: Node) -> Iterator[str]:
    match node:
        case Word(text):
            yield text
        case Optional(inner):
            yield from _texts(inner)
        case Choice(nodes) | Sequence_(nodes):
            for inner in nodes:
                yield from _texts(inner)


def _fills(node: Node) -> Iterator[Fill]:
    match node:
        case Fill():
            yield node
        case Optional(inner):
            yield from _fills(inner)
        case Choice(nodes) | Sequence_(nodes):
            for inner in nodes:
                yield from _fills(inner)


def _check_fills(book: Phrasebook) -> None:
    """Refuses braces that nothing fills, or that would fill a slot with what it cannot hold."""
    for phrase in book.phrases:
        for fill in _fills(phrase.template):
            slot = _slot(phrase.intent, FILLS_SLOT.get(fill.slot, fill.slot))
            wordings = book.fillers.get(fill.filler or fill.slot)
            spoken = slot.quantity is not None and any(c.read and c.name == fill.filler for c in slot.quantity.choices)
            if wordings is None and not spoken and fill.filler != "digits":
                braces = ":".join(filter(None, (fill.slot, fill.filler)))
                raise CatalogueError(ErrorCode.CATALOGUE_INVALID, f"{phrase.intent}: nothing fills {{{braces}}}")
            if isinstance(wordings, Mapping) and not set(wordings) <= set(slot.values):
                stray = ", ".join(sorted(set(wordings) - set(slot.values)))
                raise CatalogueError(
                    ErrorCode.CATALOGUE_INVALID, f"slots.yaml: {phrase.intent} {slot.name} is never {stray}"
                )
    for fill in (fill for reject in book.rejects for fill in _fills(reject)):
        if fill.slot not in book.fillers:
            raise CatalogueError(ErrorCode.CATALOGUE_INVALID, f"rejects.yaml: nothing fills {{{fill.slot}}}")


def _phrase(intent: str, line: str) -> Phrase:
    template, _, meaning = line.partition(" => ")
    slots: dict[str, Json] = {}
    for stated in meaning.split():
        slot = _slot(intent, stated.partition("=")[0])
        item = next((i for i in slot_items(slot) if i.text == stated and not i.opens), None)
        default = stated == f"{slot.name}={slot.default}"
        if item is None and not default:
            raise CatalogueError(
                ErrorCode.CATALOGUE_INVALID, f"phrasebook: {intent}: {stated!r} is no item of the grammar"
            )
        if slot.quantity is not None and item is not None:
            value = slot.quantity.choice(str(item.value)).value
            slots[slot.name] = int(value) if value is not None and value == int(value) else value
        else:
            slots[slot.name] = slot.default if item is None else item.value
    return Phrase(intent, parse(template), slots)


def _domain(name: str, content: Any) -> Iterator[tuple[str, list[str], Mapping[str, str]]]:
    for intent, entry in content.items():
        if intent not in COMMANDS or not intent.startswith(f"{name}."):
            raise CatalogueError(ErrorCode.CATALOGUE_INVALID, f"{name}.yaml: {intent!r} is no command of {name}")
        if set(entry) != {"say", "reply"}:
            raise CatalogueError(ErrorCode.CATALOGUE_INVALID, f"{name}.yaml: {intent}: wants exactly `say` and `reply`")
        reply = entry["reply"]
        yield intent, entry["say"], reply if isinstance(reply, dict) else {"": reply}


@cache
def load(language: str = "en") -> Phrasebook:
    """Reads and checks the phrasebook; raises CatalogueError naming the file and entry that is wrong."""
    folder = files("intents") / language
    domains = [module.__name__.rpartition(".")[2] for module, _ in DOMAINS]
    expected = {f"{name}.yaml" for name in (*domains, "slots", "rejects", "spoken")}
    found = {entry.name for entry in folder.iterdir() if not entry.name.startswith((".", "__"))}
    if found != expected:
        stray = ", ".join(sorted(found ^ expected))
        raise CatalogueError(ErrorCode.CATALOGUE_INVALID, f"phrasebook {language}: unexpected or missing: {stray}")
    content = {name: yaml.safe_load((folder / name).read_text(encoding="utf-8")) for name in sorted(expected)}
    phrases: list[Phrase] = []
    replies: dict[str, Mapping[str, str]] = {}
    for name in domains:
        for intent, lines, reply in _domain(name, content[f"{name}.yaml"]):
            phrases += [_phrase(intent, line) for line in lines]
            replies[intent] = reply
    absent = set(COMMANDS) - set(replies)
    if absent:
        raise CatalogueError(ErrorCode.CATALOGUE_INVALID, f"phrasebook {language}: nothing for {sorted(absent)}")
    book = Phrasebook(
        phrases=tuple(phrases),
        rejects=tuple(parse(line) for line in content["rejects.yaml"]),
        fillers=content["slots.yaml"],
        replies=replies,
        spoken=content["spoken.yaml"],
    )
    _check_fills(book)
    return book
