"""Control packets of MQTT 5.0 and 3.1.1: bytes of clients into frozen types, answers into bytes.

`version` is the protocol level of the connection: 5 for MQTT 5.0, 4 for MQTT 3.1.1, which has no properties.
"""

from dataclasses import dataclass
from enum import IntEnum

from integration.embedded_broker import wire
from integration.embedded_broker.wire import Malformed, Property, Reader, Reason

V5 = 5
V311 = 4

PUBLISH_PROPERTIES = frozenset(
    {0x01, wire.MESSAGE_EXPIRY, wire.CONTENT_TYPE, wire.RESPONSE_TOPIC, wire.CORRELATION_DATA, wire.TOPIC_ALIAS,
     wire.USER_PROPERTY}
)  # fmt: skip
WILL_PROPERTIES = (PUBLISH_PROPERTIES - {wire.TOPIC_ALIAS}) | {wire.WILL_DELAY}
CONNECT_PROPERTIES = frozenset(
    {wire.SESSION_EXPIRY, wire.AUTHENTICATION_METHOD, 0x16, 0x17, 0x19, wire.RECEIVE_MAXIMUM, 0x22, wire.USER_PROPERTY,
     wire.MAXIMUM_PACKET_SIZE}
)  # fmt: skip
SUBSCRIBE_PROPERTIES = frozenset({wire.SUBSCRIPTION_IDENTIFIER, wire.USER_PROPERTY})
ANSWER_PROPERTIES = frozenset({0x1F, wire.USER_PROPERTY})
DISCONNECT_PROPERTIES = ANSWER_PROPERTIES | {wire.SESSION_EXPIRY}


class Kind(IntEnum):
    """Control packet types (table 2-1)."""

    CONNECT = 1
    CONNACK = 2
    PUBLISH = 3
    PUBACK = 4
    SUBSCRIBE = 8
    SUBACK = 9
    UNSUBSCRIBE = 10
    UNSUBACK = 11
    PINGREQ = 12
    PINGRESP = 13
    DISCONNECT = 14


@dataclass(frozen=True, slots=True)
class Publication:
    """A message on its way from one client to others."""

    topic: str
    payload: bytes
    qos: int
    retain: bool
    properties: tuple[Property, ...] = ()
    """All but message expiry, which `life_s` holds."""
    life_s: int | None = None


@dataclass(frozen=True, slots=True)
class Connect:
    """What a client says of itself."""

    version: int
    client_id: str
    clean_start: bool
    keepalive_s: int
    will: Publication | None
    receive_maximum: int = 65_535
    max_packet_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """One subscription of a client."""

    filter: str
    qos: int
    no_local: bool = False
    retain_as_published: bool = False
    retain_handling: int = 0


def read_connect(body: bytes) -> Connect:
    """Reads CONNECT (3.1)."""
    reader = Reader(body)
    if reader.text() != "MQTT":
        raise Malformed(Reason.UNSUPPORTED_PROTOCOL_VERSION)
    version = reader.number(1)
    if version not in (V5, V311):
        raise Malformed(Reason.UNSUPPORTED_PROTOCOL_VERSION)
    flags, keepalive_s = reader.number(1), reader.number(2)
    if flags & 0x01 or (flags >> 3) & 0x03 == 3 or (not flags & 0x04 and flags & 0x38):
        raise Malformed
    properties = wire.read_properties(reader, CONNECT_PROPERTIES) if version == V5 else ()
    given = {one.kind: one.value for one in properties}
    if wire.AUTHENTICATION_METHOD in given:
        raise Malformed(Reason.BAD_AUTHENTICATION_METHOD)
    receive_maximum, max_packet_bytes = given.get(wire.RECEIVE_MAXIMUM, 65_535), given.get(wire.MAXIMUM_PACKET_SIZE)
    if receive_maximum == 0 or max_packet_bytes == 0:
        raise Malformed(Reason.PROTOCOL_ERROR)
    client_id = reader.text()
    will = _read_will(reader, flags, version) if flags & 0x04 else None
    if flags & 0x80:
        reader.text()  # user name: everyone on the loopback interface is let in
    if flags & 0x40:
        reader.binary()
    if reader.left:
        raise Malformed
    return Connect(
        version, client_id, bool(flags & 0x02), keepalive_s, will, int(str(receive_maximum)),
        max_packet_bytes if isinstance(max_packet_bytes, int) else None,
    )  # fmt: skip


def _read_will(reader: Reader, flags: int, version: int) -> Publication:
    properties = wire.read_properties(reader, WILL_PROPERTIES) if version == V5 else ()
    topic, payload = reader.text(), reader.binary()
    check_topic(topic)
    qos = (flags >> 3) & 0x03
    if qos == 2:
        raise Malformed(Reason.QOS_NOT_SUPPORTED)
    return _publication(topic, payload, qos, bool(flags & 0x20), properties)


def read_publish(flags: int, body: bytes, version: int) -> tuple[Publication, int]:
    """Reads PUBLISH (3.3): the message and its packet identifier, 0 for QoS 0."""
    qos, reader = (flags >> 1) & 0x03, Reader(body)
    if qos == 3 or (qos == 0 and flags & 0x08):
        raise Malformed
    if qos == 2:
        raise Malformed(Reason.QOS_NOT_SUPPORTED)
    topic = reader.text()
    packet_id = _packet_id(reader) if qos else 0
    properties = wire.read_properties(reader, PUBLISH_PROPERTIES) if version == V5 else ()
    if any(one.kind == wire.TOPIC_ALIAS for one in properties):
        raise Malformed(Reason.TOPIC_ALIAS_INVALID)
    check_topic(topic)
    return _publication(topic, reader.rest(), qos, bool(flags & 0x01), properties), packet_id


def _publication(topic: str, payload: bytes, qos: int, retain: bool, properties: tuple[Property, ...]) -> Publication:
    life = next((one.value for one in properties if one.kind == wire.MESSAGE_EXPIRY), None)
    passed_on = tuple(one for one in properties if one.kind not in (wire.MESSAGE_EXPIRY, wire.WILL_DELAY))
    return Publication(topic, payload, qos, retain, passed_on, life if isinstance(life, int) else None)


def read_subscribe(body: bytes, version: int) -> tuple[int, list[Filter]]:
    """Reads SUBSCRIBE (3.8): packet identifier and filters."""
    reader = Reader(body)
    packet_id = _packet_id(reader)
    properties = wire.read_properties(reader, SUBSCRIBE_PROPERTIES) if version == V5 else ()
    if any(one.kind == wire.SUBSCRIPTION_IDENTIFIER for one in properties):
        raise Malformed(Reason.SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED)
    filters = []
    while reader.left:
        topic_filter, options = reader.text(), reader.number(1)
        handling = (options >> 4) & 0x03
        reserved = 0xC0 if version == V5 else 0xFC
        if options & reserved or options & 0x03 == 3 or handling == 3:
            raise Malformed
        filters.append(Filter(topic_filter, options & 0x03, bool(options & 0x04), bool(options & 0x08), handling))
    if not filters:
        raise Malformed(Reason.PROTOCOL_ERROR)
    return packet_id, filters


def read_unsubscribe(body: bytes, version: int) -> tuple[int, list[str]]:
    """Reads UNSUBSCRIBE (3.10): packet identifier and filters."""
    reader = Reader(body)
    packet_id = _packet_id(reader)
    if version == V5:
        wire.read_properties(reader, frozenset({wire.USER_PROPERTY}))
    filters = []
    while reader.left:
        filters.append(reader.text())
    if not filters:
        raise Malformed(Reason.PROTOCOL_ERROR)
    return packet_id, filters


def read_puback(body: bytes, version: int) -> int:
    """Reads PUBACK (3.4): the packet identifier."""
    reader = Reader(body)
    packet_id = _packet_id(reader)
    if version == V5 and reader.left:
        reader.number(1)
        if reader.left:
            wire.read_properties(reader, ANSWER_PROPERTIES)
    if reader.left:
        raise Malformed
    return packet_id


def read_disconnect(body: bytes, version: int) -> bool:
    """Reads DISCONNECT (3.14): True when the client wants its will published all the same."""
    reader = Reader(body)
    if version == V311 or not reader.left:
        if reader.left:
            raise Malformed
        return False
    reason = reader.number(1)
    if reader.left:
        wire.read_properties(reader, DISCONNECT_PROPERTIES)
    if reader.left:
        raise Malformed
    return reason != 0


def check_topic(topic: str) -> None:
    """Refuses a topic name with wildcards or without characters."""
    if not topic or "+" in topic or "#" in topic:
        raise Malformed(Reason.TOPIC_NAME_INVALID)


def valid_filter(topic_filter: str) -> bool:
    """Tells whether wildcards stand alone in their level and `#` at the end (4.7.1)."""
    levels = topic_filter.split("/")
    if not topic_filter or "#" in levels[:-1]:
        return False
    return all(level in ("+", "#") or ("+" not in level and "#" not in level) for level in levels)


def packet(kind: Kind, body: bytes = b"", flags: int = 0) -> bytes:
    """A whole control packet with its fixed header."""
    return bytes([kind << 4 | flags]) + wire.varint(len(body)) + body


def write_publish(
    message: Publication, *, qos: int, retain: bool, packet_id: int, version: int, life_s: int | None
) -> bytes:
    """Writes PUBLISH for one subscriber."""
    body = wire.text(message.topic)
    if qos:
        body += wire.number(packet_id, 2)
    if version == V5:
        expiry = () if life_s is None else (Property(wire.MESSAGE_EXPIRY, life_s),)
        body += wire.write_properties(expiry + message.properties)
    return packet(Kind.PUBLISH, body + message.payload, qos << 1 | retain)


def _packet_id(reader: Reader) -> int:
    packet_id = reader.number(2)
    if packet_id == 0:
        raise Malformed(Reason.PROTOCOL_ERROR)
    return packet_id
