"""A parser whose native library prints to descriptor 1 and reads from 0, or fails, or hangs: as CHATTY says."""

import os
import subprocess
import time

from vehicle_assistant.workers import parser
from vehicle_assistant.workers.child import run
from vehicle_assistant.workers.jobs import ParserJob


def work(job, pipe):
    os.write(1, b"from a library\n")
    subprocess.run(["sh", "-c", "echo from a program; cat; echo again >&2"], check=True)
    parser.work(job, pipe)


def fail(job, pipe):
    pipe.started("failing")
    pipe.next()
    raise KeyError(os.environ["CHATTY_WORDS"])


def hang(job, pipe):
    pipe.started("hanging")
    time.sleep(600)


if os.environ.get("CHATTY") == "hang":
    run(ParserJob, hang)
if os.environ.get("CHATTY") == "fail":
    run(ParserJob, fail)
run(ParserJob, work)
