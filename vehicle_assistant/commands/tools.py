"""Commands that use one part of the service: parse, transcribe, wake, check, models, monitor, grammar, schema."""

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from integration.asyncapi import document
from intents.encoding import Meaning
from intents.errors import InputError
from intents.grammar import gbnf
from intents.schema import json_schema
from vehicle_assistant.asr.engines import make_recogniser
from vehicle_assistant.audio.port import AudioWarning
from vehicle_assistant.check import run_check
from vehicle_assistant.check_report import PLAIN_COLUMNS
from vehicle_assistant.cli_errors import EXIT_ERROR
from vehicle_assistant.driver.replay import monitor_file
from vehicle_assistant.driver.samples import DriverSample
from vehicle_assistant.driver.wording import words as alert_words
from vehicle_assistant.jobs import ears_job, parser_job
from vehicle_assistant.models.store import Store
from vehicle_assistant.parser.engines import open_parser
from vehicle_assistant.recordings import transcribe_file, wake_file
from vehicle_assistant.settings import load
from vehicle_assistant.text_input import read_texts
from vehicle_assistant.wake.engines import make_detector


def _print(row: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")


def parse(args: argparse.Namespace) -> int:
    """Reads text from standard input and writes what it means, line by line."""
    settings = load(args.config).settings
    job = parser_job(settings, Store.of())
    engine = open_parser(job.engine, job.model_path, job.threads)
    try:
        for line in read_texts(sys.stdin.buffer, jsonl=args.jsonl):
            parsed = engine.parse(line.text, settings.parser.timeout_s)
            row = {} if line.id is None else {"id": line.id}
            row |= {
                "text": line.text,
                **meaning_row(parsed.meaning, parsed.confidence, settings.parser.confidence_floor),
            }
            _print(row | {"confidence": round(parsed.confidence, 4), "ms": round(parsed.took_ms, 2)})
    finally:
        engine.close()
    return 0


def meaning_row(meaning: Meaning, confidence: float, floor: float) -> dict[str, Any]:
    """Outcome, commands and missing slots; below the confidence floor nothing is acted on, so nothing is claimed."""
    if confidence < floor:
        return {"outcome": "not_understood", "commands": [], "missing": []}
    commands = [{"intent": draft.intent, "slots": dict(draft.slots)} for draft in meaning.drafts]
    return {"outcome": meaning.outcome.value, "commands": commands, "missing": list(meaning.missing)}


def transcribe(args: argparse.Namespace) -> int:
    """Writes what is said in each recording."""
    job = ears_job(load(args.config).settings, Store.of())
    recogniser = make_recogniser(job.recogniser, job.recogniser_settings)
    return _each(args.files, lambda file: transcribe_file(file, recogniser, warn=_warn))


def wake(args: argparse.Namespace) -> int:
    """Writes where the wake phrase is heard in each recording."""
    job = ears_job(load(args.config).settings, Store.of())
    told = job.wake_settings if args.phrase is None else replace(job.wake_settings, phrase=args.phrase)
    detector = make_detector(str(job.wake), told)
    return _each(args.files, lambda file: wake_file(file, detector, warn=_warn))


def _each(files: list[Path], examine: Callable[[Path], dict[str, Any]]) -> int:
    """One line a file; a file that cannot be used is told and does not keep the others from being examined."""
    failed = 0
    for file in files:
        try:
            _print(examine(file))
        except InputError as error:
            failed += 1
            sys.stdout.flush()
            sys.stderr.write(f"vehicle-assistant: error: {error}\n")
    return EXIT_ERROR if failed else 0


def _warn(warning: AudioWarning) -> None:
    sys.stderr.write(f"vehicle-assistant: warning: {warning.message}\n")


def check(args: argparse.Namespace) -> int:
    """Looks at everything the service needs."""
    return run_check(args.config, as_json=args.json)


def models(args: argparse.Namespace) -> int:
    """Lists the models, or verifies one or all of them."""
    store = Store.of()
    if args.action == "verify" and args.name:
        verified = store.verify(args.name)
        sys.stdout.write(f"{verified.name}: ok\n")
        return 0
    statuses = store.statuses()
    table = Table("name", "kind", "state", "licence", "path")
    for status in statuses:
        licence = status.verified.licence if status.verified else ""
        state = "ok" if status.problem is None else str(status.problem)
        table.add_row(status.name, status.kind.value, state, licence, str(status.path))
    Console(width=None if sys.stdout.isatty() else PLAIN_COLUMNS).print(table)
    return 1 if any(status.problem for status in statuses) else 0


def monitor(args: argparse.Namespace) -> int:
    """Replays recorded driver samples and writes the alerts they lead to."""
    for timed in monitor_file(args.file):
        alert = timed.alert
        _print(
            {"t_s": round(timed.t_s, 3), "kind": alert.kind.value, "level": alert.level.name.lower(),
             "since_s": round(alert.since_s, 3), "text": alert_words(alert), "heard": alert.heard,
             "score": round(alert.score, 2)}
        )  # fmt: skip
    return 0


def grammar(_args: argparse.Namespace) -> int:
    """Writes the catalogue as GBNF."""
    sys.stdout.write(gbnf())
    return 0


def asyncapi(args: argparse.Namespace) -> int:
    """Writes the wire contract as an AsyncAPI 3 document."""
    prefix = load(args.config).settings.vehicle.prefix
    contract = document(version("vehicle-assistant"), prefix, DriverSample)
    sys.stdout.write(json.dumps(contract, indent=2) + "\n")
    return 0


def schema(_args: argparse.Namespace) -> int:
    """Writes the commands as JSON Schema."""
    sys.stdout.write(json.dumps(json_schema(), indent=2) + "\n")
    return 0
