"""What the terminal shows: each turn as it ends, then a summary."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from vehicle_assistant.demo.story import Scene
from vehicle_assistant.driver.alerts import Alert
from vehicle_assistant.outcome import name
from vehicle_assistant.turn import Turn


@dataclass(frozen=True, slots=True)
class Played:
    """A scene and what became of it."""

    scene: Scene
    turn: Turn | None
    repeated: bool
    """The driver had to say it again."""

    @property
    def as_expected(self) -> bool:
        """Whether it ended as the story has it, with the commands carried out."""
        if self.turn is None or not isinstance(self.turn.outcome, self.scene.ends):
            return False
        return tuple(d.command.intent for d in self.turn.deliveries if d.outcome == "done") == self.scene.intents


class Screen:
    """Prints the demo for a person."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def note(self, text: str) -> None:
        """One line about the set-up."""
        self._console.print(f"[dim]{text}[/dim]", highlight=False)

    def scene(self, number: int, scene: Scene) -> None:
        """A scene begins."""
        self._console.print(
            f"\n[bold]{number}. {scene.title}[/bold]  [dim]{scene.speed_kmh:.0f} km/h[/dim]", highlight=False
        )
        for line in scene.lines:
            self._line("driver", f'"{line}"')

    def turn(self, turn: Turn) -> None:
        """A turn ended."""
        self._line("heard", turn.heard or "-")
        self._line("understood", turn.parsed.line if turn.parsed else "-")
        for delivery in turn.deliveries:
            slots = " ".join(f"{k}={v}" for k, v in delivery.command.slots().items())
            self._line("sent", f"{delivery.command.intent} {slots}")
            by = f" by {delivery.confirmed_by}" if delivery.confirmed_by else ""
            took = f" after {delivery.done_ms:.0f} ms" if delivery.done_ms is not None else ""
            self._line(
                "confirmed",
                f"{delivery.outcome.value}{by}{took}" + (f" ({delivery.reason})" if delivery.reason else ""),
            )
        self._line("said", f'"{turn.said}"' if turn.said else "(a tone)")
        self._line("outcome", name(turn.outcome))
        self._line("times", ", ".join(f"{stage} {ms:.0f} ms" for stage, ms in turn.stages_ms.items()))

    def alert(self, alert: Alert, said: str) -> None:
        """A driver alert cut in."""
        self._console.print(
            f'   [bold red]alert[/bold red]      {alert.kind.value}, {alert.level.name.lower()}: "{said}"',
            highlight=False,
        )

    def part(self, text: str) -> None:
        """A part of the service was lost or is back."""
        self._console.print(f"   [yellow]service[/yellow]    {text}", highlight=False)

    def summary(self, played: Sequence[Played], answers: str) -> None:
        """The table at the end."""
        table = Table(title="Summary", title_justify="left")
        for column in ("", "scene", "heard", "outcome", "commands", "reaction"):
            table.add_column(column, overflow="fold")
        for number, p in enumerate(played, 1):
            mark = "[green]ok[/green]" if p.as_expected else "[red]not as planned[/red]"
            heard = p.turn.heard if p.turn else "nothing"
            outcome = name(p.turn.outcome) if p.turn else "-"
            commands = "\n".join(f"{d.command.intent}: {d.outcome.value}" for d in p.turn.deliveries) if p.turn else ""
            table.add_row(
                mark,
                f"{number}. {p.scene.title}{' (said twice)' if p.repeated else ''}",
                heard,
                outcome,
                commands,
                _reaction(p.turn),
            )
        self._console.print()
        self._console.print(table)
        good = sum(p.as_expected for p in played)
        self._console.print(f"{good} of {len(played)} scenes ended as planned. {answers}", highlight=False)

    def _line(self, label: str, text: str) -> None:
        self._console.print(f"   [cyan]{label:<10}[/cyan] {text}", highlight=False, markup=True)


def _reaction(turn: Turn | None) -> str:
    """From the driver's last sound until the answer begins: the end of speech, recognition, parsing and the vehicle."""
    if turn is None:
        return ""
    ms = sum(took for stage, took in turn.stages_ms.items() if stage not in ("wake", "speak"))
    return f"{ms / 1000:.2f} s"
