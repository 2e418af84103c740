"""Labels the HWU64 collection: most intents as a whole, those with slots by the wordings that are clear."""

from __future__ import annotations

import re

from training.text.sources import agenda, media, notes, trips, weather
from training.text.sources.record import Reading, SourceRow, rejected, understood

_REJECTED = frozenset(
    """
    qa_definition qa_stock qa_currency qa_factoid qa_maths news_query social_post social_query takeaway_order
    takeaway_query
    cooking_recipe recommendation_movies email_query email_querycontact email_sendemail email_addcontact iot_coffee
    iot_cleaning iot_wemo_on iot_wemo_off iot_hue_lightchange iot_hue_lightdim iot_hue_lightup transport_ticket
    transport_taxi datetime_query datetime_convert play_game general_joke general_praise music_likeness alarm_query
    alarm_remove
    """.split()
)
# Wordings inside those intents that the catalogue covers, or that could be meant for the car.
_COVERED = re.compile(
    r"\b(remind|reminders?|nearest|closest|nearby|near me|around|directions|weather|traffic|volume|calls?"
    r"|places|restaurants?"
    r"|stores?|shops?|calendar|playing|play the|alarm for|alarm at|wake|text|temperature (in|outside)|next song|skip"
    r"|meetings?|schedule|car|find|messages?|(turn|switch) (out|off|on) (the )?lights?$|turn the lights?)\b"
)
_HOME_LIGHTS = re.compile(
    r"\b(house|rooms?|bedroom|kitchen|bathroom|home|hall\w*|porch|upstairs|office|lamp"
    r"|colou?rs?)\b"
)
_DIALOGUE: dict[str, tuple[str, str, str]] = {
    "general_affirm": ("assistant.confirm", r"\b(yes|yeah|yeap|yep|yup|right|correct|confirmed)\b", r"\b(not|isn't)\b"),
    "general_repeat": (
        "assistant.repeat",
        r"\b(repeat|again|once more|one more|retry)\b",
        r"\b(start|restart|over|do it|message|song|i said|i've said|i have said|what i)\b",
    ),
    "general_commandstop": (
        "assistant.cancel",
        r"\b(cancel|stop|that's all|that is all|enough)\b",
        r"\b(talk|music|alarm|song|play)\b",
    ),
    "general_confirm": ("assistant.repeat", r"\bconfirm what (you )?said|check what (you )?(just )?said\b", r"\bi\b"),
}


def read(row: SourceRow) -> Reading | None:
    """Returns the reading of one HWU64 row, or None when no rule is sure of it."""
    intent, text = row.intent, row.text.lower()
    if intent in _REJECTED:
        return None if _COVERED.search(text) else rejected(f"hwu: {intent.split('_')[0]}, out of scope")
    if intent in _DIALOGUE:
        command, must, must_not = _DIALOGUE[intent]
        clear = re.search(must, text) and not re.search(must_not, text)
        return understood("hwu: dialogue", command) if clear else None
    match intent:
        case "iot_hue_lightoff" | "iot_hue_lighton":
            return rejected("hwu: iot, out of scope") if _HOME_LIGHTS.search(text) else None
        case "audio_volume_mute" | "audio_volume_up" | "audio_volume_down":
            return _audio(text, intent)
        case "play_music" | "play_radio" | "play_podcasts" | "play_audiobook":
            return _play(row, intent)
        case "music_query":
            current = re.search(r"\b(what|which|who|name|title)\b.*\b(this|playing|current|that)\b", text)
            other = re.search(
                r"\b(like|favou?rite|lyrics|release|mean|recommend|wrote|album|next|radio|play it"
                r"|yesterday|cd|type|genre|turn|fm)\b",
                text,
            )
            return understood("hwu: music_query", "media.query_now_playing") if current and not other else None
        case "music_settings" if re.search(r"\b(shuffle|repeat|equalizer)\b", text):
            return None if re.search(r"\bplay\b", text) else rejected("hwu: music, out of scope")
        case _:
            return _rest(text, intent)


def _rest(text: str, intent: str) -> Reading | None:
    family = f"hwu: {intent}"
    match intent:
        case "alarm_set":
            return agenda.alarm(text, family)
        case "calendar_set":
            return agenda.reminder(text, family) or agenda.calendar_update(text, family) or agenda.meeting(text, family)
        case "calendar_query":
            mine = re.search(r"\b(i|my|calendar|schedule)\b", text)
            return agenda.query(text, family) if mine else None
        case "calendar_remove":
            return agenda.calendar_update(text, family) if re.search(r"\b(from|off|on) my calendar\b", text) else None
        case "lists_query":
            other = re.search(
                r"\b(play ?list|reminders?|contact|schedule|today|tomorrow|friends|make|arrange|pda"
                r"|available on)\b",
                text,
            )
            return understood(family, "personal.read_notes") if "list" in text and not other else None
        case "lists_createoradd":
            if re.search(
                r"\b(create|make|start|open|prepare"
                r"|new)\b.* list\b",
                text,
            ) and not re.search(r"\b(add|put)\b", text):
                return rejected("hwu: lists, out of scope")
            return notes.update(text, family)
        case "lists_remove":
            taken = re.search(
                r"\b(from|off|in|on) (my |the "
                r"|of )*[\w ]*list\b",
                text,
            ) and not re.search(r"\b(add|all|every|clear|empty)\b", text)
            return rejected("hwu: lists, out of scope") if taken else None
        case "weather_query":
            return weather.query(text, family)
        case "transport_traffic":
            return trips.traffic(text, family)
        case "transport_query":
            train = re.search(r"\b(trains?|railway|ticket|bus)\b", text) and not re.search(
                r"\b(station|depot|stop)\b", text
            )
            if train:
                return rejected("hwu: transport, out of scope")
            return trips.directions(text, family) or trips.trip_question(text, family)
        case "recommendation_locations":
            return trips.suggestion(text, family) or trips.directions(text, family)
        case _:
            return None


def _audio(text: str, intent: str) -> Reading | None:
    if intent != "audio_volume_mute":
        return media.volume(text, "hwu: volume")
    muted = re.search(r"\bmute\b", text) and not re.search(r"\b(unmute|tv|television|if|when|until)\b", text)
    return understood("hwu: mute", "media.set_mute", on=True) if muted else None


def _play(row: SourceRow, intent: str) -> Reading | None:
    text = row.text.lower()
    if intent == "play_podcasts":
        if re.search(r"\b(next|skip)\b", text):
            return understood("hwu: podcast steps", "media.next")
        if re.search(r"\bprevious\b", text):
            return understood("hwu: podcast steps", "media.previous")
        return None
    if intent == "play_audiobook":
        named = row.values("audiobook_name")
        if re.fullmatch(r"(please )?(play|resume|start|continue)( the| my)? audio ?book( again| please)?", text):
            return understood("hwu: audiobook", "media.play", source="audiobook")
        spoken = "audiobook" in text or "audio book" in text
        if len(named) == 1 and spoken and "audio" not in named[0] and not row.values("audiobook_author"):
            query = re.sub(r"^(the|a|an) ", "", named[0].lower())
            return understood("hwu: audiobook", "media.play", query=query, source="audiobook")
        return None
    if intent == "play_radio":
        return _radio(row, text)
    return media.play(text, "hwu: play_music")


def _radio(row: SourceRow, text: str) -> Reading | None:
    if re.fullmatch(r"(please )?(play|turn on|start|switch on|open)( the| some| my)? radio( please| now)?", text):
        return understood("hwu: radio", "media.play", source="radio")
    named = row.values("radio_name")
    if len(named) != 1 or re.search(
        r"\b(next|previous|find|what|is|if|show|programm?e?|band|on last|my"
        r"|for \w+ (minutes|hours)|favou?rite)\b",
        text,
    ):
        return None
    query = re.sub(r"^((the|a|radio|station|channel|frequency) )+", "", named[0].lower())
    tuner = re.search(r"\b(radio|fm|am|station|frequency|channel|point)\b", text)
    numbered = re.search(r"\b(one|two|three|seven|eight|nine|ninety|hundred)\b", query) and not tuner
    if not query or numbered or named[0].startswith("radio") or query in ("radio", "station", "channel"):
        return None
    return understood("hwu: radio", "media.play", query=query, **({"source": "radio"} if tuner else {}))
