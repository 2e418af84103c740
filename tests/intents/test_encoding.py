from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.catalogue import COMMANDS
from intents.encoding import (
    END,
    MAX_COMMANDS,
    MAX_TEXTS,
    NEXT,
    NONE,
    Draft,
    Item,
    Line,
    Outcome,
    Span,
    as_text,
    decode,
    encode,
    slot_items,
    vocabulary,
)
from intents.phrasebook import load
from intents.words import words_of

WORDS = words_of("set my side to twenty two degrees and take me to the office via 99 main street please now")


def line_of(*items: str | tuple[int, int]) -> list[Item | Span]:
    """A line written by hand: item texts, spans as pairs."""
    known = {item.text: item for item in vocabulary()}
    return [Span(*item) if isinstance(item, tuple) else known[item] for item in items]


@st.composite
def legal_lines(draw: st.DrawFn, words: Sequence[str] = WORDS) -> list[Item | Span]:
    """A random walk over what the grammar allows, as a model may emit it."""
    line = Line()
    while line.items[-1:] != [END]:
        item = draw(st.sampled_from(line.legal_items()))
        line.items.append(item)
        if item.opens:
            start = draw(st.integers(0, len(words) - 1))
            line.items.append(Span(start, draw(st.integers(start + 1, len(words)))))
    return line.items


@pytest.mark.parametrize("seed", range(3))
def test_every_example_of_the_phrasebook_survives_encoding(seed: int) -> None:
    for example in load().examples(2000, seed):
        words = words_of(example.text)

        meaning = decode(words, encode(words, example.drafts))

        assert meaning.drafts == example.drafts, example.text


@given(st.integers(0, 10_000))
def test_every_encoded_example_is_a_legal_line(seed: int) -> None:
    (example,) = load().examples(1, seed)
    words = words_of(example.text)
    line = Line()

    for item in encode(words, example.drafts):
        assert isinstance(item, Span) or item in line.legal_items(), (example.text, item)
        line.items.append(item)

    assert line.legal_items() == ()


@given(legal_lines())
def test_every_legal_line_decodes_to_commands_of_the_catalogue(line: list[Item | Span]) -> None:
    meaning = decode(WORDS, line)

    assert [draft.intent for draft in meaning.drafts] == [
        i.text for i in line if isinstance(i, Item) and i.text in COMMANDS
    ]
    assert (meaning.outcome is Outcome.NOT_UNDERSTOOD) == (line[0] == NONE) == (not meaning.drafts)
    assert (meaning.outcome is Outcome.INCOMPLETE) == bool(meaning.missing)
    for draft in meaning.drafts:
        if not draft.missing:
            assert draft.command().slots() == {k: sorted(v) if k == "avoid" else v for k, v in draft.slots.items()}


@given(legal_lines())
def test_every_text_comes_from_the_utterance(line: list[Item | Span]) -> None:
    said = " ".join(WORDS)
    for draft in decode(WORDS, line).drafts:
        for slot in COMMANDS[draft.intent].slot_specs:
            values = draft.slots.get(slot.name, ())
            for value in [values] if isinstance(values, str) else values if isinstance(values, list) else []:
                assert value in said or value in slot.values or value == "work"


def test_the_vocabulary_holds_each_item_once_and_every_legal_item() -> None:
    texts = [item.text for item in vocabulary()]

    assert len(set(texts)) == len(texts)
    assert set(COMMANDS) < set(texts)
    for command in COMMANDS.values():
        assert {item.text for slot in command.slot_specs for item in slot_items(slot)} < set(texts)


def test_slots_come_in_catalogue_order_and_once() -> None:
    line = Line(line_of("climate.set_temperature", "zone=rear"))

    assert [i.text for i in line.legal_items()] == ["celsius=max", "celsius=min", "celsius=", ";", "."]


def test_values_of_a_set_come_in_order_and_once() -> None:
    line = Line(line_of("navigation.reroute", "avoid=highways"))

    assert [i.text for i in line.legal_items()] == [
        "avoid=ferries", "avoid=traffic", "prefer=fastest", "prefer=shortest", "prefer=eco", ";", ".",
    ]  # fmt: skip


def test_a_list_of_texts_has_an_end() -> None:
    line = Line(line_of("navigation.navigate", *["via=", (0, 1)] * MAX_TEXTS))

    assert "via=" not in [i.text for i in line.legal_items()]


def test_commands_in_one_breath_have_an_end() -> None:
    line = Line(line_of(*["media.pause", ";"] * (MAX_COMMANDS - 1), "media.pause"))

    assert line.legal_items() == (END,)


def test_nothing_follows_none_and_the_end() -> None:
    assert Line([NONE]).legal_items() == (END,)
    assert Line([NONE, END]).legal_items() == ()
    assert NONE not in Line([Item("media.pause"), NEXT]).legal_items()


@pytest.mark.parametrize(
    ("text", "line", "drafts"),
    [
        (
            "twenty two and open the window",
            ("climate.set_temperature", "celsius=", (0, 2), ";", "vehicle.set_window", "percent_open=open", "."),
            (
                Draft("climate.set_temperature", {"zone": "driver", "celsius": 22}),
                Draft("vehicle.set_window", {"zone": "driver", "percent_open": 100}),
            ),
        ),
        (
            "twelve degrees",  # out of range: left out, asked for again, never clamped
            ("climate.set_temperature", "celsius=", (0, 2), "."),
            (Draft("climate.set_temperature", {"zone": "driver"}, ("celsius",)),),
        ),
        (
            "volume one fifty",
            ("media.set_volume", "percent=", (1, 3), "."),
            (Draft("media.set_volume", {}, ("percent",)),),
        ),
        (
            "three and a half levels more",
            ("climate.change_fan_speed", "delta_level=up_by", (0, 5), "."),
            (Draft("climate.change_fan_speed", {"zone": "driver"}, ("delta_level",)),),
        ),
        (
            "to the office",
            ("navigation.navigate", "destination=", (2, 3), "."),
            (Draft("navigation.navigate", {"destination": "work"}),),
        ),
        (
            "call the office",  # a saved place is a place only where a place is meant
            ("phone.call", "contact=", (2, 3), "."),
            (Draft("phone.call", {"contact": "office"}),),
        ),
        ("tell me a joke", ("none", "."), ()),
    ],
)
def test_decodes(text: str, line: tuple[str | tuple[int, int], ...], drafts: tuple[Draft, ...]) -> None:
    assert decode(words_of(text), line_of(*line)).drafts == drafts


def test_a_hostile_number_is_not_read() -> None:
    words = ("9" * 400,)

    meaning = decode(words, line_of("climate.set_temperature", "celsius=", (0, 1), "."))

    assert meaning.outcome is Outcome.INCOMPLETE


def test_an_empty_line_says_nothing() -> None:
    assert decode((), []).outcome is Outcome.NOT_UNDERSTOOD


@pytest.mark.parametrize(
    "draft",
    [
        Draft("climate.set_temperature", {"celsius": 23}),
        Draft("navigation.navigate", {"destination": "nowhere"}),
        Draft("climate.set_airflow", {"direction": "sideways"}),
    ],
)
def test_what_was_not_said_cannot_be_encoded(draft: Draft) -> None:
    with pytest.raises(ValueError, match=r"cannot be|not said|not in the utterance"):
        encode(words_of("set the temperature to twenty two"), [draft])


def test_a_number_is_encoded_by_its_longest_words() -> None:
    words = words_of("make it three degrees warmer")

    line = encode(words, [Draft("climate.change_temperature", {"zone": "driver", "delta_celsius": 3.0})])

    assert as_text(words, line) == "climate.change_temperature delta_celsius=up_by three degrees"


def test_the_compact_text_is_readable() -> None:
    words = words_of("my side to twenty two avoid tolls and highways home via church street")
    drafts = [
        Draft("climate.set_temperature", {"zone": "driver", "celsius": 22}),
        Draft("navigation.navigate", {"destination": "home", "via": ["church street"], "avoid": ["highways", "tolls"]}),
    ]

    assert as_text(words, encode(words, drafts)) == (
        "climate.set_temperature celsius=twenty two ; "
        "navigation.navigate destination=home via=church street avoid=tolls avoid=highways"
    )
