"""Writes GGUF headers for tests, right or wrong in one chosen way."""

import struct

TEXT, ARRAY, U32, BOOL = 8, 9, 4, 7

SHAPE = {
    "llama.block_count": 2,
    "llama.embedding_length": 32,
    "llama.feed_forward_length": 64,
    "llama.context_length": 128,
    "llama.attention.head_count": 4,
    "llama.attention.head_count_kv": 2,
}


def text(value: str) -> bytes:
    raw = value.encode()
    return struct.pack("<Q", len(raw)) + raw


def pair(key: str, value: int | bool | str | list[str]) -> bytes:
    if isinstance(value, bool):
        return text(key) + struct.pack("<I?", BOOL, value)
    if isinstance(value, int):
        return text(key) + struct.pack("<II", U32, value)
    if isinstance(value, str):
        return text(key) + struct.pack("<I", TEXT) + text(value)
    return text(key) + struct.pack("<IIQ", ARRAY, TEXT, len(value)) + b"".join(map(text, value))


def tensor(name: str, dimensions: tuple[int, ...] = (4, 4), offset: int = 0) -> bytes:
    return text(name) + struct.pack(f"<I{len(dimensions)}QIQ", len(dimensions), *dimensions, 0, offset)


def gguf(
    changes: dict[str, int | bool | str | list[str] | None] | None = None,
    *,
    magic: bytes = b"GGUF",
    version: int = 3,
    tensors: tuple[bytes, ...] = (tensor("a"), tensor("b")),
    tensor_count: int | None = None,
    pair_count: int | None = None,
    data: bytes = bytes(128),
) -> bytes:
    values = {"general.architecture": "llama", **SHAPE, "tokenizer.ggml.tokens": ["a", "b"], **(changes or {})}
    pairs = [pair(key, value) for key, value in values.items() if value is not None]
    counts = (len(tensors) if tensor_count is None else tensor_count, len(pairs) if pair_count is None else pair_count)
    return magic + struct.pack("<IQQ", version, *counts) + b"".join(pairs) + b"".join(tensors) + data
