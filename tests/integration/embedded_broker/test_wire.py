import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.embedded_broker import packets, wire
from integration.embedded_broker.packets import V5, V311, Kind, Publication
from integration.embedded_broker.wire import Malformed, Property, Reader, Reason


@given(st.integers(0, 268_435_455))
def test_variable_byte_integers_survive(value: int) -> None:
    assert Reader(wire.varint(value)).varint() == value


@pytest.mark.parametrize(("value", "data"), [(0, b"\x00"), (127, b"\x7f"), (128, b"\x80\x01"), (16_383, b"\xff\x7f"),
                                              (268_435_455, b"\xff\xff\xff\x7f")])  # fmt: skip
def test_variable_byte_integers_are_the_standards(value: int, data: bytes) -> None:
    assert wire.varint(value) == data


@pytest.mark.parametrize("data", [b"", b"\x80", b"\xff\xff\xff\xff\x01", b"\x80\x80\x80\x80"])
def test_a_torn_or_endless_integer_is_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        Reader(data).varint()


@pytest.mark.parametrize("data", [b"\x00", b"\x00\x02a", b"\x00\x02\xc3\x28", b"\x00\x03a\x00b", b"\x00\x03\xed\xa0\x80"
])  # fmt: skip
def test_bad_text_is_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        Reader(data).text()


text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
prop = st.one_of(
    st.builds(Property, st.just(wire.CONTENT_TYPE), text),
    st.builds(Property, st.just(wire.RESPONSE_TOPIC), text),
    st.builds(Property, st.just(wire.CORRELATION_DATA), st.binary(max_size=20)),
    st.builds(Property, st.just(wire.USER_PROPERTY), st.tuples(text, text)),
)
topic = text.filter(lambda name: name and "+" not in name and "#" not in name)


@given(
    topic, st.binary(max_size=50), st.integers(0, 1), st.booleans(),
    st.lists(prop, max_size=4, unique_by=lambda one: one.kind), st.none() | st.integers(0, 2**32 - 1),
)  # fmt: skip
def test_what_is_written_for_a_subscriber_reads_as_what_was_published(name, payload, qos, retain, properties, life_s):
    message = Publication(name, payload, qos, retain, tuple(properties), life_s)

    data = packets.write_publish(message, qos=qos, retain=retain, packet_id=7, version=V5, life_s=life_s)
    reader = Reader(data)
    first, length = reader.number(1), reader.varint()

    assert first >> 4 == Kind.PUBLISH
    assert length == reader.left
    assert packets.read_publish(first & 0x0F, reader.rest(), V5) == (message, 7 if qos else 0)


READERS = [
    lambda body: packets.read_connect(body),
    lambda body: packets.read_publish(2, body, V5),
    lambda body: packets.read_publish(0, body, V311),
    lambda body: packets.read_subscribe(body, V5),
    lambda body: packets.read_subscribe(body, V311),
    lambda body: packets.read_unsubscribe(body, V5),
    lambda body: packets.read_puback(body, V5),
    lambda body: packets.read_disconnect(body, V5),
]
# Mostly lengths, flags and property names, so that many packets are almost right.
almost = st.lists(
    st.sampled_from([b"\0", b"\1", b"\2", b"\0\4MQTT", b"\5", b"\4", b"\0\1a", b"\x26", b"\3", b"\x0b"])
    | st.binary(max_size=3),
    max_size=12,
).map(b"".join)


@pytest.mark.parametrize("read", READERS, ids=range(len(READERS)))
@given(body=almost)
def test_any_bytes_are_read_or_malformed(read, body: bytes) -> None:
    try:
        read(body)
    except Malformed as refused:
        reason = refused.reason
    else:
        reason = Reason.SUCCESS
    assert reason is Reason.SUCCESS or reason >= 0x80


CONNECT = b"\x00\x04MQTT\x05\x02\x00\x3c"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"\x00\x06MQIsdp\x03\x02\x00\x3c\x00\x01a", Reason.UNSUPPORTED_PROTOCOL_VERSION),
        (b"\x00\x04MQTT\x06\x02\x00\x3c\x00\x00\x01a", Reason.UNSUPPORTED_PROTOCOL_VERSION),
        (b"\x00\x04MQTT\x05\x03\x00\x3c\x00\x00\x01a", Reason.MALFORMED_PACKET),  # reserved flag
        (b"\x00\x04MQTT\x05\x1e\x00\x3c\x00\x00\x01a", Reason.MALFORMED_PACKET),  # will QoS 3
        (b"\x00\x04MQTT\x05\x22\x00\x3c\x00\x00\x01a", Reason.MALFORMED_PACKET),  # will retain without will
        (CONNECT + b"\x03\x21\x00\x00\x00\x01a", Reason.PROTOCOL_ERROR),  # receive maximum 0
        (CONNECT + b"\x06\x21\x00\x01\x21\x00\x01\x00\x01a", Reason.PROTOCOL_ERROR),  # given twice
        (CONNECT + b"\x05\x02\x00\x00\x00\x01\x00\x01a", Reason.MALFORMED_PACKET),  # not a property of CONNECT
        (CONNECT + b"\x04\x15\x00\x01x\x00\x01a", Reason.BAD_AUTHENTICATION_METHOD),
        (CONNECT + b"\x00\x00\x01a trailing", Reason.MALFORMED_PACKET),
    ],
)
def test_a_flawed_connect_is_refused_with_its_reason(body: bytes, reason: Reason) -> None:
    with pytest.raises(Malformed) as caught:
        packets.read_connect(body)

    assert caught.value.reason is reason


@pytest.mark.parametrize(("topic_filter", "valid"), [
    ("a", True), ("/", True), ("a/+/b", True), ("+", True), ("#", True), ("a/#", True), ("/+", True),
    ("", False), ("a/#/b", False), ("a+", False), ("a/b#", False), ("#/a", False), ("+a/b", False),
])  # fmt: skip
def test_filters(topic_filter: str, valid: bool) -> None:
    assert packets.valid_filter(topic_filter) is valid
