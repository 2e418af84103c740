"""A sound system of the test's own: PulseAudio with null sinks, no sound card needed, real time, bit-exact."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

CABIN = "cabin"
STEREO = "booth"

_DAEMON = f"""
load-module module-native-protocol-unix socket={{socket}} auth-anonymous=1
load-module module-null-sink sink_name={CABIN} rate=16000 channels=1 format=s16le
load-module module-null-sink sink_name={STEREO} rate=44100 channels=2 format=s16le
set-default-sink {CABIN}
set-default-source {CABIN}.monitor
"""

_ALSA = f"""
</usr/share/alsa/alsa.conf>
pcm.{CABIN} {{ type pulse device "{CABIN}.monitor" hint {{ show on description "{CABIN}" }} }}
pcm.{STEREO} {{ type pulse device "{STEREO}.monitor" hint {{ show on description "{STEREO}" }} }}
pcm.!default {{ type pulse hint {{ show on description "default" }} }}
ctl.!default {{ type pulse }}
"""


@dataclass(frozen=True)
class SoundSystem:
    """A running PulseAudio; its `cabin` (16 kHz mono) is what the default microphone hears."""

    home: Path

    def play(
        self, samples: bytes, sink: str = CABIN, rate_hz: int = 16_000, channels: int = 1
    ) -> "subprocess.Popen[bytes]":
        """Start to play int16 samples in real time."""
        file = self.home / f"played.{time.monotonic_ns()}"
        file.write_bytes(samples)
        command = ["paplay", "--raw", f"--rate={rate_hz}", f"--channels={channels}", "--format=s16le"]
        return subprocess.Popen([*command, "--latency-msec=100", "-d", sink, str(file)])

    def unplug(self, sink: str) -> None:
        """Take the sink away, and with it the microphone that hears it."""
        listing = subprocess.run(["pactl", "list", "short", "modules"], capture_output=True, check=True, text=True)
        (line,) = [line for line in listing.stdout.splitlines() if f"sink_name={sink} " in line]
        subprocess.run(["pactl", "unload-module", line.split()[0]], check=True)


def _wait_until_up(daemon: "subprocess.Popen[bytes]", socket: Path) -> None:
    deadline = time.monotonic() + 15
    while subprocess.run(["pactl", "info"], capture_output=True, check=False).returncode:
        assert daemon.poll() is None, "pulseaudio ended by itself"
        assert time.monotonic() < deadline, f"pulseaudio does not answer at {socket}"
        time.sleep(0.05)


def _keep_awake(sink: str, heard: Path) -> "subprocess.Popen[bytes]":
    """Listen to the sink for as long as the test lasts: one that nobody hears works in steps of 2 s."""
    command = ["parec", "--raw", "--latency-msec=20", "-d", f"{sink}.monitor"]
    with heard.open("wb") as file:
        listener = subprocess.Popen(command, stdout=file)
    deadline = time.monotonic() + 10
    while not heard.stat().st_size:
        assert listener.poll() is None, "parec ended by itself"
        assert time.monotonic() < deadline, f"{sink} gives no sound"
        time.sleep(0.02)
    return listener


@pytest.fixture(scope="module")
def sound_system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoundSystem]:
    if shutil.which("pulseaudio") is None or shutil.which("paplay") is None:
        pytest.skip("pulseaudio and pulseaudio-utils are not installed: no sound system without a sound card")
    home = tmp_path_factory.mktemp("pulse")
    runtime = home / "run"
    runtime.mkdir(mode=0o700)
    socket = runtime / "native"
    (home / "daemon.pa").write_text(_DAEMON.format(socket=socket))
    (home / "alsa.conf").write_text(_ALSA)
    surroundings = {
        "XDG_RUNTIME_DIR": runtime,
        "HOME": home,
        "PULSE_SERVER": f"unix:{socket}",
        "ALSA_CONFIG_PATH": home / "alsa.conf",
        "JACK_NO_START_SERVER": 1,
    }
    listeners: list[subprocess.Popen[bytes]] = []
    with pytest.MonkeyPatch.context() as patch:
        for name, value in surroundings.items():
            patch.setenv(name, str(value))
        command = ["pulseaudio", "-n", "-F", str(home / "daemon.pa"), "--daemonize=no", "--exit-idle-time=-1"]
        command += ["--use-pid-file=no", "--disallow-exit", "--log-target=stderr", "--log-level=error"]
        daemon = subprocess.Popen(command)
        try:
            _wait_until_up(daemon, socket)
            listeners += [_keep_awake(sink, home / sink) for sink in (CABIN, STEREO)]
            yield SoundSystem(home)
        finally:
            for process in (*listeners, daemon):
                process.kill()
                process.wait(timeout=10)
