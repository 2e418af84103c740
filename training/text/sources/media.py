"""Labels wordings that ask for music."""

from __future__ import annotations

import re

from training.text.sources.numbers import spoken_number
from training.text.sources.phrases import slot_text, without_courtesy
from training.text.sources.record import Reading, SlotValue, understood

_PLAY = re.compile(
    r"(?:(?:i )?(?:want|would like|need|wanna|'d like|wish) (?:you )?to )?(?:play|put on|start playing|turn on|queue up"
    r"|hear|listen to|begin playing|start up|start|resume|get me|throw on|have you play|go play)(?: me| us"
    r"| for me)? (.+)"
)
_UNCLEAR = re.compile(
    r"\b(next|skip|previous|volume|it|that|this|and then|shuffle|repeat|again|something|anything|random|netflix|youtube"
    r"|spotify|pandora|deezer|lastfm|last fm|zvooq|itunes|iheart|google music|groove shark|vimeo|slacker|app|library"
    r"|game|podcasts?|audio ?books?|radio|station|fm|am|video|in my|from my|want|need|will|if|your)\b"
)
_GENERIC = frozenset(("music", "song", "songs", "tunes", "music now", "track", "playlist"))


def play(text: str, family: str, *, unclear: re.Pattern[str] = _UNCLEAR) -> Reading | None:
    """Returns media.play with the words after the request as the query; None when the wording is not plain."""
    match = _PLAY.fullmatch(without_courtesy(text))
    if match is None or '"' in text or unclear.search(match[1]):
        return None
    query = slot_text(
        re.sub(
            r"^(the )?(song|track|tune)( called| named| titled)? (?!by |from |or |number |\d|one\b|two\b"
            r"|three\b|four\b|five\b)",
            "",
            slot_text(match[1]),
        )
    )
    slots: dict[str, SlotValue] = {}
    if not query:
        return None
    if query not in _GENERIC:
        slots["query"] = query
    return understood(family, "media.play", **slots)


def volume(text: str, family: str) -> Reading | None:
    """Returns set_volume for a named level and change_volume for a direction; None when the wording is unclear."""
    number = re.search(r"\b(?:to|at|on)(?: the)?(?: number| level| setting)? (\w+)(?: percent| setting)?\b", text)
    amount = spoken_number(number[1]) if number else None
    if amount is None and (bare := re.search(r"volume (\d+)$", text)):
        amount = float(bare[1])
    if amount is not None and 0 <= amount <= 100:
        percent = int(amount * 10 if amount <= 10 else amount)
        return understood(family, "media.set_volume", percent=percent)
    if re.search(r"\d|percent|max|min|half|mute|full", text):
        return None
    up = re.search(r"\b(up|increased?|raised?|louder|boost|higher|greater|amplify)\b", text) is not None
    down = re.search(r"\b(down|decreased?|lower(ed)?|quieter|softer|reduced?|less)\b", text) is not None
    if up == down:
        return None
    size = (
        5
        if re.search(r"\b(a bit|a little|slightly)\b", text)
        else 20
        if re.search(r"\b(a lot|much|way)\b", text)
        else 10
    )
    return understood(family, "media.change_volume", delta_percent=size if up else -size)
