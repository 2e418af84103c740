"""The automotive rules on self-written rows: what is asked to change, asked about, or complained of."""

from __future__ import annotations

import pytest

from training.text.sources import automotive
from training.text.sources.constraints import problem
from training.text.sources.record import Reading, SourceRow, SourceSlot


def row(kind: str, text: str, **slots: str) -> SourceRow:
    """Builds an automotive row; slot names in lower case, several values split at `;`."""
    found = [SourceSlot(name.upper(), part) for name, value in slots.items() for part in value.split(";")]
    return SourceRow(text, f"VEHICLE_SETTINGS_{kind}", tuple(found), "ms_automotive")


def label(reading: Reading | None) -> object:
    """Reduces a reading to what the tests compare: None, the outcome, or the one command."""
    if reading is None or not reading.commands:
        return reading and reading.outcome
    (command,) = reading.commands
    return (reading.outcome, command.intent, command.slots)


@pytest.mark.parametrize(
    ("text", "slots", "intent", "expected"),
    [
        (
            "put the heat in the back at seventy degrees fahrenheit",
            {"setting": "temperature;back", "amount": "seventy", "unit": "degrees fahrenheit"},
            "climate.set_temperature",
            {"zone": "rear", "celsius": 21.0},
        ),
        (
            "please bring the temperature down by nine fahrenheit",
            {"value": "down", "setting": "temperature", "type": "by", "amount": "nine", "unit": "fahrenheit"},
            "climate.change_temperature",
            {"zone": "driver", "delta_celsius": -5.0},
        ),
        (
            "move the co-driver's blower to 60 percent",
            {"setting": "co-driver's blower", "amount": "60", "unit": "percent"},
            "climate.set_fan_speed",
            {"zone": "passenger", "level": 4},
        ),
        (
            "stop the demister on the rear window",
            {"value": "stop", "setting": "rear window demister"},
            "climate.set_defrost",
            {"window": "rear", "on": False},
        ),
        (
            "send the left back airflow to the floor and the windshield",
            {"setting": "left back airflow", "value": "floor and the windshield"},
            "climate.set_airflow",
            {"zone": "rear_left", "direction": "feet_windshield"},
        ),
        ("no more fresh air", {"value": "stop fresh air"}, "climate.set_recirculation", {"on": True}),
        ("let the heaters run by themselves", {"setting": "auto heaters"}, "climate.set_auto", {"on": True}),
        ("sound to six", {"setting": "sound volume", "amount": "six"}, "media.set_volume", {"percent": 60}),
        (
            "kill the sleepiness warning",
            {"value": "get rid of", "setting": "sleepiness warning"},
            "driver_monitoring.set_alerts",
            {"alert": "drowsiness", "on": False},
        ),
        (
            "alerts through the seat",
            {"setting": "driver alert type", "value": "seat vibrations"},
            "driver_monitoring.set_alert_style",
            {"style": "vibration"},
        ),
    ],
)
def test_a_request_becomes_the_command_it_asks_for(
    text: str, slots: dict[str, str], intent: str, expected: dict[str, object]
) -> None:
    """Zones, units and switch words come out as catalogue values."""
    reading = automotive.read(row("CHANGE", text, **slots))
    assert label(reading) == ("understood", intent, expected)
    assert reading is not None
    assert problem(reading, text) is None


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("switch the pedestrian alert off", {"setting": "pedestrian alert", "value": "off"}),
        ("more bass on the equalizer", {"setting": "bass equalizer", "value": "boost"}),
        ("warm the wing mirror", {"value": "warm", "setting": "side mirror"}),
        ("tie all zones together", {"setting": "climate", "value": "sync"}),
        ("heating to comfort", {"setting": "heating", "value": "comfort"}),
        ("make it the maximum", {"amount": "maximum"}),
    ],
)
def test_what_the_catalogue_lacks_is_rejected(text: str, slots: dict[str, str]) -> None:
    """Other assistance systems, mirrors, modes and values without a target carry no command."""
    assert label(automotive.read(row("CHANGE", text, **slots))) == "not_understood"


def test_a_value_outside_its_range_is_left_out() -> None:
    """A fan stage above seven and a cabin of forty degrees make incomplete commands, never clamped ones."""
    fan = automotive.read(row("CHANGE", "fan on twelve", setting="fan", amount="twelve"))
    assert label(fan) == ("incomplete", "climate.set_fan_speed", {"zone": "driver"})
    hot = automotive.read(row("CHANGE", "temp to forty", setting="temp", amount="forty", unit="degrees celsius"))
    assert label(hot) == ("incomplete", "climate.set_temperature", {"zone": "driver"})


@pytest.mark.parametrize(
    ("text", "slots", "intent", "expected"),
    [
        (
            "does the rear defogger run",
            {"setting": "rear defogger", "value": "running"},
            "climate.query",
            {"zone": "rear", "what": "defrost"},
        ),
        (
            "is the automatic a/c of the passenger on",
            {"setting": "automatic passenger a/c", "value": "on"},
            "climate.query",
            {"zone": "passenger", "what": "auto"},
        ),
        ("how much is left in the tank", {"setting": "tank"}, "vehicle.query", {"what": "fuel"}),
        ("air in the tyres", {"setting": "tyres"}, "vehicle.query", {"what": "tire_pressure"}),
        (
            "did the tiredness alert go off",
            {"setting": "tiredness alert", "value": "off"},
            "driver_monitoring.query",
            {"what": "alerts"},
        ),
    ],
)
def test_a_question_becomes_a_query(text: str, slots: dict[str, str], intent: str, expected: dict[str, object]) -> None:
    """Questions name the device's own `what`, with the zone asked about."""
    assert label(automotive.read(row("CHECK", text, **slots))) == ("understood", intent, expected)


@pytest.mark.parametrize(
    ("text", "slots", "zone", "delta"),
    [
        ("somewhat nippy back there on the right", {"value": "nippy", "setting": "back right"}, "rear_right", 0.5),
        ("my passenger is way too hot", {"value": "hot", "setting": "passenger"}, "passenger", -2.0),
        ("brr frozen", {"value": "frozen"}, "driver", 2.0),
    ],
)
def test_discomfort_is_a_change_of_temperature(text: str, slots: dict[str, str], zone: str, delta: float) -> None:
    """Complaints ask for the opposite, by the size of the word."""
    reading = automotive.read(row("DECLARATIVE", text, **slots))
    expected = {"zone": zone, "delta_celsius": delta}
    assert label(reading) == ("understood", "climate.change_temperature", expected)


def test_irony_is_left_alone() -> None:
    """A comparison could mean its opposite, so no rule labels it."""
    assert automotive.read(row("DECLARATIVE", "about as warm as a glacier", value="warm")) is None
