"""Gathering labelled utterances, and growing them: a label never breaks on the way."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from intents.encoding import decode, encode
from intents.words import find, words_of
from training.text import corpus
from training.text.corpus import Example, example, gather, hand_written, rows, split
from training.text.growth import AFTER, BEFORE, Growth

HOME = {"intent": "navigation.navigate", "slots": {"destination": "home"}}


def navigate(destination: str, **slots: Any) -> dict[str, Any]:
    return {"intent": "navigation.navigate", "slots": {"destination": destination, **slots}}


@pytest.fixture
def converted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of converted rows, with no hand-written ones beside it."""
    (tmp_path / "utterances").mkdir()
    monkeypatch.setattr(corpus, "UTTERANCES", tmp_path / "utterances")
    return tmp_path / "converted.jsonl"


def write(path: Path, *written: dict[str, Any]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in written))


def row(text: str, *commands: dict[str, Any], source: str = "collected", **more: Any) -> dict[str, Any]:
    return {"text": text, "commands": list(commands), "source": source, **more}


def test_a_row_becomes_words_and_decisions(converted):
    write(converted, row("Take me HOME, please!", HOME, weight=2.5))

    (found,), counts = gather(converted)

    assert found.words == ("take", "me", "home", "please")
    assert list(found.line) == encode(found.words, found.drafts)
    assert found.weight == 2.5
    assert counts == {"collected: kept": 1}


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (row("take me there", HOME), "collected: not sayable"),
        (row("go", {"intent": "media.explode", "slots": {}}), "collected: not sayable"),
        (row("!?"), "collected: left out"),
        (row(" ".join(["far"] * 41)), "collected: left out"),
    ],
)
def test_what_cannot_be_taught_is_left_out_and_counted(converted, bad, why):
    write(converted, bad, row("go home", HOME))

    found, counts = gather(converted)

    assert [e.words for e in found] == [("go", "home")]
    assert counts == {why: 1, "collected: kept": 1}


def test_a_label_made_by_hand_wins_in_either_order(converted):
    write(converted, row("go home"), row("go home", HOME, source="labelled"), row("go home"))

    (found,), _ = gather(converted)

    assert [draft.intent for draft in found.drafts] == ["navigation.navigate"]
    assert found.weight == corpus.WEIGHTS["labelled"]


def test_nothing_hand_written_near_the_measuring_set_is_kept(converted):
    write(corpus.UTTERANCES / "own.jsonl", row("please take me home now", HOME), row("honk twice"))

    found, counts = gather(None, excluded=["Take me home now, please"])

    assert [e.words for e in found] == [("honk", "twice")]
    assert counts["hand: near the dev set"] == 1


# Thirds are not among the numbers that are read as percentages.
UNREADABLE = {
    "open the window a third",
    "open the front windows two thirds of the way",
    "two thirds open on the sunroof",
}


def test_hand_written_utterances_can_be_taught():
    found, counts = gather(None)
    taught = {e.words for e in found}
    texts = [written["text"] for written, _ in hand_written()]

    assert len(texts) > 1000
    assert {text for text in texts if words_of(text) not in taught} <= UNREADABLE
    assert counts["hand: kept"] >= len(texts) - len(UNREADABLE)
    for e in found[::7]:
        assert [d.intent for d in decode(e.words, e.line).drafts] == [d.intent for d in e.drafts]


def test_blank_lines_are_no_rows(tmp_path):
    file = tmp_path / "rows.jsonl"
    file.write_text('{"text": "a"}\n\n  \n{"text": "b"}\n')

    assert [r["text"] for r in rows(file)] == ["a", "b"]


def hand(text: str, *commands: dict[str, Any]) -> Example:
    return example(text, commands, "hand")


def test_validation_is_apart_from_training_and_the_same_for_the_same_seed():
    examples = [hand(f"drive to place {n}", navigate(f"place {n}")) for n in range(500)]
    collected = [Example(("word", str(n)), (), (), "collected") for n in range(500)]

    training, held = split([*examples, *collected], seed=7)

    assert {e.words for e in training}.isdisjoint(e.words for e in held)
    assert len(training) + len(held) == 1000
    assert 5 < len(held) < 50
    assert {e.source for e in held} == {"hand"}
    assert split([*examples, *collected], seed=7) == (training, held)
    assert split([*examples, *collected], seed=8)[1] != held


CORPUS = [
    hand("take me to the old mill", navigate("old mill")),
    hand("navigate to sunset boulevard avoiding tolls", navigate("sunset boulevard", avoid=["tolls"])),
    hand("drive home", HOME),
    hand(
        "set the temperature to 22", {"intent": "climate.set_temperature", "slots": {"zone": "driver", "celsius": 22}}
    ),
    hand("call anna", {"intent": "phone.call", "slots": {"contact": "anna"}}),
    hand("call mister 7", {"intent": "phone.call", "slots": {"contact": "mister 7"}}),
    hand("tell me about the war of 1812"),
    hand(
        "turn the fan on in the back to 3", {"intent": "climate.set_fan_speed", "slots": {"zone": "rear", "level": 3}}
    ),
]


@pytest.fixture(scope="module")
def grown() -> list[tuple[Example, Example]]:
    grow = Growth(CORPUS, ["springfield", "salem oregon"], seed=3)
    return [(e, grow(e)) for _ in range(250) for e in CORPUS]


def test_a_grown_example_says_what_its_decisions_say(grown):
    for _, e in grown:
        assert list(e.line) == encode(e.words, e.drafts)
        said = " ".join(e.words)
        for draft, read in zip(e.drafts, decode(e.words, e.line).drafts, strict=True):
            assert (draft.intent, dict(draft.slots)) == (read.intent, dict(read.slots)), said


def test_growing_keeps_the_intents_first_and_leaves_what_is_outside_outside(grown):
    for before, after in grown:
        intents = [d.intent for d in before.drafts]
        assert [d.intent for d in after.drafts][: len(intents)] == intents
        if not intents:
            assert after.drafts == ()


def test_growing_does_everything_it_is_there_for(grown):
    texts = {" ".join(e.words) for _, e in grown}

    assert len(texts) > 300
    assert any(t.startswith(f"{polite} take me") for t in texts for polite in BEFORE)
    assert any(t.endswith(f"mill {polite}") for t in texts for polite in AFTER)
    assert any("twenty two" in t for t in texts)
    assert any("springfield" in t or "salem oregon" in t for t in texts)
    assert any(len(e.drafts) == 2 for _, e in grown)
    assert any("take me old mill" in t for t in texts) or any("to old mill" in t for t in texts), "a small word is lost"


def test_home_stays_home(grown):
    for before, after in grown:
        if before.words == ("drive", "home"):
            assert after.drafts[0].slots["destination"] == "home"


def test_digits_of_a_name_are_not_spelled(grown):
    names = {after.drafts[0].slots["contact"] for before, after in grown if before.words == ("call", "mister", "7")}

    assert "mister seven" not in names
    assert "mister 7" in names


def test_growing_is_the_same_for_the_same_seed():
    first, second = (Growth(CORPUS, ["springfield"], seed=5) for _ in range(2))

    assert [first(e) for e in CORPUS * 20] == [second(e) for e in CORPUS * 20]


def test_text_that_is_copied_stays_in_one_piece(grown):
    random.seed(1)
    for _, e in random.sample(grown, 400):
        for draft in e.drafts:
            if isinstance(value := draft.slots.get("destination"), str) and value != "work":
                assert find(e.words, words_of(value)) is not None
