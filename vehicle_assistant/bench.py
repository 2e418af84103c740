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
_WARM_UP = "set the temperature to twenty two degrees and take me home"


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
    """Runs the bench. Raises ModelError for weights that cannot be used."""
    path = model_path or SHIPPED
    start_s = time.perf_counter()
    NanoParser.open(path, threads=threads).close()
    load_ms = (time.perf_counter() - start_s) * 1000
    texts = [" ".join(words_of(text)) for text in load().sample(utterances, seed)]
    model = MeteredLlama(path, context=CONTEXT, threads=threads)
    engine = NanoParser(model)
    engine.parse(_WARM_UP, PATIENCE_S)
    cold, lines = _cold(model, engine, texts)
    warm, again = _warm(model, engine, texts)
    memory_mib = resident_mib()
    prompts = [engine.prompt(text.split()) for text in texts]
    engine.close()
    usual = _usual(path, threads, prompts, lines)
    return Measured(utterances, threads, load_ms, memory_mib, (cold, warm, again, usual))


def _cold(model: MeteredLlama, engine: NanoParser, texts: Sequence[str]) -> tuple[Way, list[str]]:
    """The whole utterance at once, as `parse` and `say` do; also the lines found."""
    costs, lines = [], []
    for text in texts:
        model.forget()
        cost, parsed = _timed(model, engine, text)
        costs.append(cost)
        lines.append(parsed.line)
    return Way("cold", "whole utterance, nothing kept", tuple(costs)), lines


def _warm(model: MeteredLlama, engine: NanoParser, texts: Sequence[str]) -> tuple[Way, Way]:
    """The final transcript after its partial ones: with one more word, and unchanged."""
    longer, same = [], []
    for text in texts:
        words = text.split()
        engine.parse(" ".join(words[:-1]), PATIENCE_S)
        longer.append(_timed(model, engine, text)[0])
        same.append(_timed(model, engine, text)[0])
    return Way("warm", "one word after the last partial", tuple(longer)), Way(
        "again", "as the last partial", tuple(same)
    )


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


def _usual(path: Path, threads: int, prompts: Sequence[list[int]], lines: Sequence[str]) -> Way:
    """llama.cpp's completion under the exported grammar, writing the same lines as text."""
    llama: Any = llama_cpp.Llama(str(path), n_ctx=CONTEXT, n_threads=threads, n_threads_batch=threads, verbose=False)
    grammar = llama_cpp.LlamaGrammar.from_string(gbnf(), verbose=False)
    fed: list[int] = []
    evaluate = llama.eval

    def counted(tokens: Sequence[int]) -> None:
        fed.append(len(tokens))
        evaluate(tokens)

    llama.eval = counted
    costs = []
    for prompt, line in zip(prompts, lines, strict=True):
        fed.clear()
        llama.reset()
        dictation = _Dictation(llama.tokenize(line.encode(), add_bos=False), llama.token_eos())
        start_s = time.perf_counter()
        completion = llama.create_completion(
            prompt, max_tokens=CONTEXT - len(prompt), temperature=0.0, grammar=grammar,
            logits_processor=llama_cpp.LogitsProcessorList([dictation]),
        )  # fmt: skip
        costs.append(Cost((time.perf_counter() - start_s) * 1000, len(fed), sum(fed)))
        written = completion["choices"][0]["text"]
        if written != line:
            raise EngineError(ErrorCode.ENGINE_FAILED, f"the grammar led to {written!r} instead of {line!r}")
    llama.close()
    return Way("usual", "create_completion with the exported GBNF", tuple(costs))
