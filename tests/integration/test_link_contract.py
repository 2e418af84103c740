"""What every vehicle link promises, over every bus."""

import asyncio
import json
import time
from collections.abc import AsyncIterator

import pytest

from integration import envelope as envelope_module
from integration.bus_link import BusLink
from integration.envelope import AssistantStatus, CommandEnvelope, DriverState, Problem, TurnRecord
from integration.link import Outcome
from integration.payload import decode, encode
from integration.simulator import DRIVES, Fault
from intents.base import Command, Json
from intents.catalogue import command_from

WARM = command_from("climate.set_temperature", {"celsius": 24.5})
MUTE = command_from("media.set_mute", {"on": True})
LOUDER = command_from("media.change_volume", {"delta_percent": 10})


async def send(link: BusLink, command: Command, ttl_s: float = 3.0):
    return await link.send(command, turn_id="turn-1", source="text", ttl_s=ttl_s)


def raw(command: Command, *, ttl_ms: int = 3000, age_ms: int = 0) -> tuple[str, bytes, CommandEnvelope]:
    envelope = CommandEnvelope.wrap(command, turn_id="turn-1", source="voice", ttl_s=ttl_ms / 1000)
    envelope = envelope.model_copy(update={"issued_at_ms": envelope.issued_at_ms - age_ms})
    return f"vehicle/command/{command.domain}/{command.verb_object}", encode(envelope), envelope


async def test_a_command_is_done_and_the_state_shows_it(bench) -> None:
    async with bench.vehicle(), bench.link() as link:
        delivery = await send(link, WARM)

        assert (delivery.outcome, delivery.confirmed_by) == (Outcome.DONE, "state")
        assert delivery.done_ms is not None
        reading = link.state("climate")
        assert reading is not None
        assert reading.state.at("zones.driver.celsius") == 24.5


async def test_a_step_is_done_by_ack_and_the_state_is_there_to_be_read(bench) -> None:
    async with bench.vehicle(), bench.link() as link:
        delivery = await send(link, LOUDER)

        assert (delivery.outcome, delivery.confirmed_by) == (Outcome.DONE, "ack")
        assert delivery.ack_ms is not None
        reading = link.state("media")
        assert reading is not None
        assert reading.state.at("volume_percent") == 50


async def test_the_envelope_on_the_wire_is_the_contracts(bench, eventually) -> None:
    async with bench.vehicle(), bench.probe(["vehicle/command/#", "vehicle/ack/#"]) as probe, bench.link() as link:
        delivery = await send(link, WARM)
        await eventually(lambda: len(probe.on("vehicle/ack/climate")) == 2)

    (command,) = probe.on("vehicle/command/climate/set_temperature")
    wire = json.loads(command.payload)
    assert wire["id"] == delivery.id
    assert wire["slots"] == {"zone": "driver", "celsius": 24.5}
    assert not command.retain
    assert (command.expiry_s, command.response_topic) == (3, "vehicle/ack/climate")
    assert (command.correlation, command.content_type) == (delivery.id.encode(), "application/json")
    assert [json.loads(ack.payload)["status"] for ack in probe.on("vehicle/ack/climate")] == ["accepted", "done"]


async def test_a_refusal_comes_with_its_reason(bench) -> None:
    async with bench.vehicle(), bench.link() as link:
        delivery = await send(link, command_from("navigation.navigate", {"destination": "qwertz"}))

        assert (delivery.outcome, delivery.reason) == (Outcome.REJECTED, "destination_unknown")


@pytest.mark.parametrize(
    ("fault", "command", "outcome", "reason"),
    [
        (Fault.SILENT, WARM, Outcome.NO_ANSWER, "silent"),
        (Fault.STALLS, WARM, Outcome.NO_ANSWER, "not_finished"),
        (Fault.LIES, WARM, Outcome.FAILED, "state_disagrees"),
        (Fault.REJECTS, WARM, Outcome.REJECTED, "not_available"),
    ],
)
async def test_a_faulty_subsystem_is_seen_through(bench, eventually, fault, command, outcome, reason) -> None:
    async with bench.vehicle() as vehicle, bench.link() as link:
        await eventually(lambda: link.state("climate"))
        vehicle.faults.set("climate", fault)

        delivery = await send(link, command, ttl_s=0.3)

        assert (delivery.outcome, delivery.reason) == (outcome, reason)
        assert not vehicle.ecus["climate"].carried_out


async def test_a_subsystem_too_slow_for_the_ttl_does_not_act_late(bench, eventually) -> None:
    async with bench.vehicle() as vehicle, bench.link() as link:
        vehicle.faults.slow_s = 0.4
        vehicle.faults.set("media", Fault.SLOW)

        late = await send(link, MUTE, ttl_s=0.2)
        vehicle.faults.set("media", None)
        marker = await send(link, LOUDER)  # the subsystem works in order: once this is done, the late one was judged

        assert late.outcome is Outcome.NO_ANSWER
        assert marker.outcome is Outcome.DONE
        assert [done.intent for done in vehicle.ecus["media"].carried_out] == ["media.change_volume"]


async def test_a_subsystem_that_is_slow_but_in_time_is_done(bench) -> None:
    async with bench.vehicle() as vehicle, bench.link() as link:
        vehicle.faults.slow_s = 0.2
        vehicle.faults.set("media", Fault.SLOW)

        assert (await send(link, MUTE)).outcome is Outcome.DONE


async def test_an_old_command_is_not_carried_out(bench, monkeypatch) -> None:
    monkeypatch.setattr(envelope_module, "wall_ms", lambda: int(time.time() * 1000) - 10_000)
    async with bench.vehicle() as vehicle, bench.link() as link:
        delivery = await send(link, WARM)

        assert (delivery.outcome, delivery.reason) == (Outcome.EXPIRED, "expired")
        assert not vehicle.ecus["climate"].carried_out


async def test_nobody_there_is_no_answer(bench) -> None:
    async with bench.link() as link:
        delivery = await send(link, WARM)

        assert (delivery.outcome, delivery.reason) == (Outcome.NO_ANSWER, "absent")


async def test_a_command_is_carried_out_once_and_answered_each_time(bench, eventually) -> None:
    async with bench.vehicle() as vehicle, bench.probe(["vehicle/ack/#"]) as probe:
        topic, payload, envelope = raw(LOUDER)

        await probe.publish(topic, payload)
        await eventually(lambda: len(probe.heard) == 2)
        for _ in range(2):
            await probe.publish(topic, payload)
        await eventually(lambda: len(probe.heard) == 6)

        assert [json.loads(ack.payload)["status"] for ack in probe.heard] == ["accepted", "done"] * 3
        assert {json.loads(ack.payload)["id"] for ack in probe.heard} == {str(envelope.id)}
        assert [done.id for done in vehicle.ecus["media"].carried_out] == [envelope.id]


async def test_a_repeat_before_the_first_answer_is_not_carried_out_either(bench, eventually) -> None:
    async with bench.vehicle() as vehicle, bench.link() as link, bench.probe([]) as probe:
        topic, payload, envelope = raw(LOUDER)

        for _ in range(5):
            await probe.publish(topic, payload)
        marker = await send(link, MUTE)

        assert marker.outcome is Outcome.DONE
        assert [done.id for done in vehicle.ecus["media"].carried_out][:1] == [envelope.id]
        assert len(vehicle.ecus["media"].carried_out) == 2


@pytest.mark.parametrize(
    "spoil",
    [
        lambda topic, payload: (topic, b"{"),
        lambda topic, payload: (topic, payload[:-1] + b', "more": 1}'),
        lambda topic, payload: ("vehicle/command/media/set_mute", payload),
        lambda topic, payload: (topic, b'{"a":' * 10_000 + b"1" + b"}" * 10_000),
        lambda topic, payload: (topic, b'{"x": "' + b"x" * 70_000 + b'"}'),
    ],
    ids=["torn", "unknown field", "wrong topic", "depth bomb", "oversized"],
)
async def test_the_vehicle_drops_and_counts_what_is_no_command(bench, eventually, spoil) -> None:
    async with bench.vehicle() as vehicle, bench.probe(["vehicle/ack/#"]) as probe:
        topic, payload, _ = raw(LOUDER)

        await probe.publish(*spoil(topic, payload))
        await eventually(lambda: sum(vehicle.dropped.values()) == 1)
        await probe.publish(topic, payload)
        await eventually(lambda: len(probe.heard) == 2)

        assert len(vehicle.ecus["media"].carried_out) == 1


async def test_a_command_outside_the_catalogue_is_rejected(bench, eventually) -> None:
    async with bench.vehicle() as vehicle, bench.probe(["vehicle/ack/#"]) as probe:
        topic, payload, _ = raw(WARM)

        await probe.publish(topic, payload.replace(b"24.5", b"99.0"))
        (ack,) = await eventually(lambda: probe.heard)

        assert decode(ack.payload)["status"] == "rejected"
        assert decode(ack.payload)["reason"] == "command_invalid"
        assert not vehicle.ecus["climate"].carried_out


async def test_a_kept_command_is_of_another_age(bench, eventually) -> None:
    topic, payload, _ = raw(LOUDER)
    async with bench.probe([]) as probe:
        await probe.publish(topic, payload, retain=True)

        async with bench.vehicle() as vehicle:
            await eventually(lambda: vehicle.dropped["stale_retained"] == 1)

            assert not vehicle.ecus["media"].carried_out


HOSTILE = [
    ("vehicle/state/climate", b"\xff", "not_utf8"),
    ("vehicle/state/climate", b'{"version": 1, "version": 2}', "duplicate_key"),
    ("vehicle/state/climate", b'{"outside_celsius": NaN}', "not_finite"),
    ("vehicle/state/climate", b'{"unknown": 1}', "wrong_shape"),
    ("vehicle/state/engine", b"{}", "unknown_topic"),
    ("vehicle/ack/climate", b"[]", "not_object"),
    ("vehicle/motion", b'{"speed_kmh": 1e999, "gear": "drive", "ignition": "on"}', "not_finite"),
    ("vehicle/driver/sample", b'{"a":' * 9000 + b"1" + b"}" * 9000, "too_deep"),
    ("vehicle/assistant/say", b'{"text": "' + b"x" * 70_000 + b'"}', "oversized"),
    ("vehicle/assistant/listen", b'{"action": "explode"}', "wrong_shape"),
    ("vehicle/ack/climate", b'{"id": "01a20a62-4fd6-7e8f-8c8a-b04adbb9b6b2", "status": "done"}', "unknown_id"),
]


async def test_the_assistant_drops_and_counts_hostile_messages_and_goes_on(bench, eventually) -> None:
    async with bench.vehicle(), bench.link() as link, bench.probe([]) as probe:
        for topic, payload, reason in HOSTILE:
            before = link.dropped[reason]
            await probe.publish(topic, payload)
            await eventually(lambda before=before, reason=reason: link.dropped[reason] == before + 1)

        assert (await send(link, WARM)).outcome is Outcome.DONE
        assert sum(link.dropped.values()) == len(HOSTILE)


async def test_a_kept_press_of_the_talk_button_is_of_another_age(bench, eventually) -> None:
    async with bench.probe([]) as probe:
        await probe.publish("vehicle/assistant/listen", b'{"action": "start"}', retain=True)

        async with bench.link() as link:
            await eventually(lambda: link.dropped["stale_retained"] == 1)


async def test_presses_speech_and_samples_reach_their_readers(bench) -> None:
    async with bench.link() as link, bench.probe([]) as probe:
        listens, says, samples = link.listens(), link.says(), link.driver_samples()
        await probe.publish("vehicle/assistant/listen", b'{"action": "mute"}')
        await probe.publish("vehicle/assistant/say", b'{"text": "Door open", "priority": "high"}')
        await probe.publish("vehicle/driver/sample", b'{"t_s": 1.5}', qos=0)

        async with asyncio.timeout(10):
            assert (await anext(listens)).action == "mute"
            said = await anext(says)
            assert (said.text, said.priority) == ("Door open", "high")
            assert await anext(samples) == b'{"t_s": 1.5}'


async def film(number: int) -> AsyncIterator[dict[str, Json]]:
    for index in range(number):
        yield {"t_s": index / 20}


async def test_the_driver_camera_films_for_the_assistant(bench) -> None:
    async with bench.link() as link:
        samples = link.driver_samples()
        async with bench.vehicle(samples=film(5)), asyncio.timeout(10):
            times = [decode(await anext(samples))["t_s"] for _ in range(5)]

    assert times == [0.0, 0.05, 0.1, 0.15, 0.2]


async def test_motion_is_known_while_it_is_told(bench, eventually) -> None:
    async with bench.vehicle(drive=DRIVES["motorway"]) as vehicle, bench.link() as link:
        await eventually(link.motion)
        motion = link.motion()
        assert motion is not None
        assert motion.gear == "drive"
        assert 110 < motion.speed_kmh < 131

        vehicle.motion_silent = True
        await eventually(lambda: link.motion() is None)

        vehicle.motion_silent = False
        await eventually(link.motion)


async def test_the_status_is_kept_and_ends_offline(bench, eventually) -> None:
    async with bench.probe([]):
        async with bench.link() as link:
            assert await link.publish(AssistantStatus(status="ready"))
            async with bench.probe(["vehicle/assistant/status"]) as late:
                await eventually(lambda: late.heard)
        async with bench.probe(["vehicle/assistant/status"]) as later:
            await eventually(lambda: later.heard)

    assert (decode(late.heard[0].payload)["status"], late.heard[0].retain) == ("ready", True)
    assert (decode(later.heard[0].payload)["status"], later.heard[0].retain) == ("offline", True)


async def test_a_link_that_starts_says_so(bench, eventually) -> None:
    async with bench.link(), bench.probe(["vehicle/assistant/status"]) as probe:
        await eventually(lambda: probe.heard)

    wire = AssistantStatus.model_validate_json(probe.heard[0].payload)
    assert wire == AssistantStatus(status="degraded", problems=(Problem(part="service", reason="starting"),))


async def test_turns_are_told_but_not_kept(bench, eventually) -> None:
    record = TurnRecord(turn_id="t", source="voice", outcome="done", stages_ms={"asr": 120.5})
    async with bench.link() as link:
        async with bench.probe(["vehicle/assistant/turn"]) as probe:
            assert await link.publish(record)
            await eventually(lambda: probe.heard)
        async with bench.probe(["vehicle/assistant/#"]) as late:
            await eventually(lambda: late.heard)

    assert TurnRecord.model_validate_json(probe.heard[0].payload) == record
    assert {message.topic for message in late.heard} == {"vehicle/assistant/status"}


async def test_a_lost_bus_is_told_once_and_commands_fail_fast(bench, eventually) -> None:
    async with bench.link() as link:
        changes = link.connection_changes()
        async with bench.vehicle() as vehicle:
            assert (await send(link, WARM)).outcome is Outcome.DONE

            await bench.cut()
            async with asyncio.timeout(10):
                assert await anext(changes) is False
            began_s = time.monotonic()
            lost = await send(link, MUTE)

            assert (lost.outcome, lost.reason) == (Outcome.UNREACHABLE, "not_connected")
            assert time.monotonic() - began_s < 1.0
            assert not link.connected
            assert link.state("climate") is None
            assert link.motion() is None
            assert not await link.publish(AssistantStatus(status="ready"))

            await bench.restore()
            async with asyncio.timeout(30):
                assert await anext(changes) is True
            await eventually(lambda: link.state("climate"))

            assert (await send(link, LOUDER)).outcome is Outcome.DONE
            assert [done.intent for done in vehicle.ecus["media"].carried_out] == ["media.change_volume"]


async def test_the_retained_state_is_read_before_the_link_is_connected(bench, eventually) -> None:
    async with bench.vehicle() as vehicle:
        async with bench.probe(["vehicle/state/#"]) as probe:
            await eventually(lambda: len({message.topic for message in probe.heard}) == len(vehicle.ecus))
        async with bench.link() as link:
            known = [domain for domain in vehicle.ecus if link.state(domain) is not None]

    assert known == list(vehicle.ecus)


async def test_what_is_kept_of_us_is_told_again_after_a_loss(bench, eventually) -> None:
    state = DriverState(alertness="low", kss=7, sensor="ok")
    async with bench.link() as link:
        changes = link.connection_changes()
        await link.publish(state)
        await link.publish(AssistantStatus(status="ready"))
        await bench.cut()
        await bench.restore()
        async with asyncio.timeout(30):
            assert [await anext(changes), await anext(changes)] == [False, True]
        async with bench.probe(["vehicle/driver/state", "vehicle/assistant/status"]) as probe:
            await eventually(lambda: len(probe.heard) == 2)

    assert DriverState.model_validate_json(probe.on("vehicle/driver/state")[0].payload) == state
    assert decode(probe.on("vehicle/assistant/status")[0].payload)["status"] == "ready"


async def test_many_commands_at_once_each_get_their_own_answer(bench) -> None:
    commands = [command_from("climate.set_temperature", {"celsius": 16 + index / 2, "zone": "passenger"})
                for index in range(12)]  # fmt: skip
    others = [command_from("personal.add_note", {"text": f"note {index}"}) for index in range(12)]
    async with bench.vehicle() as vehicle, bench.link() as link:
        deliveries = await asyncio.gather(*(send(link, command) for command in [*commands, *others]))

        assert len({delivery.id for delivery in deliveries}) == 24
        # Set points follow each other, so an earlier one may be overtaken; notes cannot be.
        assert [delivery.outcome for delivery in deliveries[12:]] == [Outcome.DONE] * 12
        assert len(vehicle.ecus["personal"].carried_out) == 12
        assert len(vehicle.ecus["climate"].carried_out) == 12
