import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.numbers import read_number, spell

READ = {
    "zero": 0,
    "oh": 0,
    "seven": 7,
    "twenty two": 22,
    "twenty-two": 22,
    "22": 22,
    "22.5": 22.5,
    "22,5": 22.5,
    "one hundred": 100,
    "a hundred": 100,
    "hundred": 100,
    "one hundred and ten": 110,
    "two hundred twenty two": 222,
    "one thousand two hundred and five": 1205,
    "twenty one point five": 21.5,
    "twenty one dot five": 21.5,
    "point five": 0.5,
    "three point one four": 3.14,
    "minus three": -3,
    "negative ten": -10,
    "plus two": 2,
    "-3": -3,
    "+9": 9,
    "two and a half": 2.5,
    "twenty one and a half": 21.5,
}
NOT_ONE_NUMBER = [
    "",
    "a",
    "warm",
    "two three",
    "twenty twenty",
    "twenty eleven",
    "five twenty",
    "hundred hundred",
    "twenty two degrees",
    "two point",
    "point",
    "two point twenty",
    "22.5 point five",
    "two and",
    "and two",
    "one hundred and",
    "one hundred and and five",
    "one thousand one thousand",
    "minus",
    "minus minus three",
    "to",
    "for",
    "9" * 400,
    "1.2.3",
]


@pytest.mark.parametrize(("text", "value"), READ.items())
def test_reads_what_is_one_number(text: str, value: float) -> None:
    assert read_number(text.split()) == value


@pytest.mark.parametrize("text", NOT_ONE_NUMBER)
def test_reads_nothing_else(text: str) -> None:
    assert read_number(text.split()) is None


@given(st.integers(-99_999, 99_999))
def test_reads_every_whole_number_it_spells(value: int) -> None:
    assert read_number(spell(value).split()) == value


@given(st.integers(0, 9_999), st.integers(0, 99))
def test_reads_every_decimal_it_spells(whole: int, hundredths: int) -> None:
    value = float(f"{whole}.{hundredths:02}")

    assert read_number(spell(value).split()) == value


@given(st.floats(0, 999))
def test_spells_to_two_decimals(value: float) -> None:
    assert read_number(spell(value).split()) == pytest.approx(value, abs=0.005000001)


_WORDS = st.sampled_from("zero one two eleven twenty ninety hundred thousand and a half point minus 22 22.5 oh".split())


@given(st.lists(_WORDS, max_size=8))
def test_every_number_it_reads_is_finite(words: list[str]) -> None:
    value = read_number(words)

    assert value is None or abs(value) < 1_000_000
