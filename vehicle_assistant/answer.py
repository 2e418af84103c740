"""From how a turn ended to what is heard: words from the phrasebook, and an earcon."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from integration.link import Delivery
from integration.link import Outcome as Delivered
from intents.base import Command, Json, State
from intents.phrasebook import Phrasebook
from vehicle_assistant.audio.earcons import Earcon
from vehicle_assistant.outcome import Asked, Done, Failed, NothingHeard, NotUnderstood, Outcome, Refused, Said

StateOf = Callable[[str], State | None]
"""A domain's state as it stands, None when it is not known."""

_FIELD = re.compile(r"\{([\w.]+)(?::(\w+))?\}")
_GENERAL: Mapping[Delivered, str] = {
    Delivered.NO_ANSWER: "no_answer",
    Delivered.UNREACHABLE: "unreachable",
    Delivered.EXPIRED: "expired",
    Delivered.REJECTED: "rejected",
    Delivered.FAILED: "failed",
}


class Answers:
    """Words for every ending, in one language. Pure but for reading the vehicle's state."""

    def __init__(self, book: Phrasebook, state: StateOf) -> None:
        self._book = book
        self._state = state

    def sentence(self, key: str, **values: Any) -> str:
        """One of the assistant's own sentences."""
        return str(self._book.spoken["sentences"][key]).format(**values)

    def question(self, slot: str) -> str:
        """What is asked when a slot is missing."""
        return str(self._book.spoken["questions"][slot])

    def own(self, intent: str) -> str:
        """What is said about a command to the assistant itself."""
        return self._book.reply(intent, ())

    def to_confirm(self, reason: str) -> str:
        """What is asked before something risky."""
        return self.sentence("confirm", reason=self._book.spoken["policy"][reason])

    def words(self, outcome: Outcome) -> str:
        """What is said; "" for silence."""
        match outcome:
            case Done(deliveries, queries, refused):
                return self._done(deliveries, queries, refused)
            case Said(sentence) | Asked(sentence, _):
                return sentence
            case Refused():
                return self._refusal(outcome)
            case NotUnderstood(sure):
                return self.sentence("not_understood" if sure else "not_sure")
            case NothingHeard():
                return ""
            case Failed():
                return self.sentence("parser_lost")

    def earcon(self, outcome: Outcome) -> Earcon | None:
        """The tone before the words: each way to end has its own."""
        match outcome:
            case Done(deliveries):
                outcomes = {delivery.outcome for delivery in deliveries}
                if outcomes & {Delivered.UNREACHABLE, Delivered.NO_ANSWER}:
                    return Earcon.OFFLINE
                if outcomes - {Delivered.DONE}:
                    return Earcon.FAILED
                return Earcon.REFUSED if outcome.refused else Earcon.DONE if outcomes else None
            case Refused():
                return Earcon.REFUSED
            case NotUnderstood():
                return Earcon.NOT_UNDERSTOOD
            case Failed():
                return Earcon.FAILED
            case _:
                return None

    def reply(self, command: Command) -> str:
        """What is said when a command is done, or in answer to a question."""
        template = self._book.reply(command.intent, _keys(command))
        paths = command.question()
        state = self._state(command.domain)
        values: dict[str, Any] = dict(command.slots())
        if paths:
            values["value"] = None if state is None else state.at(paths[0])
            values["value_slot"] = paths[0].rpartition(".")[2]
        if any(_read(match[1], values, state) in (None, "") for match in _FIELD.finditer(template)):
            return self.sentence("unknown_state" if paths else "done")  # a sentence with holes says nothing
        return _tidy(_FIELD.sub(lambda m: self._field(m[1], m[2] or "", values, state), template))

    def _refusal(self, refused: Refused) -> str:
        return str(self._book.spoken["policy"][refused.reason])

    def _done(
        self, deliveries: tuple[Delivery, ...], queries: tuple[Command, ...], refused: tuple[Refused, ...]
    ) -> str:
        good = [self.reply(d.command) for d in deliveries if d.outcome is Delivered.DONE]
        good += [self.reply(command) for command in queries]
        bad = [self._failure(d) for d in deliveries if d.outcome is not Delivered.DONE]
        bad += [self._refusal(r) for r in refused]
        said = " ".join(part for part in good if part)
        if not bad:
            return said
        rest = " ".join(dict.fromkeys(bad))
        return f"{said} {self.sentence('but', rest=rest)}" if said else rest

    def _failure(self, delivery: Delivery) -> str:
        reasons = self._book.spoken["reasons"]
        if delivery.reason is not None and delivery.reason in reasons:
            return str(reasons[delivery.reason])
        domain = self._book.spoken["domains"][delivery.command.domain]
        return self.sentence(_GENERAL[delivery.outcome], domain=domain)

    def _field(self, path: str, spoken_as: str, values: Mapping[str, Any], state: State | None) -> str:
        """One field of a reply template: a slot, `value`, or a path into the state."""
        value = _read(path, values, state)
        if spoken_as:
            return _SPOKEN_AS[spoken_as](value)
        slot = str(values.get("value_slot", path)) if path == "value" else path.rpartition(".")[2]
        wording = self._book.spoken["values"]
        key = str(value).lower() if isinstance(value, bool) else _plain(value)
        return str(wording.get(slot, {}).get(key, wording["any"].get(key, key.replace("_", " "))))


def _read(path: str, values: Mapping[str, Any], state: State | None) -> Json:
    value: Json = values[path] if path in values else state.at(path) if state is not None else None
    return value


def _keys(command: Command) -> list[str]:
    """What a reply may depend on: `what`, a switch, or the direction of a change."""
    slots = command.slots()
    keys = [str(slots["what"])] if "what" in slots else []
    for name, value in slots.items():
        if isinstance(value, bool):
            keys.append("on" if value else "off")
        elif name.startswith("delta_") and isinstance(value, int | float):
            keys.append("up" if value > 0 else "down")
    return keys


def _plain(value: Json) -> str:
    if isinstance(value, float):
        return f"{value:.1f}".removesuffix(".0")
    return "" if value is None else str(value)


def distance(value: Json) -> str:
    """Kilometres as they are spoken."""
    km = float(value) if isinstance(value, int | float) else 0.0
    hundreds = round(km * 10)
    if hundreds < 10:
        return f"{hundreds * 100 or 50} meters"
    spoken = f"{km:.0f}" if km >= 10 else f"{km:.1f}".removesuffix(".0")
    return f"{spoken} kilometer" if spoken == "1" else f"{spoken} kilometers"


def duration(value: Json) -> str:
    """Seconds as they are spoken."""
    seconds = float(value) if isinstance(value, int | float) else 0.0
    if round(seconds) < 60:
        return _count(round(seconds), "second")
    minutes = round(seconds / 60)
    hours, minutes = divmod(minutes, 60)
    parts = ([_count(hours, "hour")] if hours else []) + ([_count(minutes, "minute")] if minutes else [])
    return " ".join(parts)


def _count(n: int, unit: str) -> str:
    return f"{n} {unit}" if n == 1 else f"{n} {unit}s"


def _opening(value: Json) -> str:
    return "closed" if value == 0 else "open" if value == 100 else f"{_plain(value)} percent open"


def _listed(value: Json) -> str:
    """At most three entries: a driver cannot skim."""
    entries = value if isinstance(value, list) else []
    if not entries:
        return "Nothing there."
    told = [str(e.get("title", "")) + (f" {e['when']}" if e.get("when") else "") if isinstance(e, dict) else str(e)
            for e in entries[:3]]  # fmt: skip
    more = f", and {len(entries) - 3} more" if len(entries) > 3 else ""
    return ", ".join(told) + more + "."


def _messages(value: Json) -> str:
    messages = [m for m in value if isinstance(m, dict)] if isinstance(value, list) else []
    return " ".join(f"{m['sender']} says: {m['body']}." for m in messages[:3]) or "No new messages."


_SPOKEN_AS: Mapping[str, Callable[[Json], str]] = {
    "distance": distance,
    "duration": duration,
    "opening": _opening,
    "list": _listed,
    "messages": _messages,
    "doors": lambda value: "All doors are closed." if value else "A door is open.",
}


def _tidy(text: str) -> str:
    """Closes the gaps that unsaid values leave."""
    text = re.sub(r"\s+([.,?!])", r"\1", re.sub(r"\s+", " ", text)).strip()
    return text[:1].upper() + text[1:]
