"""The exported JSON Schema: unchanged unless meant, valid, and as strict as the types."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from intents.catalogue import COMMANDS
from intents.phrasebook import load
from intents.schema import json_schema, json_text

GOLDEN = Path(__file__).parent / "golden" / "catalogue.schema.json"


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    return Draft202012Validator(json_schema())


def test_a_change_of_the_schema_is_meant() -> None:
    assert json_text() == GOLDEN.read_text(encoding="utf-8"), "run `make contracts` and read the difference"


def test_it_is_a_schema_of_every_command() -> None:
    schema: dict[str, Any] = json_schema()

    Draft202012Validator.check_schema(schema)
    assert [one["properties"]["intent"]["const"] for one in schema["oneOf"]] == list(COMMANDS)


@given(st.integers(0, 10_000))
def test_it_takes_every_complete_command_of_the_phrasebook(seed: int) -> None:
    validator = Draft202012Validator(json_schema())
    (example,) = load().examples(1, seed)
    for draft in example.drafts:
        if not draft.missing:
            validator.validate({"intent": draft.intent, "slots": draft.command().slots()})


@pytest.mark.parametrize(
    "command",
    [
        {"intent": "climate.explode", "slots": {}},
        {"intent": "media.pause"},
        {"intent": "media.pause", "slots": {}, "why": "because"},
        {"intent": "media.pause", "slots": {"on": True}},
        {"intent": "climate.set_temperature", "slots": {}},
        {"intent": "climate.set_temperature", "slots": {"celsius": 31}},
        {"intent": "climate.set_temperature", "slots": {"celsius": 21.3}},
        {"intent": "climate.set_temperature", "slots": {"celsius": "21"}},
        {"intent": "climate.set_temperature", "slots": {"celsius": 21, "zone": "roof"}},
        {"intent": "climate.set_auto", "slots": {"on": None}},
        {"intent": "navigation.navigate", "slots": {"destination": ""}},
        {"intent": "navigation.navigate", "slots": {"destination": "home", "select": None}},
        {"intent": "navigation.navigate", "slots": {"destination": "home", "avoid": ["tolls", "tolls"]}},
    ],
)
def test_it_refuses(command: dict[str, Any], validator: Draft202012Validator) -> None:
    assert not validator.is_valid(command)
