"""Commands that measure the parser: evaluate, bench."""

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from intents.encoding import Outcome
from vehicle_assistant.commands.tools import meaning_row
from vehicle_assistant.evaluation import Answer, SaidCommand, Score, Tally, Verdict, read_labels, score
from vehicle_assistant.figures import percentile, resident_mib
from vehicle_assistant.jobs import parser_job
from vehicle_assistant.models.store import Store
from vehicle_assistant.parser.engines import open_parser
from vehicle_assistant.settings import load

if TYPE_CHECKING:
    from vehicle_assistant.bench import Measured


def evaluate(args: argparse.Namespace) -> int:
    """Compares the parser's answers with a file of labels."""
    labels = read_labels(args.file)
    settings = load(args.config).settings
    job = parser_job(settings, Store.of())
    engine = open_parser(job.engine, job.model_path, job.threads)
    answers, took_ms = [], []
    try:
        for label in labels:
            parsed = engine.parse(label.text, settings.parser.timeout_s)
            row = meaning_row(parsed.meaning, parsed.confidence, settings.parser.confidence_floor)
            commands = tuple(SaidCommand.model_validate(command) for command in row["commands"])
            answers.append(Answer(Outcome(row["outcome"]), commands))
            took_ms.append(parsed.took_ms)
        memory_mib = resident_mib()
    finally:
        engine.close()
    figures = score_row(score(labels, answers), args.errors) | {
        "engine": engine.name,
        "confidence_floor": settings.parser.confidence_floor,
        "ms_p50": round(percentile(took_ms, 0.5), 2),
        "ms_p95": round(percentile(took_ms, 0.95), 2),
        "memory_mib": round(memory_mib, 1),
    }
    if args.json:
        sys.stdout.write(json.dumps(figures, ensure_ascii=False, indent=1) + "\n")
    else:
        _print_score(figures)
    return 0


def score_row(result: Score, errors: int = 0) -> dict[str, Any]:
    """A score as JSON, with the first so many wrong answers."""
    return {
        "utterances": result.exact.of,
        "exact": _tally_row(result.exact),
        "intent": _tally_row(result.intent),
        "outcome": _tally_row(result.outcome),
        "false_commands": _tally_row(result.false_commands),
        "rejected": _tally_row(result.rejected),
        "incomplete": _tally_row(result.incomplete),
        "domains": {name: _tally_row(tally) for name, tally in result.domains.items()},
        "errors": [_error_row(verdict) for verdict in result.wrong[:errors]],
    }


def _tally_row(tally: Tally) -> dict[str, Any]:
    return {"count": tally.count, "of": tally.of, "share": round(tally.share, 4)}


def _error_row(verdict: Verdict) -> dict[str, Any]:
    label, answer = verdict.label, verdict.answer
    return {
        "id": label.id,
        "text": label.text,
        "label": {"outcome": label.outcome.value, "commands": [c.model_dump() for c in label.commands]},
        "answer": {"outcome": answer.outcome.value, "commands": [c.model_dump() for c in answer.commands]},
    }


_ROWS = {
    "exact": "exactly right",
    "intent": "right intents",
    "outcome": "right outcome",
    "false_commands": "outside the catalogue, yet a command",
    "rejected": "within the catalogue, not understood",
    "incomplete": "incomplete, seen as such",
}


def _print_score(figures: dict[str, Any]) -> None:
    console = Console(soft_wrap=True)
    for error in figures["errors"]:
        want, got = (_said(error[side]) for side in ("label", "answer"))
        console.print(f"{error['text']}\n   label   {want}\n   answer  {got}", markup=False, highlight=False)
    table = Table("", "count", "of", "share")
    for key, title in _ROWS.items():
        _add_tally(table, title, figures[key])
    table.add_section()
    for name, tally in figures["domains"].items():
        _add_tally(table, name, tally)
    console.print(table)
    console.print(
        f"{figures['engine']}, confidence floor {figures['confidence_floor']}: p50 {figures['ms_p50']} ms, "
        f"p95 {figures['ms_p95']} ms, {figures['memory_mib']} MiB of memory",
        highlight=False,
    )


def _add_tally(table: Table, title: str, tally: dict[str, Any]) -> None:
    table.add_row(title, str(tally["count"]), str(tally["of"]), f"{tally['share']:.3f}")


def _said(side: dict[str, Any]) -> str:
    commands = [f"{c['intent']} {json.dumps(c['slots'], ensure_ascii=False)}" for c in side["commands"]]
    return " ; ".join(commands) if commands else str(side["outcome"])


def bench(args: argparse.Namespace) -> int:
    """Measures what a parse costs."""
    from vehicle_assistant.bench import measure  # loads llama.cpp, which no other command should

    job = parser_job(load(args.config).settings, Store.of())
    measured = measure(args.utterances, model_path=job.model_path, threads=job.threads)
    if args.json:
        sys.stdout.write(json.dumps(bench_row(measured), indent=1) + "\n")
    else:
        _print_bench(measured)
    return 0


def bench_row(measured: "Measured") -> dict[str, Any]:
    """A run of the bench as JSON; ratios are the usual way's figures by the cold parse's."""
    cold, usual = measured.way("cold"), measured.way("usual")
    return {
        "utterances": measured.utterances,
        "threads": measured.threads,
        "load_ms": round(measured.load_ms, 1),
        "memory_mib": round(measured.memory_mib, 1),
        "ways": {
            way.name: {
                "what": way.what,
                "ms_p50": round(way.p50_ms, 2),
                "ms_p95": round(way.p95_ms, 2),
                "passes": round(way.passes, 2),
                "tokens": round(way.tokens, 2),
            }
            for way in measured.ways
        },
        "usual_by_cold": {
            "ms_p50": round(usual.p50_ms / cold.p50_ms, 2),
            "ms_p95": round(usual.p95_ms / cold.p95_ms, 2),
            "passes": round(usual.passes / cold.passes, 2),
            "tokens": round(usual.tokens / cold.tokens, 2),
        },
    }


def _print_bench(measured: "Measured") -> None:
    row = bench_row(measured)
    table = Table("a parse of nano", "p50 ms", "p95 ms", "passes", "tokens")
    for name, way in row["ways"].items():
        figures = (str(way[key]) for key in ("ms_p50", "ms_p95", "passes", "tokens"))
        table.add_row(f"{name}: {way['what']}", *figures)
    table.add_section()
    ratios = (f"x {row['usual_by_cold'][key]}" for key in ("ms_p50", "ms_p95", "passes", "tokens"))
    table.add_row("usual by cold", *ratios)
    console = Console(soft_wrap=True)
    console.print(table)
    console.print(
        f"{row['utterances']} sentences of the phrasebook, {row['threads']} thread(s); loads in {row['load_ms']} ms, "
        f"{row['memory_mib']} MiB of memory",
        highlight=False,
    )
