"""What `check` has to report, and how: tables for people, one JSON object for machines."""

import json
import sys
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TextIO

from rich.console import Console
from rich.markup import escape
from rich.table import Table

PLAIN_COLUMNS = 200
"""Width where there is no terminal: paths stay in one piece for grep."""


class State(StrEnum):
    """How a finding is to be taken."""

    OK = "ok"
    MISSING = "missing"
    """The service cannot run as set."""
    NOTE = "note"
    """Something is not there that the settings do not need."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    area: str
    name: str
    state: State
    detail: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One setting in force."""

    key: str
    value: str
    origin: str


@dataclass(frozen=True, slots=True)
class Report:
    """All that `check` has to say."""

    settings: tuple[SettingRow, ...]
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """True when the service could run."""
        return all(finding.state is not State.MISSING for finding in self.findings)


MARKS = {State.OK: "[green]ok[/]", State.MISSING: "[bold red]missing[/]", State.NOTE: "[yellow]note[/]"}


def print_report(report: Report, *, as_json: bool, output: TextIO | None = None) -> None:
    """Writes the report to `output`, by default standard output."""
    output = sys.stdout if output is None else output
    if as_json:
        json.dump({"ok": report.ok, **asdict(report)}, output, ensure_ascii=False, indent=2)
        output.write("\n")
        return
    console = Console(file=output, width=None if output.isatty() else PLAIN_COLUMNS, highlight=False)
    if report.settings:
        console.print(_settings(report))
    console.print(_findings(report))
    todo = [finding for finding in report.findings if finding.state is State.MISSING]
    if not todo:
        console.print("The service can run as it is set.")
    for finding in todo:
        console.print(f"[bold red]missing[/] {escape(_line(finding))}", soft_wrap=True)


def _line(finding: Finding) -> str:
    return f"{finding.area} {finding.name}: {finding.detail}" + (f" ({finding.remedy})" if finding.remedy else "")


def _settings(report: Report) -> Table:
    table = Table("setting", "value", "from", title="Settings", title_justify="left", box=None, pad_edge=False)
    for row in report.settings:
        origin = f"[dim]{escape(row.origin)}[/]" if row.origin == "default" else escape(row.origin)
        table.add_row(escape(row.key), escape(row.value) or '[dim]""[/]', origin)
    return table


def _findings(report: Report) -> Table:
    table = Table("", "what", "state", "what to do", title="\nMachine", title_justify="left", box=None, pad_edge=False)
    for finding in report.findings:
        what = f"{escape(finding.area)} {escape(finding.name)}"
        table.add_row(MARKS[finding.state], what, escape(finding.detail), escape(finding.remedy))
    return table
