"""One contract for every parser engine in the table."""

from collections.abc import Iterator

import pytest

from intents.catalogue import COMMANDS
from intents.encoding import Outcome
from intents.errors import EngineError, ErrorCode
from intents.phrasebook import load
from vehicle_assistant.parser.engines import PARSER_ENGINES, open_parser
from vehicle_assistant.parser.port import ParserEngine

PATIENCE_S = 60.0
SENTENCES = [example.text for example in load().examples(120, seed=1)]
ODD = ["", "  ", "!?", "zxqj vvkp", "set", "42", "naïve 東京", "and and and", "none", "."]


@pytest.fixture(scope="module", params=PARSER_ENGINES)
def named(request: pytest.FixtureRequest) -> Iterator[tuple[str, ParserEngine]]:
    engine = open_parser(request.param)
    yield request.param, engine
    engine.close()


def test_an_engine_is_called_what_the_table_calls_it(named):
    name, engine = named
    assert engine.name == name


@pytest.mark.parametrize("sentences", [SENTENCES, ODD], ids=["phrasebook", "odd"])
def test_a_parse_agrees_with_itself(named, sentences):
    _, engine = named
    for sentence in sentences:
        parse = engine.parse(sentence, PATIENCE_S)
        meaning = parse.meaning

        assert 0 <= parse.confidence <= 1
        assert parse.took_ms >= 0
        assert (meaning.outcome is Outcome.NOT_UNDERSTOOD) == (not meaning.drafts) == (parse.line == "none"), sentence
        assert (meaning.outcome is Outcome.INCOMPLETE) == bool(meaning.missing)
        assert [word for word in parse.line.split() if word in COMMANDS] == [draft.intent for draft in meaning.drafts]
        for draft in meaning.drafts:
            if not draft.missing:
                draft.command()


def test_most_of_the_phrasebook_is_understood(named):
    """No measure of accuracy: it tells an engine that works from one that answers anything."""
    _, engine = named
    examples = list(load().examples(120, seed=1))
    right = [engine.parse(e.text, PATIENCE_S).meaning.drafts == e.drafts for e in examples]
    assert sum(right) > len(examples) / 2


def test_every_parse_stands_by_itself(named):
    _, engine = named
    apart = [engine.parse(sentence, PATIENCE_S) for sentence in SENTENCES[:20]]
    for first in SENTENCES[20:24]:
        engine.parse(first, PATIENCE_S)
        for sentence, expected in zip(SENTENCES[:20], apart, strict=True):
            again = engine.parse(sentence, PATIENCE_S)
            if expected.confidence > 0.55:  # below it two readings may be as likely as each other
                assert (again.line, again.meaning) == (expected.line, expected.meaning)


def test_letters_and_punctuation_make_no_difference(named):
    _, engine = named
    for sentence in SENTENCES[:10]:
        plain, shouted = engine.parse(sentence, PATIENCE_S), engine.parse(f" {sentence.upper()}! ", PATIENCE_S)
        assert shouted.meaning == plain.meaning


def test_an_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(EngineError, match="nano, scripted") as refused:
        open_parser("oracle")
    assert refused.value.code is ErrorCode.ENGINE_UNKNOWN
