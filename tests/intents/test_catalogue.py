"""The types are the contract: each name, slot, value, range, step, unit, default of docs/contract/catalogue.json."""

import json
from pathlib import Path
from typing import Any

import pytest

from intents.base import Command, Slot, SlotKind
from intents.catalogue import COMMANDS, DOMAINS, STATES, command_from
from intents.errors import CatalogueError
from intents.page import markdown

DOCS = Path(__file__).parents[2] / "docs"
CONTRACT: dict[str, dict[str, Any]] = json.loads((DOCS / "contract" / "catalogue.json").read_text("utf-8"))["commands"]


def described(command: type[Command], slot: Slot) -> dict[str, Any]:
    """A slot of the types in the contract's words."""
    default = {} if slot.default is None else {"default": slot.default}
    match slot.kind:
        case SlotKind.QUANTITY:
            schema = command.model_json_schema()["properties"][slot.name]
            assert slot.quantity is not None
            return {
                "type": "number",
                "min": schema["minimum"],
                "max": schema["maximum"],
                "step": schema.get("multipleOf", 1),
                "unit": slot.quantity.unit,
            }
        case SlotKind.SWITCH:
            return {"type": "bool"}
        case SlotKind.TEXT:
            return {"type": "text", **({"reserved": list(slot.values)} if slot.values else {}), **default}
        case SlotKind.TEXTS:
            return {"type": "list", "of": "text"}
        case SlotKind.SET:
            return {"type": "set", "values": list(slot.values)}
        case SlotKind.ENUM:
            return {"type": "enum", "values": list(slot.values), **default}


def test_the_catalogue_has_exactly_the_contract_s_commands_in_its_order() -> None:
    assert list(COMMANDS) == list(CONTRACT)
    assert len(COMMANDS) == 67


@pytest.mark.parametrize("intent", CONTRACT)
def test_each_command_has_exactly_the_contract_s_slots(intent: str) -> None:
    command, contract = COMMANDS[intent], CONTRACT[intent]

    assert {slot.name: described(command, slot) for slot in command.slot_specs} == contract["slots"]
    assert [slot.name for slot in command.slot_specs] == list(contract["slots"])
    assert [slot.name for slot in command.slot_specs if slot.required] == contract["required"]


def test_every_domain_but_the_assistant_s_own_has_a_state() -> None:
    assert [*STATES, "assistant"] == [module.__name__.rpartition(".")[2] for module, _ in DOMAINS]
    assert {intent.partition(".")[0] for intent in COMMANDS} == {*STATES, "assistant"}


def test_the_page_is_written_from_the_types() -> None:
    assert (DOCS / "catalogue.md").read_text("utf-8") == markdown(), "run `make contracts`"


@pytest.mark.parametrize(
    ("intent", "slots", "complaint"),
    [
        ("climate.explode", {}, "the catalogue has no command 'climate.explode'"),
        ("climate.set_temperature", {}, "climate.set_temperature: celsius: Field required"),
        ("climate.set_temperature", {"celsius": 31}, "celsius: Input should be less than or equal to 30"),
        ("climate.set_temperature", {"celsius": 21.3}, "celsius: Input should be a multiple of 0.5"),
        ("climate.set_temperature", {"celsius": float("nan")}, "celsius: Input should be a finite number"),
        ("climate.set_fan_speed", {"level": 2.5}, "level: Input should be a valid integer"),
        ("climate.set_fan_speed", {"level": True}, "level: Input should be a valid integer"),
        ("climate.set_fan_speed", {"level": "3"}, "level: Input should be a valid integer"),
        ("climate.set_temperature", {"celsius": "22"}, "celsius: Input should be a valid number"),
        ("climate.set_temperature", {"celsius": True}, "celsius: Input should be a valid number"),
        ("climate.set_auto", {"on": "yes"}, "on: Input should be a valid boolean"),
        ("climate.set_auto", {"on": 1}, "on: Input should be a valid boolean"),
        ("phone.call", {"contact": 7}, "contact: Input should be a valid string"),
        ("phone.call", {"contact": "\ud800"}, "contact: Input should be a valid string"),
        ("media.pause", {"now": True}, "now: Extra inputs are not permitted"),
        ("phone.call", {"contact": "  "}, "contact: String should have at least 1 character"),
        ("phone.call", {"contact": "a" * 401}, "contact: String should have at most 400 characters"),
        ("navigation.reroute", {"avoid": ["rain"]}, "avoid"),
    ],
)
def test_what_is_not_in_the_catalogue_is_refused_by_name(intent: str, slots: dict[str, Any], complaint: str) -> None:
    with pytest.raises(CatalogueError) as refusal:
        command_from(intent, slots)

    assert complaint in str(refusal.value)


def test_the_wire_form_leads_back_to_the_same_command() -> None:
    slots = {"destination": "home", "via": ["a", "b"], "avoid": ["highways", "tolls"], "prefer": "eco"}

    command = command_from("navigation.navigate", slots)

    assert command.slots() == slots
    assert command_from(command.intent, command.slots()) == command
