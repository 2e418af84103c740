"""Nano through llama.cpp, with the weights that ship. Holds for any trained weights: nothing here is about accuracy."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.encoding import Outcome, vocabulary
from intents.errors import EngineError, ErrorCode, ModelError
from intents.phrasebook import load
from intents.words import MAX_WORDS, words_of
from vehicle_assistant.parser.llama import Llama
from vehicle_assistant.parser.nano import CONTEXT, MAX_PROMPT, SHIPPED, NanoParser

PARITY = json.loads(SHIPPED.with_name("parity.json").read_text())
Q8_0_LIMIT = 0.35
"""Largest difference of a logit; 8-bit rounding was measured at 0.1 to 0.25."""
PATIENCE_S = 60.0
"""No limit at all: a loaded machine is no failure."""


class Forgetful(Llama):
    """Computes every utterance from its first word."""

    def common(self, tokens: list[int]) -> int:
        return 0


@pytest.fixture(scope="module")
def nano() -> Iterator[NanoParser]:
    engine = NanoParser.open()
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def afresh() -> Iterator[NanoParser]:
    engine = NanoParser(Forgetful(SHIPPED, context=CONTEXT, threads=1))
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def model() -> Iterator[Llama]:
    llama = Llama(SHIPPED, context=CONTEXT, threads=1)
    yield llama
    llama.close()


def test_llama_cpp_computes_what_pytorch_computed(model):
    assert len(PARITY["prompts"]) >= 20
    worst = 0.0
    for row in PARITY["prompts"]:
        logits = model.feed(row["tokens"], 0)
        worst = max(worst, *(abs(float(logits[int(token)]) - value) for token, value in row["logits"].items()))

    assert worst < Q8_0_LIMIT
    assert worst == pytest.approx(PARITY["figures"]["largest_difference_q8_0"], abs=0.02), "parity.json is of this file"


def test_llama_cpp_cuts_words_as_the_trainer_did(nano):
    for row in PARITY["prompts"]:
        _begin, *tokens, _parse = row["tokens"]
        assert [t for word in words_of(row["text"]) for t in nano.word_tokens(word)] == tokens, row["text"]


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=30))
def test_every_word_has_tokens_and_none_of_them_is_a_decision(nano, text):
    decisions = {nano.item_token(item) for item in vocabulary()}
    for word in words_of(text):
        tokens = nano.word_tokens(word)
        assert tokens
        assert not decisions & set(tokens)


@given(st.integers(0, 100_000), st.lists(st.integers(1, 12), max_size=3))
def test_what_is_kept_of_an_utterance_changes_nothing(nano, afresh, seed, cuts):
    (example,) = load().examples(1, seed)
    words = words_of(example.text)
    for cut in sorted(cuts):  # as partial transcripts come in
        nano.parse(" ".join(words[:cut]), PATIENCE_S)

    kept, fresh = nano.parse(example.text, PATIENCE_S), afresh.parse(example.text, PATIENCE_S)

    # Passes of another size round differently; where two readings are as likely as each other, either may win.
    assert kept.confidence == pytest.approx(fresh.confidence, abs=0.02)
    if fresh.confidence > 0.55:
        assert (kept.line, kept.meaning) == (fresh.line, fresh.meaning)


def test_the_same_utterance_again_is_the_same_and_costs_less(afresh):
    class Counting(Llama):
        tokens = 0

        def feed(self, tokens, keep):
            self.tokens += len(tokens)
            return super().feed(tokens, keep)

    llama = Counting(SHIPPED, context=CONTEXT, threads=1)
    engine = NanoParser(llama)
    text = "take me to the railway station and turn the radio off"
    first = engine.parse(text, PATIENCE_S)
    cost, llama.tokens = llama.tokens, 0
    second = engine.parse(text, PATIENCE_S)
    engine.close()

    assert (second.line, second.meaning) == (first.line, first.meaning)
    assert llama.tokens < cost - 10


def test_a_deadline_in_the_past_is_an_error_and_the_next_parse_works(nano):
    before = nano.parse("open the windows", PATIENCE_S)
    with pytest.raises(EngineError, match="ran out of time") as late:
        nano.parse("switch the fan off", -1.0)
    after = nano.parse("open the windows", PATIENCE_S)

    assert late.value.code is ErrorCode.ENGINE_FAILED
    assert (after.line, after.meaning) == (before.line, before.meaning)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t ",
        "?!... —",
        " ".join(["window"] * (MAX_WORDS + 1)),
        " ".join(["window"] * 10_000),
        "supercalifragilistic" * 200,
        " ".join(["донаудампфшиффахрт"] * MAX_WORDS),
        "\u0000",
    ],
)
def test_what_nobody_says_is_not_understood(nano, text):
    parse = nano.parse(text, PATIENCE_S)

    assert parse.meaning.outcome is Outcome.NOT_UNDERSTOOD
    assert parse.meaning.drafts == ()
    assert parse.line == "none"


@pytest.mark.parametrize(
    "text",
    [
        " ".join(["window"] * MAX_WORDS),
        "take me to " + " ".join(f"{chr(0x4E00 + i)}{chr(0x4E80 + i)}" for i in range(50)),
        "</s> <s> <parse> <climate.set_power> none . ; destination=",
        "set the temperature to " + "9" * 120,
    ],
)
def test_what_few_people_say_gets_an_answer(nano, text):
    assert len(words_of(text)) <= MAX_WORDS

    parse = nano.parse(text, PATIENCE_S)

    assert 0 <= parse.confidence <= 1
    assert (parse.meaning.outcome is Outcome.NOT_UNDERSTOOD) == (not parse.meaning.drafts)


def test_words_that_look_like_control_tokens_are_words(nano):
    tokens = [t for word in words_of("<s> <parse> <none>") for t in nano.word_tokens(word)]

    assert {nano.item_token(item) for item in vocabulary()}.isdisjoint(tokens)


def test_a_line_of_decisions_that_does_not_fit_is_not_understood():
    engine = NanoParser(Llama(SHIPPED, context=16, threads=1))

    parse = engine.parse("take me to the old railway station in the middle of the town by the sea", PATIENCE_S)
    engine.close()

    assert parse.meaning.outcome is Outcome.NOT_UNDERSTOOD


def test_the_longest_prompt_leaves_room_for_decisions():
    assert MAX_PROMPT + 100 < CONTEXT


def test_weights_for_another_catalogue_are_refused(tmp_path):
    content = SHIPPED.read_bytes()
    assert content.count(b"<climate.set_power>") == 1
    other = tmp_path / "other.gguf"
    other.write_bytes(content.replace(b"<climate.set_power>", b"<climate.set_tower>"))

    with pytest.raises(ModelError, match=r"1 items of the catalogue, such as <climate\.set_power>") as refused:
        NanoParser.open(other)

    assert refused.value.code is ErrorCode.MODEL_INVALID
    assert refused.value.remedy


def test_absent_weights_are_said_to_be_absent(tmp_path):
    with pytest.raises(ModelError) as refused:
        NanoParser.open(tmp_path / "none.gguf")

    assert refused.value.code is ErrorCode.MODEL_ABSENT


@pytest.mark.parametrize("content", [b"", b"RIFF" + bytes(400), b"GGUF", SHIPPED.read_bytes()[:200_000]])
def test_what_is_no_model_is_refused(tmp_path: Path, content: bytes):
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(content)

    with pytest.raises(ModelError) as refused:
        NanoParser.open(broken)

    assert refused.value.code is ErrorCode.MODEL_INVALID


def test_a_closed_engine_says_so_and_can_be_closed_again():
    engine = NanoParser.open()
    engine.parse("open the windows", PATIENCE_S)
    engine.close()
    engine.close()

    with pytest.raises(EngineError, match="closed") as refused:
        engine.parse("close the windows", PATIENCE_S)

    assert refused.value.code is ErrorCode.ENGINE_FAILED
