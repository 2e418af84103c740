"""Command line of the bench voice: `build` makes the model, `evaluate` measures it."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

MODEL_DIR = Path(__file__).resolve().parents[2] / "vehicle_assistant" / "models" / "bench_voice"


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training.bench_voice", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    build = commands.add_parser("build", help="make the model from nothing")
    build.add_argument("--out", type=Path, default=MODEL_DIR)
    build.add_argument("--utterances", type=int, default=10000, help="training utterances")
    build.add_argument("--lm-sentences", type=int, default=60000, help="sentences drawn for the language model")
    evaluate = commands.add_parser("evaluate", help="measure the model on voices it was not trained on")
    evaluate.add_argument("--model", type=Path, default=MODEL_DIR)
    evaluate.add_argument("--count", type=int, default=300, help="sentences to speak")
    evaluate.add_argument("--json", type=Path, help="write the figures here as well")
    for command in (build, evaluate):
        command.add_argument(
            "--sentences", default="phrasebook", help="`phrasebook` or a file with one sentence a line"
        )
        command.add_argument("--noise", type=Path, help="folder of 16 kHz mono WAV noise; coloured noise without it")
        command.add_argument("--seed", type=int, default=1)
    return parser


def main() -> int:
    """Runs one command; a bad argument ends with one line on stderr and status 2."""
    options = _arguments().parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    from training.bench_voice import commands  # torch and vosk load here, not for --help

    try:
        return commands.run_build(options) if options.command == "build" else commands.run_evaluate(options)
    except (OSError, ValueError) as error:
        print(f"bench_voice: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    raise SystemExit(main())
