"""Reading and writing the primitive types of MQTT (MQTT 5.0, chapters 1.5 and 2.2.2).

A reader never trusts a length: whatever does not fit raises Malformed, and the connection ends.
"""

from dataclasses import dataclass
from enum import IntEnum


class Reason(IntEnum):
    """Reason codes we send (MQTT 5.0, table 2-6)."""

    SUCCESS = 0x00
    NO_MATCHING_SUBSCRIBERS = 0x10
    NO_SUBSCRIPTION_EXISTED = 0x11
    MALFORMED_PACKET = 0x81
    PROTOCOL_ERROR = 0x82
    UNSUPPORTED_PROTOCOL_VERSION = 0x84
    CLIENT_IDENTIFIER_NOT_VALID = 0x85
    BAD_AUTHENTICATION_METHOD = 0x8C
    SERVER_SHUTTING_DOWN = 0x8B
    KEEP_ALIVE_TIMEOUT = 0x8D
    SESSION_TAKEN_OVER = 0x8E
    TOPIC_FILTER_INVALID = 0x8F
    TOPIC_NAME_INVALID = 0x90
    TOPIC_ALIAS_INVALID = 0x94
    PACKET_TOO_LARGE = 0x95
    QUOTA_EXCEEDED = 0x97
    QOS_NOT_SUPPORTED = 0x9B
    SHARED_SUBSCRIPTIONS_NOT_SUPPORTED = 0x9E
    SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED = 0xA1


class Malformed(Exception):  # noqa: N818 - what a client did, not what went wrong with us
    """A client broke the protocol; `reason` is told to it before the connection ends."""

    def __init__(self, reason: Reason = Reason.MALFORMED_PACKET) -> None:
        super().__init__(reason.name)
        self.reason = reason


class Reader:
    """Takes values off the front of a packet."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def left(self) -> int:
        """Bytes not yet taken."""
        return len(self._data) - self._at

    def take(self, count: int) -> bytes:
        """The next bytes, exactly that many."""
        if count > self.left:
            raise Malformed
        self._at += count
        return self._data[self._at - count : self._at]

    def number(self, width: int) -> int:
        """A big-endian unsigned integer of `width` bytes."""
        return int.from_bytes(self.take(width))

    def varint(self) -> int:
        """A variable byte integer of at most four bytes."""
        value = 0
        for shift in (0, 7, 14, 21):
            byte = self.number(1)
            value |= (byte & 0x7F) << shift
            if not byte & 0x80:
                return value
        raise Malformed

    def binary(self) -> bytes:
        """Bytes with a two-byte length in front."""
        return self.take(self.number(2))

    def text(self) -> str:
        """UTF-8 with a two-byte length in front, without U+0000."""
        try:
            text = self.binary().decode("utf-8")
        except UnicodeDecodeError as error:
            raise Malformed from error
        if "\0" in text:
            raise Malformed
        return text

    def rest(self) -> bytes:
        """Everything that is left."""
        return self.take(self.left)


def number(value: int, width: int) -> bytes:
    """A big-endian unsigned integer."""
    return value.to_bytes(width)


def varint(value: int) -> bytes:
    """A variable byte integer."""
    out = bytearray()
    while True:
        value, byte = divmod(value, 128)
        out.append(byte | 0x80 if value else byte)
        if not value:
            return bytes(out)


def binary(value: bytes) -> bytes:
    """Bytes with a two-byte length in front."""
    return number(len(value), 2) + value


def text(value: str) -> bytes:
    """UTF-8 with a two-byte length in front."""
    return binary(value.encode("utf-8"))


@dataclass(frozen=True, slots=True)
class Property:
    """One property of MQTT 5.0 as it is on the wire (table 2-4)."""

    kind: int
    value: int | str | bytes | tuple[str, str]


MESSAGE_EXPIRY = 0x02
CONTENT_TYPE = 0x03
RESPONSE_TOPIC = 0x08
CORRELATION_DATA = 0x09
SUBSCRIPTION_IDENTIFIER = 0x0B
SESSION_EXPIRY = 0x11
ASSIGNED_CLIENT_IDENTIFIER = 0x12
AUTHENTICATION_METHOD = 0x15
WILL_DELAY = 0x18
RECEIVE_MAXIMUM = 0x21
TOPIC_ALIAS = 0x23
MAXIMUM_QOS = 0x24
USER_PROPERTY = 0x26
MAXIMUM_PACKET_SIZE = 0x27
SUBSCRIPTION_IDENTIFIER_AVAILABLE = 0x29
SHARED_SUBSCRIPTION_AVAILABLE = 0x2A

_WIDTHS = {
    0x01: 1, MESSAGE_EXPIRY: 4, SESSION_EXPIRY: 4, 0x13: 2, 0x17: 1, WILL_DELAY: 4, 0x19: 1, RECEIVE_MAXIMUM: 2,
    0x22: 2, TOPIC_ALIAS: 2, MAXIMUM_QOS: 1, 0x25: 1, MAXIMUM_PACKET_SIZE: 4, 0x28: 1,
    SUBSCRIPTION_IDENTIFIER_AVAILABLE: 1, SHARED_SUBSCRIPTION_AVAILABLE: 1,
}  # fmt: skip
_TEXTS = {CONTENT_TYPE, RESPONSE_TOPIC, ASSIGNED_CLIENT_IDENTIFIER, AUTHENTICATION_METHOD, 0x1A, 0x1C, 0x1F}
_BINARIES = {CORRELATION_DATA, 0x16}


def read_properties(reader: Reader, allowed: frozenset[int]) -> tuple[Property, ...]:
    """Reads a property block; a property that is unknown, out of place or given twice is malformed."""
    block = Reader(reader.take(reader.varint()))
    properties: list[Property] = []
    seen: set[int] = set()
    while block.left:
        kind = block.varint()
        if kind not in allowed:
            raise Malformed
        if kind in seen and kind != USER_PROPERTY:
            raise Malformed(Reason.PROTOCOL_ERROR)
        seen.add(kind)
        properties.append(Property(kind, _read_value(block, kind)))
    return tuple(properties)


def _read_value(block: Reader, kind: int) -> int | str | bytes | tuple[str, str]:
    if kind in _WIDTHS:
        return block.number(_WIDTHS[kind])
    if kind in _TEXTS:
        return block.text()
    if kind in _BINARIES:
        return block.binary()
    if kind == SUBSCRIPTION_IDENTIFIER:
        return block.varint()
    if kind == USER_PROPERTY:
        return block.text(), block.text()
    raise Malformed


def write_properties(properties: tuple[Property, ...]) -> bytes:
    """Writes a property block with its length."""
    block = b"".join(varint(one.kind) + _write_value(one) for one in properties)
    return varint(len(block)) + block


def _write_value(one: Property) -> bytes:
    match one.value:
        case int() as value if one.kind in _WIDTHS:
            return number(value, _WIDTHS[one.kind])
        case int() as value:
            return varint(value)
        case str() as value:
            return text(value)
        case bytes() as value:
            return binary(value)
        case (name, value):
            return text(name) + text(value)
