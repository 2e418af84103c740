"""Headers that would bring llama.cpp down never reach it."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.errors import ErrorCode, ModelError
from vehicle_assistant.models.gguf_header import read_header


@pytest.fixture
def refusal(tmp_path):
    def refusal(content: bytes) -> str:
        file = tmp_path / "model.gguf"
        file.write_bytes(content)
        with pytest.raises(ModelError) as refused:
            read_header(file)
        assert refused.value.code == ErrorCode.MODEL_INVALID
        assert refused.value.remedy
        return refused.value.message

    return refusal


def test_a_sound_header_is_read(gguf_bytes, tmp_path) -> None:
    file = tmp_path / "model.gguf"
    file.write_bytes(gguf_bytes.gguf())
    header = read_header(file)
    assert (header.tensor_count, header.array_lengths) == (2, {"tokenizer.ggml.tokens": 2})
    assert gguf_bytes.SHAPE.items() <= header.values.items()


def test_head_count_kv_may_be_left_out(gguf_bytes, tmp_path) -> None:
    file = tmp_path / "model.gguf"
    file.write_bytes(gguf_bytes.gguf({"llama.attention.head_count_kv": None}))
    assert "llama.attention.head_count_kv" not in read_header(file).values


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"llama.block_count": 1000}, "block_count = 1000"),
        ({"llama.block_count": 0}, "block_count = 0"),
        ({"llama.block_count": True}, "block_count = True"),
        ({"llama.block_count": None}, "block_count = None"),
        ({"llama.block_count": 3}, "2 tensors for 3 blocks"),
        ({"llama.embedding_length": 2**31}, "embedding_length"),
        ({"llama.attention.head_count": 5}, "do not divide"),
        ({"llama.attention.head_count_kv": 3}, "do not divide"),
        ({"general.architecture": "mamba"}, "'mamba'"),
        ({"general.architecture": None}, "Llama architecture"),
        ({"tokenizer.ggml.tokens": []}, "no vocabulary"),
    ],
)
def test_impossible_shapes_are_refused(gguf_bytes, refusal, changes, said) -> None:
    assert said in refusal(gguf_bytes.gguf(changes))


def test_wrong_beginnings_are_refused(gguf_bytes, refusal) -> None:
    assert "not a GGUF file" in refusal(gguf_bytes.gguf(magic=b"GGML"))
    assert "GGUF version 1" in refusal(gguf_bytes.gguf(version=1))
    assert "cut off" in refusal(b"")


def test_counts_beyond_reason_are_not_believed(gguf_bytes, refusal) -> None:
    assert "tensors" in refusal(gguf_bytes.gguf(tensor_count=2**40))
    assert "header entries" in refusal(gguf_bytes.gguf(pair_count=2**40))
    assert "larger than the file" in refusal(gguf_bytes.gguf(tensors=(gguf_bytes.tensor("a", (2**40, 2**40)),) * 2))
    assert "5 dimensions" in refusal(gguf_bytes.gguf(tensors=(gguf_bytes.tensor("a", (1,) * 5),) * 2))
    long_key = struct.pack("<IQQ", 3, 1, 1) + struct.pack("<Q", 2**62)
    assert "bytes in a text" in refusal(b"GGUF" + long_key)


def test_a_file_cut_before_its_last_tensor_is_refused(gguf_bytes, refusal) -> None:
    tensors = (gguf_bytes.tensor("a"), gguf_bytes.tensor("b", offset=4096))
    assert "cut off" in refusal(gguf_bytes.gguf(tensors=tensors))


def test_every_cut_within_the_header_is_refused(gguf_bytes, refusal) -> None:
    whole = gguf_bytes.gguf(data=b"")
    for length in range(0, len(whole), 7):
        refusal(whole[:length])


def test_an_absent_file_is_absent(tmp_path) -> None:
    with pytest.raises(ModelError) as refused:
        read_header(tmp_path / "absent.gguf")
    assert refused.value.code == ErrorCode.MODEL_ABSENT


@given(at=st.integers(0, 400), byte=st.integers(0, 255))
def test_a_damaged_byte_is_read_or_refused(gguf_bytes, tmp_path_factory, at, byte) -> None:
    content = bytearray(gguf_bytes.gguf())
    content[at] = byte
    file = tmp_path_factory.getbasetemp() / "damaged.gguf"
    file.write_bytes(content)
    code = ErrorCode.MODEL_INVALID
    try:
        read_header(file)
    except ModelError as refused:
        code = refused.code
    assert code == ErrorCode.MODEL_INVALID
