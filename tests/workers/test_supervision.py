"""Workers that break in every way a process can: each is replaced, and nothing of it is left behind."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from intents.errors import ErrorCode, ModelError, WorkerError
from vehicle_assistant.mouth import Priority
from vehicle_assistant.ports import Lost, Part, Ready
from vehicle_assistant.workers.clients import VoiceWorker, WorkerLimits
from vehicle_assistant.workers.jobs import VoiceJob
from vehicle_assistant.workers.protocol import Say
from vehicle_assistant.workers.supervisor import _whole

PATIENCE_S = 60.0
CALM = WorkerLimits(beat_timeout_s=PATIENCE_S)


def voice(changes, command, limits=CALM, **options):
    return VoiceWorker(VoiceJob(), limits, on_change=changes, command=command, **options)


async def lost_and_back(changes):
    """Waits for the worker to be lost and replaced; returns the reason."""
    lost, ready = await changes.next(), await changes.next()
    assert isinstance(lost, Lost)
    assert ready == Ready(Part.VOICE)
    return lost.reason


@pytest.mark.parametrize(
    ("way", "reason"),
    [
        ("garbage", "it broke the protocol: a line of 12 bytes that is no message"),
        ("bytes", "it broke the protocol: a line of 4 bytes that is no message"),
        ("no_end_of_line", "it broke the protocol: a line without an end"),
        ("unknown_field", "it broke the protocol: a line of 65 bytes that is no message"),
        ("not_a_number", "is no message"),
        ("beats_unasked", "it broke the protocol: beat out of turn"),
        ("starts_twice", "it broke the protocol: started out of turn"),
        ("segfaults", "it was ended by SIGSEGV"),
        ("closes_its_end", "it was ended by SIGKILL"),
    ],
)
async def test_a_worker_that_breaks_at_its_work_is_replaced(changes, misbehaving, way, reason):
    async with voice(changes, misbehaving(way)) as worker:
        assert reason in await lost_and_back(changes)
        assert worker.status.restarts == 1
        assert worker.status.ready


async def test_a_worker_that_gives_no_sign_of_work_is_replaced(changes, misbehaving):
    async with voice(changes, misbehaving("hangs"), WorkerLimits(beat_timeout_s=1.0)) as worker:
        assert "no sign of work for 1 s" in (await changes.next()).reason
        assert await changes.next() == Ready(Part.VOICE)
        assert worker.status.problem == ""


async def test_a_stopped_worker_is_replaced_and_ended_although_it_cannot_run(changes, misbehaving):
    async with voice(changes, misbehaving("obedient"), WorkerLimits(beat_timeout_s=1.0)) as worker:
        stopped = worker.status.pid
        os.kill(stopped, signal.SIGSTOP)

        assert "no sign of work" in await lost_and_back(changes)
        assert worker.status.pid != stopped
        assert not is_running(stopped)


async def test_a_worker_that_outgrows_its_budget_is_replaced(changes, misbehaving):
    limits = WorkerLimits(beat_timeout_s=PATIENCE_S, memory_limit_mib=100)
    async with voice(changes, misbehaving("grows"), limits) as worker:
        assert "its budget is 100 MiB" in await lost_and_back(changes)
        assert 0 < worker.status.rss_mib < 100


async def test_memory_is_taken_back_after_the_job_in_hand(changes, voice_job):
    """A budget below what the process needs anyway, but within the half that a job in hand may go over it."""
    async with VoiceWorker(voice_job, CALM, on_change=changes) as worker:
        needed_mib = worker.status.rss_mib
    limits = WorkerLimits(beat_timeout_s=PATIENCE_S, memory_limit_mib=needed_mib / 1.2)
    async with VoiceWorker(voice_job, limits, on_change=changes) as worker:
        assert await worker.say("one", Priority.ANSWER)
        assert "its budget is" in (await changes.next()).reason


async def test_a_worker_that_does_not_read_is_replaced(changes, misbehaving, until):
    async with voice(changes, misbehaving("hangs")) as worker:
        much = Say(request_id=0, text="x" * 100_000, priority=Priority.ANSWER)
        await until(lambda: not worker._worker.send(much), every_s=0)

        assert "does not read its commands" in await lost_and_back(changes)


async def test_a_worker_that_will_not_start_is_given_up_with_its_reason(changes, misbehaving):
    limits = WorkerLimits(start_timeout_s=0.5)
    with pytest.raises(WorkerError, match=r"did not start within 0\.5 s") as refused:
        await voice(changes, misbehaving("slow"), limits).__aenter__()

    assert refused.value.code is ErrorCode.WORKER_START
    assert changes.pending == 0


@pytest.mark.parametrize(
    ("way", "reason"),
    [("status", "it ended with status 3"), ("talks_first", "beat out of turn")],
)
async def test_a_worker_that_ends_before_its_work_is_given_up(changes, misbehaving, way, reason):
    with pytest.raises(WorkerError, match=reason):
        await voice(changes, misbehaving(way)).__aenter__()


async def test_a_program_that_is_not_there_is_said_plainly(changes):
    with pytest.raises(WorkerError, match="cannot be started: No such file or directory") as refused:
        await voice(changes, ("/nowhere/to/be/found",)).__aenter__()

    assert refused.value.code is ErrorCode.WORKER_START


async def test_a_cause_that_a_person_must_cure_arrives_with_its_remedy(changes, misbehaving):
    with pytest.raises(ModelError) as refused:
        await voice(changes, misbehaving("refuses")).__aenter__()

    assert refused.value.code is ErrorCode.MODEL_ABSENT
    assert str(refused.value) == "there is no model at all (install one)"


async def test_an_error_of_an_unknown_kind_is_the_workers_own(changes, misbehaving):
    with pytest.raises(WorkerError, match="odd"):
        await voice(changes, misbehaving("stranger")).__aenter__()


async def test_with_patience_a_first_failure_is_a_loss_that_ends_when_its_cause_does(changes, misbehaving):
    async with voice(changes, misbehaving("refuses"), keep_trying=True) as worker:
        assert worker.status.problem == "there is no model at all"
        assert worker.status.remedy == "install one"

        assert await lost_and_back(changes) == "there is no model at all"
        assert (worker.status.ready, worker.status.problem) == (True, "")


async def test_a_lasting_failure_is_told_once_and_tried_again_and_again(changes, misbehaving, until):
    async with voice(changes, misbehaving("refuses", always=True), keep_trying=True) as worker:
        await until(lambda: worker.status.restarts == 2)

        assert isinstance(await changes.next(), Lost)
        assert changes.pending == 0


async def test_a_start_and_a_wait_for_the_next_are_no_standstill(changes, misbehaving, until):
    """The watchdog must not end the service because one worker's cause lasts."""
    limits = WorkerLimits(start_timeout_s=1.0)
    ages_s = []
    async with voice(changes, misbehaving("slow", always=True), limits, keep_trying=True) as worker:
        began_s = asyncio.get_running_loop().time()

        def waited():
            ages_s.append(worker.status.attended_age_s)
            return asyncio.get_running_loop().time() - began_s > 2.5

        await until(waited)

    assert worker.status.restarts >= 1
    assert max(ages_s) < 1.0


async def test_a_worker_that_stands_still_ages_until_it_is_replaced(changes, misbehaving, until):
    async with voice(changes, misbehaving("obedient")) as worker:
        os.kill(worker.status.pid, signal.SIGSTOP)
        await until(lambda: worker.status.attended_age_s > 0.8)
        assert worker.status.beat_age_s > 0.8


async def test_what_libraries_print_is_read_and_kept_below_the_usual_level(changes, misbehaving, until):
    with capture_logs() as logs:
        async with voice(changes, misbehaving("floods_the_journal")):
            await until(lambda: any(entry["event"] == "worker printed" for entry in logs))

    printed = [entry for entry in logs if entry["event"] == "worker printed"]
    assert {entry["log_level"] for entry in printed} == {"debug"}
    assert max(len(entry["line"]) for entry in printed) == 200


async def test_closing_ends_a_worker_that_cannot_listen(changes, misbehaving):
    async with voice(changes, misbehaving("obedient")) as worker:
        pid = worker.status.pid
        os.kill(pid, signal.SIGSTOP)

    assert not is_running(pid)
    assert changes.pending == 0


async def test_closing_between_two_lives_starts_no_third(changes, misbehaving, until):
    async with voice(changes, misbehaving("refuses", always=True), keep_trying=True) as worker:
        await until(lambda: worker.status.restarts == 1)

    assert worker.status.pid is None


@pytest.mark.parametrize("steps", range(0, 40, 4))
async def test_closing_in_the_middle_of_a_replacement_leaves_nothing_behind(changes, misbehaving, until, steps):
    async with voice(changes, misbehaving("obedient")) as worker:
        os.kill(worker.status.pid, signal.SIGKILL)
        await until(lambda: not worker.status.ready, every_s=0)
        for _ in range(steps):  # of the event loop, to meet the replacement in its various stages
            await asyncio.sleep(0.001)


async def test_giving_up_the_start_leaves_nothing_behind(changes, misbehaving):
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await voice(changes, misbehaving("slow")).__aenter__()


async def test_a_worker_is_replaced_on_request(changes, misbehaving):
    async with voice(changes, misbehaving("obedient")) as worker:
        before = worker.status.pid
        worker.replace("new settings")

        assert "new settings" in await lost_and_back(changes)
        assert worker.status.pid != before


async def test_beats_come_from_the_work_and_show_in_the_status(changes, misbehaving, until):
    async with voice(changes, misbehaving("obedient")) as worker:
        await until(lambda: worker.status.done == 3)

        status = worker.status
        assert status.ready
        assert status.engine == "misbehaving"
        assert 0 <= status.beat_age_s < PATIENCE_S


MAIN = """
import asyncio, sys
from vehicle_assistant.workers.clients import ParserJob, ParserWorker

async def main():
    async with ParserWorker(ParserJob(engine="scripted"), command=sys.argv[1:]) as worker:
        print(worker.status.pid, flush=True)
        await asyncio.sleep(600)

asyncio.run(main())
"""


@pytest.mark.parametrize("way", ["", "hang"])
def test_a_worker_never_outlives_main(way):
    """One that is stuck in its work cannot see that main has gone; the kernel tells it."""
    chatty = str(Path(__file__).with_name("chatty.py"))
    main = subprocess.Popen(
        [sys.executable, "-c", MAIN, sys.executable, chatty],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"CHATTY": way},
    )
    try:
        pid = next(int(line) for line in main.stdout if line.strip().isdigit())
    finally:
        main.kill()
        main.wait()
        main.stdout.close()
    deadline_s = time.monotonic() + PATIENCE_S
    while is_running(pid):
        assert time.monotonic() < deadline_s
        time.sleep(0.01)


async def test_the_last_steps_of_a_worker_are_done_whole():
    may_end = asyncio.Event()

    async def last_steps():
        await may_end.wait()
        return "done"

    ending = asyncio.create_task(_whole(last_steps()))
    await asyncio.sleep(0)
    ending.cancel()
    await asyncio.sleep(0)
    assert not ending.done()
    may_end.set()

    with pytest.raises(asyncio.CancelledError):
        await ending


def is_running(pid):
    """A process that init has not collected yet does not run either."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
    except FileNotFoundError:
        return False
