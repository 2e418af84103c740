import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.words import find, words_of

SPLIT = {
    "Set the temperature to 22.5, please!": "set the temperature to 22.5 please",
    "I'm cold": "i'm cold",
    "I’m cold": "i'm cold",
    "Seventy-two °F": "seventy two °f",
    "half-open": "half-open",
    "50% or 22.5°C": "50 % or 22.5 °c",
    "A/C on": "ac on",
    "  tabs\tand\nlines  ": "tabs and lines",
    "what?! no...": "what no",
    "ＦＵＬＬ width": "full width",
    "Zürich 서울": "zürich 서울",
    "r&b / jazz": "r&b jazz",
    "": "",
    "?!": "",
}


@pytest.mark.parametrize(("text", "words"), SPLIT.items())
def test_splits_into_lower_case_words_without_punctuation(text: str, words: str) -> None:
    assert " ".join(words_of(text)) == words


@given(st.text())
def test_the_normal_form_is_stable(text: str) -> None:
    words = words_of(text)

    assert words_of(" ".join(words)) == words


@given(st.text())
def test_words_hold_none_of_the_characters_that_separate_decisions(text: str) -> None:
    assert not any(set(word) & set(" =;<>\n") for word in words_of(text))


@given(st.lists(st.sampled_from("abc"), max_size=12), st.lists(st.sampled_from("abc"), min_size=1, max_size=3))
def test_find_names_the_first_place(words: list[str], part: list[str]) -> None:
    start = find(words, part)
    places = [i for i in range(len(words)) if words[i : i + len(part)] == part]

    assert start == (places[0] if places else None)
