"""Finds times, places and the edges of text slots in an utterance, always as runs of its own words."""

from __future__ import annotations

import re
from typing import NamedTuple

_ARTICLES = frozenset("the a an some any".split())
_PREPOSITIONS = frozenset("to for at in on of by from with into onto near around about".split())
_POLITE_END = re.compile(
    r"(?:[, ]+(?:please|plz|now|right now|thanks|thank you|for me|immediately|right away|asap|ok|okay|if you can))+$"
)
_POLITE_START = re.compile(
    r"^(?:(?:please|plz|hey|hi|hello|ok|okay|olly|google|alexa|siri|ai|so|just|now|well|also|and|kindly|computer),? |"
    r"(?:can|could|would|will) you (?:please |kindly |just |maybe |possibly )?|"
    r"(?:i (?:want|need|would like|'d like)|i'd like|i'd love|i would love|i wish|i'd really like)"
    r" (?:for )?(?:you )?to (?:please )?|"
    r"(?:can|could|may) i (?:please )?(?=get|have|hear)|go ahead and |do me a favor and |let's |lets |be sure to |"
    r"make sure to |i need you to |i want you to )+"
)


def without_courtesy(text: str) -> str:
    """Returns text without politeness, address and filler at either end."""
    text = text.strip(" .,!?")
    return _POLITE_END.sub("", _POLITE_START.sub("", text)).strip(" .,!?")


# "now" is politeness at the end of a slot, but not in "two hours from now".
_SLOT_END = re.compile(r"(?:[, ]+(?:please|plz|thanks|thank you|for me)|(?<!from) (?:right )?now)+$")


def slot_text(phrase: str) -> str:
    """Returns a phrase as a text slot: lower case, no leading articles or prepositions, no trailing politeness."""
    words = _SLOT_END.sub("", phrase.lower().strip(" .,!?")).split()
    while words and words[0] in _ARTICLES | _PREPOSITIONS:
        words.pop(0)
    return " ".join(words).strip(" .,!?'\"")


_DAYS = "monday|tuesday|wednesday|thursday|friday|saturday|sunday"
_MONTHS = (
    "january|february|march|april|may|june|july|august|september|october|november|december"
    "|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec"
)
# Words that make a phrase a time by themselves.
_STRONG = re.compile(
    rf"(?:{_DAYS})(?:s|'s)?|(?:{_MONTHS})(?:'s|\.)?|today(?:'s)?|tonight(?:'s)?|tomorrow(?:'?s)?|tomm?orr?ow"
    rf"|noon|midday|midnight|am|pm"
    r"|a\.m\.?|p\.m\.?|o'clock|mornings?|afternoons?|evenings?|nights?|weeks?(?:'s)?|weekends?(?:'s)?|weekdays?"
    r"|months?|years?|hours?"
    r"|minutes?|mins?|days?|\d{1,2}(?::\d\d)?(?:am|pm|a\.m\.?|p\.m\.?)|\d{1,2}:\d\d|\d{1,2}(?:st|nd|rd|th)"
    r"|christmas|easter"
    r"|thanksgiving|\d{1,2}/\d{1,2}(?:/\d{2,4})?|weekly|daily|year's|(?:ten|eleven|twelf|thirteen|fourteen"
    r"|fifteen|sixteen|seventeen|eighteen|nineteen|twentie|thirtie)th"
)
_NUMBER_WORDS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen twenty thirty forty fifty hundred oh"
)
_ORDINAL_WORDS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth"
    " fifteenth sixteenth seventeenth eighteenth nineteenth twentieth thirtieth"
)
# Words that belong to a time only beside a strong one.
_WEAK = frozenset(
    f"{_NUMBER_WORDS} {_ORDINAL_WORDS} next this coming following half past quarter every each early late"
    " later last all after before upcoming thousand p m eve".split()
)
# Weak words that never end a time.
_NOT_LAST = frozenset("all after before every each next this last following coming upcoming quarter half".split())
# Strong words that mean something else when they stand alone: "when am i", "may i", "mother's day".
_NOT_ALONE = frozenset("am pm may mar jan jun dec day days hours minutes mins minute year years second".split())
_JOINTS = frozenset("at on in the of and to until till through from for by between a an around about now".split())


class Split(NamedTuple):
    """An utterance without its time, and the time (None when it names none)."""

    head: str
    when: str | None


def _is_strong(word: str) -> bool:
    return _STRONG.fullmatch(word.rstrip(",")) is not None


def _is_time_word(word: str) -> bool:
    plain = word.rstrip(",")
    return _is_strong(plain) or plain in _WEAK or re.fullmatch(r"\d{1,4}", plain) is not None


def _time_runs(words: list[str]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    i = 0
    while i < len(words):
        if not _is_time_word(words[i]):
            i += 1
            continue
        j = end = i
        while j < len(words) and (_is_time_word(words[j]) or words[j].rstrip(",") in _JOINTS):
            if _is_time_word(words[j]):
                end = j
            j += 1
        while end > i and words[end] in _NOT_LAST:
            end -= 1
        run = words[i : end + 1]
        bare_hour = i > 0 and words[i - 1] in ("at", "by") and run[0] not in ("first", "last", "next", "this")
        meaningful = any(_is_strong(word) for word in run) and not (len(run) == 1 and run[0] in _NOT_ALONE)
        if meaningful or (bare_hour and end == len(words) - 1):
            runs.append((i, end + 1))
        i = end + 1
    return runs


def time_phrases(text: str) -> list[str]:
    """Returns every time named in text, in order, each as a run of its words."""
    words = text.lower().split()
    return [" ".join(words[i:j]).strip(" ,") for i, j in _time_runs(words)]


def as_time(phrase: str) -> str | None:
    """Returns the time when the whole phrase is one, with leading prepositions removed; None otherwise."""
    words = phrase.lower().strip(" ,.").split()
    while words and words[0] in _JOINTS:
        words.pop(0)
    return " ".join(words).strip(" ,") if words and _time_runs(words) == [(0, len(words))] else None


def split_time(text: str) -> Split | None:
    """Splits off the one time at either end of text; None when there are several times or one in the middle."""
    words = text.lower().split()
    runs = _time_runs(words)
    if not runs:
        return Split(" ".join(words), None)
    if len(runs) > 1:
        return None
    start, end = runs[0]
    when = " ".join(words[start:end]).strip(" ,")
    if end == len(words):
        head = words[:start]
        while head and head[-1].rstrip(",") in _JOINTS:
            head.pop()
        return Split(" ".join(head).rstrip(" ,"), when)
    if all(word in _JOINTS for word in words[:start]):
        return Split(" ".join(words[end:]).lstrip(" ,"), when)
    return None
