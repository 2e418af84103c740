import asyncio

import pytest

from integration.broker import free_port
from integration.simulator import Faults, run_simulator
from intents.errors import LinkError, SettingsError


async def test_the_simulator_runs_until_it_is_told_to_end(mqtt_bench, eventually) -> None:
    address = mqtt_bench.settings("").address
    async with mqtt_bench.probe() as probe:
        running = asyncio.ensure_future(
            run_simulator(address.host, address.port, drive="city", faults=Faults.parse(["media=silent"]))
        )
        await eventually(lambda: probe.on("vehicle/state/climate") and probe.on("vehicle/motion"))
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    assert not probe.on("vehicle/state/media")


async def test_a_simulator_without_a_broker_says_so() -> None:
    with pytest.raises(LinkError):
        await run_simulator("127.0.0.1", free_port())


async def test_a_drive_that_is_none_names_those_there_are() -> None:
    with pytest.raises(SettingsError) as caught:
        await run_simulator("127.0.0.1", 1, drive="moon")

    assert "motorway" in caught.value.remedy
