"""The wording rules that several collections share, on self-written utterances."""

from __future__ import annotations

import pytest

from training.text.sources import agenda, clinc, hwu, media, messages, notes, places, snips, trips, weather
from training.text.sources.numbers import celsius, celsius_difference, duration_s, fan_level, spoken_number
from training.text.sources.phrases import as_time, slot_text, split_time, time_phrases, without_courtesy
from training.text.sources.record import Reading, SourceRow, SourceSlot


def slots_of(reading: Reading | None) -> dict[str, object] | None:
    """Returns the slots of the one command of a reading, or None without a reading."""
    return dict(reading.commands[0].slots) if reading and reading.commands else None


@pytest.mark.parametrize(
    ("phrase", "number"),
    [
        ("minus twelve", -12),
        ("+3", 3),
        ("sixty-four", 64),
        ("a hundred", 100),
        ("2.5", 2.5),
        ("many", None),
        ("", None),
    ],
)
def test_numbers_are_read_as_spoken(phrase: str, number: float | None) -> None:
    """Signs, hyphens and number words make one number; anything else makes none."""
    assert spoken_number(phrase) == number


def test_units_are_converted_to_the_catalogue() -> None:
    """Fahrenheit becomes Celsius in half steps, percent becomes a fan level."""
    assert celsius(68, "") == 20.0
    assert celsius(21.3, "celsius") == 21.5
    assert celsius_difference(9, "fahrenheit") == 5.0
    assert fan_level(50) == 4


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("for an hour and a half", 5400), ("ninety seconds", 90), ("2 hours 5 minutes", 7500), ("half an hour", 1800)],
)
def test_durations_add_up(text: str, seconds: int) -> None:
    """The parts of a duration add up to seconds."""
    assert duration_s(text) == seconds


def test_times_are_found_at_either_end() -> None:
    """A time is a run of words of the utterance; a title keeps the rest."""
    assert split_time("dinner with joan on sunday at seven pm") == ("dinner with joan", "sunday at seven pm")
    assert split_time("tomorrow morning a walk") == ("a walk", "tomorrow morning")
    assert time_phrases("when am i meeting mother") == []
    assert as_time("in the early evening") == "early evening"
    assert as_time("with ruth") is None


def test_edges_of_slots_are_trimmed() -> None:
    """Articles, prepositions and politeness go; "my" and "from now" stay."""
    assert slot_text("to the old mill please") == "old mill"
    assert slot_text("my cousin") == "my cousin"
    assert slot_text("in two hours from now") == "two hours from now"
    assert without_courtesy("could you please ring vera for me") == "ring vera"


def test_calls_and_messages_take_the_contact() -> None:
    """The contact is the words named; a vague one is left alone."""
    assert slots_of(messages.call("please ring my uncle theo", "t")) == {"contact": "my uncle theo"}
    assert messages.call("call someone about it", "t") is None
    sent = messages.message("text vera saying the shop is shut", "t")
    assert slots_of(sent) == {"contact": "vera", "body": "the shop is shut"}


def test_calendar_wordings() -> None:
    """Reminders, removals and alarms keep title and time apart."""
    reminded = agenda.reminder("remind me to water the ferns on friday", "t")
    assert slots_of(reminded) == {"title": "water the ferns", "when": "friday"}
    removed = agenda.calendar_update("take choir off my calendar on monday", "t")
    assert slots_of(removed) == {"title": "choir", "when": "monday"}
    assert slots_of(agenda.alarm("wake me up at half past five", "t")) == {"when": "half past five"}
    empty = agenda.alarm("set up an alarm", "t")
    assert empty is not None
    assert empty.outcome == "incomplete"


def test_lists_take_items_on_but_not_off() -> None:
    """Adding to a list is a note; taking one item off is nothing the catalogue covers."""
    assert slots_of(notes.update("put oat flakes on my shopping list", "t")) == {"text": "oat flakes"}
    off = notes.update("cross oat flakes off my shopping list", "t")
    assert off is not None
    assert off.outcome == "not_understood"


def test_ways_places_and_traffic() -> None:
    """Ways navigate, the nearest of a kind is found, an origin is dropped, a train is not a car."""
    way = trips.directions("how do i get to the nearest chemist", "t")
    assert slots_of(way) == {"destination": "chemist", "select": "nearest"}
    found = trips.directions("where is the closest bakery", "t")
    assert slots_of(found) == {"query": "bakery", "select": "nearest", "near": "here"}
    asked = trips.trip_question("how long does it take to get to the harbour from here", "t")
    assert slots_of(asked) == {"what": "duration", "destination": "harbour"}
    train = trips.directions("how do i get to the coast by train", "t")
    assert train is not None
    assert train.outcome == "not_understood"
    assert slots_of(trips.traffic("how is the traffic on the ring road", "t")) == {"where": "ring road"}


def test_annotated_places() -> None:
    """Prices and praise leave the query; a landmark after "near" becomes `near`."""
    keyword = SourceSlot("Keyword", "noodle bar")
    cheap = SourceRow("show me the cheapest noodle bar nearby for under 9 dollars", "x", (keyword,), "ms_skills")
    assert slots_of(places.find(cheap, "t")) == {"query": "noodle bar", "near": "here", "select": "cheapest"}
    beside = SourceRow("find a noodle bar near the opera", "x", (keyword, SourceSlot("Keyword", "opera")), "ms_skills")
    assert slots_of(places.find(beside, "t")) == {"query": "noodle bar", "near": "opera"}
    street = SourceRow("take me to elm street", "x", (SourceSlot("Address", "elm street"),), "ms_skills")
    assert slots_of(places.navigate(street, "t")) == {"destination": "elm street"}


def test_music_and_weather() -> None:
    """A song is the query without "the song"; a service is dropped; weather keeps place and time."""
    assert slots_of(media.play("play the song harbour lights", "t")) == {"query": "harbour lights"}
    assert slots_of(media.volume("turn it up a little", "t")) == {"delta_percent": 5}
    streamed = SourceRow(
        "play harbour lights on tunebox", "snips.PlayMusic", (SourceSlot("service", "tunebox"),), "snips2017"
    )
    assert slots_of(snips.read(streamed)) == {"query": "harbour lights"}
    asked = weather.query("will it rain in oslo tomorrow", "t")
    assert slots_of(asked) == {"where": "oslo", "when": "tomorrow"}


@pytest.mark.parametrize(
    ("intent", "text", "outcome"),
    [
        ("clinc.translate", "how would a dane say umbrella", "not_understood"),
        ("clinc.next_song", "skip to another track", "understood"),
        ("clinc.gas", "will the fuel get me to the border", None),
        ("clinc.smart_home", "turn on the lights", None),
    ],
)
def test_whole_intents_need_a_clear_wording(intent: str, text: str, outcome: str | None) -> None:
    """An intent labels a row only when the wording does not speak for another command."""
    reading = clinc.read(SourceRow(text, intent, (), "clinc150"))
    assert (reading and reading.outcome) == outcome


def test_lights_without_a_room_are_left_alone() -> None:
    """Lights could be the car's own unless a room is named."""
    assert hwu.read(SourceRow("lights off", "iot_hue_lightoff", (), "hwu64")) is None
    room = hwu.read(SourceRow("pantry and kitchen lights off", "iot_hue_lightoff", (), "hwu64"))
    assert room is not None
    assert room.outcome == "not_understood"
