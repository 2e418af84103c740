"""Labels the Snips collection: weather and music by their annotated slots, the other intents as out of scope."""

from __future__ import annotations

import re

from training.text.sources import media
from training.text.sources.phrases import slot_text
from training.text.sources.record import Reading, SlotValue, SourceRow, rejected, understood
from training.text.sources.spans import Span, locate, plain_words

_REJECTED = frozenset(("RateBook", "BookRestaurant", "AddToPlaylist", "SearchScreeningEvent", "SearchCreativeWork"))
_PLACES = frozenset(("city", "state", "country", "geographic_poi"))
_UNSURE = frozenset(("spatial_relation", "current_location"))


def read(row: SourceRow) -> Reading | None:
    """Returns the reading of one Snips row, or None when no rule is sure of it."""
    intent = row.intent.removeprefix("snips.")
    if intent in _REJECTED:
        playable = intent == "SearchCreativeWork" and re.search(r"\b(play|hear|listen|song|album|soundtrack)\b", row.text)
        nearby = intent == "SearchScreeningEvent" and re.search(r"\b(nearest|closest|nearby|find)\b", row.text)
        return None if playable or nearby else rejected(f"snips: {intent}")
    if intent == "GetWeather":
        return _weather(row)
    return media.play(row.text.lower(), "snips: PlayMusic") if intent == "PlayMusic" else None


def _weather(row: SourceRow) -> Reading | None:
    if any(slot.name in _UNSURE for slot in row.slots):
        return None
    words = plain_words(row.text)
    spans = locate(words, row.slots)
    if spans is None:
        return None
    slots: dict[str, SlotValue] = {}
    places = [span for span in spans if span.name in _PLACES]
    times = [span for span in spans if span.name == "timeRange"]
    if len(times) > 1 or not _adjoin(words, places):
        return None
    if places:
        slots["where"] = slot_text(" ".join(words[places[0].start : places[-1].end]))
    if times:
        slots["when"] = slot_text(" ".join(words[times[0].start : times[0].end]))
    return understood("snips: GetWeather", "personal.query_weather", **slots)


def _adjoin(words: list[str], places: list[Span]) -> bool:
    for before, after in zip(places, places[1:], strict=False):
        if words[before.end : after.start] not in ([], ["in"], [","]):
            return False
    return True
