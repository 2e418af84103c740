"""What the first step of the set-up says and does on machines that lack something."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COREUTILS = ("bash", "cat", "dirname", "env", "grep", "mkdir", "tail", "tr")
NEEDED = {"build-essential": ("c++", "make"), "portaudio19-dev": ("cc",), "espeak-ng": ("espeak-ng",)}
SUCCEEDS = "#!/bin/sh\nexit 0\n"


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A checkout and an empty machine: only the programs in `bin` are there, and we are root."""
    shutil.copytree(ROOT / "setup", tmp_path / "setup")
    (tmp_path / "bin").mkdir()
    for program in COREUTILS:
        (tmp_path / "bin" / program).symlink_to(str(shutil.which(program)))
    put(tmp_path, "id", "#!/bin/sh\necho 0\n")
    return tmp_path


def put(machine: Path, program: str, script: str = SUCCEEDS) -> None:
    path = machine / "bin" / program
    path.write_text(script)
    path.chmod(0o755)


def put_needed(machine: Path) -> None:
    for programs in NEEDED.values():
        for program in programs:
            put(machine, program)


def run(machine: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [machine / "setup" / "debian_packages.sh"],
        env={"PATH": str(machine / "bin"), "PYTHON": sys.executable, "HOME": os.environ.get("HOME", "/")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_without_the_needed_packages_it_names_the_one_command_to_run(machine: Path) -> None:
    done = run(machine)

    assert done.returncode == 1
    assert "cannot go on without: build-essential portaudio19-dev espeak-ng" in done.stdout
    assert "apt-get install build-essential portaudio19-dev espeak-ng cmake" in done.stdout


@pytest.mark.parametrize("package", NEEDED)
def test_each_needed_package_stops_it(machine: Path, package: str) -> None:
    put_needed(machine)
    for program in NEEDED[package]:
        (machine / "bin" / program).unlink()

    done = run(machine)

    assert done.returncode == 1
    assert f"cannot go on without: {package}" in done.stdout


def test_it_goes_on_without_the_extra_packages_and_says_so(machine: Path) -> None:
    put_needed(machine)

    done = run(machine)

    assert done.returncode == 0, done.stdout
    assert "going on without: cmake" in done.stdout
    assert "as root: apt-get install cmake" in done.stdout


def test_an_old_python_is_not_enough(machine: Path) -> None:
    put_needed(machine)
    put(machine, "old-python", "#!/bin/sh\nexit 1\n")

    done = subprocess.run(
        [machine / "setup" / "debian_packages.sh"],
        env={"PATH": str(machine / "bin"), "PYTHON": "old-python"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert done.returncode == 1
    assert "cannot go on without: python3 python3-venv python3-dev" in done.stdout


APT = """#!/bin/sh
echo "apt-get $*" >> "$HOME/calls"
case "$1" in install) for name in c++ make cc espeak-ng cmake paplay pulseaudio; do
    printf '#!/bin/sh\\nexit 0\\n' > {bin}/$name; {chmod} 755 {bin}/$name; done ;;
esac
"""


def put_apt(machine: Path) -> None:
    put(machine, "apt-get", APT.format(bin=machine / "bin", chmod=shutil.which("chmod")))


def test_root_installs_what_is_missing_and_removes_nothing(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(machine))
    put_apt(machine)

    done = run(machine)

    assert done.returncode == 0, done.stdout
    update, install = (machine / "calls").read_text().splitlines()
    assert update == "apt-get update"
    assert "--no-remove" in install
    assert "build-essential portaudio19-dev espeak-ng" in install


def test_a_user_without_sudo_installs_nothing(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(machine))
    put_apt(machine)
    put(machine, "id", "#!/bin/sh\necho 1000\n")

    done = run(machine)

    assert done.returncode == 1
    assert not (machine / "calls").exists()


def test_a_user_with_sudo_installs(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(machine))
    put_apt(machine)
    put(machine, "id", "#!/bin/sh\necho 1000\n")
    put(machine, "sudo", '#!/bin/sh\n[ "$1" = -n ] && shift\nexec "$@"\n')
    put(machine, "true")

    done = run(machine)

    assert done.returncode == 0, done.stdout
    assert (machine / "calls").exists()
