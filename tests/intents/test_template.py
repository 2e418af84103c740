import pytest

from intents.errors import CatalogueError
from intents.template import Choice, Fill, Optional, Sequence_, Word, parse


def test_a_word() -> None:
    assert parse("stop") == Word("stop")


def test_a_sequence_with_everything_in_it() -> None:
    assert parse("(set|turn) [please] {zone:seat} to {level}") == Sequence_(
        (
            Choice((Word("set"), Word("turn"))),
            Optional(Word("please")),
            Fill("zone", "seat"),
            Word("to"),
            Fill("level", ""),
        )
    )


def test_an_optional_may_hold_a_choice() -> None:
    assert parse("[a|the]") == Optional(Choice((Word("a"), Word("the"))))


def test_brackets_nest() -> None:
    assert parse("(a [b (c|d)])") == Sequence_(
        (Word("a"), Optional(Sequence_((Word("b"), Choice((Word("c"), Word("d")))))))
    )


def test_a_choice_may_hold_nothing() -> None:
    assert parse("(a|)") == Choice((Word("a"), Sequence_(())))


@pytest.mark.parametrize(
    ("template", "complaint"),
    [
        ("(a|b", "'(' is never closed"),
        ("[a", "'[' is never closed"),
        ("(a]", "'(' is never closed"),
        ("a)", "')' closes nothing"),
        ("a ] b", "']' closes nothing"),
        ("{zone", "cannot read '{zone'"),
        ("{zo ne}", "cannot read"),
        ("{zone:}", "cannot read"),
        ("zone}", "cannot read"),
    ],
)
def test_a_broken_template_is_refused_with_the_place(template: str, complaint: str) -> None:
    with pytest.raises(CatalogueError) as refusal:
        parse(template)

    assert complaint in str(refusal.value)
    assert repr(template) in str(refusal.value)
