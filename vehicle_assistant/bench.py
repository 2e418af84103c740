"""What a parse costs: with nano's own decoding, and in the same run with llama.cpp's usual way.

The usual way is `create_completion` under the exported GBNF, on the same weights. Nano was trained to write decisions
as single tokens, not their compact text, so the usual way is told the line that nano found: both give the same answer,
and what is compared is the work it takes. Sentences are drawn from the phrasebook.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import llama_cpp
import numpy as np
from numpy.typing import NDArray

from intents.errors import EngineError, ErrorCode
from intents.grammar import gbnf
from intents.phrasebook import load
from intents.words import words_of
from vehicle_assistant.figures import percentile, resident_mib
from vehicle_assistant.parser.llama import Llama
from vehicle_assistant.parser.nano import CONTEXT, SHIPPED, NanoParser
from vehicle_assistant.parser.port import Parsed

PATIENCE_S = 60.0
WAYS = {
    "cold": "whole utterance, nothing kept",
    "warm": "one word after the last partial",
    "again": "as the last partial",
    "usual": "create_completion, exported GBNF",
}
"""Name -> what it is."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one parse took."""

    ms: float
    passes: int
    """Calls of llama_decode."""
    tokens: int
    """Tokens computed in them."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to parse, over all sentences."""

    name: str
    what: str
    costs: tuple[Cost, ...]

    @property
    def p50_ms(self) -> float:
        """Median."""
        return percentile([cost.ms for cost in self.costs], 0.5)

    @property
    def p95_ms(self) -> float:
        """What 95 of 100 parses do not exceed."""
        return percentile([cost.ms for cost in self.costs], 0.95)

    @property
    def passes(self) -> float:
        """Mean passes a parse."""
        return sum(cost.passes for cost in self.costs) / len(self.costs)

    @property
    def tokens(self) -> float:
        """Mean tokens a parse."""
        return sum(cost.tokens for cost in self.costs) / len(self.costs)


@dataclass(frozen=True, slots=True)
class Measured:
    """One run of the bench."""

    utterances: int
    threads: int
    load_ms: float
    memory_mib: float
    """Of this process, the interpreter included, after nano's parses and before the usual way's."""
    ways: tuple[Way, ...]

    def way(self, name: str) -> Way:
        """The way of that name."""
        return next(way for way in self.ways if way.name == name)


class MeteredLlama(Llama):
    """Counts passes and tokens, and can be made to compute an utterance anew."""

    passes = 0
    tokens = 0
    _forgets = False

    def forget(self) -> None:
        """Makes the next pass compute all of its sequence."""
        self._forgets = True

    def feed(self, tokens: list[int], keep: int) -> NDArray[np.float32]:
        """Counts and feeds."""
        self.passes += 1
        self.tokens += len(tokens)
        return super().feed(tokens, keep)

    def common(self, tokens: list[int]) -> int:
        """Nothing, once, after `forget`."""
        forgets, self._forgets = self._forgets, False
        return 0 if forgets else super().common(tokens)


def measure(utterances: int, *, model_path: Path | None = None, threads: int = 1, seed: int = 3) -> Measured:
    """Runs the bench, every way on a sentence before the next, so that other work on the machine troubles all alike.

    Raises ModelError for weights that cannot be used.
    """
    path = model_path or SHIPPED
    start_s = time.perf_counter()
    NanoParser.open(path, threads=threads).close()
    load_ms = (time.perf_counter() - start_s) * 1000
    texts = [" ".join(words_of(text)) for text in load().sample(utterances, seed)]
    model = MeteredLlama(path, context=CONTEXT, threads=threads)
    engine = NanoParser(model)
    for text in texts:  # what is learnt once, such as how words are cut, is no part of a parse
        engine.parse(text, PATIENCE_S)
    memory_mib = resident_mib()
    usual_way = UsualWay(path, threads)
    costs: dict[str, list[Cost]] = {name: [] for name in WAYS}
    for text in texts:
        model.forget()
        cold, parsed = _timed(model, engine, text)
        engine.parse(" ".join(text.split()[:-1]), PATIENCE_S)
        warm, _ = _timed(model, engine, text)
        again, _ = _timed(model, engine, text)
        usual = usual_way.write(engine.prompt(text.split()), parsed.line)
        for name, cost in zip(WAYS, (cold, warm, again, usual), strict=True):
            costs[name].append(cost)
    usual_way.close()
    engine.close()
    ways = tuple(Way(name, WAYS[name], tuple(found)) for name, found in costs.items())
    return Measured(utterances, threads, load_ms, memory_mib, ways)


def _timed(model: MeteredLlama, engine: NanoParser, text: str) -> tuple[Cost, Parsed]:
    passes, tokens, start_s = model.passes, model.tokens, time.perf_counter()
    parsed = engine.parse(text, PATIENCE_S)
    took_ms = (time.perf_counter() - start_s) * 1000
    return Cost(took_ms, model.passes - passes, model.tokens - tokens), parsed


class _Dictation:
    """A logits processor that wants given tokens, one after the other; the grammar still has the last word."""

    def __init__(self, tokens: Sequence[int], end: int) -> None:
        self._left = [*tokens]
        self._end = end

    def __call__(self, _input_ids: NDArray[np.intc], scores: NDArray[np.single]) -> NDArray[np.single]:
        wishes = scores.copy()
        wishes[self._left.pop(0) if self._left else self._end] = 1e9
        return wishes


class UsualWay:
    """llama.cpp's completion under the exported grammar."""

    def __init__(self, path: Path, threads: int) -> None:
        self._llama: Any = llama_cpp.Llama(
            str(path), n_ctx=CONTEXT, n_threads=threads, n_threads_batch=threads, verbose=False
        )
        self._grammar = llama_cpp.LlamaGrammar.from_string(gbnf(), verbose=False)
        self._fed: list[int] = []
        evaluate = self._llama.eval

        def counted(tokens: Sequence[int]) -> None:
            self._fed.append(len(tokens))
            evaluate(tokens)

        self._llama.eval = counted

    def write(self, prompt: list[int], line: str) -> Cost:
        """Writes a line as text after a prompt; raises EngineError when the grammar does not let it."""
        llama = self._llama
        self._fed.clear()
        llama.reset()
        dictation = _Dictation(llama.tokenize(line.encode(), add_bos=False), llama.token_eos())
        start_s = time.perf_counter()
        completion = llama.create_completion(
            prompt, max_tokens=CONTEXT - len(prompt), temperature=0.0, grammar=self._grammar,
            logits_processor=llama_cpp.LogitsProcessorList([dictation]),
        )  # fmt: skip
        cost = Cost((time.perf_counter() - start_s) * 1000, len(self._fed), sum(self._fed))
        written = completion["choices"][0]["text"]
        if written != line:
            raise EngineError(ErrorCode.ENGINE_FAILED, f"the grammar led to {written!r} instead of {line!r}")
        return cost

    def close(self) -> None:
        """Frees the model."""
        self._llama.close()
