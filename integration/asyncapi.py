"""The wire contract as an AsyncAPI 3.0 document, made from the topics and types in use."""

from typing import Any

from pydantic import BaseModel

from integration.envelope import CommandEnvelope
from integration.topics import DEFAULT_PREFIX, TOPICS, Direction, Topic
from intents.catalogue import COMMANDS, STATES

DEFINITIONS = "#/components/schemas/{model}"


def document(
    version: str, prefix: str = DEFAULT_PREFIX, driver_sample: type[BaseModel] | None = None
) -> dict[str, Any]:
    """The whole document as JSON; `version` is the service's, `driver_sample` the camera's own type."""
    schemas: dict[str, Any] = {}
    channels, operations, messages = {}, {}, {}
    for row in TOPICS.values():
        messages[row.name] = _message(row, schemas, driver_sample)
        channels[row.name] = _channel(row, prefix)
        operations[row.name] = {
            "action": "send" if row.direction is Direction.OUT else "receive",
            "channel": {"$ref": f"#/channels/{row.name}"},
            "summary": row.meaning,
            "bindings": {"mqtt": {"qos": row.qos, "retain": row.retain, "bindingVersion": "0.2.0"}},
        }
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Vehicle assistant", "version": version,
                 "description": "What travels between the voice assistant and the vehicle, over MQTT 5."},
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages, "schemas": dict(sorted(schemas.items()))},
    }  # fmt: skip


def _channel(row: Topic, prefix: str) -> dict[str, Any]:
    channel: dict[str, Any] = {
        "address": f"{prefix}/{row.template}",
        "description": row.meaning,
        "messages": {row.name: {"$ref": f"#/components/messages/{row.name}"}},
    }
    domains = sorted({intent.partition(".")[0] for intent in COMMANDS if intent.partition(".")[0] in STATES})
    if "{domain}" in row.template:
        channel["parameters"] = {"domain": {"description": "a subsystem", "enum": domains}}
    if "{verb_object}" in row.template:
        names = sorted({intent.partition(".")[2] for intent in COMMANDS if intent.partition(".")[0] in STATES})
        channel["parameters"]["verb_object"] = {"description": "a command of the subsystem", "enum": names}
    return channel


def _message(row: Topic, schemas: dict[str, Any], driver_sample: type[BaseModel] | None) -> dict[str, Any]:
    message: dict[str, Any] = {"name": row.name, "contentType": "application/json", "summary": row.meaning}
    if row.name == "command":
        message["payload"] = _command(schemas)
        message["correlationId"] = {"location": "$message.payload#/id"}
    elif row.name == "state":
        message["payload"] = {"oneOf": [_schema(state, schemas) for state in STATES.values()]}
    elif row.payload is not None:
        message["payload"] = _schema(row.payload, schemas)
    else:  # the one payload whose type belongs to the room above
        message["payload"] = _schema(driver_sample, schemas) if driver_sample is not None else {"type": "object"}
    if row.max_age_s is not None:
        message["description"] = f"Unknown after {row.max_age_s:g} s."
    return message


def _command(schemas: dict[str, Any]) -> dict[str, Any]:
    """The envelope, and for each intent the slots that go with it."""
    pairs = [
        {"properties": {"intent": {"const": intent}, "slots": _schema(command, schemas)}}
        for intent, command in COMMANDS.items()
        if intent.partition(".")[0] in STATES
    ]
    return {"allOf": [_schema(CommandEnvelope, schemas), {"oneOf": pairs}]}


def _schema(model: type[BaseModel], schemas: dict[str, Any]) -> dict[str, str]:
    """Adds a type and all it is made of to the schemas; returns the reference to it."""
    schema = model.model_json_schema(by_alias=True, ref_template=DEFINITIONS)
    schemas.update(schema.pop("$defs", {}))
    schemas[model.__name__] = schema
    return {"$ref": DEFINITIONS.format(model=model.__name__)}
