"""The catalogue as a JSON Schema: what a command looks like on the wire and in `parse --jsonl`."""

import json
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema
from pydantic_core import core_schema

from intents.base import Json
from intents.catalogue import COMMANDS


def json_schema() -> dict[str, Json]:
    """The union of all commands as one draft 2020-12 schema, the same on every run.

    An object with `intent` and `slots`. A slot that was not said is absent, never null, and no other field is allowed.
    """
    by_model, definitions = models_json_schema(
        [(command, "validation") for command in COMMANDS.values()],
        schema_generator=_WireSchema,
        ref_template="#/$defs/{model}",
    )
    slots = {intent: by_model[(command, "validation")] for intent, command in COMMANDS.items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Command",
        "description": "One thing a driver can ask for.",
        "oneOf": [_command(intent, slots[intent]) for intent in COMMANDS],
        "$defs": definitions["$defs"],
    }


def json_text() -> str:
    """The same schema as indented text for files and terminals."""
    return json.dumps(json_schema(), indent=1) + "\n"


def _command(intent: str, slots: JsonSchemaValue) -> dict[str, Json]:
    return {
        "type": "object",
        "properties": {"intent": {"const": intent}, "slots": slots},
        "required": ["intent", "slots"],
        "additionalProperties": False,
    }


class _WireSchema(GenerateJsonSchema):
    """Drops null, which Python uses for "not said" and the wire never carries."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        if schema.get("default", ...) is None:
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)

    def field_title_should_be_set(self, schema: Any) -> bool:  # titles would only repeat the names
        del schema
        return False
