"""The nano vocabulary: byte-level BPE for the utterance, one token for each item of the catalogue's grammar."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from intents.encoding import Item, Span, vocabulary
from vehicle_assistant.parser.items import BEGIN, PARSE, token_text


def train(texts: Iterable[str], pieces: int) -> Tokenizer:
    """Learns `pieces` text pieces (GPT-2 splitting, a space before every word) and adds the control tokens in front."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer.decoder = decoders.ByteLevel()
    control = [BEGIN, PARSE, *(token_text(item) for item in vocabulary())]
    trainer = trainers.BpeTrainer(
        vocab_size=pieces + len(control), special_tokens=control, min_frequency=2, show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )  # fmt: skip
    tokenizer.train_from_iterator((f" {text}" for text in texts), trainer)
    return tokenizer


class Encoder:
    """Writes an utterance and its decisions as token ids."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.size: int = tokenizer.get_vocab_size()
        self._tokenizer = tokenizer
        self._ids: dict[str, int] = tokenizer.get_vocab()
        self._words: dict[str, list[int]] = {}
        self.begin, self.parse = self._ids[BEGIN], self._ids[PARSE]

    def word(self, word: str) -> list[int]:
        """Ids of one word, with the space before it."""
        if word not in self._words:
            self._words[word] = self._tokenizer.encode(f" {word}", add_special_tokens=False).ids
        return self._words[word]

    def prompt(self, words: Sequence[str]) -> list[int]:
        """Ids of the utterance, up to and with the mark after which decisions begin."""
        return [self.begin, *(i for word in words for i in self.word(word)), self.parse]

    def decisions(self, words: Sequence[str], line: Sequence[Item | Span]) -> list[int]:
        """Ids of a line of decisions."""
        ids: list[int] = []
        for part in line:
            if isinstance(part, Span):
                ids += [i for word in words[part.start : part.end] for i in self.word(word)]
            else:
                ids.append(self._ids[token_text(part)])
        return ids


def save(tokenizer: Tokenizer, path: Path) -> None:
    """Keeps the tokenizer beside the checkpoint."""
    tokenizer.save(str(path))


def load(path: Path) -> Tokenizer:
    """Reads a saved tokenizer."""
    return Tokenizer.from_file(str(path))


def pieces_and_merges(tokenizer: Tokenizer) -> tuple[list[str], list[str]]:
    """Token strings by id, and the merges in order, as a GGUF file wants them."""
    model = json.loads(tokenizer.to_str())["model"]
    merges = [" ".join(m) if isinstance(m, list) else m for m in model["merges"]]
    by_id = {i: text for text, i in tokenizer.get_vocab().items()}
    return [by_id[i] for i in range(len(by_id))], merges
