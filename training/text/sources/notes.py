"""Labels wordings about to-do and shopping lists."""

from __future__ import annotations

import re

from training.text.sources.phrases import slot_text, without_courtesy
from training.text.sources.record import Reading, rejected, understood

_LIST = (
    r"(?:my|the|our|a)?(?: (?!list\b)[\w'-]+){0,3} ?list(?: of (?:things|tasks|chores) (?:to do"
    r"|i have to do|i need to do)| of things| for shopping| of to-?do'?s)?"
)
_ADDING = (
    re.compile(
        rf"(?:add|put|include|place|write|insert|enter|stick)(?: in| down)? (.+?) (?:to|on|onto|in|into|for) {_LIST}"
    ),
    re.compile(rf"(?:on|to|for|in) {_LIST},? (?:please )?(?:add|put|include|place) (.+)"),
    re.compile(rf"(?:add|put|include|place) (?:to|on|onto|in) {_LIST},? (.+)"),
)
_TAKING_AWAY = re.compile(
    r"\b(remove|delete|erase|scratch|cross|take .* off|take off|get rid of|check .* off|mark|strike|clear|drop"
    r"|eliminate|done|finished|completed|off (of )?(my|the))\b"
)
_CHOICE = re.compile(
    r"\b(if|whether|and remove|and add|as well|instead|it|them|that|this|something|item|items|more|stuff)\b"
)


def update(text: str, family: str) -> Reading | None:
    """Returns the reading of adding to a list; taking single items off is nothing the catalogue covers."""
    plain = without_courtesy(text)
    taking = _TAKING_AWAY.search(plain) is not None
    adding = re.search(r"\b(add|put|include|place|need)\b", plain) is not None
    if taking:
        if re.fullmatch(r"(delete|erase|remove|clear) (the items (on|from|in) )?(my|the) [\w -]*list", plain):
            return None  # the list itself or what is on it: either reading is possible
        emptied = re.search(r"\b(everything|all|clear|entire|whole)\b", plain)
        return None if adding or emptied else rejected(f"{family}, taking off")
    for pattern in _ADDING:
        match = pattern.fullmatch(plain)
        if match:
            item = slot_text(match[1])
            good = item and len(item.split()) <= 8 and not _CHOICE.search(item) and not re.search(r"list|:", item)
            return understood(family, "personal.add_note", text=item) if good else None
    return None
