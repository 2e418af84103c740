"""Brokers that are ours alone and never outlive us."""

import asyncio
import os
import socket
import sys
from pathlib import Path

import pytest

from integration import broker as broker_module
from integration.broker import ensure_broker, find_mosquitto, free_port
from intents.errors import ErrorCode, LinkError

needs_mosquitto = pytest.mark.skipif(find_mosquitto() is None, reason="mosquitto is not installed")


ROOT = Path(__file__).parents[2]


def listeners() -> str:
    return Path("/proc/net/tcp").read_text() + Path("/proc/net/tcp6").read_text()


def listens(port: int, host: str = "127.0.0.1") -> bool:
    with socket.socket() as probe:
        probe.settimeout(2)
        return probe.connect_ex((host, port)) == 0


async def test_without_mosquitto_the_embedded_broker_serves(monkeypatch) -> None:
    monkeypatch.setattr(broker_module, "find_mosquitto", lambda: None)

    async with ensure_broker() as running:
        assert running.kind == "embedded"
        assert await asyncio.to_thread(listens, running.port)

    assert not listens(running.port)


@needs_mosquitto
async def test_mosquitto_serves_on_the_loopback_and_ends_with_us() -> None:
    async with ensure_broker() as running:
        assert running.kind == "mosquitto"
        assert listens(running.port)
        local = listeners()
        assert f"0100007F:{running.port:04X}" in local
        assert f"00000000:{running.port:04X}" not in local

    assert not listens(running.port)


@needs_mosquitto
async def test_mosquitto_dies_when_we_are_killed(eventually) -> None:
    script = (
        "import asyncio\n"
        "from integration.broker import ensure_broker\n"
        "async def main():\n"
        "    async with ensure_broker('mosquitto') as running:\n"
        "        print(running.pid, flush=True)\n"
        "        await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, stdout=asyncio.subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert parent.stdout is not None
    pid = int(await parent.stdout.readline())
    parent.kill()
    await parent.communicate()

    await eventually(lambda: not running_process(pid))


def running_process(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


async def test_mosquitto_asked_for_and_absent_is_said_so(monkeypatch) -> None:
    monkeypatch.setattr(broker_module, "find_mosquitto", lambda: None)

    with pytest.raises(LinkError) as caught:
        async with ensure_broker("mosquitto"):
            pass

    assert caught.value.code is ErrorCode.BROKER_UNREACHABLE
    assert "install mosquitto" in caught.value.remedy


@pytest.mark.parametrize("kind", [pytest.param("mosquitto", marks=needs_mosquitto), "embedded"])
async def test_a_port_in_use_is_said_so(kind: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()

        with pytest.raises(LinkError) as caught:
            async with ensure_broker(kind, port=taken.getsockname()[1]):
                pass

    assert caught.value.code is ErrorCode.BROKER_UNREACHABLE


def test_free_ports_are_free() -> None:
    assert not listens(free_port())
