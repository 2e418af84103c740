"""What an utterance means in this conversation: answers to questions, "undo", "say that again", carried-over context.

Pure: takes what the parser made of the words and returns what to do. It never talks to anyone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from pydantic import ValidationError

from intents.assistant import Cancel, Confirm, Deny, Explain, Forget, Help, Repeat, Undo
from intents.base import Command, Json, Kind, Slot, SlotKind
from intents.catalogue import COMMANDS
from intents.encoding import SAVED_PLACES, Draft, Meaning, Outcome
from intents.quantities import Quantity
from intents.words import find, words_of
from vehicle_assistant.seating import for_right_hand_drive


@dataclass(frozen=True, slots=True)
class Act:
    """Carry these out, in order. `confirmed`: the driver has already said yes to them."""

    commands: tuple[Command, ...]
    confirmed: bool = False
    offered: bool = False
    """The assistant itself proposed them, in a driver alert."""


@dataclass(frozen=True, slots=True)
class Reply:
    """Say one of the phrasebook's own sentences; "" ends the turn in silence."""

    sentence: str
    intent: str = ""
    """The command whose reply template is said instead of a sentence."""


@dataclass(frozen=True, slots=True)
class AskFor:
    """Ask for a slot that is missing."""

    draft: Draft
    slot: str
    before: tuple[Command, ...] = ()
    """Complete commands of the same breath, to be carried out before the asked one once that is complete..."""
    after: tuple[Command, ...] = ()
    """... and after it."""


@dataclass(frozen=True, slots=True)
class Again:
    """Say the last answer again."""


@dataclass(frozen=True, slots=True)
class Why:
    """Explain what was done last."""


@dataclass(frozen=True, slots=True)
class Unclear:
    """Not a command. `sure` is False when it nearly was one."""

    sure: bool


Request = Act | Reply | AskFor | Again | Why | Unclear

Wordings = Mapping[str, Mapping[str, Json]]
"""Slot -> words of a bare answer -> its value, beyond the values' own names."""


@dataclass(frozen=True, slots=True)
class _Pending:
    """A question that waits for its answer."""

    until_s: float
    asked: AskFor | None = None
    commands: tuple[Command, ...] = ()
    offered: bool = False


class Dialogue:
    """The memory of one conversation: one open question and what can be undone."""

    def __init__(
        self,
        *,
        confidence_floor: float,
        answer_window_s: float,
        wordings: Wordings = MappingProxyType({}),
        right_hand_drive: bool = False,
    ) -> None:
        self._floor = confidence_floor
        self._wordings = wordings
        self._right_hand_drive = right_hand_drive
        self._window_s = answer_window_s
        self._pending: _Pending | None = None
        self._undo: tuple[Command, ...] = ()

    @property
    def waiting(self) -> bool:
        """Whether a question is open."""
        return self._pending is not None

    def asks_for(self, asked: AskFor, now_s: float) -> None:
        """Remembers that a slot was asked for."""
        self._pending = _Pending(now_s + self._window_s, asked)

    def asks_to_confirm(self, commands: tuple[Command, ...], now_s: float, *, offered: bool = False) -> None:
        """Remembers that these commands wait for a yes."""
        self._pending = _Pending(now_s + self._window_s, commands=commands, offered=offered)

    def was_asked(self, now_s: float) -> None:
        """Counts the time for the answer from here: the question has only now been said to its end."""
        if self._pending is not None:
            self._pending = replace(self._pending, until_s=now_s + self._window_s)

    def did(self, undo: tuple[Command, ...]) -> None:
        """Remembers how to undo what was just done."""
        self._undo = undo

    def forget(self) -> None:
        """Drops the open question and the past."""
        self._pending, self._undo = None, ()

    def resolve(self, text: str, meaning: Meaning, confidence: float, now_s: float) -> Request:
        """What to do about an utterance that began at `now_s`. Closes the open question, whatever the answer was."""
        pending, self._pending = self._pending, None
        if pending is not None and now_s > pending.until_s:
            pending = None
        if pending is not None:
            answer = self._answer(pending, text, meaning, sure=confidence >= self._floor)
            if answer is not None:
                return answer
        if meaning.outcome is Outcome.NOT_UNDERSTOOD:
            return Unclear(sure=True)
        if confidence < self._floor:
            return Unclear(sure=False)
        return self._request(for_right_hand_drive(text, meaning.drafts) if self._right_hand_drive else meaning.drafts)

    def _request(self, drafts: Sequence[Draft]) -> Request:
        for i, draft in enumerate(drafts):
            if draft.missing:  # whoever forgets a detail twice in one breath is asked for the first
                rest = [[d.command() for d in part if not d.missing] for part in (drafts[:i], drafts[i + 1 :])]
                before, after = (tuple(c for c in part if c.kind is not Kind.DIALOGUE) for part in rest)
                return AskFor(draft, draft.missing[0], before, after)
        commands = tuple(draft.command() for draft in drafts)
        acting = tuple(command for command in commands if command.kind is not Kind.DIALOGUE)
        if acting and not any(isinstance(command, Cancel) for command in commands[len(acting) :]):
            return Act(acting)
        return self._talk(commands[-1])

    def _talk(self, command: Command) -> Request:
        """What is said to the assistant itself: the one domain whose commands it carries out and so tells apart."""
        match command:
            case Cancel():
                return Reply("cancelled")
            case Undo():
                undo, self._undo = self._undo, ()
                return Act(undo) if undo else Reply("nothing_to_undo")
            case Repeat():
                return Again()
            case Help():
                return Reply("", intent=command.intent)
            case Explain():
                return Why()
            case Forget():
                self.forget()
                return Reply("forgotten")
            case Deny():
                return Reply("cancelled")
            case _:
                return Reply("nothing_to_confirm")

    def _answer(self, pending: _Pending, text: str, meaning: Meaning, *, sure: bool) -> Request | None:
        """The utterance as an answer to the open question; None when it is something else."""
        commands = tuple(d.command() for d in meaning.drafts if not d.missing)
        if len(commands) == 1 and isinstance(commands[0], Cancel | Deny):
            return Reply("cancelled")
        if pending.asked is None:
            if sure and commands and isinstance(commands[0], Confirm):
                rest = tuple(command for command in commands[1:] if command.kind is not Kind.DIALOGUE)
                return Act((*pending.commands, *rest), confirmed=True, offered=pending.offered)
            return None
        if len(commands) == 1 and isinstance(commands[0], Repeat | Confirm):
            return pending.asked  # "yes" is no answer to "which?"
        if sure and any(command.intent != pending.asked.draft.intent for command in commands):
            return None  # a complete command of another kind is a new wish, not an answer
        return self._filled(pending.asked, text, meaning)

    def _filled(self, asked: AskFor, text: str, meaning: Meaning) -> Request | None:
        """The draft with its missing slot taken from the answer's words; the same question for a value out of range."""
        draft, name = asked.draft, asked.slot
        slot = next(s for s in COMMANDS[draft.intent].slot_specs if s.name == name)
        again = next((d.slots[name] for d in meaning.drafts if d.intent == draft.intent and name in d.slots), None)
        value = again if again is not None else _value(slot, words_of(text), self._wordings.get(name, {}))
        if value is None:
            return None
        missing = tuple(other for other in draft.missing if other != name)
        filled = Draft(draft.intent, {**draft.slots, name: value}, missing)
        if missing:
            return replace(asked, draft=filled, slot=missing[0])
        try:
            return Act((*asked.before, filled.command(), *asked.after))
        except ValidationError:
            return asked


_LEADING = frozenset("to the a an at in please it make set number level take me let's call".split())


def _value(slot: Slot, words: Sequence[str], wordings: Mapping[str, Json]) -> Json:
    """A bare answer as a slot's value: "boston", "twenty two", "high", "off"; None when it is none."""
    if slot.kind in (SlotKind.TEXT, SlotKind.TEXTS):
        start = next((i for i, word in enumerate(words) if word not in _LEADING), None)
        text = " ".join(words[start:]) if start is not None else ""
        return SAVED_PLACES.get(text, text) or None
    said = max((w for w in wordings if find(words, words_of(w)) is not None), key=len, default=None)
    if said is not None:
        return wordings[said]
    if slot.kind is SlotKind.SWITCH:
        return "on" in words if {"on", "off"} & set(words) else None
    if slot.quantity is None:  # "face and feet" is more than "face"
        named = [value for value in slot.values if set(value.split("_")) <= set(words)]
        return max(named, key=len, default=None)
    return _amount(slot.quantity, words)


def _amount(quantity: Quantity, words: Sequence[str]) -> int | float | None:
    """The amount that the most of the words say."""
    for size in range(len(words), 0, -1):
        for start in range(len(words) - size + 1):
            part = words[start : start + size]
            for choice in quantity.choices:
                said = choice.read(part) if choice.read else choice.value if " ".join(part) == choice.name else None
                if said is not None:
                    return int(said) if said == int(said) else said
    return None
