"""Labels wordings about calendar, reminders and alarms."""

from __future__ import annotations

import re

from training.text.sources.phrases import as_time, slot_text, split_time, time_phrases, without_courtesy
from training.text.sources.record import Reading, incomplete, understood

_ROOM = re.compile(r"\b(rooms?)\b")
_LONGEST_TITLE_WORDS = 10
_UNCLEAR = re.compile(r"\b(how|if i|and then|process|why|instead|move|change|reschedule|update)\b")


def _title(phrase: str) -> str | None:
    title = slot_text(phrase)
    return title if title and len(title.split()) <= _LONGEST_TITLE_WORDS else None


def event(title_phrase: str, when_phrase: str, family: str) -> Reading | None:
    """Returns add_event with a title and an optional time phrase; None when either is unclear."""
    title = _title(title_phrase)
    if title is None or (title in ("event", "appointment", "something", "later", "this") and not when_phrase):
        return incomplete(family, "personal.add_event") if title_phrase in ("an event", "event", "something") else None
    if not when_phrase.strip():
        return understood(family, "personal.add_event", title=title)
    when = as_time(when_phrase)
    return understood(family, "personal.add_event", title=title, when=when) if when else None


def query(text: str, family: str) -> Reading | None:
    """Returns the reading of a question about the calendar."""
    if re.search(
        r"\b(add|remove|delete|cancel|schedule a|rooms?|clear|attend|who|his|her|this time|about|points|details)\b",
        text,
    ):
        return None
    times = time_phrases(without_courtesy(text))
    if len(times) > 1:
        return None
    if not times:
        unread = re.search(r"\b(day|days|between|noon|\d+)\b", text)  # a time that the time finder does not know
        mine = re.search(
            r"\b(calendar|schedule\w*|meetings?|appointments?|events?|plan(s|ned)?|free|busy"
            r"|available)\b",
            text,
        )
        return None if unread or not mine else understood(family, "personal.query_events")
    if re.match(r"days?\b", times[0]) or re.search(rf"{re.escape(times[0])} (meeting|event)", text):
        return None
    return understood(family, "personal.query_events", when=slot_text(times[0]))


def reminder(text: str, family: str) -> Reading | None:
    """Returns the reading of "remind me ..." and "set a reminder ...": a title and perhaps a time."""
    plain = without_courtesy(text)
    if _UNCLEAR.search(plain):
        return None
    if re.fullmatch(
        r"(remind me( (of|about) something)?|(set|add|make|create)( up)? (a|an"
        r"|another) (new )?reminder( (for me|for myself))?)",
        plain,
    ):
        return incomplete(family, "personal.add_event")
    match = re.fullmatch(r"remind me (?:to|about|of|that|for) (.+)", plain) or re.fullmatch(
        r"(?:set|add|make|create|put|start)(?: up)? (?:a|an|another|my)? ?(?:new )?reminder (?:for me )?(?:to"
        r"|for|about|of|that) (.+)",
        plain,
    )
    front: str | None = None
    if match is None:
        early = re.fullmatch(r"remind me (.+?) (?:to|about) (.+)", plain)
        if early is None or (front := as_time(early[1])) is None:
            return None
        body = early[2]
    else:
        body = match[1]
    split = split_time(body)
    if split is None or (front and split.when) or not split.head:
        return None
    return event(split.head, front or split.when or "", family)


def calendar_update(text: str, family: str) -> Reading | None:
    """Returns the reading of adding to or removing from the calendar."""
    plain = without_courtesy(text)
    if _UNCLEAR.search(plain):
        return None
    add = re.fullmatch(
        r"(?:add|put|schedule|place|set|include|insert|enter|mark)(?: in| up| down)? (.+?) (?:to|on|in|into"
        r"|onto) (?:my|the|our) (?:personal )?(?:calendar|schedule|agenda)(.*)",
        plain,
    )
    if add:
        inner = split_time(add[1])
        if inner is None or (inner.when and add[2].strip()):
            return None
        return event(inner.head, inner.when or add[2], family)
    remove = re.fullmatch(
        r"(?:remove|delete|cancel|take|erase|clear|drop)(?: off)? (.+?)(?: (?:from|off|off of|on) (?:my"
        r"|the) (?:calendar|schedule))?( (?:on|for|at|from|in) .+)?",
        plain,
    )
    if remove is None or re.search(r"\b(everything|all|anything|alarms?|list)\b", remove[1]):
        return None
    return delete(remove[1], remove[2] or "", family)


def delete(title_phrase: str, when_phrase: str, family: str) -> Reading | None:
    """Returns delete_event with a title and an optional time phrase; None when either is unclear."""
    inner = split_time(title_phrase)
    if inner is None or (inner.when and when_phrase):
        return None
    when = inner.when or (as_time(when_phrase) if when_phrase else None)
    if when_phrase and not when:
        return None
    title = _title(re.sub(r"^(my|this|that) (?=(event|meeting|appointment|calendar|schedule)\b)", "", inner.head))
    if title is None or re.search(r"\b(i|called)\b|^(from )?calendar .|^(next|out|that$|it$|this$)", title):
        return None
    unnamed = title in ("event", "events", "entries", "entry", "calendar", "schedule")
    slots = {} if unnamed else {"title": title}
    if when:
        slots["when"] = when
    return understood(family, "personal.delete_event", **slots)


def meeting(text: str, family: str) -> Reading | None:
    """Returns the reading of "schedule a meeting with ... at ..."."""
    plain = without_courtesy(text)
    if _ROOM.search(plain) or _UNCLEAR.search(plain) or "?" in text:
        return None
    match = re.fullmatch(
        r"(?:schedule|set up|set|arrange|book|plan|add|create|put|make)(?: me| us)? (?:up )?(?:(?:an|a"
        r"|my) )?((?:\w+ )?(?:meeting|appointment)\b.*)",
        plain,
    )
    if match is None:
        return None
    asked = re.sub(r" (?:on|in|to) (?:my|the) (?:\w+ )?(?:calendar|schedule)\b", "", match[1])
    split = split_time(asked)
    if split and re.search(r" (for|at|from) \w+$", split.head) and not split.when and re.search(r"\d", split.head):
        return None
    return event(split.head, split.when or "", family) if split else None


def service(text: str, family: str) -> Reading | None:
    """Returns the reading of scheduling work on the car: "book an appointment for an oil change"."""
    plain = re.sub(r"^(?:i (?:need|want|would like|have)|i'd like|can i) to |^can i ", "", without_courtesy(text))
    match = re.fullmatch(
        r"(?:schedule|book|make|set up|arrange)(?: me| up)?(?: (?:an|a))?(?: time)?(?: appointment)?"
        r"(?: (?:for me )?(?:for|to))?(?: (?:an|a))? ?((?:my |car |auto |tire |oil |vehicle |get |have "
        r"|routine ).+|maintenance.*|mechanic)",
        plain,
    )
    if match is None or re.search(
        r"\b(and|because|cause|since|if|but|some(where|place|one)|appointment"
        r"|up for)\b|,",
        match[1],
    ):
        return None
    split = split_time(match[1])
    return event(split.head, split.when or "", family) if split else None


def alarm(text: str, family: str) -> Reading | None:
    """Returns the reading of setting an alarm."""
    plain = without_courtesy(text)
    if re.search(
        r"\b(cancel|delete|remove|turn off|snooze|[ap]m alarm|alarms|tone|sound|change|do i have|what|is my|is there"
        r"|stop|volume|show|check|confirm|and another|name[d]?|called)\b",
        plain,
    ):
        return None
    if (
        re.fullmatch(
            r"(?:set|make|create|need|add|start|i need|i want|have|get)?(?: to)?(?: set| make| create"
            r"| add)?(?: up)?(?: an| a| my| the| another)?(?: new)? alarm(?: for me| to go off| for getting up| set)?",
            plain,
        )
        and plain != "alarm"
    ):
        return incomplete(family, "personal.set_alarm")
    if not re.search(r"\balarm\b|\bwake me\b", plain):
        return None
    match = re.search(r"(?:\balarm\b.*?|\bwake me(?: up)?) (?:for|at|on|in|to) (.+)$", plain)
    when = as_time(match[1]) if match else None
    if when is None:
        times = time_phrases(plain)
        rest = re.search(r"\balarm for (.+)$", plain)
        if len(times) != 1 or not plain.endswith(times[0]) or (rest and as_time(rest[1]) is None):
            return None
        when = times[0]
    if re.search(r" and (?!a half)|\bone for\b", when):
        return None  # two alarms in one breath
    return understood(family, "personal.set_alarm", when=slot_text(when))
