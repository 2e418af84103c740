"""Putting the collections together: constraints, the measuring set, hand-made labels, weights and the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from training.text.sources.__main__ import main
from training.text.sources.assemble import COLLECTIONS, OUT_OF_SCOPE_SHARE, assemble
from training.text.sources.constraints import CATALOGUE, canonical, problem
from training.text.sources.measure import agrees
from training.text.sources.near_duplicates import ProtectedTexts
from training.text.sources.record import Command, LabelledRow, incomplete, rejected, understood


def write(path: Path, rows: list[dict[str, object]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def source_row(text: str, intent: str, **slots: str) -> dict[str, object]:
    found = [{"slot": name, "value": value} for name, value in slots.items()]
    return {"text": text, "intent": intent, "slots": found, "split": "train"}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A small folder of self-written rows in the collections' formats."""
    change = "VEHICLE_SETTINGS_CHANGE"
    write(
        tmp_path / "ms_automotive.jsonl",
        [
            source_row("the fan off please", change, SETTING="fan", VALUE="off"),
            source_row("the heater off please", change, SETTING="heater", VALUE="off"),
            source_row("lane helper off please", change, SETTING="lane helper", VALUE="off"),
            source_row("rear defogger on", change, SETTING="rear defogger", VALUE="on"),
        ],
    )
    for collection in COLLECTIONS[1:]:
        write(tmp_path / collection.file, [])
    write(tmp_path / "dev.jsonl", [{"text": "The heater, off please!", "outcome": "understood", "commands": []}])
    by_hand = {"intent": "climate.set_defrost", "slots": {"window": "rear", "on": True}}
    write(
        tmp_path / "labelled.jsonl",
        [{"id": "1", "text": "rear defogger on", "outcome": "understood", "commands": [by_hand], "alt": []}],
    )
    return tmp_path


def test_the_measuring_set_never_gets_in(data: Path) -> None:
    """A row that only differs in punctuation from a measuring row is left out, the others stay."""
    texts = {row.text for row in assemble(data).rows}
    assert texts == {"the fan off please", "lane helper off please", "rear defogger on"}


def test_a_hand_made_label_wins_and_measures_the_rule(data: Path) -> None:
    """The hand-labelled row comes out once, under its own source, and counts for the rule's precision."""
    assembly = assemble(data)
    assert [row.source for row in assembly.rows if row.text == "rear defogger on"] == ["labelled"]
    tally = assembly.tallies["ms_automotive", "change: defrost"]
    assert (tally.checked, tally.right) == (1, 1)


def test_a_family_that_measures_badly_is_dropped(data: Path) -> None:
    """A rule family that disagrees with the hand-made labels does not reach the training set."""
    path = data / "labelled.jsonl"
    path.write_text(path.read_text().replace('"on": true', '"on": false'))
    more = source_row("front defogger on now", "VEHICLE_SETTINGS_CHANGE", SETTING="front defogger", VALUE="on")
    with (data / "ms_automotive.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(more) + "\n")
    assembly = assemble(data)
    assert assembly.dropped_families() == {("ms_automotive", "change: defrost")}
    assert "front defogger on now" not in {row.text for row in assembly.rows}


def test_out_of_scope_weighs_its_share(data: Path) -> None:
    """Rows without a command carry a fixed share of the weight, however many there are."""
    rows = assemble(data).rows
    outside = sum(row.weight for row in rows if not row.reading.commands)
    assert outside / sum(row.weight for row in rows) == pytest.approx(OUT_OF_SCOPE_SHARE)


def test_the_command_line_writes_rows_and_table(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One JSON object a line, and the table on standard output."""
    out = tmp_path / "out.jsonl"
    arguments = ["prog", "--data", str(data), "--out", str(out)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", arguments)
        assert main() == 0
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert {tuple(sorted(row)) for row in rows} == {("commands", "outcome", "source", "text", "weight")}
    assert "| ms_automotive | change: fan | 1 |" in capsys.readouterr().out


def test_a_missing_folder_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Unreadable data ends with one line and exit code 2."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["prog", "--data", str(tmp_path / "none"), "--out", str(tmp_path / "out.jsonl")])
        assert main() == 2
    assert capsys.readouterr().err.startswith("cannot convert")


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("Open the sunroof half way, please", True),
        ("please open the sunroof half way", True),
        ("open the sunroof half way pleas", True),
        ("open the sun-roof half way please", True),
        ("close the windows", False),
    ],
)
def test_near_duplicates_are_held(text: str, held: bool) -> None:
    """Case, order, punctuation and a lost letter make no other utterance; other words do."""
    assert ProtectedTexts(["open the sunroof half way please"]).holds(text) is held


@pytest.mark.parametrize(
    ("reading", "text"),
    [
        (understood("t", "climate.set_temperature", zone="driver", celsius=31.0), "31 degrees"),
        (understood("t", "climate.set_temperature", zone="boot", celsius=20.0), "20 degrees"),
        (understood("t", "climate.set_fan_speed", zone="driver"), "fan"),
        (understood("t", "phone.call", contact="vera"), "call viktor"),
        (understood("t", "phone.shout", contact="vera"), "shout at vera"),
        (understood("t", "vehicle.set_lock", locked="yes"), "lock it"),
    ],
)
def test_readings_outside_the_catalogue_are_caught(reading: object, text: str) -> None:
    """Ranges, lists, required slots, span words and names are all checked."""
    assert problem(reading, text) is not None  # type: ignore[arg-type]


def test_an_incomplete_command_may_lack_its_slot() -> None:
    """An incomplete command passes without its required slot; a rejected row passes without a command."""
    assert problem(incomplete("t", "climate.set_fan_speed", zone="rear"), "rear fan") is None
    assert problem(rejected("t"), "how tall is a giraffe") is None


def test_required_slots_exist() -> None:
    """Every required slot of the table is one of the intent's slots."""
    for intent, (slots, required) in CATALOGUE.items():
        assert required <= set(slots), intent


def test_labels_agree_up_to_defaults_and_alternatives() -> None:
    """Defaults left out and alternatives count as right, another value does not."""
    one = Command(intent="navigation.find_place", slots={"query": "bakery"})
    full = Command(intent="navigation.find_place", slots={"query": "the bakery", "near": "here"})
    assert canonical(one) == canonical(full)
    go = Command(intent="navigation.navigate", slots={"destination": "bakery"})
    gold = LabelledRow(id="1", text="bakery", outcome="understood", commands=[one], alt=[[go], []])
    assert agrees(understood("t", "navigation.navigate", destination="bakery"), gold)
    assert agrees(rejected("t"), gold)
    assert not agrees(understood("t", "navigation.navigate", destination="harbour"), gold)
