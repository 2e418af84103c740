import json
import uuid

import pytest
from pydantic import ValidationError

from integration.envelope import Ack, CommandEnvelope
from integration.payload import decode_as, encode
from intents.catalogue import COMMANDS, command_from
from intents.errors import CatalogueError

NAVIGATE = command_from("navigation.navigate", {"destination": "berlin", "avoid": ["tolls", "ferries"]})


def test_the_envelope_carries_what_the_contract_names() -> None:
    envelope = CommandEnvelope.wrap(NAVIGATE, turn_id="t-1", source="voice", ttl_s=3.0)

    wire = json.loads(encode(envelope))

    assert set(wire) == {"id", "issued_at_ms", "ttl_ms", "turn_id", "source", "intent", "slots", "schema"}
    assert uuid.UUID(wire["id"]).version == 7
    assert wire["ttl_ms"] == 3000
    assert wire["schema"] == "1"
    assert wire["slots"] == {"destination": "berlin", "avoid": ["ferries", "tolls"]}


def test_a_command_arrives_as_it_was_sent() -> None:
    envelope = CommandEnvelope.wrap(NAVIGATE, turn_id="t-1", source="voice", ttl_s=3.0)

    received = decode_as(CommandEnvelope, encode(envelope))

    assert received == envelope
    assert received.command() == NAVIGATE


def test_ids_rise_with_time() -> None:
    ids = [str(CommandEnvelope.wrap(NAVIGATE, turn_id="t", source="text", ttl_s=1.0).id) for _ in range(50)]

    assert ids == sorted(set(ids))


SOUND = {
    "id": "01a20a62-4fd6-7e8f-8c8a-b04adbb9b6b2", "issued_at_ms": 1, "ttl_ms": 3000, "turn_id": "t", "source": "voice",
    "intent": "media.set_mute", "slots": {"on": True}, "schema": "1",
}  # fmt: skip


@pytest.mark.parametrize("flaw", [
    {"id": str(uuid.uuid4())}, {"id": 7}, {"ttl_ms": 0}, {"ttl_ms": 60_001}, {"ttl_ms": "3000"}, {"source": "radio"},
    {"turn_id": ""}, {"turn_id": "a b"}, {"intent": "Media.mute"}, {"slots": []}, {"schema": "2"}, {"schema": 1},
    {"more": 1}, {"issued_at_ms": -1},
])  # fmt: skip
def test_a_flawed_envelope_is_refused(flaw: dict[str, object]) -> None:
    assert CommandEnvelope.model_validate_json(json.dumps(SOUND)).ttl_ms == 3000

    with pytest.raises(ValidationError):
        CommandEnvelope.model_validate_json(json.dumps({**SOUND, **flaw}), strict=True)


@pytest.mark.parametrize("intent_slots", [("media.set_mute", {}), ("media.fly", {}), ("media.set_mute", {"on": "x"})])
def test_an_envelope_with_no_command_of_the_catalogue_says_so(intent_slots: tuple[str, dict[str, object]]) -> None:
    intent, slots = intent_slots
    envelope = CommandEnvelope.model_validate_json(json.dumps({**SOUND, "intent": intent, "slots": slots}))

    with pytest.raises(CatalogueError):
        envelope.command()


def test_every_intent_name_fits_the_envelope() -> None:
    for intent in COMMANDS:
        assert CommandEnvelope.model_validate_json(json.dumps({**SOUND, "intent": intent})).intent == intent


def test_an_ack_leaves_out_what_it_does_not_know() -> None:
    ack = Ack(id=SOUND["id"], status="accepted")

    assert json.loads(encode(ack)) == {"id": SOUND["id"], "status": "accepted", "message": ""}
