"""What we rely on in any broker: the same tests over real mosquitto and the embedded one, with paho as the client."""

# ruff: noqa: ASYNC110 - waits for what another thread or process does, which sets no event of ours

import asyncio
import socket
import struct
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from integration.broker import RunningBroker, ensure_broker, find_mosquitto


@pytest.fixture(params=["mosquitto", "embedded"])
async def broker(request) -> AsyncIterator[RunningBroker]:
    if request.param == "mosquitto" and find_mosquitto() is None:
        pytest.skip("mosquitto is not installed")
    async with ensure_broker(request.param) as running:
        yield running


class Guest:
    """A paho client with its own thread, and what it has seen."""

    def __init__(self, broker: RunningBroker, client_id: str, version: MQTTProtocolVersion) -> None:
        self.client = Client(CallbackAPIVersion.VERSION2, client_id, protocol=version, reconnect_on_failure=False)
        self.version = version
        self.broker = broker
        self.heard: list[MQTTMessage] = []
        self.connacks: list[object] = []
        self.subacks: list[list[int]] = []
        self.unsubacks: list[object] = []
        self.pubacks: list[int] = []
        self.byes: list[int] = []
        self.client.on_message = lambda _c, _u, message: self.heard.append(message)
        self.client.on_connect = lambda _c, _u, flags, code, properties: self.connacks.append((code, flags, properties))
        self.client.on_subscribe = lambda _c, _u, _m, codes, _p: self.subacks.append([code.value for code in codes])
        self.client.on_unsubscribe = lambda _c, _u, _m, codes, _p: self.unsubacks.append(codes)
        self.client.on_publish = lambda _c, _u, _m, code, _p: self.pubacks.append(code.value)
        self.client.on_disconnect = lambda _c, _u, _f, code, _p: self.byes.append(code.value)

    async def connect(self, keepalive_s: int = 60) -> None:
        options = {"clean_start": True} if self.version is MQTTProtocolVersion.MQTTv5 else {}
        await asyncio.to_thread(self.client.connect, self.broker.host, self.broker.port, keepalive_s, **options)
        self.client.loop_start()
        await until(lambda: self.connacks)

    async def subscribe(self, topic_filter: str, **options: object) -> int:
        count = len(self.subacks)
        if self.version is MQTTProtocolVersion.MQTTv5:
            self.client.subscribe(topic_filter, options=SubscribeOptions(**{"qos": 1, **options}))
        else:
            self.client.subscribe(topic_filter, qos=options.get("qos", 1))
        await until(lambda: len(self.subacks) > count)
        return self.subacks[-1][0]

    async def publish(self, topic: str, payload: bytes = b"x", *, qos: int = 1, retain: bool = False, **extra) -> int:
        properties = Properties(PacketTypes.PUBLISH) if extra else None
        for name, value in extra.items():
            setattr(properties, name, value)
        count = len(self.pubacks)
        self.client.publish(topic, payload, qos, retain, properties=properties)
        await until(lambda: len(self.pubacks) > count)
        return self.pubacks[-1]

    def texts(self) -> list[tuple[str, bytes]]:
        return [(message.topic, message.payload) for message in self.heard]


async def until(condition) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)


@asynccontextmanager
async def guest(
    broker: RunningBroker, client_id: str = "", *, version=MQTTProtocolVersion.MQTTv5, will=None, keepalive_s: int = 60
) -> AsyncIterator[Guest]:
    one = Guest(broker, client_id or f"guest-{uuid.uuid4().hex[:12]}", version)
    if will:
        one.client.will_set(*will)
    await one.connect(keepalive_s)
    try:
        yield one
    finally:
        one.client.disconnect()
        await asyncio.to_thread(one.client.loop_stop)


def crash(one: Guest) -> None:
    """Ends a client as a killed process does: no DISCONNECT, the socket just closes."""
    sock = one.client.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.shutdown(socket.SHUT_RDWR)


FILTERS = {
    "a/b": ["a/b"],
    "a/+": ["a/", "a/b", "a/c"],
    "+/b": ["a/b", "c/b"],
    "a/#": ["a", "a/", "a/b", "a/b/c", "a/c"],
    "#": ["a", "a/", "a/b", "a/b/c", "a/c", "c/b"],
    "+/+/c": ["a/b/c"],
    "+": ["a"],
}


@pytest.mark.parametrize("version", [MQTTProtocolVersion.MQTTv5, MQTTProtocolVersion.MQTTv311], ids=["5.0", "3.1.1"])
async def test_filters_get_the_topics_they_cover(broker, version) -> None:
    topics = sorted({topic for covered in FILTERS.values() for topic in covered})
    for topic_filter, covered in FILTERS.items():
        async with guest(broker, version=version) as reader, guest(broker, version=version) as writer:
            assert await reader.subscribe(topic_filter) == 1
            await reader.subscribe("end")
            for topic in topics:
                await writer.publish(topic)
            await writer.publish("end")
            await until(lambda reader=reader: any(topic == "end" for topic, _ in reader.texts()))

        assert sorted({topic for topic, _ in reader.texts() if topic != "end"}) == covered


@pytest.mark.parametrize(("published", "granted", "heard"), [(0, 0, 0), (0, 1, 0), (1, 0, 0), (1, 1, 1)])
async def test_a_message_arrives_with_the_lower_qos(broker, published, granted, heard) -> None:
    async with guest(broker) as reader, guest(broker) as writer:
        await reader.subscribe("t", qos=granted)
        await writer.publish("t", b"payload", qos=published)
        await until(lambda: reader.heard)

    (message,) = reader.heard
    assert (message.qos, message.payload, message.retain) == (heard, b"payload", False)


async def test_a_large_and_an_empty_payload_pass(broker) -> None:
    async with guest(broker) as reader, guest(broker) as writer:
        await reader.subscribe("t")
        await writer.publish("t", bytes(range(256)) * 400)
        await writer.publish("t", b"")
        await until(lambda: len(reader.heard) == 2)

    assert [message.payload for message in reader.heard] == [bytes(range(256)) * 400, b""]


async def test_order_is_kept_through_many_messages(broker) -> None:
    async with guest(broker) as reader, guest(broker) as writer:
        await reader.subscribe("t")
        for number in range(300):
            writer.client.publish("t", str(number), qos=1)
        await until(lambda: len(reader.heard) == 300)

    assert [int(message.payload) for message in reader.heard] == list(range(300))


async def test_retained_messages_meet_later_subscribers_until_cleared(broker) -> None:
    async with guest(broker) as writer:
        await writer.publish("s/a", b"1", retain=True)
        await writer.publish("s/a", b"2", retain=True)
        await writer.publish("s/b", b"3", retain=True)
        await writer.publish("s/b", b"", retain=True)
        async with guest(broker) as reader:
            await reader.subscribe("s/#")
            await reader.subscribe("end")
            await writer.publish("end")
            await until(lambda: len(reader.heard) == 2)

    first, _ = reader.heard
    assert (first.topic, first.payload, first.retain) == ("s/a", b"2", True)


@pytest.mark.parametrize(("handling", "copies"), [(0, 2), (1, 1), (2, 0)])
async def test_retain_handling(broker, handling, copies) -> None:
    async with guest(broker) as writer, guest(broker) as reader:
        await writer.publish("s", b"kept", retain=True)
        await reader.subscribe("s", retainHandling=handling)
        await reader.subscribe("s", retainHandling=handling)
        await writer.publish("s", b"end")
        await until(lambda: reader.heard and reader.heard[-1].payload == b"end")

    assert [message.payload for message in reader.heard[:-1]] == [b"kept"] * copies


async def test_no_local_and_retain_as_published(broker) -> None:
    async with guest(broker) as one, guest(broker) as other:
        await one.subscribe("t", noLocal=True)
        await other.subscribe("t", retainAsPublished=True)
        await one.publish("t", b"mine", retain=True)
        await other.publish("t", b"yours")
        await until(lambda: one.heard and len(other.heard) == 2)

    assert [message.payload for message in one.heard] == [b"yours"]
    assert [(message.payload, message.retain) for message in other.heard] == [(b"mine", True), (b"yours", False)]


async def test_properties_travel(broker) -> None:
    async with guest(broker) as reader, guest(broker) as writer:
        await reader.subscribe("t")
        await writer.publish(
            "t", ResponseTopic="answers/here", CorrelationData=b"\x00\x01", ContentType="application/json",
            UserProperty=[("a", "1"), ("a", "2"), ("ü", "…")], MessageExpiryInterval=100,
        )  # fmt: skip
        await until(lambda: reader.heard)

    properties = reader.heard[0].properties
    assert properties.ResponseTopic == "answers/here"
    assert properties.CorrelationData == b"\x00\x01"
    assert properties.ContentType == "application/json"
    assert properties.UserProperty == [("a", "1"), ("a", "2"), ("ü", "…")]
    assert 98 <= properties.MessageExpiryInterval <= 100


async def test_a_retained_message_expires(broker) -> None:
    async with guest(broker) as writer:
        await writer.publish("s/short", b"1", retain=True, MessageExpiryInterval=1)
        await writer.publish("s/long", b"2", retain=True, MessageExpiryInterval=60)
        await asyncio.sleep(2.2)  # its life, and a second for brokers that count whole ones
        async with guest(broker) as reader:
            await reader.subscribe("s/#")
            await reader.subscribe("end")
            await writer.publish("end")
            await until(lambda: len(reader.heard) == 2)

    assert reader.texts()[0] == ("s/long", b"2")
    assert 55 <= reader.heard[0].properties.MessageExpiryInterval <= 59


async def test_unsubscribing_ends_it(broker) -> None:
    async with guest(broker) as reader, guest(broker) as writer:
        await reader.subscribe("t")
        await reader.subscribe("end")
        reader.client.unsubscribe("t")
        await until(lambda: reader.unsubacks)
        await writer.publish("t")
        await writer.publish("end")
        await until(lambda: reader.heard)

    assert reader.texts() == [("end", b"x")]


async def test_the_publisher_learns_that_nobody_listens(broker) -> None:
    async with guest(broker) as writer:
        assert await writer.publish("nobody/here") == 0x10
        async with guest(broker) as reader:
            await reader.subscribe("nobody/#")
            assert await writer.publish("nobody/here") == 0


@pytest.mark.parametrize("version", [MQTTProtocolVersion.MQTTv5, MQTTProtocolVersion.MQTTv311], ids=["5.0", "3.1.1"])
async def test_the_will_of_a_crashed_client_is_told_and_of_a_parting_one_not(broker, version) -> None:
    async with guest(broker) as reader:
        await reader.subscribe("will/#")
        async with guest(broker, version=version, will=("will/part", b"gone", 1, False)):
            pass
        async with guest(broker, version=version, will=("will/crash", b"gone", 1, True)) as crashing:
            crash(crashing)
            await until(lambda: reader.heard)

    assert reader.texts() == [("will/crash", b"gone")]


async def test_a_client_of_the_same_name_takes_over(broker) -> None:
    async with guest(broker, "twin") as first, guest(broker, "twin") as second:
        await until(lambda: first.byes)
        await second.subscribe("t")
        await second.publish("t")
        await until(lambda: second.heard)

    assert first.byes[0] >= 0x80


async def test_a_client_that_falls_silent_is_put_out_and_its_will_told(broker) -> None:
    async with guest(broker) as reader:
        await reader.subscribe("will")
        # A raw client that connects with a keep alive of one second and never speaks again.
        connect = b"\x00\x04MQTT\x05\x06\x00\x01\x00\x00\x06silent\x00\x00\x04will\x00\x04gone"
        _, writer = await asyncio.open_connection(broker.host, broker.port)
        writer.write(bytes([0x10, len(connect)]) + connect)
        await writer.drain()
        await until(lambda: reader.heard)
        writer.close()
        await writer.wait_closed()

    assert reader.texts() == [("will", b"gone")]


async def test_pings_are_answered(broker) -> None:
    async with guest(broker, keepalive_s=1) as one, guest(broker) as writer:
        await one.subscribe("t")
        await asyncio.sleep(2.5)  # more than one and a half keep alives
        await writer.publish("t")
        await until(lambda: one.heard)

    assert one.byes in ([], [0])


async def test_nothing_waits_for_a_client_that_was_away(broker) -> None:
    async with guest(broker) as writer:
        async with guest(broker, "sleeper") as first:
            await first.subscribe("t")
        await writer.publish("t", b"while away")
        async with guest(broker, "sleeper") as again:
            await again.subscribe("end")
            await writer.publish("end")
            await until(lambda: again.heard)

    assert again.texts() == [("end", b"x")]


@pytest.mark.parametrize("topic_filter", ["a/#/b", "a+", "a/b#"])
async def test_a_filter_with_stray_wildcards_is_not_granted(broker, topic_filter) -> None:
    body = b"\x00\x01\x00" + len(topic_filter).to_bytes(2) + topic_filter.encode() + b"\x01"
    reader, writer = await asyncio.open_connection(broker.host, broker.port)
    connect = b"\x00\x04MQTT\x05\x02\x00\x3c\x00\x00\x05stray"
    writer.write(bytes([0x10, len(connect)]) + connect + bytes([0x82, len(body)]) + body)
    async with asyncio.timeout(10):
        connack, suback = await packet(reader), await packet(reader)
    writer.close()
    await writer.wait_closed()

    assert connack is not None
    assert connack[0] == 0x20
    if suback is not None and suback[0] == 0x90:  # refused by name; mosquitto ends the connection instead
        assert suback[-1] >= 0x80


async def packet(reader: asyncio.StreamReader) -> bytes | None:
    """One short control packet, None when the connection ended."""
    try:
        head = await reader.readexactly(2)
        return head + await reader.readexactly(head[1])
    except (asyncio.IncompleteReadError, ConnectionResetError):
        return None
