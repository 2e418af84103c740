"""Writes the utterances of all collections that the rules can label, one JSON object a line.

usage: python -m training.text.sources --data DIR --out FILE.jsonl [--table FILE.md] [--errors]
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from training.text.sources.assemble import Assembly, assemble


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training.text.sources", description=__doc__)
    parser.add_argument(
        "--data", type=Path, required=True, help="folder with the collections, labelled.jsonl and dev.jsonl"
    )
    parser.add_argument("--out", type=Path, required=True, help="file to write, JSON lines")
    parser.add_argument("--table", type=Path, help="file to write the measured table to, Markdown")
    parser.add_argument("--errors", action="store_true", help="print every hand-labelled row a rule got wrong")
    return parser.parse_args()


def _print_errors(assembly: Assembly) -> None:
    for (source, family), tally in sorted(assembly.tallies.items()):
        for wrong in tally.wrong:
            print(f"{source} | {family} | {wrong}", file=sys.stderr)


def main() -> int:
    """Runs the conversion; returns 0, or 2 with one line on standard error when the data cannot be read."""
    arguments = _arguments()
    try:
        assembly = assemble(arguments.data)
    except (OSError, ValueError) as error:
        print(f"cannot convert {arguments.data}: {error}", file=sys.stderr)
        return 2
    with arguments.out.open("w", encoding="utf-8") as out:
        for row in assembly.rows:
            out.write(json.dumps(row.as_json(), ensure_ascii=False) + "\n")
    table = assembly.table()
    if arguments.table:
        arguments.table.write_text(table, encoding="utf-8")
    print(table)
    if arguments.errors:
        _print_errors(assembly)
    return 0


if __name__ == "__main__":
    sys.exit(main())
