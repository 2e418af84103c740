"""`vehicle-assistant check`: what is set and by whom, what works, and what to do about what does not."""

import asyncio
import importlib.util
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TextIO

from integration.address import BrokerAddress
from integration.broker import find_mosquitto
from integration.bus import Listener, Message
from integration.links import BUSES, LinkSettings, make_bus
from intents.errors import AssistantError, EngineError, ModelError, SettingsError
from vehicle_assistant.asr.engines import RECOGNISERS
from vehicle_assistant.audio.sources import SOURCES
from vehicle_assistant.broker_access import broker_address
from vehicle_assistant.check_report import Finding, Report, SettingRow, State, print_report
from vehicle_assistant.engine_trial import Trial, try_engine
from vehicle_assistant.jobs import ears_job, parser_job, voice_job
from vehicle_assistant.models.manifest import ModelKind
from vehicle_assistant.models.store import ModelStatus, Store
from vehicle_assistant.parser.engines import PARSER_ENGINES
from vehicle_assistant.ports import Part
from vehicle_assistant.settings import Loaded, Settings, load
from vehicle_assistant.sound_devices import SoundDevices, sound_devices
from vehicle_assistant.tts.engines import SPEAKERS
from vehicle_assistant.wake.engines import DETECTORS
from vehicle_assistant.workers.jobs import Job

TABLES: Mapping[str, Mapping[str, object]] = {
    "audio": SOURCES,
    "wake": DETECTORS,
    "asr": RECOGNISERS,
    "parser": PARSER_ENGINES,
    "voice": SPEAKERS,
    "vehicle": BUSES,
}
"""The engine tables by the settings section that chooses a row."""

CHOICES = {"audio": "source", "vehicle": "link"}
"""The key that chooses it, where it is not `engine`."""

PACKAGES = {"vosk": "vosk", "vosk_phrase": "vosk", "nano": "llama_cpp", "microphone": "pyaudio", "mqtt": "paho"}
"""The package a row needs, where it needs one."""

PROGRAMS = {"espeak": "espeak-ng"}
"""The program a row needs."""

SPEECH_MODEL_ENGINES = frozenset({"vosk", "vosk_phrase"})
PARSER_MODEL_ENGINES = frozenset({"nano"})

WORK = {Part.EARS: "a second of silence heard", Part.PARSER: "a sentence parsed", Part.VOICE: "a sentence spoken"}
"""What a trial does."""


def run_check(
    config: Path | None = None,
    *,
    as_json: bool = False,
    environ: Mapping[str, str] | None = None,
    output: TextIO | None = None,
) -> int:
    """Looks, prints, and returns 0 when the service could run as it is set, else 1."""
    report = examine(config, environ)
    print_report(report, as_json=as_json, output=output)
    return 0 if report.ok else 1


def examine(
    config: Path | None = None,
    environ: Mapping[str, str] | None = None,
    devices: Callable[[], SoundDevices] = sound_devices,
    trial: Callable[[Part, Job], Trial] = try_engine,
) -> Report:
    """Looks at everything; nothing that is missing stops it. Native code runs in child processes only."""
    environ = os.environ if environ is None else environ
    try:
        loaded = load(config, environ)
    except SettingsError as error:
        return Report((), (_broken("settings", "file", error, needed=True),))
    settings = loaded.settings
    findings = [
        Finding("settings", "file", State.OK, str(loaded.file)),
        *_engines(settings),
        *_models(settings, Store.of(environ)),
        *_trials(settings, Store.of(environ), trial),
        *_sound(settings, devices),
        *_vehicle(settings),
        *_surroundings(environ),
    ]
    return Report(_setting_rows(loaded), tuple(findings))


def _setting_rows(loaded: Loaded) -> tuple[SettingRow, ...]:
    rows = []
    for key, origin in loaded.origins.items():
        section, _, name = key.partition(".")
        value = getattr(getattr(loaded.settings, section), name)
        if key == "vehicle.password_file" and value is not None and not value.is_file():
            value = "(set, but there is no such file)"  # it may be the password itself
        rows.append(SettingRow(key, _shown(value), origin))
    return tuple(rows)


def _shown(value: object) -> str:
    """A value as one would write it in the file, without quotes."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _broken(area: str, name: str, error: AssistantError, *, needed: bool) -> Finding:
    return Finding(area, name, State.MISSING if needed else State.NOTE, error.message, error.remedy)


def _engines(settings: Settings) -> Iterator[Finding]:
    for section, table in TABLES.items():
        chosen = getattr(getattr(settings, section), CHOICES.get(section, "engine"))
        for row in table:
            absent = State.MISSING if row == chosen else State.NOTE
            suffix = " (chosen)" if row == chosen else ""
            package, program = PACKAGES.get(row), PROGRAMS.get(row)
            if package and importlib.util.find_spec(package) is None:
                yield Finding("engine", f"{section} {row}{suffix}", absent, f"the package {package} is not installed",
                              f"install {package} into the service's environment")  # fmt: skip
            elif program and shutil.which(program) is None:
                yield Finding("engine", f"{section} {row}{suffix}", absent, f"the program {program} was not found",
                              f"install it, for example: apt-get install {program}")  # fmt: skip
            else:
                yield Finding(
                    "engine", f"{section} {row}{suffix}", State.OK, shutil.which(program or "") or "available"
                )


def _models(settings: Settings, store: Store) -> Iterator[Finding]:
    wanted: list[tuple[str, ModelKind]] = []
    if {settings.asr.engine, settings.wake.engine} & SPEECH_MODEL_ENGINES:
        wanted.append((settings.asr.model, ModelKind.VOSK))
    if settings.parser.engine in PARSER_MODEL_ENGINES:
        wanted.append((settings.parser.model, ModelKind.GGUF))
    chosen: dict[Path, str] = {}
    try:
        statuses = store.statuses()
    except AssistantError as error:
        yield _broken("model", "list", error, needed=True)
        return
    for choice, kind in wanted:
        try:
            model = store.resolve(choice, kind)
            chosen[model.path] = model.name
        except AssistantError as error:
            yield _broken("model", f"{choice} ({kind})", error, needed=True)
    for status in statuses:
        yield _model(status, chosen=status.path in chosen)
        chosen.pop(status.path, None)
    for path, name in chosen.items():
        yield Finding("model", f"{name} (chosen)", State.OK, f"{path}, not in any list: only its form was checked")


def _model(status: ModelStatus, *, chosen: bool) -> Finding:
    name = f"{status.name} (chosen)" if chosen else status.name
    if status.problem is not None:
        return _broken("model", name, status.problem, needed=False)
    assert status.verified is not None
    proof = "SHA-256 as listed" if status.verified.hash_checked else "not in any list: only its form was checked"
    size_mb = status.verified.size_bytes / 1e6
    return Finding("model", name, State.OK, f"{size_mb:.1f} MB, {status.verified.licence}, {proof}; {status.path}")


def _trials(settings: Settings, store: Store, trial: Callable[[Part, Job], Trial]) -> Iterator[Finding]:
    """What the chosen engines do with the chosen models. A model that is absent has been reported already."""
    makers: Mapping[Part, Callable[[], Job]] = {
        Part.EARS: lambda: ears_job(settings, store),
        Part.PARSER: lambda: parser_job(settings, store),
        Part.VOICE: lambda: voice_job(settings),
    }
    for part, make_job in makers.items():
        try:
            tried = trial(part, make_job())
        except ModelError:
            continue
        except AssistantError as error:
            yield _broken("trial", part, error, needed=True)
            continue
        if tried.code is None:
            detail = f"works: loaded in {tried.load_ms:.0f} ms, {WORK[part]} in {tried.work_ms:.0f} ms"
            yield Finding("trial", part, State.OK, detail)
        else:
            yield Finding("trial", part, State.MISSING, tried.message, tried.remedy)


def _sound(settings: Settings, devices: Callable[[], SoundDevices]) -> Iterator[Finding]:
    audio, voice = settings.audio, settings.voice
    needs_input, needs_output = audio.source == "microphone", voice.loudspeaker == "device"
    try:
        found = devices()
    except EngineError as error:
        yield _broken("sound", "devices", error, needed=needs_input or needs_output)
        return
    yield _sound_side("microphone", found.inputs, audio.device, needed=needs_input,
                      remedy='plug one in, or set audio.source to "stream" or "wav"')  # fmt: skip
    yield _sound_side("loudspeaker", found.outputs, voice.device, needed=needs_output,
                      remedy='plug one in, or set voice.loudspeaker to "wav" and voice.wav_path to a file')  # fmt: skip
    if audio.source != "microphone" and not Path(audio.target).exists():
        # A stream's socket is made by the service; a recording must be there.
        state = State.NOTE if audio.source == "stream" else State.MISSING
        yield Finding("sound", audio.source, state, f"there is no {audio.target} yet", "make it, or name another")


def _sound_side(name: str, found: tuple[str, ...], wanted: str, *, needed: bool, remedy: str) -> Finding:
    fitting = [device for device in found if wanted.lower() in device.lower()]
    if fitting:
        return Finding("sound", name, State.OK, "; ".join(found))
    detail = f"none is called like {wanted!r}; there are {'; '.join(found)}" if found else "this machine has none"
    return Finding("sound", name, State.MISSING if needed else State.NOTE, detail, remedy)


class _Deaf(Listener):
    """Hears nothing of the bus."""

    def on_message(self, message: Message) -> None: ...

    def on_up(self) -> None: ...

    def on_down(self, reason: str) -> None: ...


def _vehicle(settings: Settings) -> Iterator[Finding]:
    if settings.vehicle.link != "mqtt":
        yield Finding("vehicle", settings.vehicle.link, State.OK, "no broker is needed")
        return
    try:
        # A name of its own: the running service would be put out by a second client of its name.
        address = broker_address(settings.vehicle, client_id=f"{settings.vehicle.client_id[:50]}-check-{os.getpid()}")
        asyncio.run(_connect(address))
    except AssistantError as error:
        yield _broken("vehicle", "broker", error, needed=True)
    else:
        tls = ", TLS" if address.tls else ""
        yield Finding("vehicle", "broker", State.OK, f"{address} accepts the connection (MQTT 5{tls})")


async def _connect(address: BrokerAddress) -> None:
    """Connects as the service does, and leaves again. Raises LinkError."""
    bus = make_bus(LinkSettings("mqtt", address))
    await bus.open((), _Deaf())
    await bus.close()


def _surroundings(environ: Mapping[str, str]) -> Iterator[Finding]:
    mosquitto = find_mosquitto()
    if mosquitto:
        yield Finding("machine", "mosquitto", State.OK, mosquitto)
    else:
        yield Finding("machine", "mosquitto", State.NOTE, "not installed; the demo uses its own broker",
                      "for a broker of this machine: apt-get install mosquitto")  # fmt: skip
    if environ.get("NOTIFY_SOCKET"):
        watchdog = "watchdog on" if environ.get("WATCHDOG_USEC") else "watchdog off"
        yield Finding("machine", "systemd", State.OK, f"started by systemd, {watchdog}")
    else:
        yield Finding("machine", "systemd", State.NOTE, "not started by systemd: nobody restarts a service that hangs",
                      "in a vehicle, run it as the unit vehicle-assistant.service")  # fmt: skip
