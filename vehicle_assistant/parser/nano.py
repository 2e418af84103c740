"""Nano, the shipped parser: a Llama-architecture model of a few million weights, trained on the catalogue."""

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from intents.encoding import Item, Meaning, Outcome, as_text, decode, vocabulary
from intents.errors import EngineError, ErrorCode, ModelError
from intents.words import MAX_WORDS, words_of
from vehicle_assistant.parser.decoder import decode as decode_line
from vehicle_assistant.parser.items import BEGIN, PARSE, token_text
from vehicle_assistant.parser.llama import Llama
from vehicle_assistant.parser.port import Parsed

SHIPPED = Path(__file__).parent.parent / "models" / "nano" / "nano.gguf"
CONTEXT = 512
"""Tokens: 60 words of at most 5 pieces, and four commands."""
MAX_PROMPT = 384


class NanoParser:
    """Parses with nano weights; keeps what it computed of an utterance, so a longer one costs only its new words."""

    name = "nano"

    def __init__(self, model: Llama) -> None:
        """Takes an open model; raises ModelError when it was trained for another catalogue."""
        ids = {text: i for i, text in enumerate(model.token_texts())}
        wanted = [BEGIN, PARSE, *(token_text(item) for item in vocabulary())]
        absent = [text for text in wanted if text not in ids]
        if absent:
            raise ModelError(
                ErrorCode.MODEL_INVALID,
                f"the parser's weights do not know {len(absent)} items of the catalogue, such as {absent[0]}",
                remedy="train nano again (training/text) or install the weights of this version",
            )
        self._model = model
        self._items = {item.text: ids[token_text(item)] for item in vocabulary()}
        self._begin, self._parse = ids[BEGIN], ids[PARSE]
        self._words: dict[str, tuple[int, ...]] = {}
        self._prompt: list[int] = []

    @classmethod
    def open(cls, path: Path | None = None, *, threads: int = 1) -> "NanoParser":
        """Loads weights, the shipped ones by default; raises ModelError when they are absent, damaged or stale."""
        path = path or SHIPPED
        if not path.is_file():
            raise ModelError(
                ErrorCode.MODEL_ABSENT, f"there are no parser weights at {path}", remedy="reinstall the package"
            )
        model = Llama(path, context=CONTEXT, threads=threads)
        try:
            return cls(model)
        except ModelError:
            model.close()
            raise

    def parse(self, text: str, deadline_s: float) -> Parsed:
        """Parses one utterance; more words than a person says in one breath are not understood."""
        start_s = time.monotonic()
        words = words_of(text)
        self._prompt = self.prompt(words)
        if not words or len(words) > MAX_WORDS or len(self._prompt) > MAX_PROMPT:
            return _not_understood(start_s)
        self._model.deadline(start_s + deadline_s)
        try:
            decoded = decode_line(words, self)
        except EngineError as error:
            if error.code is ErrorCode.TEXT_TOO_LONG:  # what it wants to copy of 60 odd words does not fit
                return _not_understood(start_s)
            raise
        meaning = decode(words, decoded.line)
        took_ms = (time.monotonic() - start_s) * 1000
        return Parsed(meaning, decoded.confidence, as_text(words, decoded.line), took_ms)

    def prompt(self, words: Sequence[str]) -> list[int]:
        """Token ids of an utterance, up to and with the mark after which decisions begin."""
        return [self._begin, *(t for word in words for t in self.word_tokens(word)), self._parse]

    def word_tokens(self, word: str) -> Sequence[int]:
        """Token ids of a word, with the space before it."""
        if word not in self._words:
            if len(self._words) > 20_000:  # names and numbers of a long life
                self._words.clear()
            self._words[word] = tuple(self._model.tokenise(f" {word}"))
        return self._words[word]

    def item_token(self, item: Item) -> int:
        """Token id of an item of the grammar."""
        return self._items[item.text]

    def scores(self, tokens: Sequence[int]) -> NDArray[np.float32]:
        """Logits after the prompt and these decisions; only what is new is computed."""
        sequence = [*self._prompt, *tokens]
        keep = min(self._model.common(sequence), len(sequence) - 1)
        return self._model.feed(sequence[keep:], keep)

    def close(self) -> None:
        """Frees the model."""
        self._model.close()


def _not_understood(start_s: float) -> Parsed:
    return Parsed(Meaning(Outcome.NOT_UNDERSTOOD), 1.0, "none", (time.monotonic() - start_s) * 1000)
