"""Payloads and commands as messages on their topics, with the properties the wire contract asks for."""

import math

from integration.bus import Message
from integration.envelope import CommandEnvelope, Payload
from integration.payload import encode
from integration.topics import BY_PAYLOAD, TOPICS


def payload_message(payload: Payload, prefix: str) -> Message:
    """A payload on the one topic of its type; what ages expires with the broker too."""
    row = BY_PAYLOAD[type(payload)]
    expiry_s = None if row.max_age_s is None else math.ceil(row.max_age_s)
    return Message(row.path(prefix), encode(payload), row.qos, row.retain, expiry_s)


def command_message(envelope: CommandEnvelope, prefix: str) -> Message:
    """A command on its way: it expires with its time to live, and says where the answer goes."""
    domain, _, verb_object = envelope.intent.partition(".")
    row = TOPICS["command"]
    return Message(
        row.path(prefix, domain=domain, verb_object=verb_object), encode(envelope), row.qos, row.retain,
        expiry_s=math.ceil(envelope.ttl_ms / 1000), response_topic=TOPICS["ack"].path(prefix, domain=domain),
        correlation=str(envelope.id).encode(),
    )  # fmt: skip
