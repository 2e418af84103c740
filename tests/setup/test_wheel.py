"""What is in the wheel: the three rooms of the service with their data, and nothing else."""

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("intents", "integration", "vehicle_assistant")


# What a checkout without git holds beside its sources.
NO_SOURCES = {".venv", "build", "dist", "__pycache__"}


def sources(folder: str = "") -> list[str]:
    """The tracked files below a folder, or in a checkout without git everything that is no build output."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, timeout=60)
    names = [name for name in listed.stdout.split("\0") if name]
    if not names:
        found = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
        names = [str(path) for path in found if not NO_SOURCES & set(path.parts)]
    return [name for name in names if name.startswith(folder) and (ROOT / name).exists()]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """Built from a copy of the tracked files, with the environment's own setuptools: no network."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in sources():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes((ROOT / name).read_bytes())
    build = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index", "-w", out, source]
    done = subprocess.run(build, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    (path,) = out.iterdir()
    return zipfile.ZipFile(path)


def test_its_top_level_is_the_three_rooms(wheel: zipfile.ZipFile) -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    top = {name.split("/")[0] for name in wheel.namelist()} - {f"vehicle_assistant-{version}.data"}

    assert top == {*PACKAGES, f"vehicle_assistant-{version}.dist-info"}


def test_every_file_of_the_three_rooms_is_in_it(wheel: zipfile.ZipFile) -> None:
    expected = {name for package in PACKAGES for name in sources(f"{package}/")}

    assert expected
    assert expected - set(wheel.namelist()) == set()


def test_the_phrasebook_and_the_weights_are_in_it(wheel: zipfile.ZipFile) -> None:
    names = set(wheel.namelist())

    assert {f"intents/en/{name}.yaml" for name in ("climate", "slots", "spoken")} <= names
    assert any(name.startswith("vehicle_assistant/models/nano/") and name.endswith(".gguf") for name in names)
    assert "vehicle_assistant/models/bench_voice/am/final.mdl" in names


def test_its_command_its_licence_and_its_notices_are_in_it(wheel: zipfile.ZipFile) -> None:
    (entry_points,) = [name for name in wheel.namelist() if name.endswith("/entry_points.txt")]
    licences = {name.rpartition("/")[2] for name in wheel.namelist() if "/licenses/" in name}

    assert "vehicle-assistant = vehicle_assistant.__main__:main" in wheel.read(entry_points).decode()
    assert {"LICENSE", "NOTICE"} <= licences
