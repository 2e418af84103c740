"""The catalogue as a page for people: docs/catalogue.md, written from the types so that it cannot go stale."""

from collections.abc import Iterator

from intents.base import Command, Slot, SlotKind, Zone
from intents.catalogue import COMMANDS, DOMAINS
from intents.phrasebook import load
from intents.quantities import QUANTITIES, Quantity
from intents.template import Choice, Fill, Node, Optional, Sequence_, Word

_HEAD = """\
# What a driver can ask for

Written from the types by `make contracts`; do not edit. Slots in bold must be said. A slot that was not said takes its
default or is absent. What everyday wording means is in [contract/catalogue.md](contract/catalogue.md); how each command
is said is in `intents/en/*.yaml`. An example shows slots in braces.
"""
_ZONES = """\
## Zones

{zones}. Unsaid, it is the {default}'s.
"""
_AMOUNTS = """\
## Amounts

Said as a number, or by name. What is out of a slot's range is asked for again, never clamped.

| amount | unit | names |
|---|---|---|
"""


def markdown() -> str:
    """The page as Markdown, the same on every run."""
    parts = [_HEAD]
    for module, _ in DOMAINS:
        domain = module.__name__.rpartition(".")[2]
        parts.append(f"## {domain}\n\n{module.__doc__}\n")
        parts.append(
            "| command | does | slots | hazard | for example |\n|---|---|---|---|---|\n"
            + "\n".join(_rows(domain))
            + "\n"
        )
    parts.append(_ZONES.format(zones=", ".join(Zone), default=Zone.DRIVER))
    parts.append(_AMOUNTS + "\n".join(_amount(quantity) for quantity in QUANTITIES.values()) + "\n")
    return "\n".join(parts)


def _rows(domain: str) -> Iterator[str]:
    for intent, command in COMMANDS.items():
        if intent.startswith(f"{domain}."):
            slots = "; ".join(_slot(command, slot) for slot in command.slot_specs)
            yield f"| `{intent}` | {command.__doc__} | {slots} | {_hazard(command)} | {_example(intent)} |"


def _slot(command: type[Command], slot: Slot) -> str:
    name = f"**{slot.name}**" if slot.required else slot.name
    if slot.quantity is not None:
        schema = command.model_json_schema()["properties"][slot.name]
        return f"{name}: {schema['minimum']:g} to {schema['maximum']:g} {slot.quantity.unit} ({slot.quantity.name})"
    if slot.values == tuple(Zone):
        return f"{name}: a zone"
    meaning = {
        SlotKind.SWITCH: "on, off",
        SlotKind.TEXT: ", ".join((*slot.values, "words")),
        SlotKind.TEXTS: "words, several times",
        SlotKind.SET: "any of " + ", ".join(slot.values),
    }.get(slot.kind, ", ".join(slot.values))
    return f"{name}: {meaning}" + (f" (default {slot.default})" if slot.default else "")


def _hazard(command: type[Command]) -> str:
    """The fixed hazards, or a note that they depend on what was said."""
    if command.hazards is not Command.hazards:
        return str(command.hazards.__doc__).rstrip(".")
    return ", ".join(sorted(command.hazard))


def _example(intent: str) -> str:
    phrase = next(phrase for phrase in load().phrases if phrase.intent == intent)
    return " ".join(_shortest(phrase.template))


def _shortest(node: Node) -> list[str]:
    """The first wording, with everything left out that may be."""
    match node:
        case Word(text):
            return [text]
        case Optional():
            return []
        case Choice(options):
            return _shortest(options[0])
        case Sequence_(parts):
            return [word for part in parts for word in _shortest(part)]
        case Fill(slot):
            return ["{" + slot + "}"]


def _amount(quantity: Quantity) -> str:
    names = [choice.name if choice.read else f"{choice.name} = {choice.value:g}" for choice in quantity.choices]
    return f"| {quantity.name} | {quantity.unit} | {', '.join(name for name in names if name)} |"
