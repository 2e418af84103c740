"""Scoring by hand-counted examples; the last test counts a whole small file."""

import json
from pathlib import Path
from typing import Any

import pytest

from intents.encoding import Outcome
from intents.errors import ErrorCode, InputError
from vehicle_assistant.evaluation import Answer, Label, SaidCommand, Tally, read_labels, score

WARM = {"intent": "climate.set_temperature", "slots": {"zone": "driver", "celsius": 22.0}}
HOME = {"intent": "navigation.navigate", "slots": {"destination": "home"}}
PAUSE = {"intent": "media.pause", "slots": {}}
Row = dict[str, Any]


def label(*commands: Row, outcome: str = "understood", alt: list[list[Row]] | None = None, **more: Any) -> Label:
    row = {"id": "a", "text": "say", "outcome": outcome, "commands": commands, "alt": alt or [], **more}
    return Label.model_validate(row)


def answer(*commands: Row, outcome: str = "understood") -> Answer:
    return Answer(Outcome(outcome), tuple(SaidCommand.model_validate(c) for c in commands))


NOTHING = answer(outcome="not_understood")


def exact(said: Label, given: Answer) -> bool:
    return score([said], [given]).exact.count == 1


def with_slots(command: Row, **slots: Any) -> Row:
    return {"intent": command["intent"], "slots": command["slots"] | slots}


@pytest.mark.parametrize(
    "given",
    [
        WARM,
        with_slots(WARM, celsius=22),
        with_slots(WARM, celsius=22.0004),
        {"intent": "climate.set_temperature", "slots": {"celsius": 22}},  # the default may be left unsaid
    ],
)
def test_equal_commands(given):
    assert exact(label(WARM), answer(given))


@pytest.mark.parametrize(
    "given",
    [
        [],
        [HOME],
        [WARM, PAUSE],
        [with_slots(WARM, celsius=22.5)],
        [with_slots(WARM, zone="rear")],
        [with_slots(WARM, celsius=None)],
    ],
)
def test_unequal_commands(given):
    assert not exact(label(WARM), answer(*given))


@pytest.mark.parametrize(
    ("said", "given", "equal"),
    [
        ("the old mill", "old mill", True),
        ("to the Old Mill, please", "old mill", True),
        ("old mill now", "old mill", True),
        ("o'hare", "ohare", False),
        ("mill", "old mill", False),
        ("please", "now", True),  # nothing is left of either
    ],
)
def test_texts_are_equal_without_their_small_words(said, given, equal):
    assert exact(label(with_slots(HOME, destination=said)), answer(with_slots(HOME, destination=given))) is equal


def test_lists_are_equal_in_any_order():
    said = label(with_slots(HOME, avoid=["tolls", "ferries"], via=[]))

    assert exact(said, answer(with_slots(HOME, avoid=["ferries", "tolls"])))
    assert not exact(said, answer(with_slots(HOME, avoid=["ferries"])))


def test_commands_are_equal_in_their_order_only():
    assert exact(label(WARM, HOME), answer(WARM, HOME))
    assert not exact(label(WARM, HOME), answer(HOME, WARM))


def test_an_alternative_is_as_right():
    said = label(WARM, alt=[[PAUSE], []])

    assert exact(said, answer(PAUSE))
    assert exact(said, NOTHING)
    assert not exact(said, answer(HOME))


@pytest.mark.parametrize(
    ("given", "right", "intent"),
    [
        (answer({"intent": "climate.set_temperature"}, outcome="incomplete"), True, True),
        (answer(WARM), False, True),
        (answer(PAUSE, outcome="incomplete"), False, False),
        (NOTHING, False, False),
    ],
)
def test_an_incomplete_request_wants_the_same_intents(given, right, intent):
    said = label({"intent": "climate.set_temperature", "slots": {"zone": "driver"}}, outcome="incomplete")

    found = score([said], [given])

    assert (found.exact.count, found.intent.count) == (right, intent)
    assert found.incomplete == Tally(right, 1)


def test_outside_the_catalogue_nothing_is_right_and_a_command_is_false():
    found = score([label(outcome="not_understood")] * 3, [NOTHING, answer(PAUSE), NOTHING])

    assert found.exact == Tally(2, 3)
    assert found.false_commands == Tally(1, 3)
    assert found.rejected == Tally(0, 0)


def test_outside_the_catalogue_an_alternative_is_no_false_command():
    assert score([label(outcome="not_understood", alt=[[PAUSE]])], [answer(PAUSE)]).false_commands == Tally(0, 1)


UNSAID = with_slots(WARM, celsius=None)
BARE = {"intent": "climate.set_temperature", "slots": {}}
# Label: outcome, commands, alternatives; answer: outcome, commands.
ROWS: list[tuple[str, list[Row], list[list[Row]], str, list[Row]]] = [
    ("understood", [WARM], [], "understood", [WARM]),
    ("understood", [WARM], [], "incomplete", [UNSAID]),
    ("understood", [HOME], [], "not_understood", []),
    ("understood", [PAUSE], [[HOME]], "understood", [HOME]),
    ("understood", [HOME], [], "understood", [PAUSE]),
    ("not_understood", [], [], "not_understood", []),
    ("not_understood", [], [], "understood", [PAUSE]),
    ("incomplete", [UNSAID], [], "incomplete", [BARE]),
]


def test_a_small_file_is_counted_as_by_hand(tmp_path):
    file = tmp_path / "labels.jsonl"
    rows = [
        {"id": number, "text": "say", "outcome": outcome, "commands": commands, "alt": alt}
        for number, (outcome, commands, alt, _, _) in enumerate(ROWS)
    ]
    file.write_text("\n".join(json.dumps(row) for row in rows) + "\n\n")
    answers = [answer(*commands, outcome=outcome) for _, _, _, outcome, commands in ROWS]

    found = score(read_labels(file), answers)

    assert found.exact == Tally(4, 8)
    assert found.intent == Tally(5, 8)
    assert found.outcome == Tally(5, 8)  # 0, 3, 4, 5 and 7: of the right kind, if not right
    assert found.domains == {
        "climate": Tally(2, 3), "media": Tally(1, 1), "navigation": Tally(0, 2), "not_understood": Tally(1, 2),
    }  # fmt: skip
    assert found.false_commands == Tally(1, 2)
    assert found.rejected == Tally(1, 5)
    assert found.incomplete == Tally(1, 1)
    assert [verdict.label.id for verdict in found.wrong] == [1, 2, 4, 6]


def test_a_share_of_nothing_is_nothing():
    assert Tally(0, 0).share == 0
    assert Tally(1, 4).share == 0.25


GOOD = {"id": 1, "text": "pause", "outcome": "understood", "commands": [PAUSE], "alt": []}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 2"),
        ("[]", "line 2"),
        (json.dumps(GOOD | {"outcome": "perhaps"}), "outcome"),
        (json.dumps(GOOD | {"outcome": "not_understood"}), "not_understood with 1 commands"),
        (json.dumps(GOOD | {"commands": []}), "understood with 0 commands"),
        (json.dumps(GOOD | {"commands": [{"intent": "media.explode", "slots": {}}]}), "no command 'media.explode'"),
        (json.dumps(GOOD | {"surprise": 1}), "surprise"),
        (json.dumps({k: v for k, v in GOOD.items() if k != "text"}), "text"),
        (json.dumps(GOOD | {"id": 2, "text": "window " * 10_000}), "too long"),
        (json.dumps(GOOD), "the id '1' is there twice"),
    ],
)
def test_a_line_that_cannot_be_used_is_named(tmp_path, line, said):
    file = tmp_path / "labels.jsonl"
    file.write_text(f"{json.dumps(GOOD)}\n{line}\n")

    with pytest.raises(InputError, match=said) as refused:
        read_labels(file)

    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("content", "code"),
    [(None, ErrorCode.FILE_NOT_FOUND), (b"\n \n", ErrorCode.FILE_EMPTY), (b"\xff\xfe{}", ErrorCode.TEXT_NOT_UTF8)],
)
def test_a_file_that_cannot_be_used_is_refused(tmp_path: Path, content, code):
    file = tmp_path / "labels.jsonl"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(InputError) as refused:
        read_labels(file)

    assert refused.value.code is code
    assert refused.value.remedy
