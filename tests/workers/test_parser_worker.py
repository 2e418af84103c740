"""The parser's process: requests are answered, or their callers are told, whatever happens to it."""

import asyncio
import os
import signal

import pytest

from intents.encoding import Outcome
from intents.errors import EngineError, ErrorCode, ModelError, WorkerError
from intents.phrasebook import load
from vehicle_assistant.ports import Lost, Part, Ready
from vehicle_assistant.workers.clients import ParserJob, ParserWorker, WorkerLimits

TIMEOUT_S = 60.0
"""Far more than any replacement takes."""


@pytest.fixture(scope="module")
def example():
    """A sentence of the phrasebook that is a whole command."""
    return next(e for e in load().examples(200, seed=1) if e.drafts and not any(d.missing for d in e.drafts))


@pytest.fixture
def parser(parser_job, calm, changes):
    return ParserWorker(parser_job, calm, on_change=changes)


async def test_words_become_commands(parser, example):
    async with parser:
        parsed = await parser.parse(example.text)

        assert parsed.meaning.outcome is Outcome.UNDERSTOOD
        assert [(d.intent, dict(d.slots)) for d in parsed.meaning.drafts] == [
            (d.intent, dict(d.slots)) for d in example.drafts
        ]
        assert (await parser.parse("the weather was fine")).meaning.outcome is Outcome.NOT_UNDERSTOOD


async def test_many_requests_at_once_get_their_own_answers(parser, example):
    texts = [example.text, "nothing of that kind"] * 20
    async with parser:
        answers = await asyncio.gather(*(parser.parse(text, timeout_s=TIMEOUT_S) for text in texts))

    assert [a.meaning.outcome for a in answers] == [Outcome.UNDERSTOOD, Outcome.NOT_UNDERSTOOD] * 20


@pytest.mark.parametrize("deadly", [signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM])
async def test_a_parser_that_dies_is_replaced_and_parses_again(parser, changes, example, deadly):
    async with parser:
        os.kill(parser.status.pid, deadly)

        assert await changes.next() == Lost(Part.PARSER, f"the parser worker stopped: it was ended by {deadly.name}")
        assert await changes.next() == Ready(Part.PARSER)
        assert (await parser.parse(example.text)).meaning.outcome is Outcome.UNDERSTOOD
        assert parser.status.restarts == 1


async def test_a_request_in_flight_is_asked_once_more(parser, example, until):
    async with parser:
        first = parser.status.pid
        os.kill(first, signal.SIGSTOP)
        asking = asyncio.create_task(parser.parse(example.text, timeout_s=TIMEOUT_S))
        await until(lambda: not parser.idle)
        os.kill(first, signal.SIGKILL)

        assert (await asking).meaning.outcome is Outcome.UNDERSTOOD
        assert parser.status.pid != first
        assert parser.idle


async def test_a_request_that_kills_twice_is_not_asked_a_third_time(parser_job, calm, changes, misbehaving):
    command = misbehaving("dies_of_requests", always=True)
    async with ParserWorker(parser_job, calm, on_change=changes, command=command) as parser:
        with pytest.raises(WorkerError) as lost:
            await parser.parse("open the window", timeout_s=TIMEOUT_S)

        assert lost.value.code is ErrorCode.WORKER_DIED
        assert lost.value.remedy
        told = [await changes.next() for _ in range(3)]
        assert [type(change) for change in told] == [Lost, Ready, Lost]


async def test_a_request_without_time_for_a_replacement_fails_at_once(parser, example, until):
    async with parser:
        os.kill(parser.status.pid, signal.SIGKILL)
        await until(lambda: not parser.status.ready)
        with pytest.raises(WorkerError) as lost:
            await parser.parse(example.text, timeout_s=0.0)

        assert lost.value.code is ErrorCode.WORKER_DIED


async def test_a_parser_that_hangs_fails_the_request_in_time_and_is_replaced(parser_job, changes, example):
    async with ParserWorker(parser_job, WorkerLimits(beat_timeout_s=1.0), on_change=changes) as parser:
        os.kill(parser.status.pid, signal.SIGSTOP)
        with pytest.raises(WorkerError) as late:
            await parser.parse(example.text, timeout_s=0.2)

        assert late.value.code is ErrorCode.WORKER_SILENT
        assert "no sign of work" in (await changes.next()).reason
        assert await changes.next() == Ready(Part.PARSER)
        assert (await parser.parse(example.text)).meaning.outcome is Outcome.UNDERSTOOD


async def test_a_job_with_a_deadline_is_not_mistaken_for_a_hang(parser_job, changes, example, until):
    async with ParserWorker(parser_job, WorkerLimits(beat_timeout_s=0.5), on_change=changes) as parser:
        os.kill(parser.status.pid, signal.SIGSTOP)
        asking = asyncio.create_task(parser.parse(example.text, timeout_s=2.0))
        await asyncio.sleep(1.2)  # the job's own time, which is what is tested
        assert changes.pending == 0
        os.kill(parser.status.pid, signal.SIGCONT)

        assert (await asking).meaning.outcome is Outcome.UNDERSTOOD
        assert changes.pending == 0


async def test_a_request_that_comes_up_too_late_is_not_begun(parser, example):
    async with parser:
        os.kill(parser.status.pid, signal.SIGSTOP)
        asking = asyncio.create_task(parser.parse(example.text, timeout_s=0.2))
        await asyncio.sleep(0.3)  # its time, within which nothing can be done about it
        os.kill(parser.status.pid, signal.SIGCONT)
        with pytest.raises(EngineError, match="out of time") as late:
            await asking

        assert late.value.code is ErrorCode.ENGINE_FAILED


async def test_a_caller_that_gives_up_is_forgotten(parser, example, until):
    async with parser:
        os.kill(parser.status.pid, signal.SIGSTOP)
        asking = asyncio.create_task(parser.parse(example.text))
        await until(lambda: not parser.idle)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        os.kill(parser.status.pid, signal.SIGCONT)

        assert parser.idle
        assert (await parser.parse(example.text, timeout_s=TIMEOUT_S)).meaning.outcome is Outcome.UNDERSTOOD


async def test_a_text_beyond_all_measure_is_refused_before_it_is_sent(parser):
    async with parser:
        with pytest.raises(EngineError) as refused:
            await parser.parse("open " * 50_000)

    assert refused.value.code is ErrorCode.TEXT_TOO_LONG


@pytest.mark.parametrize(
    ("job", "error_class", "code"),
    [
        (ParserJob(engine="oracle"), EngineError, ErrorCode.ENGINE_UNKNOWN),
        (ParserJob(engine="nano", model_path="/no/such.gguf"), ModelError, ErrorCode.MODEL_ABSENT),
    ],
)
async def test_what_a_person_must_cure_is_raised_with_its_remedy(job, error_class, code, calm):
    with pytest.raises(error_class) as refused:
        await ParserWorker(job, calm).__aenter__()

    assert refused.value.code is code
    assert refused.value.remedy
