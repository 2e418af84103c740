"""`check` says what works, and for everything that does not, what to do."""

import asyncio
import importlib.util
import io
import json
import socket
import threading

import pytest

from integration.broker import ensure_broker, free_port
from intents.errors import EngineError, ErrorCode
from vehicle_assistant import check
from vehicle_assistant.check import examine, run_check
from vehicle_assistant.check_report import Finding, State, print_report
from vehicle_assistant.engine_trial import Trial
from vehicle_assistant.ports import Part
from vehicle_assistant.settings import load
from vehicle_assistant.sound_devices import SoundDevices

HEADSET = SoundDevices(inputs=("USB Headset", "Line In"), outputs=("USB Headset",))
NOTHING = SoundDevices(inputs=(), outputs=())


@pytest.fixture
def config(tmp_path):
    """Writes settings: a microphone, and no broker unless asked for."""

    def write(text: str = "", link: str = 'link = "virtual"'):
        file = tmp_path / "car.toml"
        file.write_text(f"[vehicle]\n{link}\n{text}")
        return file

    return write


def works(part, job) -> Trial:
    return Trial(load_ms=1.0, work_ms=2.0)


def findings(file, devices=lambda: HEADSET, environ=None, trial=works) -> dict[str, Finding]:
    report = examine(file, environ or {}, devices, trial)
    return {f"{finding.area} {finding.name}": finding for finding in report.findings}


def missing(found: dict[str, Finding]) -> list[str]:
    return [name for name, finding in found.items() if finding.state is State.MISSING]


def test_a_machine_that_has_everything_could_run(config) -> None:
    report = examine(config(), {}, lambda: HEADSET, works)
    assert report.ok
    assert all(finding.remedy for finding in report.findings if finding.state is not State.OK)


def test_every_setting_is_shown_with_its_origin(config) -> None:
    file = config("[voice]\nspeed_wpm = 180\n")
    environ = {"VEHICLE_ASSISTANT__ASSISTANT__LOG_SPEECH": "true"}
    rows = {row.key: row for row in examine(file, environ, lambda: HEADSET, works).settings}
    assert list(load(file, environ).origins) == list(rows)
    assert ("180", f"{file}:4") == (rows["voice.speed_wpm"].value, rows["voice.speed_wpm"].origin)
    log_speech = rows["assistant.log_speech"]
    assert (log_speech.value, log_speech.origin) == ("true", "VEHICLE_ASSISTANT__ASSISTANT__LOG_SPEECH")
    assert (rows["vehicle.username"].value, rows["vehicle.username"].origin) == ("", "default")


def test_broken_settings_are_a_finding_and_exit_code_one(config) -> None:
    output = io.StringIO()
    assert run_check(config("[wake]\nphrse = 1\n"), as_json=True, environ={}, output=output) == 1
    report = json.loads(output.getvalue())
    assert [report["ok"], report["settings"]] == [False, []]
    assert "did you mean phrase?" in report["findings"][0]["remedy"]


def test_the_exit_code_is_that_of_the_real_machine(config, tmp_path) -> None:
    recording = tmp_path / "drive.wav"
    recording.touch()
    file = config(f'[audio]\nsource = "wav"\nwav_path = "{recording}"\n')
    output = io.StringIO()
    assert run_check(file, as_json=True, environ={}, output=output) == 0
    assert json.loads(output.getvalue())["ok"]


def test_a_microphone_that_is_not_there_stops_the_service_only_if_it_is_the_source(config, tmp_path) -> None:
    assert missing(findings(config(), lambda: NOTHING)) == ["sound microphone"]
    recording = tmp_path / "drive.wav"
    recording.touch()
    by_wav = config(f'[audio]\nsource = "wav"\nwav_path = "{recording}"\n')
    found = findings(by_wav, lambda: NOTHING)
    assert missing(found) == []
    assert found["sound microphone"].state == State.NOTE


def test_a_device_is_found_by_part_of_its_name(config) -> None:
    assert missing(findings(config('[audio]\ndevice = "line"\n'))) == []
    found = findings(config('[audio]\ndevice = "array"\n[voice]\nloudspeaker = "device"\ndevice = "amp"\n'))
    assert missing(found) == ["sound microphone", "sound loudspeaker"]
    assert "USB Headset; Line In" in found["sound microphone"].detail


def test_a_sound_system_that_fails_is_a_finding(config) -> None:
    def devices() -> SoundDevices:
        raise EngineError(ErrorCode.ENGINE_FAILED, "the sound system did not answer", remedy="restart it")

    assert missing(findings(config(), devices)) == ["sound devices"]


def test_a_recording_that_is_not_there_is_missing(config) -> None:
    found = findings(config('[audio]\nsource = "wav"\nwav_path = "absent.wav"\n'))
    assert missing(found) == ["sound wav"]


def test_an_absent_package_or_program_matters_only_if_chosen(config, monkeypatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "vosk" else find(name))
    monkeypatch.setenv("PATH", "/nowhere")
    found = findings(config('[voice]\nengine = "silent"\n'))
    assert missing(found) == ["engine wake vosk_phrase (chosen)", "engine asr vosk (chosen)"]
    assert found["engine voice espeak"].state == State.NOTE
    assert "apt-get install espeak-ng" in found["engine voice espeak"].remedy


def test_what_engines_need_names_rows_that_exist() -> None:
    rows = {row for table in check.TABLES.values() for row in table}
    assert rows >= check.PACKAGES.keys() | check.PROGRAMS.keys()
    assert rows >= check.SPEECH_MODEL_ENGINES | check.PARSER_MODEL_ENGINES


def test_a_chosen_model_that_is_absent_is_missing(config, tmp_path) -> None:
    found = findings(config(f'[asr]\nmodel = "{tmp_path}/other"\n[parser]\nmodel = "llama"\n'))
    assert [f"model {tmp_path}/other (vosk)", "model llama (gguf)"] == missing(found)
    scripted = '[asr]\nengine = "scripted"\nmodel = "x"\n[wake]\nengine = "scripted"\n[parser]\nengine = "scripted"\n'
    assert missing(findings(config(scripted))) == []


def test_the_chosen_models_are_marked(config) -> None:
    found = findings(config(), environ={"VEHICLE_ASSISTANT_MODELS": "/nowhere"})
    for name in ("model bench_voice (chosen)", "model nano (chosen)"):
        assert "SHA-256 as listed" in found[name].detail


def test_each_engine_is_tried_with_its_job(config) -> None:
    tried = []

    def trial(part, job) -> Trial:
        tried.append((part, type(job).__name__))
        return works(part, job)

    found = findings(config(), trial=trial)
    assert tried == [(Part.EARS, "EarsJob"), (Part.PARSER, "ParserJob"), (Part.VOICE, "VoiceJob")]
    assert found["trial parser"].detail == "works: loaded in 1 ms, a sentence parsed in 2 ms"


def test_an_engine_that_refuses_or_crashes_is_missing(config) -> None:
    def trial(part, job) -> Trial:
        if part is Part.EARS:
            raise EngineError(ErrorCode.ENGINE_FAILED, "ended with signal 11", remedy="install it again")
        return Trial(code=ErrorCode.MODEL_INVALID, message="weights of another catalogue", remedy="install them again")

    found = findings(config(), trial=trial)
    assert missing(found) == ["trial ears", "trial parser", "trial voice"]
    assert [found[name].remedy for name in missing(found)] == ["install it again", *["install them again"] * 2]


def test_an_absent_model_is_reported_once(config) -> None:
    assert missing(findings(config('[parser]\nmodel = "llama"\n'))) == ["model llama (gguf)"]


def broker_finding(file) -> Finding:
    return findings(file)["vehicle broker"]


def test_no_broker(config) -> None:
    port = free_port()
    finding = broker_finding(config(link=f"port = {port}"))
    assert finding.state == State.MISSING
    assert f"127.0.0.1:{port}" in finding.detail
    assert finding.remedy


async def test_a_broker_that_answers(config) -> None:
    async with ensure_broker("embedded") as broker:
        finding = await asyncio.to_thread(broker_finding, config(link=f"port = {broker.port}"))
    assert finding.state == State.OK
    assert "accepts the connection" in finding.detail


def test_something_that_listens_but_is_no_broker(config) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def hang_up() -> None:
            connection, _ = server.accept()
            connection.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        finding = broker_finding(config(link=f"port = {server.getsockname()[1]}"))
        thread.join()
    assert finding.state == State.MISSING


def test_a_password_is_never_shown(config, tmp_path) -> None:
    secret = tmp_path / "password"
    secret.write_text("hunter2\n")
    right = f'port = {free_port()}\nusername = "car"\npassword_file = "{secret}"'
    typed_in_its_place = right.replace(str(secret), "hunter2")
    for link in (right, typed_in_its_place):
        output = io.StringIO()
        print_report(examine(config(link=link), {}, lambda: HEADSET, works), as_json=False, output=output)
        assert "hunter2" not in output.getvalue()


def test_under_systemd_the_watchdog_is_told(config) -> None:
    environ = {"NOTIFY_SOCKET": "/run/systemd/notify", "WATCHDOG_USEC": "10000000"}
    assert "watchdog on" in findings(config(), environ=environ)["machine systemd"].detail
    assert findings(config())["machine systemd"].state == State.NOTE


def test_people_read_a_table_and_machines_an_object(config) -> None:
    file = config('[voice]\nvoice = "en-us"\n[audio]\nsource = "wav"\nwav_path = "[bold]x[/bold].wav"\n')
    plain, machine = io.StringIO(), io.StringIO()
    found = examine(file, {}, lambda: HEADSET, works)
    print_report(found, as_json=False, output=plain)
    print_report(found, as_json=True, output=machine)
    line = next(line for line in plain.getvalue().splitlines() if line.startswith("voice.voice"))
    assert ["voice.voice", "en-us", f"{file}:4"] == line.split()
    assert "missing sound wav: there is no " in plain.getvalue()
    assert "[bold]x[/bold].wav" in plain.getvalue()
    assert "\x1b" not in plain.getvalue()
    report = json.loads(machine.getvalue())
    assert {"key": "voice.voice", "value": "en-us", "origin": f"{file}:4"} in report["settings"]
    assert [row["state"] for row in report["findings"] if row["name"] == "wav"] == ["missing"]
