"""Commands as a short line of decisions: the one encoding that models emit, grammars allow and weights are trained on.

    set my side to twenty two and open the window  ->  climate.set_temperature celsius=twenty two ; ...

An item is one decision: a command's name, `slot=value`, `slot=` followed by words copied from the utterance, `;` before
the next command, `none` for "nothing here fits", and the end. Defaults that were not said are left out; slots come in
catalogue order. `legal_items` is the grammar; `decode` never has to repair anything, it only checks ranges.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from itertools import pairwise

from pydantic import ValidationError

from intents.base import Command, Json, Slot, SlotKind
from intents.catalogue import COMMANDS
from intents.words import find, words_of

MAX_COMMANDS = 4
"""Commands in one breath; people seldom say more than three."""
MAX_TEXTS = 3
MAX_SPAN_WORDS = 24

# Places that are saved in every vehicle, and the words for them.
SAVED_PLACES: Mapping[str, str] = {"office": "work", "workplace": "work", "job": "work", "house": "home"}


class Mark(StrEnum):
    """Items that are not about a slot."""

    NONE = "none"
    NEXT = ";"
    END = "."


@dataclass(frozen=True, slots=True)
class Item:
    """One decision. `opens` tells that words of the utterance follow it."""

    text: str
    slot: str = ""
    value: Json = None
    opens: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """Words copied from the utterance, as indices into it: `words[start:end]`."""

    start: int
    end: int


class Outcome(StrEnum):
    """How well an utterance was understood."""

    UNDERSTOOD = "understood"
    INCOMPLETE = "incomplete"
    NOT_UNDERSTOOD = "not_understood"


@dataclass(frozen=True, slots=True)
class Draft:
    """A command as far as it was said: wire slots and the required ones that are missing."""

    intent: str
    slots: Mapping[str, Json]
    missing: tuple[str, ...] = ()

    def command(self) -> Command:
        """The finished command; raises ValidationError when a slot is still missing."""
        return COMMANDS[self.intent].from_slots(self.slots)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an utterance asks for."""

    outcome: Outcome
    drafts: tuple[Draft, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of the required slots that were not said, in order."""
        return tuple(name for draft in self.drafts for name in draft.missing)


NONE, NEXT, END = Item(Mark.NONE), Item(Mark.NEXT), Item(Mark.END)


@cache
def slot_items(slot: Slot) -> tuple[Item, ...]:
    """Every way to begin a slot's value."""
    name = slot.name
    if slot.kind is SlotKind.QUANTITY and slot.quantity is not None:
        return tuple(Item(f"{name}={c.name}", name, c.name, opens=c.read is not None) for c in slot.quantity.choices)
    if slot.kind is SlotKind.SWITCH:
        return (Item(f"{name}=on", name, value=True), Item(f"{name}=off", name, value=False))
    fixed = tuple(Item(f"{name}={v}", name, v) for v in slot.values if v != slot.default)
    if slot.kind in (SlotKind.TEXT, SlotKind.TEXTS):
        return (*fixed, Item(f"{name}=", name, opens=True))
    return fixed


@cache
def vocabulary() -> tuple[Item, ...]:
    """All items of the catalogue, each once, in catalogue order: the vocabulary a model is trained on."""
    items: dict[str, Item] = {item.text: item for item in (NONE, NEXT, END)}
    for intent, command in COMMANDS.items():
        items[intent] = Item(intent)
        for slot in command.slot_specs:
            for item in slot_items(slot):
                items.setdefault(item.text, item)
    return tuple(items.values())


@dataclass(slots=True)
class Line:
    """A line of decisions as it grows: the state of the grammar. Not shared between threads."""

    items: list[Item | Span] = field(default_factory=list)

    def legal_items(self) -> tuple[Item, ...]:
        """What may come next, given that the last opened slot has its words."""
        if not self.items:
            return (NONE, *(Item(intent) for intent in COMMANDS))
        last = self.items[-1]
        if last == NONE:
            return (END,)
        if last == END:
            return ()
        if last == NEXT:
            return tuple(Item(intent) for intent in COMMANDS)
        return (*self._legal_slots(), *((NEXT,) if self._commands() < MAX_COMMANDS else ()), END)

    def _commands(self) -> int:
        return 1 + sum(item == NEXT for item in self.items)

    def _legal_slots(self) -> Iterator[Item]:
        start = max((i + 1 for i, item in enumerate(self.items) if item == NEXT), default=0)
        intent, said = self.items[start], [i for i in self.items[start + 1 :] if isinstance(i, Item)]
        assert isinstance(intent, Item)
        slots = COMMANDS[intent.text].slot_specs
        names = [slot.name for slot in slots]
        at = names.index(said[-1].slot) if said else -1
        for i, slot in enumerate(slots):
            items = slot_items(slot)
            if i > at:
                yield from items
            elif i == at and slot.kind is SlotKind.SET:  # a set's values come in catalogue order, each once
                yield from items[items.index(said[-1]) + 1 :]
            elif i == at and slot.kind is SlotKind.TEXTS and sum(s.slot == slot.name for s in said) < MAX_TEXTS:
                yield from items


def encode(words: Sequence[str], drafts: Sequence[Draft]) -> list[Item | Span]:
    """Writes commands as a line of decisions over the utterance's words.

    Raises ValueError when a slot's value cannot be said with the utterance's own words.
    """
    line: list[Item | Span] = []
    for draft in drafts:
        line += [NEXT] if line else []
        line.append(Item(draft.intent))
        for slot in COMMANDS[draft.intent].slot_specs:
            if slot.name in draft.slots and draft.slots[slot.name] != slot.default:
                line += _encode_slot(words, slot, draft.slots[slot.name], slot_items(slot))
    return [*line, END] if line else [NONE, END]


def _encode_slot(words: Sequence[str], slot: Slot, value: Json, items: Sequence[Item]) -> list[Item | Span]:
    by_value = {item.value: item for item in items if not item.opens and not isinstance(item.value, list)}
    if slot.kind is SlotKind.SET and isinstance(value, list):
        return [by_value[v] for v in sorted(value, key=slot.values.index)]
    if slot.kind is SlotKind.TEXTS and isinstance(value, list):
        return [part for text in value for part in (items[-1], _span(words, str(text)))]
    if slot.kind is SlotKind.TEXT and value not in slot.values:
        return [items[-1], _span(words, str(value))]
    if slot.quantity is None:
        if isinstance(value, (list, dict)) or value not in by_value:
            raise ValueError(f"{slot.name} cannot be {value!r}")
        return [by_value[value]]
    return _encode_quantity(words, slot, value, items)


def _encode_quantity(words: Sequence[str], slot: Slot, value: Json, items: Sequence[Item]) -> list[Item | Span]:
    """Prefers words that say the number (the longest such span) over a named choice of the same value."""
    assert slot.quantity is not None
    for choice, item in zip(slot.quantity.choices, items, strict=True):
        if choice.read is None:
            continue
        for size in range(min(len(words), 8), 0, -1):
            for start in range(len(words) - size + 1):
                if choice.read(words[start : start + size]) == value:
                    return [item, Span(start, start + size)]
    for choice, item in zip(slot.quantity.choices, items, strict=True):
        if choice.value == value and choice.read is None:
            return [item]
    raise ValueError(f"{slot.name} {value!r} is not said in the utterance")


def _span(words: Sequence[str], text: str) -> Span:
    candidates = [list(words_of(text))] + [[said] for said, saved in SAVED_PLACES.items() if saved == text]
    for part in candidates:
        start = find(words, part)
        if start is not None:
            return Span(start, start + len(part))
    raise ValueError(f"{text!r} is not in the utterance")


def decode(words: Sequence[str], line: Sequence[Item | Span]) -> Meaning:
    """Reads a legal line of decisions as commands; a number out of range leaves its slot out."""
    if not line or line[0] == NONE:
        return Meaning(Outcome.NOT_UNDERSTOOD)
    drafts: list[Draft] = []
    start = 0
    for end, item in enumerate([*line, END]):
        if item in (NEXT, END):
            if end > start:
                drafts.append(_draft(words, line[start:end]))
            start = end + 1
            if item == END:
                break
    complete = not any(draft.missing for draft in drafts)
    return Meaning(Outcome.UNDERSTOOD if complete else Outcome.INCOMPLETE, tuple(drafts))


def _draft(words: Sequence[str], line: Sequence[Item | Span]) -> Draft:
    head = line[0]
    assert isinstance(head, Item)
    command = COMMANDS[head.text]
    specs = {slot.name: slot for slot in command.slot_specs}
    slots: dict[str, Json] = {slot.name: slot.default for slot in command.slot_specs if slot.default is not None}
    for item, follower in pairwise((*line[1:], END)):
        if isinstance(item, Item):
            span = words[follower.start : follower.end] if isinstance(follower, Span) else ()
            _read_slot(specs[item.slot], item, span, slots)
    return _checked(command, slots)


def _read_slot(slot: Slot, item: Item, span: Sequence[str], slots: dict[str, Json]) -> None:
    """Puts one decision into the slots; a number that cannot be read leaves its slot out."""
    if slot.kind is SlotKind.QUANTITY and slot.quantity is not None:
        choice = slot.quantity.choice(str(item.value))
        value = choice.read(span) if choice.read else choice.value
        if value is not None:
            slots[slot.name] = int(value) if slot.quantity.unit not in ("degC", "K") and value == int(value) else value
    elif slot.kind in (SlotKind.SET, SlotKind.TEXTS):
        before = slots.get(slot.name)
        value_of = " ".join(span) if item.opens else item.value
        slots[slot.name] = [*(before if isinstance(before, list) else []), value_of]
    elif item.opens:
        text = " ".join(span)
        slots[slot.name] = SAVED_PLACES.get(text, text) if slot.name == "destination" else text
    else:
        slots[slot.name] = item.value


def _checked(command: type[Command], slots: dict[str, Json]) -> Draft:
    """Leaves out what pydantic refuses, so that a value out of range is asked for again and never clamped."""
    try:
        command.from_slots(slots)
    except ValidationError as error:
        refused = {str(e["loc"][0]) for e in error.errors() if e["loc"]}
        slots = {name: value for name, value in slots.items() if name not in refused}
    missing = tuple(slot.name for slot in command.slot_specs if slot.required and slot.name not in slots)
    return Draft(command.intent, slots, missing)


def as_text(words: Sequence[str], line: Sequence[Item | Span]) -> str:
    """The line as compact text: what a Llama 3 model writes and what traces show."""
    parts: list[str] = []
    for item in line:
        if isinstance(item, Span):
            gap = "" if parts[-1].endswith("=") else " "  # "celsius=twenty two", "delta_celsius=up_by three"
            parts[-1] += gap + " ".join(words[item.start : item.end])
        elif item != END:
            parts.append(item.text)
    return " ".join(parts)
