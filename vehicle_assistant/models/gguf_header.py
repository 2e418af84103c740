"""Reads the header of a GGUF file and refuses what would bring llama.cpp down, before llama.cpp sees it.

llama.cpp answers some impossible headers by ending the process (a block count of 1000, for one), and some damage not
at all. Every length is checked against the file before it is believed.
Format: github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from intents.errors import ErrorCode, ModelError

MAGIC = b"GGUF"
VERSIONS = (2, 3)
ARCHITECTURE = "llama"
"""The only architecture the parser's driver knows."""

LARGEST_KEY_BYTES = 65_535  # the format's own limit
LARGEST_TEXT_BYTES = 1_048_576  # chat templates are some 10 kB
MOST_PAIRS = 1_000  # Llama 3 has about 30
MOST_TENSORS = 10_000  # Llama 3 405B has about 1,140
MOST_ITEMS = 2_000_000  # Llama 3's merges: 280,147
MOST_DIMENSIONS = 4  # GGML_MAX_DIMS

LIMITS = {
    "block_count": 200,  # llama.cpp ends the process above 512; Llama 3 405B has 126
    "embedding_length": 65_536,
    "feed_forward_length": 1_048_576,
    "context_length": 16_777_216,
    "attention.head_count": 1_024,
    "attention.head_count_kv": 1_024,
}
"""Largest value of each number the architecture is built from; each must be there and at least 1."""

_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_TEXT, _ARRAY = 8, 9

Value = int | float | bool | str


@dataclass(frozen=True, slots=True)
class GgufHeader:
    """What a header says."""

    values: dict[str, Value]
    """Single values by key; arrays are left out."""
    array_lengths: dict[str, int]
    tensor_count: int


class _DamagedError(Exception):
    """Why a header cannot be right."""


def read_header(path: Path) -> GgufHeader:
    """Reads and checks a header. Raises ModelError: `model_absent`, or `model_invalid` with the reason."""
    try:
        with path.open("rb") as file:
            header = _Reader(file, path.stat().st_size).header()
            _check_shape(header)
    except FileNotFoundError as absent:
        raise ModelError(
            ErrorCode.MODEL_ABSENT, f"there is no model at {path}", remedy="run `vehicle-assistant models list`"
        ) from absent
    except OSError as refused:
        raise _invalid(path, f"cannot be read: {refused.strerror}") from refused
    except _DamagedError as damaged:
        raise _invalid(path, str(damaged)) from damaged
    return header


def _invalid(path: Path, problem: str) -> ModelError:
    return ModelError(
        ErrorCode.MODEL_INVALID,
        f"the model {path} {problem}",
        remedy="install it again, or choose a Llama model in GGUF",
    )


class _Reader:
    """Walks through the header, never beyond the file's end."""

    def __init__(self, file: BinaryIO, size_bytes: int) -> None:
        self._file = file
        self._size_bytes = size_bytes

    def header(self) -> GgufHeader:
        if self._take(4) != MAGIC:
            raise _DamagedError("is not a GGUF file")
        version = self._number("I")
        if version not in VERSIONS:
            raise _DamagedError(f"has GGUF version {version}, not {' or '.join(map(str, VERSIONS))}")
        tensor_count = self._count(MOST_TENSORS, "tensors")
        pairs = self._count(MOST_PAIRS, "header entries")
        header = GgufHeader({}, {}, tensor_count)
        for _ in range(pairs):
            self._pair(header)
        offsets = [self._tensor() for _ in range(tensor_count)]
        left_bytes = self._size_bytes - self._file.tell()
        if any(offset >= left_bytes for offset in offsets):
            raise _DamagedError("is cut off: it ends before its last tensor begins")
        return header

    def _pair(self, header: GgufHeader) -> None:
        key = self._text(LARGEST_KEY_BYTES)
        if key in header.values or key in header.array_lengths:
            raise _DamagedError("has a header entry twice")
        kind = self._number("I")
        if kind == _ARRAY:
            header.array_lengths[key] = self._skip_array()
        elif kind == _TEXT:
            header.values[key] = self._text(LARGEST_TEXT_BYTES)
        elif kind in _SCALARS:
            header.values[key] = self._scalar(_SCALARS[kind])
        else:
            raise _DamagedError("has a header entry of an unknown type")

    def _skip_array(self) -> int:
        kind, length = self._number("I"), self._count(MOST_ITEMS, "items in a list")
        if kind in _SCALARS:
            self._take(length * struct.calcsize(_SCALARS[kind]))
        elif kind == _TEXT:
            for _ in range(length):
                self._take(self._count(LARGEST_TEXT_BYTES, "bytes in a text"))
        else:
            raise _DamagedError("has a list of an unknown type")
        return length

    def _tensor(self) -> int:
        """The offset of a tensor's data."""
        self._text(LARGEST_KEY_BYTES)
        dimensions = self._number("I")
        if not 1 <= dimensions <= MOST_DIMENSIONS:
            raise _DamagedError(f"has a tensor of {dimensions} dimensions")
        elements = 1
        for _ in range(dimensions):
            elements *= self._number("Q")
        if not 1 <= elements <= 8 * self._size_bytes:  # no format stores more than eight values in a byte
            raise _DamagedError("has a tensor larger than the file")
        self._number("I")
        return self._number("Q")

    def _count(self, limit: int, what: str) -> int:
        count = self._number("Q")
        if count > limit:
            raise _DamagedError(f"claims {count} {what}, more than {limit}")
        return count

    def _text(self, limit_bytes: int) -> str:
        return self._take(self._count(limit_bytes, "bytes in a text")).decode("utf-8", "replace")

    def _number(self, code: str) -> int:
        return int(self._scalar(code))

    def _scalar(self, code: str) -> int | float | bool:
        value: int | float | bool = struct.unpack(f"<{code}", self._take(struct.calcsize(code)))[0]
        return value

    def _take(self, count: int) -> bytes:
        taken = self._file.read(count)
        if len(taken) < count:
            raise _DamagedError("is cut off: it ends within its header")
        return taken


def _check_shape(header: GgufHeader) -> None:
    """Refuses numbers that no working model has."""
    architecture = header.values.get("general.architecture")
    if architecture != ARCHITECTURE:
        raise _DamagedError(f"is not of the Llama architecture but of {str(architecture)[:40]!r}")
    shape: dict[str, int] = {}
    for name, limit in LIMITS.items():
        value = header.values.get(f"{ARCHITECTURE}.{name}", shape.get("attention.head_count") if "kv" in name else None)
        if type(value) is not int or not 1 <= value <= limit:
            raise _DamagedError(f"has {name} = {value}, not 1 to {limit}")
        shape[name] = value
    heads, kv_heads = shape["attention.head_count"], shape["attention.head_count_kv"]
    if shape["embedding_length"] % heads or heads % kv_heads:
        raise _DamagedError("has attention heads that do not divide its width")
    if not header.array_lengths.get("tokenizer.ggml.tokens"):
        raise _DamagedError("has no vocabulary")
    if header.tensor_count < shape["block_count"]:
        raise _DamagedError(f"has {header.tensor_count} tensors for {shape['block_count']} blocks")
