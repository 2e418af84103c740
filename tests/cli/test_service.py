"""`say`, `check`, `run`, `simulate` and the exported contracts, from outside."""

import asyncio
import json
import re
import signal
import socket
import subprocess
from contextlib import closing, contextmanager
from functools import partial

import pytest

from integration.broker import ensure_broker
from intents.catalogue import COMMANDS
from vehicle_assistant.driver.recording import attentive, eyes_closed, write_recording


def closed_port() -> int:
    """A port of this machine nobody listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


# -- say ---------------------------------------------------------------------------------------------------------------


def test_say_tells_what_was_done_and_why(cli) -> None:
    ended = cli("say", "turn on the seat heating")
    assert (ended.code, ended.err) == (0, "")
    told = json.loads(ended.out)
    assert list(told) == ["wake_s", "text", "outcome", "commands", "said", "stage_ms", "why"]
    assert told["outcome"] == "done"
    assert told["commands"] == [
        {
            "intent": "climate.set_seat_heating",
            "slots": {"zone": "driver", "level": 2},
            "result": "done",
            "reason": None,
        }
    ]
    assert told["said"] == "Seat heating 2."
    assert told["why"]["decisions"] == "climate.set_seat_heating level=medium"
    assert 0.4 <= told["why"]["confidence"] <= 1
    assert "Done(" in told["why"]["outcome"]


def test_say_at_speed_is_refused_by_policy(cli) -> None:
    told = json.loads(cli("say", "--speed-kmh", "120", "open the trunk").out)
    assert (told["outcome"], told["said"], told["commands"]) == ("refused", "Not while driving.", [])
    assert "opens_body" in told["why"]["outcome"]


@pytest.mark.parametrize("speed", ["nan", "-5", "501", "fast"])
def test_a_speed_no_car_has_is_refused(cli, speed) -> None:
    ended = cli("say", f"--speed-kmh={speed}", "hello")
    assert (ended.code, ended.out) == (2, b"")
    assert ended.err.splitlines()[-1].endswith(f"'{speed}' is no speed from 0 to 500 km/h")


# -- a broker that is not there ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [("run",), ("simulate",), ("say", "--vehicle", "settings", "pause")])
def test_without_a_broker_a_command_says_so_in_one_line(cli, command) -> None:
    port = closed_port()
    error = cli("--config", cli.config(f"[vehicle]\nport = {port}\n"), *command).error
    assert error.startswith(f"no MQTT broker at 127.0.0.1:{port}: ")
    assert "start a broker" in error


@contextmanager
def daemon(cli, text: str):
    """`run` with these settings, ended at the latest with the test."""
    arguments = cli.arguments("--config", cli.config(text), "run")
    with subprocess.Popen(
        arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=cli.folder, env=cli.environment(), text=True
    ) as child:
        try:
            yield child
        finally:
            if child.poll() is None:
                child.kill()


def events(child):
    """The journal of a running service, line by line."""
    assert child.stderr is not None
    for line in child.stderr:
        assert line.startswith("{"), line
        yield json.loads(line)


QUIET = '[voice]\nengine = "silent"\nloudspeaker = "silent"\n'


def test_a_patient_daemon_waits_for_its_broker_and_ends_when_told(cli) -> None:
    port = closed_port()
    with daemon(cli, f"[assistant]\npatient = true\n[vehicle]\nport = {port}\n{QUIET}") as child:
        seen = []
        for event in events(child):
            seen.append(event["event"])
            if event["event"] == "ready":
                break
        assert any(re.match(f"no MQTT broker at 127.0.0.1:{port} yet", event) for event in seen)
        child.send_signal(signal.SIGTERM)
        out, err = child.communicate(timeout=30)
        assert child.returncode == 0
        assert out == ""
        assert "Traceback" not in err


def test_the_daemon_does_not_start_without_its_model(cli) -> None:
    assert "no model is called 'nosuch'" in cli("--config", cli.config('[parser]\nmodel = "nosuch"\n'), "run").error


# -- check -------------------------------------------------------------------------------------------------------------


def test_check_tells_every_setting_and_what_is_missing(cli) -> None:
    port = closed_port()
    ended = cli("--config", cli.config(f"[vehicle]\nport = {port}\n"), "check", "--json")
    report = json.loads(ended.out)
    assert ended.code == 1
    assert report["ok"] is False
    rows = {row["key"]: row for row in report["settings"]}
    assert rows["vehicle.port"]["value"] == str(port)
    assert rows["vehicle.port"]["origin"].endswith("car.toml:2")
    assert rows["vehicle.host"]["origin"] == "default"
    broker = next(f for f in report["findings"] if f["name"] == "broker")
    assert broker["state"] == "missing"
    assert all(f["remedy"] for f in report["findings"] if f["state"] == "missing")


def test_check_is_content_with_a_machine_that_has_what_the_settings_need(cli, spoken) -> None:
    file = spoken("computer pause the music")
    text = f'[vehicle]\nlink = "virtual"\n[audio]\nsource = "wav"\nwav_path = "{file}"\n{QUIET}'
    ended = cli("--config", cli.config(text), "check")
    assert ended.code == 0, ended.out
    assert "The service can run as it is set." in ended.out.decode()


# -- exported contracts and recordings of drivers ----------------------------------------------------------------------


def test_the_grammar_names_every_command(cli) -> None:
    ended = cli("grammar")
    assert (ended.code, ended.err) == (0, "")
    text = ended.out.decode()
    assert text.startswith("root ::=") or "\nroot ::=" in text
    for intent in COMMANDS:
        assert f'"{intent}' in text


def test_the_schema_names_every_command(cli) -> None:
    ended = cli("schema")
    assert ended.code == 0
    text = json.dumps(json.loads(ended.out))
    for intent in COMMANDS:
        assert f'"{intent}"' in text


def test_monitor_replays_a_recording(cli, tmp_path) -> None:
    file = tmp_path / "drive.jsonl"
    write_recording(file, [*attentive(20.0), *eyes_closed(1.6, start_s=20.0), *attentive(20.0, start_s=21.6)], 100.0)
    ended = cli("monitor", file)
    assert (ended.code, ended.err) == (0, "")
    warning, *later = ended.rows
    assert list(warning) == ["t_s", "kind", "level", "since_s", "text", "heard", "score"]
    assert (warning["kind"], warning["level"], warning["heard"]) == ("microsleep", "warning", True)
    assert 20.0 < warning["t_s"] < 21.6
    assert all(row["t_s"] > 21.6 and row["kind"] != "microsleep" for row in later)


@pytest.mark.parametrize(
    ("content", "says"),
    [(None, "cannot be read"), (b"", "holds no driver sample"), (b"hello\n", "line 1"), (b"\xff\xfe\n", "line 1")],
)
def test_a_recording_that_is_none_is_refused(cli, tmp_path, content, says) -> None:
    file = tmp_path / "drive.jsonl"
    if content is not None:
        file.write_bytes(content)
    assert says in cli("monitor", file).error


def test_a_drive_nobody_knows_is_refused(cli) -> None:
    assert "use one of: parked, city, motorway" in cli("simulate", "--drive", "moon").error


def test_a_report_that_cannot_be_written_is_told_before_the_demo(cli) -> None:
    assert "/nowhere/report.json cannot be written" in cli("demo", "--json", "/nowhere/report.json").error


@pytest.mark.parametrize("arguments", [(), ("fly",), ("parse", "--no-such-option"), ("listen",)])
def test_wrong_usage_is_told_with_the_usage(cli, arguments) -> None:
    ended = cli(*arguments)
    assert (ended.code, ended.out) == (2, b"")
    assert ended.err.startswith("usage: vehicle-assistant")
    assert "Traceback" not in ended.err


# -- a vehicle on a broker ---------------------------------------------------------------------------------------------


async def test_typed_words_reach_a_vehicle_on_a_broker(cli) -> None:
    async with ensure_broker("embedded") as broker:
        config = cli.config(f"[vehicle]\nhost = '{broker.host}'\nport = {broker.port}\n")
        arguments = cli.arguments("--config", config, "simulate", "--drive", "motorway")
        vehicle = await asyncio.create_subprocess_exec(
            *arguments, stderr=subprocess.PIPE, cwd=cli.folder, env=cli.environment()
        )
        try:
            assert vehicle.stderr is not None
            assert b"simulated vehicle on" in await vehicle.stderr.readline()
            say = partial(asyncio.to_thread, cli, "--config", config, "say", "--vehicle", "settings")
            done = json.loads((await say("turn on the seat heating")).out)
            assert done["commands"][0]["result"] == "done"
            vehicle.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(vehicle.wait(), 30) == 0
            gone = json.loads((await say("turn on the seat heating")).out)
            assert gone["said"] == "The climate system does not answer."
        finally:
            if vehicle.returncode is None:
                vehicle.kill()
                await vehicle.wait()
