"""The vocabulary: the catalogue's items first, then pieces of text; what is trained is what is decoded."""

import pytest

tokenizers = pytest.importorskip("tokenizers", reason="the tokenizer is trained with the `training` extra")

from intents.encoding import encode, vocabulary  # noqa: E402
from intents.phrasebook import load as load_phrasebook  # noqa: E402
from intents.words import words_of  # noqa: E402
from training.text import tokenizer  # noqa: E402
from vehicle_assistant.parser.items import BEGIN, PARSE, token_text  # noqa: E402

ODD = ["naïve", "münchen", "東京", "22.5", "o'clock", "½", "9999999", "zxqj"]


@pytest.fixture(scope="module")
def trained() -> tokenizers.Tokenizer:
    return tokenizer.train(load_phrasebook().sample(600, seed=1), pieces=500)


@pytest.fixture(scope="module")
def encoder(trained) -> tokenizer.Encoder:
    return tokenizer.Encoder(trained)


def test_control_tokens_come_first_and_once(trained):
    pieces, _ = tokenizer.pieces_and_merges(trained)
    control = [BEGIN, PARSE, *(token_text(item) for item in vocabulary())]

    assert pieces[: len(control)] == control
    assert len(set(pieces)) == len(pieces) == trained.get_vocab_size()


def test_every_merge_is_of_known_pieces(trained):
    pieces, merges = tokenizer.pieces_and_merges(trained)

    assert merges
    for merge in merges:
        left, right = merge.split(" ")
        assert {left, right, left + right} <= set(pieces)


@pytest.mark.parametrize("word", [*ODD, "temperature", "a"])
def test_any_word_has_tokens_and_comes_back(trained, encoder, word):
    ids = encoder.word(word)

    assert ids
    assert trained.decode(ids) == f" {word}"


def test_words_are_cut_one_by_one(trained, encoder):
    """What a word is cut into does not depend on its neighbours, so that spans of words are spans of tokens."""
    for text in [*load_phrasebook().sample(100, seed=2), " ".join(ODD)]:
        words = words_of(text)
        whole = trained.encode("".join(f" {word}" for word in words), add_special_tokens=False).ids
        assert [i for word in words for i in encoder.word(word)] == whole


def test_prompt_and_decisions(encoder):
    for example in load_phrasebook().examples(100, seed=3):
        words = words_of(example.text)
        prompt, decisions = encoder.prompt(words), encoder.decisions(words, encode(words, example.drafts))

        assert prompt[0] == encoder.begin
        assert prompt[-1] == encoder.parse
        assert max(prompt[1:-1]) < encoder.size
        assert encoder.begin not in prompt[1:]
        assert decisions[-1] == encoder.decisions((), encode((), []))[-1], "every line ends in the same way"


def test_a_saved_tokenizer_is_the_same(trained, tmp_path):
    tokenizer.save(trained, tmp_path / "tokenizer.json")

    assert tokenizer.load(tmp_path / "tokenizer.json").to_str() == trained.to_str()
