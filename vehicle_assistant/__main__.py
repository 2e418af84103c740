"""The command line: `vehicle-assistant COMMAND`. Each command is a function; an error is one line and an exit code."""

import argparse
import math
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from vehicle_assistant.cli_errors import guarded
from vehicle_assistant.commands import conversation, measure, tools

Command = Callable[[argparse.Namespace], int]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="vehicle-assistant", description="An offline voice assistant service for cars.", allow_abbrev=False
    )
    parser.add_argument("--config", type=Path, help="settings file (default: see `check`)")
    verbs = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def verb(name: str, run: Command, text: str) -> argparse.ArgumentParser:
        added = verbs.add_parser(name, help=text, description=text, allow_abbrev=False)
        # Either side of the command; SUPPRESS keeps the one before from being overwritten by a default.
        added.add_argument("--config", type=Path, default=argparse.SUPPRESS, help=argparse.SUPPRESS)
        added.set_defaults(run=run)
        return added

    demo = verb(
        "demo", conversation.demo, "the main job on this machine, by itself: spoken commands move a simulated car"
    )
    demo.add_argument("--answers", type=Path, help="WAV file for the answers where there is no sound card")
    demo.add_argument("--json", type=Path, help="also write what happened to this file")
    verb("run", conversation.run, "the daemon")
    listen = verb("listen", conversation.listen, "recordings instead of the microphone: one JSON line a turn")
    listen.add_argument("files", nargs="+", type=Path, metavar="FILE.wav")
    listen.add_argument("--no-wake", action="store_true", help="take everything as said to the assistant")
    listen.add_argument("--wake-phrase", metavar="P", help="wake phrase in place of the setting")
    listen.add_argument("--vehicle", choices=("simulated", "settings"), default="simulated", help="who is commanded")
    wake = verb("wake", tools.wake, "wake detections in recordings: one JSON line a file")
    wake.add_argument("files", nargs="+", type=Path, metavar="FILE")
    wake.add_argument("--phrase", metavar="P", help="phrase in place of the setting")
    transcribe = verb("transcribe", tools.transcribe, "what is said in recordings: one JSON line a file")
    transcribe.add_argument("files", nargs="+", type=Path, metavar="FILE")
    say = verb("say", conversation.say, "text through parser, policy and vehicle, with the trace of why")
    say.add_argument("text")
    say.add_argument(
        "--speaker", choices=("espeak", "silent"), default="silent", help="speak the answer, or only print it"
    )
    say.add_argument("--vehicle", choices=("simulated", "settings"), default="simulated", help="who is commanded")
    say.add_argument("--speed-kmh", type=_speed, default=0.0, help="speed of the simulated vehicle")
    parse = verb("parse", tools.parse, "text on standard input to commands on standard output; no vehicle")
    parse.add_argument("--jsonl", action="store_true", help='lines {"id"?, "text"} in, one JSON line each out')
    check = verb("check", tools.check, "settings with their origin, models, audio devices, broker: what works")
    check.add_argument("--json", action="store_true", help="for machines")
    models = verb("models", tools.models, "weights on this machine")
    models.add_argument("action", choices=("list", "verify"))
    models.add_argument("name", nargs="?")
    evaluate = verb(
        "evaluate", measure.evaluate, "the parser's answers beside labelled utterances: accuracy and latency"
    )
    evaluate.add_argument("file", type=Path, metavar="DATA.jsonl", help="id, text, outcome, commands, alt on each line")
    evaluate.add_argument(
        "--errors", type=_at_least(0), default=0, metavar="N", help="also print the first N wrong answers"
    )
    evaluate.add_argument("--json", action="store_true", help="for machines")
    bench = verb("bench", measure.bench, "what a parse costs, beside llama.cpp's usual way")
    bench.add_argument(
        "--utterances", type=_at_least(1), default=100, metavar="N", help="sentences to parse (default: 100)"
    )
    bench.add_argument("--json", action="store_true", help="for machines")
    monitor = verb("monitor", tools.monitor, "recorded driver samples to alerts, as fast as possible")
    monitor.add_argument("file", type=Path, metavar="FILE.jsonl")
    simulate = verb("simulate", conversation.simulate, "the simulated vehicle on a broker")
    simulate.add_argument("--drive", default="city", help="parked, city or motorway")
    verb("grammar", tools.grammar, "the catalogue as GBNF")
    verb("asyncapi", tools.asyncapi, "the wire contract as an AsyncAPI 3 document")
    verb("schema", tools.schema, "the commands as JSON Schema")
    return parser


def _at_least(least: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not text.isdecimal() or int(text) < least:
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number from {least}")
        return int(text)

    return number


def _speed(text: str) -> float:
    """A speed as the vehicle tells it (wire contract: 0 to 500 km/h); nan is no speed."""
    try:
        speed_kmh = float(text)
    except ValueError:
        speed_kmh = math.nan
    if not 0 <= speed_kmh <= 500:
        raise argparse.ArgumentTypeError(f"{text!r} is no speed from 0 to 500 km/h")
    return speed_kmh


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code."""
    args = _parser().parse_args(arguments)
    run: Command = args.run
    return guarded(lambda: run(args))


if __name__ == "__main__":
    sys.exit(main())
