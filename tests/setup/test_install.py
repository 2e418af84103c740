"""When the set-up works, when it has nothing to do, and what it says when a step fails."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SUCCEEDS = "#!/bin/sh\nexit 0\n"

# Stands for the environment's interpreter: writes down each use of pip, knows one installed version.
PYTHON = """#!/bin/sh
if [ "$1" = -c ]; then
    case "$2" in *importlib.metadata*) echo "{installed}" ;; esac
    exit 0
fi
echo "$*" >> pip_calls
echo "{output}"
exit {status}
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "setup", tmp_path / "setup")
    (tmp_path / "setup" / "debian_packages.sh").write_text(SUCCEEDS)
    (tmp_path / "pyproject.toml").write_text('dependencies = [\n    "llama-cpp-python==0.3.36",\n]\n')
    put_python(tmp_path)
    return tmp_path


def put_python(checkout: Path, installed: str = "0.3.36", output: str = "", status: int = 0) -> None:
    path = checkout / ".venv" / "bin" / "python"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(PYTHON.format(installed=installed, output=output, status=status))
    path.chmod(0o755)


def install(checkout: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [checkout / "setup" / "install.sh"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60
    )


def pip_calls(checkout: Path) -> list[str]:
    path = checkout / "pip_calls"
    return path.read_text().splitlines() if path.exists() else []


def test_the_first_run_installs_the_package_and_the_second_nothing(checkout: Path) -> None:
    first = install(checkout)
    second = install(checkout)

    assert first.returncode == second.returncode == 0
    assert pip_calls(checkout) == ["-m pip install --editable .[test]"]
    assert second.stdout == "Set-up: everything is in place.\n"


def test_llama_is_built_when_its_version_is_not_the_pinned_one(checkout: Path) -> None:
    put_python(checkout, installed="0.3.1")

    assert install(checkout).returncode == 0
    assert pip_calls(checkout)[0] == "-m pip install --verbose --no-deps llama-cpp-python==0.3.36"


def test_a_changed_pyproject_is_installed_again(checkout: Path) -> None:
    install(checkout)
    with (checkout / "pyproject.toml").open("a") as project:
        project.write("# changed\n")

    assert "[4/4]" in install(checkout).stdout
    assert len(pip_calls(checkout)) == 2


def test_a_failed_step_shows_the_end_of_its_log_and_what_to_do(checkout: Path) -> None:
    put_python(checkout, output="ERROR: no matching distribution", status=1)

    done = install(checkout)

    assert done.returncode == 1
    assert "    | ERROR: no matching distribution" in done.stdout
    assert "run the same command again" in done.stdout


def test_a_failed_step_is_tried_again_by_the_next_run(checkout: Path) -> None:
    put_python(checkout, status=1)
    install(checkout)
    put_python(checkout)

    assert install(checkout).returncode == 0


def test_a_failed_debian_step_ends_the_set_up(checkout: Path) -> None:
    (checkout / "setup" / "debian_packages.sh").write_text("#!/bin/sh\nexit 1\n")

    assert install(checkout).returncode == 1
    assert pip_calls(checkout) == []
