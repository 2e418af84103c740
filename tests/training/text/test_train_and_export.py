"""A very small nano, trained for a moment: it learns, and llama.cpp computes what PyTorch computed."""

import random
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

torch = pytest.importorskip("torch", reason="nano is trained with PyTorch, which only the `training` extra installs")
pytest.importorskip("gguf", reason="weights are written with gguf, which only the `training` extra installs")

from intents.phrasebook import load as load_phrasebook  # noqa: E402
from intents.words import words_of  # noqa: E402
from training.text import config as configs  # noqa: E402
from training.text import tokenizer  # noqa: E402
from training.text.config import Config  # noqa: E402
from training.text.export import largest_difference, parity, quantise, write_gguf  # noqa: E402
from training.text.floor import FLOORS, answers, scores  # noqa: E402
from training.text.growth import Growth  # noqa: E402
from training.text.model import Nano  # noqa: E402
from training.text.train import (  # noqa: E402
    batches,
    draws,
    learning_rate,
    loss_of,
    places,
    right_lines,
    spoken,
    tensors,
)
from vehicle_assistant.evaluation import Label  # noqa: E402
from vehicle_assistant.parser.llama import Llama  # noqa: E402
from vehicle_assistant.parser.nano import NanoParser  # noqa: E402

STEPS = 40
F32_LIMIT = 2e-3
Q8_0_LIMIT = 0.35


class Trained(NamedTuple):
    config: Config
    model: Nano
    tokens: tokenizer.Tokenizer
    losses: list[float]
    path: Path


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """Forty steps on phrasebook sentences, written as float32 GGUF."""
    torch.set_num_threads(1)
    torch.manual_seed(1)
    random.seed(1)
    c = replace(
        configs.load(), vocabulary=400, dimension=64, layers=2, heads=4, hidden=128, batch_tokens=1024, steps=STEPS
    )
    examples = [spoken(sentence) for sentence in load_phrasebook().examples(300, seed=1)]
    tokens = tokenizer.train([" ".join(e.words) for e in examples], c.vocabulary)
    encoder = tokenizer.Encoder(tokens)
    model = Nano(c, encoder.size)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    stream = batches(draws(examples, Growth(examples, [], 1), 1), encoder, c)
    losses = []
    for _ in range(STEPS):
        loss = loss_of(model, *next(stream), c.label_smoothing)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    path = tmp_path_factory.mktemp("nano") / "nano-f32.gguf"
    write_gguf(model.eval(), c, tokens, path)
    return Trained(c, model, tokens, losses, path)


def test_it_learns(trained):
    assert sum(trained.losses[-5:]) < 0.8 * sum(trained.losses[:5])


def test_llama_cpp_computes_the_same_in_float32(trained):
    rows = parity(trained.model, tokenizer.Encoder(trained.tokens), seed=1)

    assert len(rows) >= 20
    assert largest_difference(trained.path, rows) < F32_LIMIT


def test_llama_cpp_computes_nearly_the_same_in_eight_bits(trained, tmp_path):
    rows = parity(trained.model, tokenizer.Encoder(trained.tokens), seed=1)
    quantise(trained.path, tmp_path / "nano.gguf")

    assert (tmp_path / "nano.gguf").stat().st_size < 0.6 * trained.path.stat().st_size
    assert largest_difference(tmp_path / "nano.gguf", rows) < Q8_0_LIMIT


def test_parity_would_notice_other_weights(trained, tmp_path):
    rows = parity(trained.model, tokenizer.Encoder(trained.tokens), seed=1)
    torch.manual_seed(2)
    write_gguf(
        Nano(trained.config, trained.tokens.get_vocab_size()), trained.config, trained.tokens, tmp_path / "o.gguf"
    )

    assert largest_difference(tmp_path / "o.gguf", rows) > F32_LIMIT


def test_llama_cpp_cuts_words_in_the_same_way(trained):
    encoder, llama = tokenizer.Encoder(trained.tokens), Llama(trained.path, context=64, threads=1)
    odd = "naïve münchen 東京 22.5 o'clock ½ 99999 zxqj a/b $5 e-mail +9 50% ''".split()

    for word in {w for text in load_phrasebook().sample(400, seed=9) for w in words_of(text)} | set(odd):
        assert llama.tokenise(f" {word}") == encoder.word(word), word
    llama.close()


def test_the_export_is_a_parser(trained):
    engine = NanoParser.open(trained.path)
    labels = [
        Label(id=1, text="take me home", outcome="understood",
              commands=({"intent": "navigation.navigate", "slots": {"destination": "home"}},)),
        Label(id=2, text="tell me a joke", outcome="not_understood", commands=()),
    ]  # fmt: skip

    found = answers(engine, labels)
    engine.close()
    by_floor = dict(scores(labels, found))

    assert list(by_floor) == list(FLOORS)
    assert [confidence for _, confidence in found] == pytest.approx([0.5, 0.5], abs=0.5)
    answered = [s.false_commands.count - s.rejected.count for s in by_floor.values()]
    assert answered == sorted(answered, reverse=True), "a higher floor answers less often"


def test_weights_follow_the_decisions(trained):
    tokens, weights = tensors([([5, 6, 7, 8, 9], 3), ([5, 6, 7], 2)], trained.config)

    share = pytest.approx(trained.config.text_loss)
    assert tokens.tolist() == [[5, 6, 7, 8, 9], [5, 6, 7, 0, 0]]
    assert weights.tolist() == [[share, share, 1, 1, 0], [share, 1, 0, 0, 0]]


def test_padding_changes_no_loss(trained):
    rows = [([1, 9, 8, 2, 5], 3), ([1, 7, 2, 6, 4, 3, 9, 9], 3)]
    apart = [loss_of(trained.model, *tensors([row], trained.config), 0.0).item() for row in rows]
    weights = [tensors([row], trained.config)[1][:, :-1].sum().item() for row in rows]
    together = loss_of(trained.model, *tensors(rows, trained.config), 0.0).item()

    mean = sum(a * w for a, w in zip(apart, weights, strict=True)) / sum(weights)
    assert together == pytest.approx(mean, abs=1e-5)


def test_no_position_sees_what_comes_after(trained):
    one, other = torch.tensor([[1, 5, 9, 20, 30]]), torch.tensor([[1, 5, 9, 21, 31]])

    with torch.no_grad():
        first, second = trained.model(one), trained.model(other)

    assert torch.allclose(first[:, :3], second[:, :3], atol=1e-6)
    assert not torch.allclose(first[:, 3:], second[:, 3:], atol=1e-3)


class Oracle(torch.nn.Module):
    """Knows every next token of given sequences, except one decision of those it is unsure of."""

    def __init__(self, sequences: list[list[int]], unsure: set[int], size: int) -> None:
        super().__init__()
        self.sequences, self.unsure, self.size = sequences, unsure, size

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        logits = torch.zeros(*tokens.shape, self.size)
        for i, row in enumerate(tokens.tolist()):
            index, known = next((n, s) for n, s in enumerate(self.sequences) if row[: len(s) - 1] == s[:-1])
            for at, token in enumerate(known[1:]):
                logits[i, at, token] = 1.0
            if index in self.unsure:
                logits[i, len(known) - 2, 0] = 2.0
        return logits


def test_right_lines_counts_lines_that_are_right_as_a_whole(trained, monkeypatch):
    monkeypatch.setattr("training.text.train.device", lambda: "cpu")
    encoder = tokenizer.Encoder(trained.tokens)
    examples = list({e.words: e for e in map(spoken, load_phrasebook().examples(100, seed=4))}.values())
    sequences = [encoder.prompt(e.words) + encoder.decisions(e.words, e.line) for e in examples]
    oracle = Oracle(sequences, {0, 3, 70}, encoder.size)

    assert right_lines(oracle, examples, encoder, trained.config) == pytest.approx(1 - 3 / len(examples))
    assert right_lines(trained.model, [], encoder, trained.config) == 0
    trained.model.eval()


def test_the_learning_rate_rises_and_falls():
    c = configs.load()
    rates = [learning_rate(step, c) for step in range(c.steps)]

    assert max(rates) == pytest.approx(c.learning_rate, rel=0.01)
    assert rates.index(max(rates)) == pytest.approx(c.warmup_steps, abs=2)
    assert rates[-1] == pytest.approx(c.learning_rate / 10, rel=0.05)
    assert rates[0] < c.learning_rate / 50


def test_towns_are_read_with_and_without_their_state(tmp_path):
    table = tmp_path / "towns.csv"
    table.write_text("CITY,STATE_NAME\nSalem,Oregon\n")

    assert places(table) == ["salem", "salem oregon"]
    assert places(None) == []


@pytest.mark.parametrize("change", ["", "surprise = 1\n"])
def test_a_config_with_a_missing_or_unknown_key_is_refused(tmp_path, change):
    text = configs.DEFAULT.read_text()
    (tmp_path / "c.toml").write_text(text + change if change else text.replace("dropout", "# dropout"))

    with pytest.raises(TypeError):
        configs.load(tmp_path / "c.toml")
