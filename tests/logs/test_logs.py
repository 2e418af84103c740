"""Whatever the service logs, by whichever logger, is one line of JSON, and carries no words from the cabin."""

import io
import json
import logging

import pytest
import structlog
from pydantic import BaseModel

from intents.errors import ErrorCode, InputError
from vehicle_assistant import logs, privacy

SECRET = "call my mother"


@pytest.fixture
def journal():
    """Configures logging into a text, and puts back what was there."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()

    def configure(**options) -> io.StringIO:
        logs.configure(**{"stream": stream, "human": False, "environ": {}, "level": "info", **options})
        return stream

    yield configure
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_both_kinds_of_logger_end_in_the_same_shape(journal) -> None:
    stream = journal()
    structlog.get_logger("ears").warning("lost", part="ears", age_s=2.5)
    logging.getLogger("mqtt").warning("lost %s", "broker")
    first, second = lines(stream)
    assert tuple(first[key] for key in ("event", "level", "logger", "part", "age_s")) == (
        "lost",
        "warning",
        "ears",
        "ears",
        2.5,
    )
    assert tuple(second[key] for key in ("event", "level", "logger")) == ("lost broker", "warning", "mqtt")
    assert "timestamp" in first
    assert "timestamp" in second


def test_less_serious_messages_are_left_out(journal) -> None:
    stream = journal(level="warning")
    structlog.get_logger("a").info("x")
    logging.getLogger("b").info("x")
    assert stream.getvalue() == ""


@pytest.mark.parametrize("field", sorted(privacy.WORDS))
def test_words_are_withheld(journal, field) -> None:
    stream = journal()
    structlog.get_logger("a").info("turn", **{field: SECRET, "turn": {"inner": [{field: {"deep": SECRET}}]}})
    assert SECRET not in stream.getvalue()
    assert lines(stream)[0][field] == privacy.WITHHELD


def test_words_are_shown_when_speech_logging_is_on(journal) -> None:
    stream = journal(log_speech=True)
    structlog.get_logger("a").info("turn", heard=SECRET)
    assert lines(stream)[0]["heard"] == SECRET


class Spoken(BaseModel):
    number: int


def fail() -> None:
    Spoken.model_validate({"number": SECRET})


@pytest.mark.parametrize("human", [False, True])
@pytest.mark.parametrize("logger", [structlog.get_logger("a"), logging.getLogger("a")])
def test_tracebacks_name_the_place_but_not_the_words(journal, human, logger) -> None:
    stream = journal(human=human)
    heard = SECRET  # a local variable, which some tracebacks show
    try:
        try:
            fail()
        except ValueError as cause:
            raise RuntimeError(f"cannot use {heard}") from cause
    except RuntimeError:
        logger.exception("broken")
    written = stream.getvalue()
    assert SECRET not in written
    assert "ValidationError" in written
    assert "RuntimeError" in written
    assert "in fail" in written


def test_our_own_errors_keep_their_message() -> None:
    error = InputError(ErrorCode.FILE_EMPTY, "a.wav is empty", remedy="record it again")
    assert "a.wav is empty (record it again)" in privacy.describe(error, words=False)
    assert "boom" in privacy.describe(ValueError("boom"), words=True)


def test_the_journal_learns_the_priority_of_each_line(journal) -> None:
    stream = journal(environ={"JOURNAL_STREAM": "8:1"}, level="debug")
    for level in ("debug", "info", "warning", "error", "critical"):
        getattr(structlog.get_logger("a"), level)("x")
    starts = [line.split("{")[0] for line in stream.getvalue().splitlines()]
    assert starts == ["<7>", "<6>", "<4>", "<3>", "<2>"]


def test_a_second_call_replaces_the_first(journal) -> None:
    journal()
    stream = journal()
    logging.getLogger("a").warning("once")
    assert len(lines(stream)) == 1


def test_a_record_that_json_cannot_hold_is_written_all_the_same(journal) -> None:
    stream = journal()
    structlog.get_logger("a").info("odd", value=object(), text_bytes=b"\xff")
    assert lines(stream)[0]["event"] == "odd"


def test_an_empty_field_is_not_worth_hiding() -> None:
    assert privacy.without_words({"heard": "", "n": 1}) == {"heard": "", "n": 1}
