"""Ordinary sentences and what the shipped weights must make of them: the least a driver may expect.

Wordings are ours, not the phrasebook's templates. Accuracy is measured elsewhere (`vehicle-assistant evaluate`); this
list keeps the everyday from breaking unnoticed.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from intents.base import Json
from intents.catalogue import COMMANDS
from vehicle_assistant.parser.nano import NanoParser

Said = tuple[str, dict[str, Json]]


def said(intent: str, **slots: Any) -> list[Said]:
    """One command, its defaults filled in."""
    return [(intent, COMMANDS[intent].from_slots(slots).slots())]


# Sentence -> commands; none for what is outside the catalogue.
CLIMATE = {
    "set the temperature to twenty two degrees": said("climate.set_temperature", celsius=22),
    "make it twenty one degrees for the passenger": said("climate.set_temperature", zone="passenger", celsius=21),
    "i'm freezing": said("climate.change_temperature", delta_celsius=2),
    "it's a bit too warm in here": said("climate.change_temperature", delta_celsius=-0.5),
    "make it two degrees cooler": said("climate.change_temperature", delta_celsius=-2),
    "turn on the air conditioning": said("climate.set_air_conditioning", on=True),
    "switch the ac off please": said("climate.set_air_conditioning", on=False),
    "turn the fan up": said("climate.change_fan_speed", delta_level=1),
    "set the fan to level four": said("climate.set_fan_speed", level=4),
    "defrost the rear window": said("climate.set_defrost", window="rear", on=True),
    "set my seat heating to high": said("climate.set_seat_heating", level=3),
    "turn off the heated steering wheel": said("climate.set_steering_wheel_heating", on=False),
    "what's the temperature outside": said("climate.query", what="outside_temperature"),
}
NAVIGATION = {
    "take me home": said("navigation.navigate", destination="home"),
    "navigate to the airport": said("navigation.navigate", destination="airport"),
    "drive to work and avoid tolls": said("navigation.navigate", destination="work", avoid=["tolls"]),
    "find the nearest gas station": said("navigation.find_place", query="gas station", select="nearest"),
    "where is the closest charging station": said("navigation.find_place", query="charging station", select="nearest"),
    "cancel the route": said("navigation.cancel"),
    "stop navigation": said("navigation.cancel"),
    "how long until we get there": said("navigation.query_trip", what="duration"),
    "how far is it to berlin": said("navigation.query_trip", what="distance", destination="berlin"),
    "where are we right now": said("navigation.query_location"),
    "how is the traffic": said("navigation.query_traffic"),
    "mute the voice guidance": said("navigation.set_guidance", on=False),
}
DRIVER_MONITORING = {
    "i'm getting tired": said("driver_monitoring.report_fatigue", level="tired"),
    "turn off the drowsiness alerts": said("driver_monitoring.set_alerts", alert="drowsiness", on=False),
    "enable distraction warnings": said("driver_monitoring.set_alerts", alert="distraction", on=True),
    "set the drowsiness alert sensitivity to high": said("driver_monitoring.set_sensitivity", level="high"),
    "use a chime for the driver alerts": said("driver_monitoring.set_alert_style", style="chime"),
    "how long have i been driving": said("driver_monitoring.query", what="driving_time"),
    "i'm awake": said("driver_monitoring.acknowledge"),
}
ASSISTANT = {
    "never mind": said("assistant.cancel"),
    "undo that": said("assistant.undo"),
    "say that again": said("assistant.repeat"),
    "what can you do": said("assistant.help"),
    "yes please": said("assistant.confirm"),
    "no thanks": said("assistant.deny"),
    "why did you do that": said("assistant.explain"),
}
TWO_IN_ONE_BREATH = {
    "turn on the ac and take me home": [
        *said("climate.set_air_conditioning", on=True),
        *said("navigation.navigate", destination="home"),
    ],
}
OUTSIDE: dict[str, list[Said]] = {
    "what is the capital of france": [],
    "order me a pizza": [],
    "who won the football game last night": [],
}
SENTENCES = CLIMATE | NAVIGATION | DRIVER_MONITORING | ASSISTANT | TWO_IN_ONE_BREATH | OUTSIDE


@pytest.fixture(scope="module")
def nano() -> Iterator[NanoParser]:
    engine = NanoParser.open()
    yield engine
    engine.close()


@pytest.mark.parametrize("text", SENTENCES)
def test_an_ordinary_sentence_is_understood(nano, text):
    parse = nano.parse(text, deadline_s=60.0)

    assert [(draft.intent, dict(draft.slots)) for draft in parse.meaning.drafts] == SENTENCES[text], parse.line
