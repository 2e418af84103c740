"""What is particular to the embedded broker: it survives anything one client does."""

import asyncio
import contextlib
import logging
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integration.address import BrokerAddress
from integration.bus import Handover, Message, Subscription
from integration.embedded_broker import EmbeddedBroker, session
from integration.mqtt import MqttBus
from intents.errors import ErrorCode, LinkError

CONNECT = b"\x10\x10\x00\x04MQTT\x05\x02\x00\x3c\x00\x00\x03raw"
SUBSCRIBE = b"\x82\x07\x00\x01\x00\x00\x01t\x01"
PUBLISH = b"\x32\x07\x00\x01t\x00\x05\x00x"


class Ear:
    def __init__(self) -> None:
        self.something = asyncio.Event()

    def on_message(self, message: Message) -> None:
        self.something.set()

    def on_up(self) -> None: ...

    def on_down(self, reason: str) -> None: ...


async def still_works(broker: EmbeddedBroker) -> bool:
    ear, bus = Ear(), MqttBus(BrokerAddress(port=broker.port, client_id="healthy"))
    await bus.open([Subscription("health/#", 1)], ear)
    try:
        handover = await bus.publish(Message("health/check", b"fine", qos=1), 5.0)
        async with asyncio.timeout(5):
            await ear.something.wait()
    finally:
        await bus.close()
    return handover is Handover.TAKEN


async def raw(broker: EmbeddedBroker, *data: bytes) -> bytes:
    """Sends bytes and reads what comes until the broker hangs up, or a moment after the last answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", broker.port)
    answer = b""
    try:
        writer.write(b"".join(data))
        writer.write_eof()
        async with asyncio.timeout(5):
            answer = await reader.read()
    except ConnectionResetError:
        pass
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
    return answer


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (PUBLISH, None),  # no CONNECT first
        (b"GET / HTTP/1.1\r\n\r\n", None),
        (CONNECT + CONNECT, 0x82),
        (CONNECT + b"\xf0\x00", 0x82),  # AUTH without having asked
        (CONNECT + b"\x00\x00", 0x82),
        (CONNECT + b"\x36\x07\x00\x01t\x00\x05\x00x", 0x81),  # QoS 3
        (CONNECT + b"\x34\x07\x00\x01t\x00\x05\x00x", 0x9B),  # QoS 2
        (CONNECT + b"\x32\x07\x00\x01t\x00\x00\x00x", 0x82),  # packet identifier 0
        (CONNECT + b"\x30\x05\x00\x01+\x00x", 0x90),
        (CONNECT + b"\x30\x08\x00\x01t\x03\x23\x00\x01x", 0x94),  # topic alias
        (CONNECT + b"\x80\x07\x00\x01\x00\x00\x01t\x01", 0x81),  # reserved flags of SUBSCRIBE
        (CONNECT + b"\x82\x03\x00\x01\x00", 0x82),  # no filter
        (CONNECT + b"\x82\x09\x00\x01\x02\x0b\x01\x00\x01t\x01", 0xA1),
        (CONNECT + b"\x30\xff\xff\xff\x7f", 0x95),
        (CONNECT + b"\x30\xff\xff\xff\xff\xff", 0x81),
    ],
)
async def test_a_client_that_breaks_the_protocol_is_told_why_and_put_out(data: bytes, reason: int | None) -> None:
    async with EmbeddedBroker() as broker:
        answer = await raw(broker, data)

        if reason is not None:
            assert answer[:1] == b"\x20"
            assert answer[-3:] == bytes([0xE0, 1, reason])
        assert await still_works(broker)


async def test_a_shared_subscription_is_refused_by_name() -> None:
    name = b"$share/g/t"
    body = b"\x00\x01\x00" + len(name).to_bytes(2) + name + b"\x01"

    async with EmbeddedBroker() as broker:
        answer = await raw(broker, CONNECT, bytes([0x82, len(body)]), body)

    assert answer.endswith(b"\x90\x04\x00\x01\x00\x9e")


async def test_the_former_twin_is_told_that_it_is_taken_over() -> None:
    async with EmbeddedBroker() as broker:
        reader, writer = await asyncio.open_connection("127.0.0.1", broker.port)
        writer.write(CONNECT)
        await reader.readexactly(2)
        await raw(broker, CONNECT)
        async with asyncio.timeout(5):
            rest = await reader.read()
        writer.close()
        await writer.wait_closed()

    assert rest.endswith(bytes([0xE0, 1, 0x8E]))


packet = st.sampled_from([SUBSCRIBE, PUBLISH, b"\xc0\x00", b"\x40\x02\x00\x01", b"\xa2\x06\x00\x01\x00\x00\x01t"])


@st.composite
def torn(draw: st.DrawFn) -> bytes:
    """Sound packets with bytes changed, dropped or added."""
    data = bytearray(CONNECT + b"".join(draw(st.lists(packet, max_size=5))))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data) - 1))
        kind = draw(st.sampled_from(["change", "drop", "add"]))
        if kind == "change":
            data[at] = draw(st.integers(0, 255))
        elif kind == "drop" and len(data) > 1:
            del data[at]
        else:
            data.insert(at, draw(st.integers(0, 255)))
    return bytes(data)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(torn() | st.binary(max_size=40), min_size=1, max_size=4))
def test_no_bytes_of_one_client_harm_another(attacks: list[bytes]) -> None:
    defects: list[object] = []
    handler = logging.Handler(logging.ERROR)
    handler.emit = defects.append  # type: ignore[method-assign]

    async def scenario() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _loop, context: defects.append(context))
        async with EmbeddedBroker() as broker:
            for attack in attacks:
                await raw(broker, attack)
            assert await still_works(broker)

    logging.getLogger().addHandler(handler)
    try:
        asyncio.run(scenario())
    finally:
        logging.getLogger().removeHandler(handler)
    assert defects == []


async def test_a_client_that_does_not_read_is_put_out_and_others_are_served(monkeypatch) -> None:
    monkeypatch.setattr(session, "MAX_QUEUED", 50)
    async with EmbeddedBroker() as broker:
        reader, writer = await asyncio.open_connection("127.0.0.1", broker.port, limit=1024)
        writer.write(CONNECT + SUBSCRIBE)
        await reader.readexactly(2)
        bus = MqttBus(BrokerAddress(port=broker.port, client_id="loud"))
        await bus.open([], Ear())
        answers = [await bus.publish(Message("t", b"x" * 200_000, qos=1), 5.0) for _ in range(120)]
        gone = await bus.publish(Message("t", b"x", qos=1), 5.0)
        await bus.close()
        writer.close()

        assert answers[0] is Handover.TAKEN
        assert gone is Handover.UNHEARD
        assert await still_works(broker)


async def test_a_connection_that_says_nothing_does_not_hold_up_the_end() -> None:
    broker = EmbeddedBroker()
    async with broker:
        _, writer = await asyncio.open_connection("127.0.0.1", broker.port)
        await asyncio.sleep(0)
    writer.close()

    with pytest.raises(OSError, match="onnect"):
        await asyncio.open_connection("127.0.0.1", broker.port)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.1", "::"])
def test_it_listens_on_the_loopback_only(host: str) -> None:
    with pytest.raises(LinkError) as caught:
        EmbeddedBroker(host)

    assert caught.value.code is ErrorCode.BROKER_REFUSED


async def test_a_port_in_use_is_said_so() -> None:
    async with EmbeddedBroker() as broker:
        with pytest.raises(LinkError) as caught:
            async with EmbeddedBroker(port=broker.port):
                pass

    assert caught.value.code is ErrorCode.BROKER_UNREACHABLE
    assert str(broker.port) in caught.value.message


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def test_ports_and_tasks_are_given_back() -> None:
    before = open_files()
    for _ in range(5):
        async with EmbeddedBroker() as broker:
            await raw(broker, CONNECT + SUBSCRIBE)
    await asyncio.sleep(0)

    assert open_files() <= before + 1
    assert len(asyncio.all_tasks()) == 1
