"""Labels wordings that ask for music."""

from __future__ import annotations

import re

from training.text.sources.phrases import slot_text, without_courtesy
from training.text.sources.record import Reading, SlotValue, understood

_PLAY = re.compile(
    r"(?:(?:i )?(?:want|would like|need|wanna|'d like|wish) (?:you )?to )?(?:play|put on|start playing|turn on|queue up"
    r"|hear|listen to|begin playing|start up|start|resume|get me|throw on|have you play|go play)(?: me| us| for me)? (.+)"
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
        re.sub(r"^(the )?(song|track|tune)( called| named| titled)? (?!by |from )", "", slot_text(match[1]))
    )
    slots: dict[str, SlotValue] = {}
    if not query:
        return None
    if query not in _GENERIC:
        slots["query"] = query
    return understood(family, "media.play", **slots)
