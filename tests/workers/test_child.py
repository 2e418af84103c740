"""The worker's side of its pipes: nothing else gets into them, and words never get out beside them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from intents.encoding import Outcome
from vehicle_assistant.ports import Part, Ready
from vehicle_assistant.workers.clients import ParserJob, ParserWorker

CHATTY = (sys.executable, str(Path(__file__).with_name("chatty.py")))


async def test_what_libraries_print_never_reaches_the_conversation(parser_job, calm, changes):
    with capture_logs() as logs:
        async with ParserWorker(parser_job, calm, on_change=changes, command=CHATTY) as parser:
            assert (await parser.parse("no command at all")).meaning.outcome is Outcome.NOT_UNDERSTOOD

    printed = [entry["line"] for entry in logs if entry["event"] == "worker printed"]
    assert printed == ["from a library", "from a program", "again"]
    assert changes.pending == 0


async def test_an_unforeseen_error_is_told_by_kind_and_place_without_its_words(calm, changes, monkeypatch):
    monkeypatch.setenv("CHATTY", "fail")
    monkeypatch.setenv("CHATTY_WORDS", "navigate to the clinic")
    with capture_logs() as logs:
        async with ParserWorker(ParserJob(engine="scripted"), calm, on_change=changes, command=CHATTY):
            lost = await changes.next()
            assert await changes.next() == Ready(Part.PARSER)

    assert lost.reason.startswith("KeyError in chatty.py line ")
    assert any("fail" in entry.get("line", "") for entry in logs)  # where it happened is in the journal
    assert "clinic" not in str(logs)


@pytest.mark.parametrize("line", ["", "nonsense", "[]", '{"engine": "scripted", "colour": "red"}'])
def test_a_worker_without_a_job_says_so_and_ends(line):
    command = [sys.executable, "-m", "vehicle_assistant.workers.parser"]
    ended = subprocess.run(command, input=line + "\n" if line else "", capture_output=True, text=True, check=False)

    assert ended.returncode == 1
    (message,) = map(json.loads, ended.stdout.splitlines())
    assert message["kind"] == "failed"
    assert message["failure"]["code"] == "worker_protocol"
