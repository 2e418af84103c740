"""Labels wordings about calls and text messages."""

from __future__ import annotations

import re

from training.text.sources.phrases import slot_text, without_courtesy
from training.text.sources.record import Reading, incomplete, understood

_CALLING = (
    r"phone call (?:to )?(.+)",
    r"(?:call|phone|dial|ring|telephone)(?: up)?(?: to)? (?:up )?(.+)",
    r"(?:make|place|put through|start|begin|initiate)(?: me)? (?:a|the|an outgoing)? ?(?:phone )?call to (.+)",
    r"give (.+) a (?:call|ring|buzz)",
    r"(?:get|put) (?!me\b|in\b)(.+) on the (?:phone|line)",
    r"get me (.+) on the (?:phone|line)",
    r"(?:connect|put) me (?:through )?(?:to|with|on a call (?:to|with)) (.+)",
    r"(.+) needs to be called",
)
_NEED = (
    r"(?:i (?:need|want|have|would like|should|must|gotta|wanna|'d like)(?: to)?|it'?s time (?:for me )?to"
    r"|i'd like to|help me) "
)
_NOT_A_CONTACT = re.compile(
    r"\b(and|because|about|if|on|using|via|see|number for|^number$|back|a number|someone|somebody|contacts?|off"
    r"|international|him|her|them|taxi|cab|uber|over|regarding|now|or|what|one|\d(st|nd|rd|th)|a (cab|taxi))\b"
)


def call(text: str, family: str) -> Reading | None:
    """Returns phone.call with the person or number named; None when the wording is not plain."""
    plain = re.sub(rf"^{_NEED}", "", without_courtesy(text))
    if re.fullmatch(
        r"(?:make|place) (?:a|an?other)? ?(?:phone )?call|dial|call( someone| somebody| a number"
        r"| one of my contacts)?( for me)?",
        plain,
    ):
        return incomplete(family, "phone.call")
    for pattern in _CALLING:
        match = re.fullmatch(pattern, plain)
        if match is None:
            continue
        contact = slot_text(match[1])
        if not contact or (len(contact.split()) > 4 and not re.fullmatch(r"[\d -]+", contact)):
            return None
        return None if _NOT_A_CONTACT.search(contact) else understood(family, "phone.call", contact=contact)
    return None


_WHO = r"(my \w+|[a-z]+)"
_ASK = (
    r"(?:,? (?:and|to) (?:tell|let|ask|say to) (?:him|her|them)(?: know)?(?: that)?|,? (?:that says|saying"
    r"|that|telling (?:him|her|them)(?: that)?|and say|stating|which says|reading|to say))"
)
_SENDING = (
    rf"(?:text|message) {_WHO}(?: for me)?{_ASK} (.+)",
    rf"text {_WHO} ((?:i|i'll|i'm|im|hello|hi|hey|we|on my|happy|good) ?.*)",
    rf"send (?:a |an )?(?:text|message|text message|sms)(?: out)? to {_WHO}{_ASK} (.+)",
    rf"send {_WHO} a (?:text|message|text message)(?: for me)?{_ASK} (.+)",
)
_SENDING_EMPTY = (
    rf"(?:send|write|compose) (?:a )?(?:text|message|text message) to {_WHO}",
    rf"send {_WHO} a (?:text|message|text message)",
    r"text (?!message)(my \w+|\w+)",
)


def message(text: str, family: str) -> Reading | None:
    """Returns phone.send_message with contact and body; None when either is unclear."""
    plain = re.sub(r"^i (?:need|want|would like) (?:you )?to ", "", without_courtesy(text)).replace('"', "")
    if re.fullmatch(
        r"(?:send|create|compose|write|make|type)(?: out| up)? (?:a |an |another )?(?:new )?(?:text|message"
        r"|text message|sms)",
        plain,
    ):
        return incomplete(family, "phone.send_message")
    for pattern in _SENDING:
        match = re.fullmatch(pattern, plain)
        if match and match[1] not in ("a", "him", "her", "them", "message", "to", "back", "the", "all", "everyone"):
            return understood(family, "phone.send_message", contact=match[1], body=slot_body(match[2]))
    for pattern in _SENDING_EMPTY:
        match = re.fullmatch(pattern, plain)
        if match and match[1] not in ("a", "him", "her", "them", "message", "to", "back", "the", "someone", "somebody"):
            return understood(family, "phone.send_message", contact=match[1])
    return None


def slot_body(phrase: str) -> str:
    """Returns a message body: the words as spoken, without a leading "that" or "to" and outer punctuation."""
    return re.sub(r"^(that|to) ", "", phrase.strip(" .,!?'\""))
