"""A worker process that misbehaves: `misbehaving.py WAY MARKER`. It imports nothing of the product.

In its first life it does so in the way named; once the marker file exists, or where WAY is `obedient`, it behaves.
"""

import json
import os
import signal
import sys
import time
from pathlib import Path


def say(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def start():
    say({"kind": "started", "engine": "misbehaving", "version": "", "load_ms": 1.0})


def beats():
    """Answers every ping, handing the control over after each."""
    done = 0
    for line in sys.stdin:
        command = json.loads(line)
        if command["kind"] == "close":
            return
        if command["kind"] == "ping":
            done += 1
            say({"kind": "beat", "seq": command["seq"], "done": done})
            yield
        if command["kind"] == "parse" and way == "dies_of_requests":
            os.kill(os.getpid(), signal.SIGKILL)


def behave():
    start()
    for _ in beats():
        pass


def misbehave(way):
    if way == "slow":
        time.sleep(600)
    if way == "status":
        sys.exit(3)
    if way == "refuses":
        failure = {"error": "ModelError", "code": "model_absent", "message": "there is no model at all"}
        say({"kind": "failed", "failure": failure | {"remedy": "install one"}})
        sys.exit(1)
    if way == "stranger":
        say({"kind": "failed", "failure": {"error": "KeyError", "code": "engine_failed", "message": "odd"}})
        sys.exit(1)
    if way == "talks_first":
        say({"kind": "beat", "seq": 1, "done": 1})
    start()
    if way == "starts_twice":
        start()
    if way == "hangs":
        time.sleep(600)
    if way == "closes_its_end":
        os.close(1)
        time.sleep(600)
    if way == "floods_the_journal":
        sys.stderr.write("one very long line " * 200_000)
        sys.stderr.flush()
    for _ in beats():
        if way == "garbage":
            sys.stdout.write("free speech\n")
        if way == "bytes":
            sys.stdout.buffer.write(b"\xff\xfe\x00\n")
        if way == "no_end_of_line":
            sys.stdout.write("x" * 3_000_000)
        if way == "unknown_field":
            say({"kind": "said", "request_id": 1, "heard": True, "mood": "good"})
        if way == "not_a_number":
            sys.stdout.write('{"kind":"started","engine":"a","version":"","load_ms":NaN}\n')
        if way == "beats_unasked":
            say({"kind": "beat", "seq": 9999, "done": 1})
        if way == "segfaults":
            os.kill(os.getpid(), signal.SIGSEGV)
        if way == "grows":
            hoard.append(bytearray(os.urandom(1)) * (64 << 20))
        sys.stdout.flush()


hoard = []
way, marker = sys.argv[1:]
job = sys.stdin.readline()
if way == "obedient" or Path(marker).exists():
    behave()
else:
    if marker != "always":
        Path(marker).touch()
    misbehave(way)
    if way == "floods_the_journal":
        sys.exit(0)
