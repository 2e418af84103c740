"""What is particular to MQTT: wills, refusals, lost and half-open connections, nothing replayed."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Self

import pytest

from integration import bus_link
from integration.address import BrokerAddress
from integration.broker import find_mosquitto, free_port
from integration.bus import Handover, Message, Subscription
from integration.link import Outcome
from integration.links import BUSES, LinkSettings, make_bus, make_link
from integration.mqtt import MqttBus
from integration.payload import decode
from intents.catalogue import command_from
from intents.errors import AssistantError, ErrorCode, LinkError

ROOT = Path(__file__).parents[2]
MUTE = command_from("media.set_mute", {"on": True})


class Ear:
    def __init__(self) -> None:
        self.heard: list[Message] = []
        self.downs: list[str] = []
        self.ups = 0

    def on_message(self, message: Message) -> None:
        self.heard.append(message)

    def on_up(self) -> None:
        self.ups += 1

    def on_down(self, reason: str) -> None:
        self.downs.append(reason)


@asynccontextmanager
async def serving(
    handle: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[int]:
    """A TCP server of a test's own, and its port; none of its connections outlives it."""
    at_work: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        at_work.add(task)
        try:
            await handle(reader, writer)
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
            at_work.discard(task)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()
        await asyncio.sleep(0.05)  # a connection that was just accepted begins only now
        for task in tuple(at_work):
            task.cancel()
        await asyncio.gather(*tuple(at_work), return_exceptions=True)


class Wire:
    """A TCP relay in front of a broker that can swallow what goes through it: a cable that is out but not dead."""

    def __init__(self, port: int) -> None:
        self._broker_port = port
        self.swallowing = False
        self.port = 0
        self.swallowed = 0

    async def __aenter__(self) -> Self:
        self._serving = serving(self._relay)
        self.port = await self._serving.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._serving.__aexit__(None, None, None)

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        onward_reader, onward_writer = await asyncio.open_connection("127.0.0.1", self._broker_port)
        pumps = [asyncio.ensure_future(self._pump(reader, onward_writer)),
                 asyncio.ensure_future(self._pump(onward_reader, writer))]  # fmt: skip
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            onward_writer.close()
            with suppress(OSError):
                await onward_writer.wait_closed()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                if self.swallowing:
                    self.swallowed += len(data)
                else:
                    writer.write(data)
                    await writer.drain()
        except OSError:
            pass


async def test_no_broker_is_an_error_that_names_it_and_says_what_to_do() -> None:
    port = free_port()

    with pytest.raises(LinkError) as caught:
        async with make_link(LinkSettings(address=BrokerAddress(port=port))):
            pass

    assert caught.value.code is ErrorCode.BROKER_UNREACHABLE
    assert f"127.0.0.1:{port}" in caught.value.message
    assert f"127.0.0.1:{port}" in caught.value.remedy
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("host", ["no.such.host.invalid", "256.256.256.256", "a b"])
async def test_an_impossible_host_is_the_same_error(host: str) -> None:
    with pytest.raises(LinkError) as caught:
        async with make_link(LinkSettings(address=BrokerAddress(host, connect_timeout_s=1.0))):
            pass

    assert caught.value.code is ErrorCode.BROKER_UNREACHABLE


async def test_something_that_is_no_broker_is_noticed() -> None:
    async def web_server(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async with serving(web_server) as port:
        with pytest.raises(LinkError) as caught:
            async with make_link(LinkSettings(address=BrokerAddress(port=port, connect_timeout_s=1.0))):
                pass

    assert caught.value.code is ErrorCode.BROKER_UNREACHABLE


async def test_something_that_never_answers_is_given_up() -> None:
    hold = asyncio.Event()

    async def mute_server(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await hold.wait()

    async with serving(mute_server) as port:
        with pytest.raises(LinkError) as caught:
            async with make_link(LinkSettings(address=BrokerAddress(port=port, connect_timeout_s=0.2))):
                pass
        hold.set()

    assert "does not answer" in caught.value.message


@pytest.mark.skipif(find_mosquitto() is None, reason="mosquitto is not installed")
async def test_a_broker_that_lets_nobody_in_is_refused_not_unreachable(tmp_path: Path, eventually) -> None:
    port, settings = free_port(), tmp_path / "mosquitto.conf"
    settings.write_text(f"listener {port} 127.0.0.1\nallow_anonymous false\npersistence false\n")
    process = await asyncio.create_subprocess_exec(
        str(find_mosquitto()), "-c", str(settings), stderr=asyncio.subprocess.DEVNULL
    )
    try:
        error: AssistantError | None = None
        async with asyncio.timeout(10):
            while error is None or error.code is ErrorCode.BROKER_UNREACHABLE:  # until it listens
                try:
                    async with make_link(LinkSettings(address=BrokerAddress(port=port))):
                        pass
                except LinkError as caught:
                    error = caught
                await asyncio.sleep(0.01)
    finally:
        process.terminate()
        await process.wait()

    assert error.code is ErrorCode.BROKER_REFUSED
    assert "Not authorized" in error.message


async def test_the_will_is_told_when_the_assistant_is_killed(mqtt_bench, eventually) -> None:
    address = mqtt_bench.settings("doomed").address
    script = (
        "import asyncio\n"
        "from integration.address import BrokerAddress\n"
        "from integration.links import LinkSettings, make_link\n"
        "async def main():\n"
        f"    async with make_link(LinkSettings(address=BrokerAddress(port={address.port}, client_id='doomed'))):\n"
        "        await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    async with mqtt_bench.probe(["vehicle/assistant/status"]) as probe:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", script, env={**os.environ, "PYTHONPATH": str(ROOT)}
        )
        await eventually(lambda: probe.heard or process.returncode is not None)
        process.kill()
        await process.wait()
        await eventually(lambda: len(probe.heard) == 2)

    assert [decode(message.payload)["status"] for message in probe.heard] == ["degraded", "offline"]
    async with mqtt_bench.probe(["vehicle/assistant/status"]) as late:
        await eventually(lambda: late.heard)
    assert late.heard[0].retain


async def test_nothing_said_while_away_is_said_later(mqtt_bench, eventually) -> None:
    ear, bus = Ear(), make_bus(mqtt_bench.settings("sender"))
    await bus.open([], ear)
    await mqtt_bench.cut()
    await eventually(lambda: ear.downs)

    handovers = [await bus.publish(Message(f"t/{index}", b"late", qos=1), 0.1) for index in range(3)]
    await mqtt_bench.restore()
    async with mqtt_bench.probe(["t/#"]) as probe:
        await eventually(lambda: ear.ups == 2)
        assert await bus.publish(Message("t/now", b"now", qos=1), 5.0) is Handover.TAKEN
        await eventually(lambda: probe.heard)
    await bus.close()

    assert handovers == [Handover.NOT_SENT] * 3
    assert [message.topic for message in probe.heard] == ["t/now"]
    assert len(ear.downs) == 1


async def test_a_command_swallowed_on_the_way_never_arrives_late(mqtt_bench, eventually) -> None:
    async with Wire(mqtt_bench.settings("").address.port) as wire, mqtt_bench.vehicle() as vehicle:
        link = make_link(LinkSettings(address=BrokerAddress(port=wire.port, client_id="assistant")))
        async with link:
            changes = link.connection_changes()
            wire.swallowing = True
            lost = await link.send(MUTE, turn_id="t", source="voice", ttl_s=0.3)
            wire.swallowing = False
            async with asyncio.timeout(20):
                assert [await anext(changes), await anext(changes)] == [False, True]
            found = await link.send(command_from("media.set_volume", {"percent": 7}), turn_id="t", source="voice")

        assert wire.swallowed > 0
        assert (lost.outcome, lost.reason) == (Outcome.NO_ANSWER, "connection_lost")
        assert found.outcome is Outcome.DONE
        assert [done.intent for done in vehicle.ecus["media"].carried_out] == ["media.set_volume"]


async def test_a_dead_connection_is_noticed_by_the_keep_alive(mqtt_bench, eventually) -> None:
    async with Wire(mqtt_bench.settings("").address.port) as wire:
        ear = Ear()
        bus = MqttBus(BrokerAddress(port=wire.port, client_id="sleepy", keepalive_s=1))
        await bus.open([Subscription("t", 1)], ear)
        wire.swallowing = True
        await eventually(lambda: ear.downs)
        wire.swallowing = False
        await eventually(lambda: ear.ups == 2)
        await bus.close()


async def test_subscriptions_stand_again_after_a_loss(mqtt_bench, eventually) -> None:
    ear, bus = Ear(), make_bus(mqtt_bench.settings("reader"))
    await bus.open([Subscription("a/+", 1), Subscription("b/#", 0)], ear)
    await mqtt_bench.cut()
    await mqtt_bench.restore()
    await eventually(lambda: ear.ups == 2)
    async with mqtt_bench.probe([]) as probe:
        await probe.publish("a/x", b"1")
        await probe.publish("b/x/y", b"2")
        await eventually(lambda: len(ear.heard) == 2)
    await bus.close()

    assert [message.topic for message in ear.heard] == ["a/x", "b/x/y"]


async def test_a_patient_link_waits_for_its_broker(mqtt_bench, eventually) -> None:
    address = mqtt_bench.settings("assistant").address
    await mqtt_bench.cut()
    async with make_link(LinkSettings(address=address, patient=True)) as link:
        assert not link.connected
        early = await link.send(MUTE, turn_id="t", source="voice")
        changes = link.connection_changes()

        await mqtt_bench.restore()
        async with asyncio.timeout(30):
            assert await anext(changes) is True
        late = await link.send(MUTE, turn_id="t", source="voice")

    assert (early.outcome, late.reason) == (Outcome.UNREACHABLE, "absent")


async def test_closing_while_the_broker_is_away_ends_at_once(mqtt_bench, eventually) -> None:
    ear, bus = Ear(), make_bus(mqtt_bench.settings("reader"))
    await bus.open([], ear)
    await mqtt_bench.cut()
    await eventually(lambda: ear.downs)

    began_s = time.monotonic()
    await bus.close()

    assert time.monotonic() - began_s < 5
    assert not bus.up
    await mqtt_bench.restore()


async def test_the_greeting_goes_on_without_an_echo(mqtt_bench, monkeypatch) -> None:
    monkeypatch.setattr(bus_link, "ECHO_TIMEOUT_S", 0.1)
    monkeypatch.setattr(bus_link.BusLink, "_take", lambda _self, _message: None)  # may write its status, not read it

    async with asyncio.timeout(10), mqtt_bench.link() as link:
        assert link.connected


async def test_bytes_that_paho_cannot_read_end_the_connection_not_the_service(eventually) -> None:
    attempts = 0

    async def broken_broker(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal attempts
        attempts += 1
        await reader.read(200)
        writer.write(b"\x20\x03\x00\x00\x00")  # CONNACK: welcome
        writer.write(b"\x30\x04\x00\xff\x00\x00")  # PUBLISH whose topic is longer than the packet
        await writer.drain()
        await reader.read()

    async with serving(broken_broker) as port:
        bus, ear = MqttBus(BrokerAddress(port=port)), Ear()
        await bus.open([], ear)
        await eventually(lambda: attempts > 1)
        assert ear.downs
        await bus.close()


def test_an_unknown_link_names_those_there_are() -> None:
    with pytest.raises(LinkError) as caught:
        make_bus(LinkSettings(kind="can"))

    assert "'can'" in caught.value.message
    assert all(kind in caught.value.remedy for kind in BUSES)


def test_a_virtual_link_needs_a_hub() -> None:
    with pytest.raises(LinkError):
        make_bus(LinkSettings(kind="virtual"))
