"""The subsystem's side of the wire contract, with a clock that is ours."""

import pytest

from integration.bus import Message
from integration.envelope import MAX_TTL_MS, CommandEnvelope
from integration.payload import decode, encode
from integration.simulator import ecu as ecu_module
from integration.simulator.ecu import Ecu
from integration.simulator.faults import Faults
from integration.simulator.media import Media
from intents.catalogue import command_from

LOUDER = command_from("media.change_volume", {"delta_percent": 5})


class Clock:
    now_s = 5000.0

    def monotonic(self) -> float:
        return self.now_s


class Desk:
    """An ECU with its publications collected."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.clock = Clock()
        monkeypatch.setattr(ecu_module, "time", self.clock)
        self.wall_ms = 1_000_000
        monkeypatch.setattr(ecu_module, "wall_ms", lambda: self.wall_ms)
        self.published: list[Message] = []
        self.media = Media()
        self.ecu = Ecu(self.media, self._publish, Faults(), "v")

    async def _publish(self, message: Message) -> None:
        self.published.append(message)

    def envelope(self, ttl_ms: int = 3000) -> CommandEnvelope:
        wrapped = CommandEnvelope.wrap(LOUDER, turn_id="t", source="voice", ttl_s=ttl_ms / 1000)
        return wrapped.model_copy(update={"issued_at_ms": self.wall_ms})

    async def take(self, envelope: CommandEnvelope, expiry_s: int | None = None) -> None:
        message = Message("v/command/media/change_volume", encode(envelope), 1, expiry_s=expiry_s)
        await self.ecu.take(message, "change_volume")

    async def work(self) -> None:
        """Lets the ECU handle what waits."""
        while not self.ecu._commands.empty():
            await self.ecu._handle(self.ecu._commands.get_nowait())

    def acks(self) -> list[tuple[str, str | None]]:
        wires = [decode(message.payload) for message in self.published if message.topic == "v/ack/media"]
        return [(wire["status"], wire.get("reason")) for wire in wires]


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(monkeypatch)


async def test_the_state_is_told_before_done_names_it(desk: Desk) -> None:
    await desk.take(desk.envelope())
    await desk.work()

    assert [message.topic for message in desk.published] == ["v/ack/media", "v/state/media", "v/ack/media"]
    done = decode(desk.published[-1].payload)
    assert done["state_version"] == decode(desk.published[1].payload)["version"] == 1
    assert desk.published[1].retain
    assert desk.published[1].expiry_s == 30


@pytest.mark.parametrize("waited_s", [2.9, 3.0, 50.0])
async def test_a_command_is_carried_out_before_its_end_and_not_after(desk: Desk, waited_s: float) -> None:
    await desk.take(desk.envelope(ttl_ms=3000))
    desk.clock.now_s += waited_s
    await desk.work()

    assert (desk.media.state.volume_percent == 45) is (waited_s < 3.0)
    if waited_s >= 3.0:
        assert desk.acks() == [("rejected", "expired")]


async def test_what_the_broker_left_of_its_life_counts(desk: Desk) -> None:
    await desk.take(desk.envelope(ttl_ms=3000), expiry_s=1)
    desk.clock.now_s += 1.0
    await desk.work()

    assert desk.acks() == [("rejected", "expired")]


@pytest.mark.parametrize(("ahead_ms", "done"), [(0, True), (2_900, True), (3_000, False), (-3_600_000, True)])
async def test_the_wall_clock_can_only_make_it_stricter(desk: Desk, ahead_ms: int, done: bool) -> None:
    envelope = desk.envelope(ttl_ms=3000)
    desk.wall_ms += ahead_ms
    await desk.take(envelope)
    await desk.work()

    assert (desk.acks()[-1][0] == "done") is done


async def test_a_clock_that_is_behind_does_not_make_a_command_immortal(desk: Desk) -> None:
    envelope = desk.envelope(ttl_ms=3000)
    desk.wall_ms -= 3_600_000
    await desk.take(envelope)
    desk.clock.now_s += 3.0
    await desk.work()

    assert desk.acks() == [("rejected", "expired")]


async def test_ids_are_remembered_for_the_longest_time_to_live(desk: Desk) -> None:
    envelope = desk.envelope(ttl_ms=MAX_TTL_MS)
    await desk.take(envelope)
    await desk.work()
    desk.clock.now_s += MAX_TTL_MS / 1000 - 0.1
    await desk.take(envelope)
    await desk.work()

    assert [status for status, _ in desk.acks()] == ["accepted", "done", "accepted", "done"]
    assert len(desk.ecu.carried_out) == 1

    desk.clock.now_s += 0.2
    desk.wall_ms += MAX_TTL_MS
    await desk.take(envelope)
    await desk.work()

    assert desk.acks()[-1] == ("rejected", "expired")
    assert len(desk.ecu.carried_out) == 1


async def test_a_state_is_refreshed_before_it_is_too_old(desk: Desk) -> None:
    told = []
    for _ in range(60):
        await desk.ecu.publish_state()
        told.append(len(desk.published))
        desk.clock.now_s += 1.0

    assert told[-1] == 6
    await desk.ecu.publish_state(anew=True)
    assert len(desk.published) == 7


async def test_a_defect_of_the_subsystem_is_answered_failed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk.media, "carry_out", lambda command: 1 / 0)
    await desk.take(desk.envelope())
    await desk.work()

    assert desk.acks() == [("failed", "internal")]
