"""What follows from a command's declarations: hazards, wanted state, answers, undo; and that they must be there."""

from types import MappingProxyType
from typing import Any, ClassVar

import pytest

from intents.base import Command, Hazard, Json, Kind, SlotKind
from intents.catalogue import COMMANDS, STATES, command_from
from intents.climate import ChangeTemperature, ClimateState, QueryClimate, SetDefrost, SetTemperature
from intents.errors import CatalogueError
from intents.navigation import FindPlace, NavigationState, Place


def test_a_command_without_its_declarations_is_refused() -> None:
    with pytest.raises(CatalogueError, match="declares no intent"):
        type("Nameless", (Command,), {"kind": Kind.ACT, "__module__": __name__})
    with pytest.raises(CatalogueError, match="declares no kind"):
        type("Aimless", (Command,), {"intent": "test.aimless", "__module__": __name__})


def test_declarations_are_not_inherited() -> None:
    with pytest.raises(CatalogueError, match="declares no intent"):

        class Warmer(SetTemperature):
            """Forgets its own name."""


def test_a_command_that_shows_a_slot_it_has_not_is_refused() -> None:
    with pytest.raises(CatalogueError, match="unknown slots"):

        class Wrong(Command):
            """Shows what it does not have."""

            intent = "test.wrong"
            kind = Kind.SET
            shows: ClassVar = MappingProxyType({"level": "level"})


def test_a_slot_of_a_type_that_cannot_be_spoken_is_refused() -> None:
    with pytest.raises(CatalogueError, match="no slot can have the type"):

        class Odd(Command):
            """Has a slot that is a mapping."""

            intent = "test.odd"
            kind = Kind.ACT
            what: dict[str, int]


def full(intent: str) -> Command:
    """The command with every slot at its first legal value."""
    slots: dict[str, Any] = {}
    for slot in COMMANDS[intent].slot_specs:
        match slot.kind:
            case SlotKind.QUANTITY:
                slots[slot.name] = 16 if slot.name == "celsius" else 1
            case SlotKind.SWITCH:
                slots[slot.name] = True
            case SlotKind.SET | SlotKind.TEXTS:
                slots[slot.name] = [slot.values[0]] if slot.values else ["somewhere"]
            case SlotKind.ENUM | SlotKind.TEXT:
                slots[slot.name] = slot.values[0] if slot.values else "something"
    return command_from(intent, slots)


EMPTY_UNTIL_ASKED = {"route", "asked_trip", "found"}


@pytest.mark.parametrize("intent", [i for i in COMMANDS if i.partition(".")[0] in STATES])
def test_every_path_of_a_command_exists_in_its_state(intent: str) -> None:
    command = COMMANDS[intent]
    state = STATES[intent.partition(".")[0]]()
    templates = [*command.shows.values(), *command.reads.values()]
    for template in templates:
        for path in full(intent).paths(template):
            assert path.split(".")[0] in type(state).model_fields, path
            assert state.at(path) is not None or path.split(".")[0] in EMPTY_UNTIL_ASKED, path


@pytest.mark.parametrize("intent", COMMANDS)
def test_the_kind_of_a_command_agrees_with_its_declarations(intent: str) -> None:
    command = COMMANDS[intent]

    assert bool(command.shows) == (command.kind is Kind.SET)
    assert bool(command.reads) == (command.kind in (Kind.QUERY, Kind.LOOKUP))
    assert (command.kind is Kind.DIALOGUE) == intent.startswith("assistant.")
    assert command.__doc__ is not None


@pytest.mark.parametrize("intent", [i for i, c in COMMANDS.items() if c.kind in (Kind.QUERY, Kind.LOOKUP)])
def test_every_question_that_can_be_asked_has_an_answer_in_the_state(intent: str) -> None:
    command = full(intent)
    (what,) = [slot.values for slot in command.slot_specs if slot.name == "what"] or [("",)]

    assert set(COMMANDS[intent].reads) == set(what)
    for value in what:
        asked = command_from(intent, {**command.slots(), "what": value}) if value else command
        assert asked.question()


def test_a_zone_stands_for_its_seats() -> None:
    assert list(SetTemperature(zone="rear", celsius=20).wanted().items()) == [
        ("zones.rear_left.celsius", 20.0),
        ("zones.rear_right.celsius", 20.0),
    ]
    assert len(SetTemperature(zone="all", celsius=20).wanted()) == 4
    assert SetDefrost(window="all", on=True).wanted() == {"defrost.front": True, "defrost.rear": True}


def test_only_a_command_that_sets_a_value_wants_one() -> None:
    assert ChangeTemperature(delta_celsius=1).wanted() == {}
    assert QueryClimate(what="power").wanted() == {}


def test_a_question_names_where_the_answer_stands() -> None:
    assert QueryClimate(zone="passenger", what="seat_heating").question() == ("zones.passenger.seat_heating",)
    assert FindPlace(query="parking").question() == ("found",)
    assert ChangeTemperature(delta_celsius=1).question() == ()


def carried_out(command: Command, state: dict[str, Json]) -> dict[str, Json]:
    return {**state, **command.wanted()}


@pytest.mark.parametrize("intent", [i for i, c in COMMANDS.items() if c.kind is Kind.SET])
def test_undo_puts_every_setting_back(intent: str) -> None:
    command = full(intent)
    state = STATES[command.domain]()
    before = {path: state.at(path) for path in command.wanted()}
    after = carried_out(command, before)
    for undo in command.undone(before):
        after = carried_out(undo, after)

    assert after == before
    assert command.undone(before)


def test_undo_gives_each_seat_its_own_value_back() -> None:
    command = SetTemperature(zone="front", celsius=25)

    assert command.undone({"zones.driver.celsius": 19.0, "zones.passenger.celsius": 22.5}) == (
        SetTemperature(zone="driver", celsius=19),
        SetTemperature(zone="passenger", celsius=22.5),
    )


def test_undo_needs_to_know_what_was_before() -> None:
    assert SetTemperature(zone="front", celsius=25).undone({"zones.driver.celsius": 19.0}) == ()


def test_undo_of_a_change_is_the_opposite_change() -> None:
    command = ChangeTemperature(zone="rear", delta_celsius=1.5)

    assert command.undone({}) == (ChangeTemperature(zone="rear", delta_celsius=-1.5),)


@pytest.mark.parametrize("intent", [i for i, c in COMMANDS.items() if c.kind not in (Kind.SET, Kind.ADJUST)])
def test_what_no_value_shows_cannot_be_undone(intent: str) -> None:
    assert full(intent).undone({}) == ()


HAZARDOUS: list[tuple[str, dict[str, Json], Hazard | None]] = [
    ("vehicle.open_trunk", {}, Hazard.OPENS_BODY),
    ("vehicle.set_window", {"percent_open": 10}, Hazard.OPENS_WINDOW),
    ("vehicle.set_window", {"percent_open": 0}, None),
    ("vehicle.set_sunroof", {"percent_open": 50}, Hazard.OPENS_WINDOW),
    ("vehicle.set_sunroof", {"percent_open": 0}, None),
    ("vehicle.set_lock", {"locked": False}, Hazard.UNLOCKS),
    ("vehicle.set_lock", {"locked": True}, None),
    ("vehicle.set_light", {"light": "headlights", "on": False}, Hazard.DARKENS),
    ("vehicle.set_light", {"light": "headlights", "on": True}, None),
    ("vehicle.set_light", {"light": "reading", "on": True}, Hazard.BLINDS),
    ("vehicle.set_light", {"light": "reading", "on": False}, None),
    ("vehicle.set_light", {"light": "fog", "on": False}, None),
    ("driver_monitoring.set_alerts", {"on": False}, Hazard.SILENCES_ALERTS),
    ("driver_monitoring.set_alerts", {"on": True}, None),
    ("phone.read_messages", {}, Hazard.LONG_READING),
    ("personal.read_notes", {}, Hazard.LONG_READING),
    ("personal.clear_notes", {}, Hazard.ERASES),
    ("personal.delete_event", {}, Hazard.ERASES),
    ("assistant.forget", {}, Hazard.ERASES),
]


@pytest.mark.parametrize(("intent", "slots", "hazard"), HAZARDOUS)
def test_hazards_depend_on_what_was_said(intent: str, slots: dict[str, Json], hazard: Hazard | None) -> None:
    assert command_from(intent, slots).hazards() == ({hazard} if hazard else frozenset())


def test_every_hazardous_command_and_every_hazard_is_listed_above() -> None:
    declared = {i for i, c in COMMANDS.items() if c.hazard or c.hazards is not Command.hazards}

    assert declared == {intent for intent, _, _ in HAZARDOUS}
    assert {hazard for _, _, hazard in HAZARDOUS if hazard} == set(Hazard)


def test_commands_and_states_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        SetTemperature(celsius=20).celsius = 21  # type: ignore[misc]  # the very thing that must fail


def test_a_state_is_read_by_path() -> None:
    state = NavigationState(found=(Place(name="park", distance_km=1.5),))

    assert state.at("found.0.name") == "park"
    assert state.at("found.1.name") is None
    assert state.at("found.first") is None
    assert state.at("position.name") == "unknown"
    assert state.at("position.name.first") is None
    assert state.at("route.destination") is None
    assert ClimateState().at("zones.driver.celsius") == 21.0
