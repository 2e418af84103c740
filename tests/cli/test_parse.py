"""`parse`: text on standard input, commands on standard output, exactly as documented."""

import json
import subprocess

import pytest

KEYS = {"text", "outcome", "commands", "missing", "confidence", "ms"}


def jsonl(*rows: object) -> bytes:
    return b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)


def test_plain_lines_become_one_json_line_each_in_order(cli) -> None:
    ended = cli("parse", stdin=b"set the temperature to twenty two degrees\n\n  \nopen the trunk\n")
    assert ended.code == 0
    assert ended.err == ""
    first, second = ended.rows
    assert set(first) == set(second) == KEYS
    assert first["text"] == "set the temperature to twenty two degrees"
    assert first["commands"] == [
        {"intent": "climate.set_temperature", "slots": {"zone": "driver", "celsius": 22.0}},
    ]
    assert (first["outcome"], first["missing"]) == ("understood", [])
    assert second["commands"] == [{"intent": "vehicle.open_trunk", "slots": {}}]


def test_json_lines_keep_id_text_and_order(cli) -> None:
    sent = [
        {"id": "a", "text": "Open the trunk!"},
        {"text": "tell me a joke"},
        {"id": 7, "text": "set an alarm"},
        {"id": "ü", "text": "close all windows and turn up the fan"},
        {"id": "labelled", "text": "pause", "outcome": "understood", "commands": [], "alt": [], "note": "", "pool": 1},
    ]
    ended = cli("parse", "--jsonl", stdin=jsonl(*sent))
    assert ended.code == 0
    rows = ended.rows
    assert [row.get("id") for row in rows] == ["a", None, 7, "ü", "labelled"]
    assert [row["text"] for row in rows] == [row["text"] for row in sent]
    assert all(set(row) - {"id"} == KEYS for row in rows)
    assert "id" not in rows[1]
    assert [row["outcome"] for row in rows[:3]] == ["understood", "not_understood", "incomplete"]
    assert (rows[1]["commands"], rows[1]["missing"]) == ([], [])
    assert rows[2]["commands"] == [{"intent": "personal.set_alarm", "slots": {}}]
    assert rows[2]["missing"] == ["when"]
    assert [c["intent"] for c in rows[3]["commands"]] == ["vehicle.set_window", "climate.change_fan_speed"]
    assert all(isinstance(row["confidence"], float) and 0 <= row["confidence"] <= 1 for row in rows)
    assert all(isinstance(row["ms"], float) and row["ms"] >= 0 for row in rows)


def test_an_answer_comes_before_the_next_line_is_there(cli) -> None:
    """A program may talk to it line by line."""
    with subprocess.Popen(
        cli.arguments("parse"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=cli.folder,
        env=cli.environment(),
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        for text in ("open the trunk", "pause"):
            child.stdin.write(text.encode() + b"\n")
            child.stdin.flush()
            assert json.loads(child.stdout.readline())["text"] == text
        child.stdin.close()
        assert child.wait(60) == 0


def test_nothing_in_is_nothing_out(cli) -> None:
    ended = cli("parse", stdin=b"\n \n\n")
    assert (ended.code, ended.out, ended.err) == (0, b"", "")


@pytest.mark.parametrize("options", [(), ("--jsonl",)])
def test_bytes_that_are_no_utf8_are_refused_with_their_place(cli, options) -> None:
    first = jsonl({"text": "pause"}) if options else b"pause\n"
    ended = cli("parse", *options, stdin=first + b"caf\xe9\n")
    assert ended.code == 2
    assert [row["text"] for row in ended.rows] == ["pause"]
    (line,) = ended.err.splitlines()
    assert line.startswith("vehicle-assistant: error: line 2, byte 4: not UTF-8 (")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"open the trunk\n", "line 1: not JSON at column 1"),
        (b"[1]\n", "not a JSON object"),
        (b'{"id": "a"}\n', "text is missing"),
        (b'{"text": 5}\n', "text has the wrong type"),
        (b'{"text": "a", "id": [1]}\n', "id has the wrong type"),
        (b'{"text": "a", "sentence": "b"}\n', "unknown field 'sentence'"),
        (b'{"text": "a", "text": "b"}\n', "a field is there twice"),
    ],
)
def test_what_is_no_json_line_is_refused(cli, line, problem) -> None:
    assert problem in cli("parse", "--jsonl", stdin=line).error


def test_a_line_of_ten_thousand_words_is_refused(cli) -> None:
    assert "line 1 is too long for an utterance" in cli("parse", stdin=b"word " * 10_000 + b"\n").error
    assert "line 1 is too long for an utterance" in cli("say", "word " * 10_000).error
