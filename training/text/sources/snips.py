"""Labels the Snips collection: weather and music by their annotated slots, the other intents as out of scope."""

from __future__ import annotations

import re
from itertools import pairwise

from training.text.sources import media
from training.text.sources.phrases import slot_text
from training.text.sources.record import Reading, SlotValue, SourceRow, rejected, understood
from training.text.sources.spans import Span, locate, plain_words

_REJECTED = frozenset(("RateBook", "BookRestaurant", "AddToPlaylist", "SearchScreeningEvent", "SearchCreativeWork"))
_PLACES = frozenset(("city", "state", "country", "geographic_poi"))
_UNSURE = frozenset(("current_location",))


def read(row: SourceRow) -> Reading | None:
    """Returns the reading of one Snips row, or None when no rule is sure of it."""
    intent = row.intent.removeprefix("snips.")
    if intent in _REJECTED:
        playable = intent == "SearchCreativeWork" and re.search(
            r"\b(play|hear|listen|song|album"
            r"|soundtrack)\b",
            row.text,
        )
        nearby = intent == "SearchScreeningEvent" and re.search(r"\b(nearest|closest|nearby|find)\b", row.text)
        untyped = intent == "SearchCreativeWork" and not row.values("object_type")
        return None if playable or nearby or untyped else rejected(f"snips: {intent}")
    if intent == "GetWeather":
        return _weather(row)
    return _music(row) if intent == "PlayMusic" else None


def _music(row: SourceRow) -> Reading | None:
    text = row.text.lower()
    for service in row.values("service"):
        name = re.escape(service.lower())
        text = re.sub(
            rf"^(?:(?:please )?use|open|go to|launch) (?:the service |up )?{name}(?: to"
            rf"| and)? play",
            "play",
            text,
        )
        text = re.sub(rf" (?:on|off of|from|via|using|with|through) {name}$", "", text)
    return media.play(text, "snips: PlayMusic")


def _weather(row: SourceRow) -> Reading | None:
    if re.match(r"(book|reserve)\b", row.text) or any(slot.name in _UNSURE for slot in row.slots):
        return None
    words = plain_words(row.text)
    spans = locate(words, row.slots)
    if spans is None:
        return None
    slots: dict[str, SlotValue] = {}
    places = [span for span in spans if span.name in _PLACES]
    times = [span for span in spans if span.name == "timeRange"]
    near_home = row.values("spatial_relation") and not places
    if near_home or re.search(r"\bdistant\b|\bmy (home|house|place|location)\b", row.text):
        return None
    if len(times) > 1 or not _adjoin(words, places):
        return None
    if places:
        slots["where"] = slot_text(" ".join(words[places[0].start : places[-1].end]))
    if times:
        slots["when"] = slot_text(" ".join(words[times[0].start : times[0].end]))
    return understood("snips: GetWeather", "personal.query_weather", **slots)


def _adjoin(words: list[str], places: list[Span]) -> bool:
    joints = (words[before.end : after.start] for before, after in pairwise(places))
    return all(joint in ([], ["in"], [","]) for joint in joints)
