import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.envelope import Motion
from integration.payload import MAX_DEPTH, MAX_PAYLOAD_BYTES, PayloadError, decode, decode_as, encode

HOSTILE = {
    b"": "not_json",
    b"{": "not_json",
    b"nonsense": "not_json",
    b'{"a": 1} {"b": 2}': "not_json",
    b'{"a": 1,}': "not_json",
    b"[1, 2]": "not_object",
    b'"text"': "not_object",
    b"null": "not_object",
    b"\xff\xfe{}": "not_utf8",
    b'{"a": "\xed\xa0\x80"}': "not_utf8",
    b'{"a": "\\ud800"}': "not_utf8",
    b'{"\\udfff": 1}': "not_utf8",
    b'{"a": 1, "a": 2}': "duplicate_key",
    b'{"x": {"a": 1, "a": 1}}': "duplicate_key",
    b'{"a": NaN}': "not_finite",
    b'{"a": -Infinity}': "not_finite",
    b'{"a": 1e999}': "not_finite",
    b'{"a": 18446744073709551616}': "not_finite",
    b'{"a": ' + b"9" * 5000 + b"}": "not_json",
    b'{"a": "' + b"x" * MAX_PAYLOAD_BYTES + b'"}': "oversized",
    b'{"a":' * 5000 + b"1" + b"}" * 5000: "too_deep",
    b'{"a":' + b"[" * 30000 + b"]" * 30000 + b"}": "too_deep",
    b"[" * 60000: "too_deep",
    b'{"a":' * (MAX_DEPTH + 1) + b"1" + b"}" * (MAX_DEPTH + 1): "too_deep",
}


@pytest.mark.parametrize(("payload", "reason"), HOSTILE.items(), ids=range(len(HOSTILE)))
def test_hostile_payloads_are_refused_with_their_reason(payload: bytes, reason: str) -> None:
    with pytest.raises(PayloadError) as caught:
        decode(payload)

    assert caught.value.malformation == reason


def test_a_payload_at_the_limits_is_read() -> None:
    nested = b'{"a":' * (MAX_DEPTH - 1) + b"{}" + b"}" * (MAX_DEPTH - 1)
    full = b'{"a":"' + b"x" * (MAX_PAYLOAD_BYTES - 8) + b'"}'

    assert decode(nested) == json.loads(nested)
    assert len(full) == MAX_PAYLOAD_BYTES
    assert decode(full)["a"] == "x" * (MAX_PAYLOAD_BYTES - 8)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(payload: bytes) -> None:
    try:
        value = decode(payload)
    except PayloadError:
        return
    assert isinstance(value, dict)


tree = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**62), 2**62) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text("abc", max_size=3), below, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(st.dictionaries(st.text("abc", max_size=3), tree, max_size=3))
def test_any_sound_object_is_read_as_it_was(value: dict[str, object]) -> None:
    assert decode(json.dumps(value).encode()) == value


@pytest.mark.parametrize("payload", [
    b'{"speed_kmh": "3", "gear": "park", "ignition": "on"}',
    b'{"speed_kmh": -1, "gear": "park", "ignition": "on"}',
    b'{"speed_kmh": 3, "gear": "fly", "ignition": "on"}',
    b'{"speed_kmh": 3, "gear": "park"}',
    b'{"speed_kmh": 3, "gear": "park", "ignition": "on", "extra": 1}',
    b'{"speed_kmh": true, "gear": "park", "ignition": "on"}',
    b'{"speed_kmh": null, "gear": "park", "ignition": "on"}',
])  # fmt: skip
def test_a_payload_of_another_shape_is_refused(payload: bytes) -> None:
    with pytest.raises(PayloadError) as caught:
        decode_as(Motion, payload)

    assert caught.value.malformation == "wrong_shape"


def test_what_is_encoded_is_decoded() -> None:
    motion = Motion(speed_kmh=51.5, gear="drive", ignition="on", steering_angle_deg=-3.0)

    assert decode_as(Motion, encode(motion)) == motion
