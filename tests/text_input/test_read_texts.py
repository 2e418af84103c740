"""Bytes from outside become utterances, or one line that says what is wrong with them."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.errors import ErrorCode, InputError
from vehicle_assistant.text_input import MOST_CHARACTERS, MOST_LINE_BYTES, MOST_WORDS, TextLine, check_text, read_texts

UTTERANCES = st.text(min_size=1, max_size=60).filter(
    lambda text: text.strip() and not any("\ud800" <= character <= "\udfff" for character in text)
)


def read(content: bytes, *, jsonl: bool = False) -> list[TextLine]:
    return list(read_texts(io.BytesIO(content), jsonl=jsonl))


def refusal(content: bytes, *, jsonl: bool = False) -> InputError:
    with pytest.raises(InputError) as refused:
        read(content, jsonl=jsonl)
    assert "\n" not in str(refused.value)
    assert refused.value.remedy
    return refused.value


def test_lines_come_with_their_number_and_blank_ones_say_nothing() -> None:
    lines = read(b"open the window\r\n\n  \t\n turn left ")
    assert [(line.number, line.text) for line in lines] == [(1, "open the window"), (4, "turn left")]


def test_nothing_is_no_utterance() -> None:
    assert read(b"") == []
    assert read(b"\xef\xbb\xbf\n", jsonl=True) == []


def test_a_byte_order_mark_is_no_text() -> None:
    assert read(b"\xef\xbb\xbffan on")[0].text == "fan on"
    assert read(b'\xef\xbb\xbf{"text": "fan on"}', jsonl=True)[0].text == "fan on"


def test_each_line_is_handed_out_before_the_next_is_read() -> None:
    stream = io.BytesIO(b"one\n\xff\n")
    lines = read_texts(stream)
    assert next(lines).text == "one"
    with pytest.raises(InputError, match="line 2, byte 1"):
        next(lines)


def test_bytes_that_are_not_utf8_are_named_by_line_and_byte() -> None:
    error = refusal(b"open\ncaf\xe9 now\n")
    assert error.code == ErrorCode.TEXT_NOT_UTF8
    assert error.message.startswith("line 2, byte 4")
    assert refusal(b'{"text": "caf\xe9"}', jsonl=True).code == ErrorCode.TEXT_NOT_UTF8


@pytest.mark.parametrize("jsonl", [False, True])
def test_a_line_too_long_is_refused_and_the_longest_is_not(jsonl) -> None:
    def line(text: str) -> bytes:
        return json.dumps({"text": text}).encode() if jsonl else text.encode()

    assert len(read(line("ä" * MOST_CHARACTERS), jsonl=jsonl)[0].text) == MOST_CHARACTERS
    assert len(read(line("a " * MOST_WORDS), jsonl=jsonl)[0].text.split()) == MOST_WORDS
    for text in ("ä" * (MOST_CHARACTERS + 1), "a " * (MOST_WORDS + 1), "word " * 10_000, "x" * 1_000_000):
        error = refusal(b"\n" + line(text), jsonl=jsonl)
        assert error.code == ErrorCode.TEXT_TOO_LONG
        assert error.message.startswith("line 2 ")


def test_an_endless_line_is_not_read_to_its_end() -> None:
    class Endless(io.RawIOBase):
        taken_bytes = 0

        def readable(self) -> bool:
            return True

        def readinto(self, buffer) -> int:
            buffer[:] = b"x" * len(buffer)
            self.taken_bytes += len(buffer)
            return len(buffer)

    endless = Endless()
    with pytest.raises(InputError):
        list(read_texts(io.BufferedReader(endless)))
    assert endless.taken_bytes <= 2 * MOST_LINE_BYTES


def test_fields_of_a_json_line() -> None:
    content = b'{"id": "a", "text": "x"}\n{"id": 7, "text": "y"}\n{"text": "z"}\n'
    assert [(line.id, line.text) for line in read(content, jsonl=True)] == [("a", "x"), (7, "y"), (None, "z")]


def test_a_labelled_line_can_be_parsed_as_it_is() -> None:
    labelled = {
        "id": "1",
        "text": "x",
        "outcome": "understood",
        "commands": [{"intent": "a.b"}],
        "alt": [],
        "pool": "p",
    }
    assert [TextLine(number=1, text="x", id="1")] == read(json.dumps(labelled).encode(), jsonl=True)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("open the window", "not JSON at column 1"),
        ('{"text": "x"', "not JSON"),
        ('{"text": "x"} {"text": "y"}', "not JSON"),
        ('["x"]', "not a JSON object"),
        ("null", "not a JSON object"),
        ('{"id": 1}', "text is missing"),
        ('{"text": null}', "text has the wrong type"),
        ('{"text": ["x"]}', "text has the wrong type"),
        ('{"text": "x", "id": 1.5}', "id has the wrong type"),
        ('{"text": "x", "id": true}', "id has the wrong type"),
        ('{"text": "x", "id": NaN}', "NaN"),
        ('{"text": "x", "number": 5}', "unknown field 'number'"),
        ('{"txet": "x"}', "unknown field 'txet'"),
        ('{"text": "x", "text": "y"}', "twice"),
        ("[" * 60_000, "nested too deeply"),
        ('{"text": "x", "id": ' + "1" * 5_000 + "}", "line 2"),
    ],
)
def test_json_that_is_no_utterance_is_refused(line, said) -> None:
    error = refusal(b'{"text": "fine"}\n' + line.encode(), jsonl=True)
    assert error.code == ErrorCode.TEXT_NOT_JSON
    assert error.message.startswith("line 2: ")
    assert said in error.message


def test_half_a_character_is_refused() -> None:
    assert refusal(b'{"text": "\\ud800"}', jsonl=True).code == ErrorCode.TEXT_NOT_UTF8
    assert read(b'{"text": "\\ud83d\\ude97"}', jsonl=True)[0].text == "\U0001f697"


def test_a_text_from_elsewhere_is_checked_alike() -> None:
    check_text("open the window")
    with pytest.raises(InputError, match="401 words"):
        check_text("a " * 401)


@given(st.lists(UTTERANCES, max_size=5))
def test_any_utterances_come_back_from_json_lines(texts) -> None:
    content = b"".join(json.dumps({"id": i, "text": text}).encode() + b"\n" for i, text in enumerate(texts))
    assert list(enumerate(texts)) == [(line.id, line.text) for line in read(content, jsonl=True)]


@given(st.lists(UTTERANCES, max_size=5))
def test_any_utterances_come_back_from_plain_lines(texts) -> None:
    said = [" ".join(text.split()) for text in texts if " ".join(text.split())]
    assert said == [line.text for line in read("\n".join(said).encode())]


@given(content=st.binary(max_size=300), jsonl=st.booleans())
def test_any_bytes_are_utterances_or_refused_in_one_line(content, jsonl) -> None:
    said = "line"
    try:
        lines = read(content, jsonl=jsonl)
    except InputError as refused:
        lines, said = [], str(refused)
    assert all(line.text.encode() for line in lines)
    assert said.startswith("line")
    assert "\n" not in said
