"""Labels wordings about destinations, places, trips and traffic."""

from __future__ import annotations

import re

from training.text.sources.phrases import slot_text, time_phrases, without_courtesy
from training.text.sources.record import Reading, SlotValue, rejected, understood

_NEAREST = re.compile(r"^(?:the |a )?(?:nearest|closest|nearby) ")
_NEAR_ME = re.compile(
    r" (?:to me|near me|nearby|near here|around here|close by|from here|from me|to here|here|available|to my location)$"
)
_RIDING = re.compile(r"\b(bus|buses|train|trains|subway|metro)\b")
_STATION = re.compile(r"\b(bus|train|subway|metro) (stops?|stations?|depots?|entrances?)\b")
_WALKING = re.compile(r"\b(on foot|walk|walking|foot|bike|plane|fly|flight|flying|ship|boat)\b")
_LONGEST_PLACE_WORDS = 8


def _place(phrase: str) -> tuple[str, bool] | None:
    near_me = _NEAR_ME.search(phrase) is not None
    phrase = _NEAR_ME.sub("", phrase)
    nearest = _NEAREST.search(phrase) is not None
    name = slot_text(_NEAREST.sub("", phrase))
    if (
        not name
        or len(name.split()) > _LONGEST_PLACE_WORDS
        or re.search(r"\b(where|which|that|there|it|what|how|if|best|good)\b", name)
    ):
        return None
    return name, nearest or near_me


def _without_origin(plain: str) -> str:
    plain = re.sub(r"\bfrom [\w' ]+? to (?=\w)", "to ", plain)
    return re.sub(r" from (?:here|my (?:\w+ ?){1,2}|where i am(?: now)?|[\w' ]+)$", "", plain)


_DIRECTIONS = re.compile(
    r"(?:(?:give|get|show|find|tell)(?: me| us)? )?(?:i (?:need|want)(?: to get| to know)? )?(?:some )?(?:the )?"
    r"(?:directions|route|way|navigate me|navigate|navigation|take me|guide me|drive me|bring me|get me|route me"
    r"|how (?:do|can|would|should) (?:i|we) (?:get|go|drive)|how to get|lead me|direct me|what's the way"
    r"|what is the way"
    r"|what are (?:the )?directions|direct us|point (?:me|us)) to (.+)"
)
_WHERE_NEAREST = re.compile(
    r"(?:(?:can you )?(?:tell|show) me )?(?:where|what|which)(?:'s| is| are|s)? (the (?:nearest"
    r"|closest) .+?)(?: is| are)?"
    r"|(?:find|locate|search for|look for|look up|show me)(?: me)? (the (?:nearest|closest) .+)"
)


def directions(text: str, family: str) -> Reading | None:
    """Returns navigate for a way to a place and find_place for the nearest of a kind; None when unclear."""
    plain = without_courtesy(text)
    if _RIDING.search(plain):
        return None if _STATION.search(plain) else rejected(f"{family}, other transport")
    if _WALKING.search(plain):
        return None
    where = _WHERE_NEAREST.fullmatch(plain)
    if where:
        place = _place(where[1] or where[2])
        if place is None or re.search(r" (to|near|in|on|at|around|from|by) ", f" {place[0]} "):
            return None
        return understood(f"{family}, nearest", "navigation.find_place", query=place[0], select="nearest", near="here")
    way = _DIRECTIONS.fullmatch(_without_origin(plain))
    place = _place(way[1]) if way else None
    if place is None or time_phrases(place[0]):
        return None
    slots: dict[str, SlotValue] = {"destination": place[0]}
    if place[1]:
        slots["select"] = "nearest"
    return understood(family, "navigation.navigate", **slots)


_TRIP = (
    ("duration", r"how long (?:does|will|would|is|until|till|before|do|can|should|til)\b.*? (?:to|reach) (.+)"),
    ("duration", r"(?:how much time|what is the time frame|how many (?:minutes|hours))\b.*? (?:to|reach) (.+)"),
    (
        "distance",
        (
            r"how (?:far|many miles)(?: away)? (?:is|are) (?:it to |we from |i from |the drive to |the trip to "
            r"|away from )?(.+?)(?: away)?"
        ),
    ),
    ("distance", r"how (?:far|many miles)\b.* (?:to|reach|from) (.+)"),
    ("distance", r"what(?:'s| is) the distance (?:to|between .+ and) (.+)"),
    (
        "arrival_time",
        r"(?:what(?:'s| is) (?:my|the|our) )?(?:eta|estimated time of arrival|arrival time) (?:to|for|at|of|in) (.+)",
    ),
    ("arrival_time", r"(?:what time|when) (?:will|do|should) (?:i|we) (?:arrive|get|be) (?:at|in|to) (.+)"),
)


def trip_question(text: str, family: str) -> Reading | None:
    """Returns query_trip for the time or distance to a place; None when unclear."""
    plain = without_courtesy(text)
    plain = re.sub(
        r"^(?:(?:do you know|tell me|can you tell me|let me know|i (?:want|need) to know|i'd like to know) )+",
        "",
        plain,
    )
    if _RIDING.search(plain):
        return None if _STATION.search(plain) else rejected(f"{family}, other transport")
    if _WALKING.search(plain) or re.search(r"\b(if|not miles|usually|traffic)\b", plain):
        return None
    plain = _without_origin(plain)
    plain = re.sub(r" (by car|in miles|in minutes|by driving|if i drive)$", "", plain)
    for what, pattern in _TRIP:
        match = re.fullmatch(pattern, plain)
        place = _place(match[1]) if match else None
        if place is None:
            continue
        name = re.sub(r"^(get to|drive to|go to|reach|travel to|arrive at|to) (the )?", "", place[0])
        name = re.sub(r" (be|take|now)$", "", slot_text(name))
        if (
            place[1]
            or re.search(
                (
                    r"\b(get|drive|driving|take|travel|go|arrive|and|from|between|miles|time|away|closest|nearest"
                    r"|my current location|destination)\b"
                ),
                name,
            )
            or time_phrases(name)
        ):
            return None
        return understood(family, "navigation.query_trip", what=what, destination=name)
    return None


_ON_THE_WAY = re.compile(
    r"\b(?:on (?:the|my) (?:way|route|road|drive|commute|trip) (?:to|home)|(?:en|on) route to|for (?:a"
    r"|my) (?:trip|drive|commute) to"
    r"|going to|headed to|heading to|to get to|way to|driving to|to) (.+)"
)
_AT_PLACE = re.compile(r"\b(?:on|in|at|near|around|nearest|by|over|through|along) (.+)")
_NO_PLACE = re.compile(
    r"(?:how(?:'s| is| bad is| heavy is)|what(?:'s| is)|is there|is|tell me|give me|check|show me|any|do you have|get)?"
    r"(?: the| a| me| any| about)*(?: current| latest| much| bad| heavy)*(?: traffic)"
    r"(?: situation| report| update| conditions?| status| info| information| like| looking| outside| out there"
    r"| bad| heavy)*"
    r"(?: right now| now| today| at the moment| currently| this morning| tonight)*"
)


def traffic(text: str, family: str) -> Reading | None:
    """Returns query_traffic with the road or place asked about; None when unclear."""
    plain = without_courtesy(text)
    if not re.search(r"\b(traffic|congestion|congested|jam|backed up)\b", plain) or re.search(
        r"\b(avoid|route|tomorrow|if|when)\b", plain
    ):
        return None
    if _NO_PLACE.fullmatch(plain):
        return understood(family, "navigation.query_traffic")
    times = time_phrases(plain)
    if len(times) > 1:
        return None
    rest = (
        re.sub(rf"(?: (?:on|at|for|in|around|this))*(?: the)? {re.escape(times[0])}\b", "", plain) if times else plain
    )
    rest = re.sub(r" (right|like|looking|going to be|currently|at the moment)$", "", rest.strip())
    if re.search(r"\b(here|there)\b|\bon (?!the way|my way|the route|the road|the drive)\S+ \S* ?to\b", rest):
        return None
    between = re.search(r"\b(?:from|between) (.+ (?:to|and) .+)$", rest)
    match = between or _ON_THE_WAY.search(rest) or _AT_PLACE.search(rest)
    if match is None:
        return None
    where = slot_text(re.sub(r"^(the |my )?(way|nearest|closest) (to )?", "", slot_text(match[1])))
    if (
        not where
        or len(where.split()) > 5
        or re.search(r"\b(traffic|how|bad|heavy|like|be|is|way|me|see|what)\b", where)
    ):
        return None
    return understood(family, "navigation.query_traffic", where=where)


_SUGGESTION = re.compile(
    r"(?:what are some|are there any|is there a|is there any|do you know (?:of )?(?:any|a)|where is a"
    r"|where are some|find me a|any|find me some|suggest a|recommend a|can you recommend an?"
    r"|can you suggest an?|suggest some|recommend some)"
    r" (good |great |nice )?((?:[\w'-]+ ){0,3}(?:restaurants?|places?|cafes?|diners?)(?: to eat)?)(?: (in|near"
    r"|around) ([\w' ]+))?"
)


def suggestion(text: str, family: str) -> Reading | None:
    """Returns find_place for "any good ... restaurants in ..."; None when the wording is not plain."""
    match = _SUGGESTION.fullmatch(text.strip(" ?.").lower())
    if match is None:
        return None
    query = slot_text(match[2])
    where = slot_text(match[4] or "")
    if (
        re.search(r"\b(new|5-star|star|best|local|cheap|cheapest)\b", query)
        or where in ("city", "town")
        or re.search(r"\b(that|for|serve|with|to)\b", where)
    ):
        return None
    slots: dict[str, SlotValue] = {"query": query, "near": "here"}
    if where in ("me", "here", "my area", "my town", "this area"):
        if match[3] in ("near", "around"):
            slots["select"] = "nearest"
    elif where:
        slots["near"] = where
    if match[1]:
        slots["select"] = "best"
    return understood(family, "navigation.find_place", **slots)
