"""A command that goes wrong ends in one line and an exit code, seen from outside its process."""

import subprocess
import sys

import pytest

CHILD = """
import sys
from intents.errors import ErrorCode, InputError
from vehicle_assistant.cli_errors import guarded

def command():
    {body}
    return 0

sys.exit(guarded(command))
"""


def run(body: str, output: object = subprocess.PIPE) -> subprocess.CompletedProcess[str]:
    code = CHILD.format(body=body)
    return subprocess.run(
        [sys.executable, "-c", code], stdout=output, stderr=subprocess.PIPE, text=True, check=False, timeout=60
    )


def test_a_command_that_works_keeps_its_exit_code() -> None:
    done = run("print('fine'); return 1")
    assert (done.returncode, done.stdout, done.stderr) == (1, "fine\n", "")


def test_an_error_is_one_line_that_says_what_to_do() -> None:
    done = run("raise InputError(ErrorCode.FILE_EMPTY, 'a.wav is empty', remedy='record it again')")
    assert (done.returncode, done.stderr) == (2, "vehicle-assistant: error: a.wav is empty (record it again)\n")


def test_a_name_with_line_ends_and_escapes_stays_one_harmless_line() -> None:
    done = run("raise InputError(ErrorCode.FILE_EMPTY, 'a' + chr(10) + 'b' + chr(27) + '[2J is empty')")
    assert done.stderr == "vehicle-assistant: error: a b [2J is empty\n"


def test_an_interrupt_is_quiet() -> None:
    done = run("raise KeyboardInterrupt")
    assert (done.returncode, done.stderr) == (130, "")


@pytest.mark.parametrize("lines", [1, 100_000])
def test_a_reader_that_has_gone_ends_the_command_quietly(lines) -> None:
    reader = subprocess.Popen(["true"], stdin=subprocess.PIPE)
    reader.wait()
    done = run(f"print('x\\\\n' * {lines})", reader.stdin)
    assert reader.stdin is not None
    reader.stdin.close()
    assert (done.returncode, done.stderr) == (141, "")


def test_a_full_disk_is_an_error() -> None:
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = run("print('x')", full)
    assert done.returncode == 2
    assert done.stderr.startswith("vehicle-assistant: error: the output cannot be written: No space left on device (")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("bug", ["raise BrokenPipeError(32, 'a worker')", "raise OSError(5, 'x', 'file')", "1 / 0"])
def test_a_bug_keeps_its_traceback(bug) -> None:
    done = run(bug)
    assert done.returncode == 1
    assert "Traceback" in done.stderr
