"""The broker configuration we ship, in force in a real mosquitto: mutual TLS and each one's own topics."""

import asyncio
import contextlib
import os
import re
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import integration
from integration.address import BrokerAddress, TlsFiles
from integration.broker import find_mosquitto, free_port
from integration.bus import Handover, Message, Subscription
from integration.bus_link import BusLink
from integration.link import Outcome
from integration.links import LinkSettings, make_bus
from integration.mqtt import MqttBus
from integration.simulator import SimulatedVehicle
from integration.topics import TOPICS, Direction
from intents.catalogue import STATES, command_from
from intents.errors import LinkError

pytestmark = pytest.mark.skipif(find_mosquitto() is None, reason="mosquitto is not installed")

SHIPPED = Path(integration.__file__).parent / "mosquitto"
WHO = ["broker", "vehicle-assistant", "media", "motion", "driver-camera", "hmi", "stranger"]
MUTE = command_from("media.set_mute", {"on": True})


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate authority and a certificate for each one, made with openssl."""
    folder = tmp_path_factory.mktemp("certificates")

    def openssl(words: str) -> None:
        subprocess.run(["openssl", *words.split()], check=True, capture_output=True, cwd=folder)

    new_key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
    openssl(f"req -x509 {new_key} -keyout ca.key -out ca.crt -subj /CN=vehicle-ca -days 2")
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1\n")
    for name in WHO:
        openssl(f"req {new_key} -keyout {name}.key -out {name}.csr -subj /CN={name}")
        openssl(
            f"x509 -req -in {name}.csr -CA ca.crt -CAkey ca.key -CAcreateserial -out {name}.crt -days 2 -extfile names"
        )
    return folder


@pytest.fixture
async def port(certificates: Path, tmp_path: Path) -> AsyncIterator[int]:
    """Mosquitto with the shipped files; only paths, port and address are this bench's."""
    port, settings = free_port(), (SHIPPED / "vehicle-assistant.conf").read_text()
    settings = settings.replace("listener 8883", f"listener {port} 127.0.0.1")
    settings = settings.replace("/etc/mosquitto/certs/vehicle-ca.crt", str(certificates / "ca.crt"))
    settings = settings.replace("/etc/mosquitto/certs", str(certificates))
    settings = settings.replace("/etc/mosquitto/vehicle-assistant.acl", str(SHIPPED / "vehicle-assistant.acl"))
    assert "/etc/" not in re.sub(r"#.*", "", settings)
    (tmp_path / "mosquitto.conf").write_text(f"user root\n{settings}")
    with (tmp_path / "mosquitto.log").open("wb") as log_file:
        process = await asyncio.create_subprocess_exec(
            str(find_mosquitto()), "-c", str(tmp_path / "mosquitto.conf"), stderr=log_file
        )
    async with asyncio.timeout(10):
        while True:
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                break
            assert process.returncode is None, (tmp_path / "mosquitto.log").read_text()
            await asyncio.sleep(0.01)
    yield port
    process.terminate()
    await process.wait()


class Ear:
    def __init__(self) -> None:
        self.heard: asyncio.Queue[Message] = asyncio.Queue()

    def on_message(self, message: Message) -> None:
        self.heard.put_nowait(message)

    def on_up(self) -> None: ...

    def on_down(self, reason: str) -> None: ...


def settings(port: int, certificates: Path, name: str) -> LinkSettings:
    tls = TlsFiles(certificates / "ca.crt", certificates / f"{name}.crt", certificates / f"{name}.key")
    return LinkSettings(address=BrokerAddress(port=port, client_id=name, tls=tls, connect_timeout_s=2.0))


async def test_the_assistant_reaches_a_subsystem(port: int, certificates: Path) -> None:
    ear = Ear()
    media = make_bus(settings(port, certificates, "media"))
    await media.open([Subscription("vehicle/command/media/+", 1)], ear)

    async with BusLink(make_bus(settings(port, certificates, "vehicle-assistant"))) as link:
        delivery = await link.send(MUTE, turn_id="t", source="voice", ttl_s=0.5)
        command = await asyncio.wait_for(ear.heard.get(), 10)

    await media.close()
    assert (delivery.outcome, delivery.reason) == (Outcome.NO_ANSWER, "silent")
    assert command.topic == "vehicle/command/media/set_mute"


@pytest.mark.parametrize(
    ("who", "topic", "allowed"),
    [
        ("vehicle-assistant", "vehicle/command/climate/set_power", True),
        ("vehicle-assistant", "vehicle/ack/media", False),
        ("vehicle-assistant", "vehicle/state/media", False),
        ("vehicle-assistant", "vehicle/motion", False),
        ("media", "vehicle/state/media", True),
        ("media", "vehicle/ack/media", True),
        ("media", "vehicle/state/climate", False),
        ("media", "vehicle/command/media/set_mute", False),
        ("media", "vehicle/motion", False),
        ("motion", "vehicle/motion", True),
        ("motion", "vehicle/driver/sample", False),
        ("driver-camera", "vehicle/driver/sample", True),
        ("hmi", "vehicle/assistant/listen", True),
        ("hmi", "vehicle/command/vehicle/set_lock", False),
        ("stranger", "vehicle/motion", False),
        ("stranger", "vehicle/command/vehicle/set_lock", False),
    ],
)
async def test_each_may_say_its_own_and_nothing_else(
    port: int, certificates: Path, who: str, topic: str, allowed: bool
) -> None:
    bus = make_bus(settings(port, certificates, who))
    await bus.open([], Ear())

    handover = await bus.publish(Message(topic, b"{}", qos=1), 5.0)

    await bus.close()
    assert (handover in (Handover.TAKEN, Handover.UNHEARD)) is allowed
    assert (handover is Handover.REFUSED) is not allowed


async def test_without_a_certificate_nobody_gets_in(port: int, certificates: Path) -> None:
    with pytest.raises(LinkError):
        await make_bus(LinkSettings(address=BrokerAddress(port=port, connect_timeout_s=1.0))).open([], Ear())


async def test_a_broker_of_another_authority_is_not_trusted(port: int, certificates: Path, tmp_path: Path) -> None:
    subprocess_args = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                       "-keyout", "x.key", "-out", "x.crt", "-subj", "/CN=other", "-days", "2"]  # fmt: skip
    await asyncio.to_thread(subprocess.run, subprocess_args, check=True, capture_output=True, cwd=tmp_path)
    tls = TlsFiles(tmp_path / "x.crt", certificates / "media.crt", certificates / "media.key")

    with pytest.raises(LinkError) as caught:
        await MqttBus(BrokerAddress(port=port, tls=tls, connect_timeout_s=1.0)).open([], Ear())

    assert "TLS" in caught.value.message


def test_the_access_list_names_every_topic_of_the_assistant() -> None:
    text = (SHIPPED / "vehicle-assistant.acl").read_text()
    ours = text.partition("user vehicle-assistant\n")[2].partition("\n\n")[0].splitlines()

    expected = {f"topic {'write' if row.direction is Direction.OUT else 'read'} {row.filter('vehicle')}"
                for row in TOPICS.values()}  # fmt: skip

    assert {line.replace("readwrite", "write") for line in ours} == expected


def test_subsystems_are_known_by_their_domain() -> None:
    assert set(STATES) == set(SimulatedVehicle(Dummy()).ecus)
    assert os.sep not in "".join(STATES)


class Dummy(MqttBus):
    def __init__(self) -> None:
        super().__init__(BrokerAddress())
