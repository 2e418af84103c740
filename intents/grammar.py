"""The catalogue as a GBNF grammar: what llama.cpp's own sampler may write, and the golden file of the catalogue.

The language is the compact text of `intents.encoding.as_text`: commands joined by " ; ", slots in catalogue order,
each optional (a command may be incomplete), unsaid defaults left out, numbers and texts as words of the utterance.
It is regular: no rule refers to itself, which llama.cpp would not survive.
"""

from collections.abc import Iterator, Mapping

from intents.base import Slot, SlotKind
from intents.catalogue import COMMANDS
from intents.encoding import MAX_COMMANDS, MAX_SPAN_WORDS, MAX_TEXTS, Mark, slot_items

# What `intents.words.words_of` leaves in a word; the range holds letters of other alphabets and the degree sign.
_WORD = r"[a-z0-9'.:%&$+/_\u00A1-\U0010FFFF-]+"


def gbnf() -> str:
    """The grammar in llama.cpp's GBNF notation, one rule a command, the same text on every run."""
    values = _value_rules()
    lines = [
        f'root ::= "{Mark.NONE}" | command (" {Mark.NEXT} " command){{0,{MAX_COMMANDS - 1}}}',
        "command ::=\n  " + " |\n  ".join(_rule_name(intent) for intent in COMMANDS),
        *(f"{_rule_name(intent)} ::= {' '.join(_command(intent, values))}" for intent in COMMANDS),
        *(f"{name} ::= {body}" for name, body in values.items()),
        f'words ::= word (" " word){{0,{MAX_SPAN_WORDS - 1}}}',
        f"word ::= {_WORD}",
    ]
    return "\n".join(lines) + "\n"


def _rule_name(name: str) -> str:
    """GBNF names take letters, digits and hyphens only."""
    return name.replace(".", "-").replace("_", "-")


def _command(intent: str, values: Mapping[str, str]) -> Iterator[str]:
    yield f'"{intent}"'
    for slot in COMMANDS[intent].slot_specs:
        if slot.kind is SlotKind.SET:  # each value at most once, in catalogue order
            yield from (f'(" {item.text}")?' for item in slot_items(slot))
            continue
        body = _values(slot)
        if values.get(_value_name(slot)) == body:
            body = _value_name(slot)
        elif " | " in body:
            body = f"({body})"
        times = f"{{0,{MAX_TEXTS}}}" if slot.kind is SlotKind.TEXTS else "?"
        yield f'(" {slot.name}=" {body}){times}'


def _values(slot: Slot) -> str:
    """What may stand behind `slot=`: fixed values, a choice followed by words, or words alone."""
    alternatives = []
    for item in slot_items(slot):
        fixed = item.text.removeprefix(f"{slot.name}=")
        if item.opens:
            alternatives.append(f'"{fixed} " words' if fixed else "words")
        else:
            alternatives.append(f'"{fixed}"')
    return " | ".join(alternatives)


def _value_name(slot: Slot) -> str:
    if slot.quantity is not None:
        return _rule_name(slot.quantity.name)
    return "switch" if slot.kind is SlotKind.SWITCH else _rule_name(slot.name)


def _value_rules() -> Mapping[str, str]:
    """Rules for values that are named once: amounts, switches, and slots that mean the same in several commands."""
    slots = [slot for command in COMMANDS.values() for slot in command.slot_specs]
    bodies: dict[str, list[str]] = {}
    for slot in slots:
        if slot.kind in (SlotKind.ENUM, SlotKind.SWITCH, SlotKind.QUANTITY):
            bodies.setdefault(_value_name(slot), []).append(_values(slot))
    amounts = {_value_name(slot) for slot in slots if slot.quantity is not None}
    return {
        name: same[0] for name, same in bodies.items() if len(set(same)) == 1 and (len(same) > 1 or name in amounts)
    }
