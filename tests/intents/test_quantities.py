import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.quantities import QUANTITIES, half_steps

SAID: dict[str, dict[str, float | None]] = {
    "temperature": {
        "twenty two": 22,
        "22 degrees": 22,
        "22c": 22,
        "22°": 22,
        "22 degrees celsius": 22,
        "twenty one point five degrees": 21.5,
        "twenty one and a half": 21.5,
        "21.3": 21.5,
        "seventy two": 22,  # 50 or more without a unit is Fahrenheit
        "72 degrees fahrenheit": 22,
        "72f": 22,
        "forty degrees fahrenheit": 4.5,
        "49": 49,
        "50": 10,
        "60 celsius": 60,
        "degrees": None,
        "a few degrees": None,
    },
    "temperature_change": {
        "two degrees": 2,
        "a degree": 1,
        "one degree": 1,
        "half a degree": 0.5,
        "a degree and a half": 1.5,
        "one and a half degrees": 1.5,
        "nine degrees fahrenheit": 5,
        "three degrees fahrenheit": 1.5,
        "a": None,
    },
    "fan_level": {
        "three": 3,
        "level three": 3,
        "100 percent": 7,
        "fifty percent": 4,  # 3.5, rounded half up
        "forty per cent": 3,
        "50%": 4,
        "0 percent": 0,
        "level": None,
    },
    "fan_change": {"two levels": 2, "one notch": 1, "a notch": 1, "three": 3, "two and a half": 2.5},
    "seat_level": {"two": 2, "level": None},
    "volume": {
        "forty percent": 40,
        "40": 40,
        "five": 50,  # a bare level of 0 to 10
        "ten": 100,
        "zero": 0,
        "five percent": 5,
        "eleven": 11,
        "half": 50,
    },
    "opening": {
        "forty percent": 40,
        "half": 50,
        "halfway": 50,
        "a quarter": 25,
        "three quarters": 75,
        "five": 5,
        "wide": None,
    },
    "duration": {
        "ten minutes": 600,
        "an hour": 3600,
        "an hour and a half": 5400,
        "half an hour": 1800,
        "a half hour": 1800,
        "quarter of an hour": 900,
        "three quarters of an hour": 2700,
        "one hour twenty minutes": 4800,
        "one hour and twenty minutes": 4800,
        "two and a half hours": 9000,
        "a couple of minutes": 120,
        "ninety seconds": 90,
        "25 min": 1500,
        "twenty-five minutes": 1500,
        "ten": None,
        "minutes": None,
        "ten minutes tomorrow": None,
        "zero minutes": None,
    },
}


@pytest.mark.parametrize(
    ("quantity", "text", "value"),
    [(quantity, text, value) for quantity, said in SAID.items() for text, value in said.items()],
)
def test_reads_an_amount(quantity: str, text: str, value: float | None) -> None:
    (reading,) = [c.read for c in QUANTITIES[quantity].choices if c.read and c.name in ("", "up_by")]

    assert reading(text.split()) == value


def test_every_quantity_is_read_in_these_tests_but_the_one_that_is_read_like_another() -> None:
    assert set(QUANTITIES) - set(SAID) == {"volume_change"}


@pytest.mark.parametrize("quantity", [q for q in QUANTITIES.values() if q.name.endswith("_change")])
def test_down_by_is_the_opposite_of_up_by(quantity) -> None:
    up, down = quantity.choice("up_by").read, quantity.choice("down_by").read

    assert up(["three"]) == -down(["three"]) > 0
    assert down(["lots"]) is None


def test_named_choices_follow_the_wording_rules() -> None:
    named = {q.name: {c.name: c.value for c in q.choices if c.value is not None} for q in QUANTITIES.values()}

    assert named["temperature"] == {"max": 30.0, "min": 16.0}
    assert named["temperature_change"] == {
        "up": 1.0, "down": -1.0, "up_little": 0.5, "down_little": -0.5, "up_lot": 2.0, "down_lot": -2.0,
    }  # fmt: skip
    assert named["fan_level"] == {"off": 0, "min": 1, "low": 2, "medium": 4, "high": 6, "max": 7}
    assert named["fan_change"] == {"up": 1, "down": -1, "up_lot": 2, "down_lot": -2}
    assert named["seat_level"] == {"off": 0, "low": 1, "medium": 2, "high": 3}
    assert named["volume"] == {"min": 0, "half": 50, "max": 100}
    assert named["volume_change"] == {
        "up": 10, "down": -10, "up_little": 5, "down_little": -5, "up_lot": 20, "down_lot": -20,
    }  # fmt: skip
    assert named["opening"] == {"close": 0, "crack": 10, "half": 50, "open": 100}


def test_an_unknown_choice_is_refused() -> None:
    with pytest.raises(KeyError):
        QUANTITIES["temperature"].choice("tepid")


@given(st.floats(-1000, 1000))
def test_half_steps_are_multiples_of_a_half_nearby(value: float) -> None:
    rounded = half_steps(value)

    assert rounded * 2 == int(rounded * 2)
    assert abs(rounded - value) <= 0.25


@pytest.mark.parametrize(("value", "rounded"), [(0.25, 0.5), (-0.25, -0.5), (21.75, 22.0), (0.0, 0.0)])
def test_halves_round_away_from_zero(value: float, rounded: float) -> None:
    assert half_steps(value) == rounded


_SAID = st.sampled_from(
    "a an the half quarter hour hours minutes percent per cent % degrees fahrenheit level up 22c 50% 7 1e9 "
    "twenty two point five and minus hundred thousand 999999999999999999999999999999".split()
)


@given(st.sampled_from(sorted(QUANTITIES)), st.lists(_SAID, max_size=8))
def test_whatever_is_said_is_a_finite_amount_or_none(quantity: str, words: list[str]) -> None:
    for choice in QUANTITIES[quantity].choices:
        value = choice.read(words) if choice.read else choice.value

        assert value is None or math.isfinite(value)
