"""Benches: a link, a simulated vehicle and a probe on one bus, over memory, mosquitto and our own broker."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from integration.address import BrokerAddress
from integration.broker import RunningBroker, ensure_broker, find_mosquitto
from integration.bus import Handover, Message, Subscription
from integration.bus_link import BusLink
from integration.links import LinkSettings, make_bus, make_link
from integration.simulator import SimulatedVehicle
from integration.virtual import VirtualHub

PATIENCE_S = 10.0  # for what must happen; nothing in these tests is measured


class Probe:
    """A third participant that publishes anything and remembers everything."""

    def __init__(self, settings: LinkSettings) -> None:
        self.bus = make_bus(settings)
        self.heard: list[Message] = []

    def on_message(self, message: Message) -> None:
        self.heard.append(message)

    def on_up(self) -> None: ...

    def on_down(self, reason: str) -> None: ...

    async def publish(self, topic: str, payload: bytes, **options: object) -> Handover:
        return await self.bus.publish(Message(topic, payload, **{"qos": 1, **options}), 2.0)

    def on(self, topic: str) -> list[Message]:
        return [message for message in self.heard if message.topic == topic]


class Bench:
    """Everything on one bus that can be cut and restored."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._hub = VirtualHub()
        self._broker: RunningBroker | None = None
        self._port = 0
        self._broker_stack = AsyncExitStack()

    async def restore(self) -> None:
        if self.kind == "virtual":
            self._hub.start()
            return
        self._broker = await self._broker_stack.enter_async_context(ensure_broker(self.kind, port=self._port))
        self._port = self._broker.port

    async def cut(self) -> None:
        if self.kind == "virtual":
            self._hub.stop()
        else:
            await self._broker_stack.aclose()

    def settings(self, client_id: str) -> LinkSettings:
        if self.kind == "virtual":
            return LinkSettings(kind="virtual", hub=self._hub)
        return LinkSettings(address=BrokerAddress(port=self._port, client_id=client_id))

    @asynccontextmanager
    async def link(self) -> AsyncIterator[BusLink]:
        async with make_link(self.settings("assistant")) as link:
            yield link

    @asynccontextmanager
    async def vehicle(self, **options: object) -> AsyncIterator[SimulatedVehicle]:
        async with SimulatedVehicle(make_bus(self.settings("vehicle")), **options) as vehicle:
            yield vehicle

    @asynccontextmanager
    async def probe(self, filters: Sequence[str] = ("vehicle/#",)) -> AsyncIterator[Probe]:
        probe = Probe(self.settings("probe"))
        await probe.bus.open([Subscription(one, 1) for one in filters], probe)
        try:
            yield probe
        finally:
            await probe.bus.close()


def _require(kind: str) -> None:
    if kind == "mosquitto" and find_mosquitto() is None:
        pytest.skip("mosquitto is not installed")


@pytest.fixture(params=["virtual", "mosquitto", "embedded"])
async def bench(request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    _require(request.param)
    bench = Bench(request.param)
    await bench.restore()
    yield bench
    await bench.cut()


@pytest.fixture(params=["mosquitto", "embedded"])
async def mqtt_bench(request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    _require(request.param)
    bench = Bench(request.param)
    await bench.restore()
    yield bench
    await bench.cut()


@pytest.fixture
def eventually() -> Callable[[Callable[[], object]], object]:
    """Waits for a condition in the event loop; fails loudly when it does not come."""

    async def wait(condition: Callable[[], object]) -> object:
        give_up_s = time.monotonic() + PATIENCE_S
        while not (value := condition()):
            assert time.monotonic() < give_up_s, "the condition did not come true"
            await asyncio.sleep(0.005)
        return value

    return wait
