import json
from collections.abc import Iterator

from integration.asyncapi import document
from integration.envelope import CommandEnvelope
from integration.topics import TOPICS
from intents.catalogue import COMMANDS, STATES, command_from


def references(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, below in value.items():
            if key == "$ref":
                yield below
            else:
                yield from references(below)
    elif isinstance(value, list):
        for below in value:
            yield from references(below)


def resolve(whole: dict, reference: str) -> object:
    value: object = whole
    for part in reference.removeprefix("#/").split("/"):
        assert isinstance(value, dict)
        value = value[part]
    return value


def test_every_topic_is_a_channel_with_its_bindings() -> None:
    whole = document("1.2.3", "car")

    assert whole["channels"]["command"]["address"] == "car/command/{domain}/{verb_object}"
    assert set(whole["channels"]) == set(whole["operations"]) == set(TOPICS)
    for name, row in TOPICS.items():
        bindings = whole["operations"][name]["bindings"]["mqtt"]
        assert (bindings["qos"], bindings["retain"]) == (row.qos, row.retain)


def test_every_reference_leads_somewhere() -> None:
    whole = document("1.2.3")

    found = set(references(whole))

    assert len(found) > 80
    for reference in found:
        assert resolve(whole, reference) is not None


def test_every_command_that_is_sent_has_its_slots() -> None:
    whole = document("1.2.3")
    pairs = whole["components"]["messages"]["command"]["payload"]["allOf"][1]["oneOf"]

    named = {pair["properties"]["intent"]["const"]: pair["properties"]["slots"]["$ref"] for pair in pairs}

    assert set(named) == {intent for intent in COMMANDS if intent.partition(".")[0] in STATES}
    assert len(set(named.values())) == len(named)


def test_the_document_is_json_and_names_fields_as_they_are_on_the_wire() -> None:
    whole = json.loads(json.dumps(document("1.2.3")))
    command = command_from("media.set_mute", {"on": True})
    envelope = CommandEnvelope.wrap(command, turn_id="t", source="voice", ttl_s=1.0)

    declared = whole["components"]["schemas"]["CommandEnvelope"]["properties"]

    assert set(declared) == set(json.loads(envelope.model_dump_json(by_alias=True)))


def test_types_of_one_name_do_not_hide_each_other() -> None:
    schemas = document("1.2.3")["components"]["schemas"]
    models = [*COMMANDS.values(), *STATES.values()]

    for model in models:
        alone = model.model_json_schema(by_alias=True, ref_template="#/components/schemas/{model}")
        for name, definition in alone.pop("$defs", {}).items():
            assert schemas[name] == definition, name
        if model.__module__ != "intents.assistant":
            assert schemas[model.__name__] == alone, model.__name__
