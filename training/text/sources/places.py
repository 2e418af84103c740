"""Labels requests for places and ways whose place names are annotated."""

from __future__ import annotations

import re

from training.text.sources.phrases import slot_text
from training.text.sources.record import Reading, SlotValue, SourceRow, incomplete, understood
from training.text.sources.spans import Span, locate, plain_words

_NEAREST = re.compile(
    r"\b(nearest|closest|closer|nearer|nearby|near me|close to me|around here|around me|close by me|near here"
    r"|near my (current )?location|around my (current )?location|close|near to me|local)\b"
)
_CHEAPEST = re.compile(
    r"\b(cheapest|cheap|most cheap|cheaper|low(est)?[ -](cost|priced?)|less (expensive|pricey|costly)|least expensive"
    r"|inexpensive|low-cost)\b"
)
_BEST = re.compile(
    r"\b(best|top[ -]rat(ed|ings?)|high(est|ly)?[ -]?(rated|ratings?|quality)|most liked|finest|better|good|great|nice"
    r"|top|most popular)\b"
)
_AMBIGUOUS = re.compile(
    r"\b(affordable|fairly priced|cost effective|economical|reasonably|far|further|farther|popular|that (region"
    r"|city|town"
    r"|place|area)|my (place|house|home|office|hotel|area)|least)\b"
)
_CORNER = re.compile(r"\b(?:the )*(?:intersection|junction|crossroads|corner)(?: of)?$|\bcity of$")
_WAY = re.compile(
    r"\b(show me how to get there|get me to|get to|get there|how can i (get|go)|directions?|route|navigat\w+"
    r"|guide|drive"
    r"|take me|bring (me|us)|direct (me|us)|going to|head(ing)? to|point (me|us)|way to|go 2|go to|path|let's go)\b"
)


def _select(text: str) -> str | None:
    if _CHEAPEST.search(text):
        return "cheapest"
    if _BEST.search(text):
        return "best"
    return "nearest" if _NEAREST.search(text) else None


def _with_corner(words: list[str], start: int) -> int:
    for back in (5, 4, 3, 2, 1):
        if start - back >= 0 and _CORNER.fullmatch(" ".join(words[start - back : start])):
            return start - back
    return start


def _outside(words: list[str], start: int, end: int) -> str:
    return " ".join([*words[:start], "|", *words[end:]])


def navigate(row: SourceRow, family: str) -> Reading | None:
    """Returns navigate to everything between the first and the last annotated place word."""
    words = plain_words(row.text)
    if not row.slots:
        bare = re.fullmatch(r"(please )?(navigate|start navigat(ion|ing)|guide me|take me there|drive me)", row.text)
        return incomplete(family, "navigation.navigate") if bare else None
    spans = locate(words, row.slots)
    if not spans:
        return None
    start, end = _with_corner(words, min(s.start for s in spans)), max(s.end for s in spans)
    around = _outside(words, start, end)
    if _AMBIGUOUS.search(around) or _CHEAPEST.search(around) or _BEST.search(around) or "scenic" in around:
        return None
    slots: dict[str, SlotValue] = {"destination": slot_text(" ".join(words[start:end]))}
    if _NEAREST.search(around):
        slots["select"] = "nearest"
    if re.search(r"\btoll[ -]free|no tolls?|avoid(ing)? tolls?\b", around):
        slots["avoid"] = ["tolls"]
    elif re.search(r"\btraffic[ -]free|least traffic|no traffic|avoid(ing)? traffic\b", around):
        slots["avoid"] = ["traffic"]
    if re.search(r"\b(fastest|quickest)\b", around):
        slots["prefer"] = "fastest"
    elif re.search(r"\bshortest\b", around):
        slots["prefer"] = "shortest"
    return understood(family, "navigation.navigate", **slots)


def find(row: SourceRow, family: str) -> Reading | None:
    """Returns find_place, or navigate where the wording asks for the way."""
    words = plain_words(row.text)
    spans = locate(words, row.slots) if row.slots else None
    if not spans:
        return None
    start, end = min(s.start for s in spans), max(s.end for s in spans)
    around = _outside(words, start, end)
    if _WAY.search(around):
        return navigate(row, f"{family}, the way")
    if re.search(
        r"\b(how far|how long|buy|order)\b|\b(near|nearby|by|close to|around) \|"
        r"|\| place\b",
        around,
    ) or _AMBIGUOUS.search(around):
        return None
    names = [s.name for s in spans]
    if names[0] == "Keyword" and names.count("Keyword") == 1:
        return _keyword(words, spans, around, family)
    if names == ["Keyword", "Keyword"]:
        return _beside(words, spans, around, family)
    if "Keyword" not in names:
        return _address(words, start, end, around, family)
    return None


def _found(family: str, query: str, near: str, around: str) -> Reading | None:
    slots: dict[str, SlotValue] = {"query": slot_text(query), "near": near if near == "here" else slot_text(near)}
    select = _select(around)
    if select:
        slots["select"] = select
    return understood(family, "navigation.find_place", **slots) if slots["query"] and slots["near"] else None


def _keyword(words: list[str], spans: list[Span], around: str, family: str) -> Reading | None:
    first, end = spans[0], max(s.end for s in spans)
    keyword = " ".join(words[first.start : first.end])
    if len(spans) == 1:
        return _found(family, keyword, "here", around)
    tail = " ".join(words[first.end : end])
    beside = re.match(r"(?:near|nearby|close by|close-by|close to|not far from|around)(?: the(?: the)?)? (.+)", tail)
    if beside:
        return _found(f"{family}, near", keyword, beside[1], around)
    if re.match(r"in ", tail):
        if re.search(r" (on|near|at|in) ", tail[3:]):
            return None
        return _found(f"{family}, in a town", keyword, re.sub(r"^in (the )?(city of )?", "", tail), around)
    if re.match(r"(at|on) ", tail):
        street, _, town = tail.rpartition(" in ")
        if street and not re.search(r" (in|near|nearby) ", street):
            return _found(f"{family}, at an address", f"{keyword} {street}", town, around)
        return _found(f"{family}, at an address", f"{keyword} {tail}", "here", around) if not street else None
    if re.search(r"\b(in|near|nearby|close|at|on)\b", tail):
        return None
    return _found(f"{family}, at an address", f"{keyword} {tail}", "here", around)


def _beside(words: list[str], spans: list[Span], around: str, family: str) -> Reading | None:
    first, second = spans
    between = " ".join(words[first.end : second.start])
    if not re.fullmatch(
        r"(near|nearby|close by|close-by|close to|not too far from|not far from|around|next to"
        r"|by)( the| a)?",
        between,
    ):
        return None
    query = " ".join(words[first.start : first.end])
    return _found(f"{family}, near", query, " ".join(words[second.start : second.end]), around)


def _address(words: list[str], start: int, end: int, around: str, family: str) -> Reading | None:
    begin = _with_corner(words, start)
    whole = " ".join(words[begin:end])
    street, _, town = whole.rpartition(" in ")
    if street and not re.search(r" (in|near|nearby) ", street):
        return _found(f"{family}, address", street, town, around)
    return _found(f"{family}, address", whole, "here", around) if not street else None


def parking(row: SourceRow, family: str) -> Reading | None:
    """Returns find_place for parking, beside a named place or here."""
    text = row.text.lower()
    match = re.fullmatch(
        r"(?:find|search|look up|where is|is there|show me)(?: me)?(?: any| a| the)?( nearest"
        r"| closest)? (parking(?: lot| garage)?)"
        r"(?: (?:by|near|in) (.+))?",
        text,
    )
    if match is None:
        return None
    slots: dict[str, SlotValue] = {"query": match[2], "near": slot_text(match[3]) if match[3] else "here"}
    if match[1]:
        slots["select"] = "nearest"
    return understood(family, "navigation.find_place", **slots)
