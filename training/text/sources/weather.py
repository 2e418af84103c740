"""Labels wordings about the weather by their place and time."""

from __future__ import annotations

import re

from training.text.sources.phrases import slot_text, split_time, time_phrases, without_courtesy
from training.text.sources.record import Reading, understood

_SUBJECT = re.compile(
    r"\b(weather|forecast|temperature|rain\w*|snow\w*|sunny|sun|cloudy|hot|cold|warm|cool|wind\w*|humid\w*"
    r"|storm\w*|umbrella"
    r"|jacket|coat|degrees|freezing|foggy|chilly|precipitation|hail\w*|thunder\w*)\b"
)
_NOT_NOW = re.compile(
    r"\b(history|average|record|yesterday|last|ever|month|climate|why|how does|in celsius|in fahrenheit|to celsius"
    r"|change|remind|city|area|enough|of (?!the)\w+|i don|tomorrow tomorrow|outside|outdoors|here|my location"
    r"|current|around)\b"
)
# Openings that are no question, or that put the place where no preposition marks it ("is oslo going to be cold").
_UNLIKE = re.compile(
    r"what a\b|it\b|it'?s\b"
    r"|(is|are|will|whether|does|has) (?!it\b|there\b|the\b|this\b|we\b|i\b|today|tomorrow|tonight|rain|snow|any\b)"
)
# Words that may stand right before "weather" or "forecast"; any other one could be a place.
_BEFORE_WEATHER = frozenset(
    (
        "the what whats what's is of a this like current any kind check get me how's how weather see bad good"
        " today's tomorrow's tonight's week's weekend our give"
    ).split()
)


def query(text: str, family: str) -> Reading | None:
    """Returns personal.query_weather with the place after "in" or "for" and the time; None when unclear."""
    plain = without_courtesy(text)
    if not _SUBJECT.search(plain) or _NOT_NOW.search(plain):
        return None
    times = time_phrases(plain)
    just_now = re.search(r"\b(right now|now)$", text.strip(" ?.!"))
    if len(times) + bool(just_now) > 1 or _UNLIKE.match(plain):
        return None
    if just_now:
        plain = re.sub(r" ?(right )?now$", "", plain)
    slots: dict[str, str] = {}
    rest = plain
    if just_now:
        slots["when"] = just_now[1]
    if times:
        slots["when"] = slot_text(times[0])
        split = split_time(plain)
        rest = (
            split.head if split else re.sub(rf"(?: (?:on|at|for|in|around))?(?: the)? {re.escape(times[0])}", "", plain)
        )
        rest = re.sub(r" (like|be like)$", "", rest)
    before = re.search(r"([\w']+) (?:weather|forecast)\b", rest)
    if (before and before[1] not in _BEFORE_WEATHER) or re.search(r"\b(about|does) [a-z ]+ (weather|have)\b", rest):
        return None
    place = re.search(r"\b(?:in|for|at|near) (?!the (?:forecast|weather))([a-z][a-z .,'-]*)$", rest)
    if place:
        where = slot_text(place[1])
        if len(where.split()) > 4 or re.search(r"\b(me|us|i)\b", where) or _SUBJECT.search(where) or not where:
            return None
        slots["where"] = where
    elif re.search(r"\b(in|for|at|near|to)\b(?! (rain|snow|be|need|get|wear|bring|have|the (forecast|weather)))", rest):
        return None
    return understood(family, "personal.query_weather", **slots)
