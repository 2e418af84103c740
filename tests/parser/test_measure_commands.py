"""`evaluate` and `bench` as a person runs them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from intents.phrasebook import load
from vehicle_assistant.__main__ import main
from vehicle_assistant.figures import percentile


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    """What the phrasebook says, one label wrong on purpose."""
    file = tmp_path / "labels.jsonl"
    rows = []
    for number, example in enumerate(load().examples(25, seed=1)):
        commands = [{"intent": draft.intent, "slots": dict(draft.slots)} for draft in example.drafts]
        missing = any(draft.missing for draft in example.drafts)
        outcome = "incomplete" if missing else "understood" if commands else "not_understood"
        rows.append({"id": number, "text": example.text, "outcome": outcome, "commands": commands, "alt": []})
    wrong = next(row for row in rows if row["outcome"] == "understood")
    wrong["outcome"], wrong["commands"] = "not_understood", []
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return file


@pytest.fixture
def scripted(tmp_path: Path) -> list[str]:
    """Options for the engine that knows the phrasebook by heart."""
    config = tmp_path / "settings.toml"
    config.write_text('[parser]\nengine = "scripted"\n')
    return ["--config", str(config)]


def test_evaluate_counts_what_the_engine_gets_wrong(labels, scripted, capsys):
    assert main([*scripted, "evaluate", str(labels), "--json", "--errors", "9"]) == 0
    figures = json.loads(capsys.readouterr().out)

    assert figures["exact"] == {"count": 24, "of": 25, "share": 0.96}
    assert figures["false_commands"]["count"] == 1
    assert figures["rejected"]["count"] == 0
    (error,) = figures["errors"]
    assert error["label"] == {"outcome": "not_understood", "commands": []}
    assert error["answer"]["outcome"] == "understood"
    assert 0 <= figures["ms_p50"] <= figures["ms_p95"]
    assert figures["memory_mib"] > 1
    assert figures["engine"] == "scripted"


def test_evaluate_prints_a_table_and_the_errors_asked_for(labels, scripted, capsys):
    assert main([*scripted, "evaluate", str(labels), "--errors", "1"]) == 0
    printed = capsys.readouterr().out

    assert "exactly right" in printed
    assert "0.960" in printed
    assert printed.count("   label   not_understood") == 1


def test_evaluate_names_the_line_that_is_no_label(labels, scripted, capsys):
    labels.write_text("{}\n")

    assert main([*scripted, "evaluate", str(labels)]) == 2
    assert "line 1" in capsys.readouterr().err


def test_bench_compares_both_ways_on_the_same_sentences():
    run = subprocess.run(
        [sys.executable, "-m", "vehicle_assistant", "bench", "--utterances", "4", "--json"],
        capture_output=True, text=True, timeout=300, check=True,
    )  # fmt: skip
    figures = json.loads(run.stdout)
    ways = figures["ways"]

    assert figures["utterances"] == 4
    assert figures["load_ms"] > 0
    assert all(way["ms_p50"] <= way["ms_p95"] for way in ways.values())
    assert ways["cold"]["passes"] < ways["usual"]["passes"], "one decision at a time against one token at a time"
    assert ways["again"]["tokens"] < ways["warm"]["tokens"] < ways["cold"]["tokens"]
    assert figures["usual_by_cold"]["passes"] == pytest.approx(
        ways["usual"]["passes"] / ways["cold"]["passes"], rel=0.02
    )


@pytest.mark.parametrize("number", ["0", "-1", "many", "1.5"])
def test_bench_wants_a_whole_number_of_sentences(number, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["bench", "--utterances", number])

    assert ended.value.code == 2
    assert "no whole number" in capsys.readouterr().err


def test_loading_llama_cpp_is_left_to_the_commands_that_need_it():
    program = "import sys, vehicle_assistant.__main__; sys.exit('llama_cpp' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", program], timeout=60).returncode == 0


@pytest.mark.parametrize(("share", "value"), [(0.0, 1), (0.5, 6), (0.95, 10), (1.0, 10)])
def test_a_percentile_is_one_of_the_values(share, value):
    assert percentile([5, 4, 3, 2, 1, 6, 7, 8, 9, 10], share) == value
