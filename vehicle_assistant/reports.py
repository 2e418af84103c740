"""What the service tells the vehicle and the journal about itself: turn records, and whether it works."""

from collections.abc import Callable, Mapping

import structlog

from integration.envelope import AssistantStatus, Problem, TurnCommand, TurnRecord
from integration.link import VehicleLink
from vehicle_assistant.driver.alerts import Alert
from vehicle_assistant.outcome import Done, Failed, NothingHeard, Refused, name
from vehicle_assistant.ports import Lost, Part, Ready
from vehicle_assistant.turn import Turn

log = structlog.get_logger(__name__)


class Reports:
    """Publishes and logs one record a turn, and the status whenever it changes. No words unless `log_speech`."""

    def __init__(self, link: VehicleLink, *, log_speech: bool, status_line: Callable[[str], None]) -> None:
        """`status_line` takes one line for the service manager."""
        self._link, self._log_speech, self._status_line = link, log_speech, status_line
        self._problems: dict[Part, str] = {}

    @property
    def problems(self) -> Mapping[Part, str]:
        """What does not work now, and why."""
        return self._problems

    async def turn(self, turn: Turn) -> None:
        """Publishes and logs a turn."""
        record = self.record(turn)
        await self._link.publish(record)
        told = record.model_dump(mode="json", exclude_none=True, exclude={"commands"})
        log.info("turn", **told, done=[f"{c.intent} {c.outcome}" for c in record.commands])

    async def part(self, event: Lost | Ready) -> None:
        """Notes that a part was lost or is back."""
        if isinstance(event, Lost):
            log.warning("part lost", part=event.part.value, reason=event.reason)
            self._problems[event.part] = event.reason
        else:
            log.info("part ready", part=event.part.value)
            self._problems.pop(event.part, None)
        await self.status()

    async def alert(self, alert: Alert, said: str) -> None:
        """Logs a driver alert that is sounded or spoken."""
        log.info("driver alert", kind=alert.kind.value, level=alert.level.name.lower(), spoken=bool(said))

    async def status(self) -> None:
        """Publishes what works and what does not."""
        problems = tuple(Problem(part=part.value, reason=reason) for part, reason in self._problems.items())
        await self._link.publish(AssistantStatus(status="degraded" if problems else "ready", problems=problems))
        without = ", ".join(f"{p.part} ({p.reason})" for p in problems)
        self._status_line(f"degraded: without {without}" if problems else "ready")

    def record(self, turn: Turn) -> TurnRecord:
        """The turn as the wire contract has it."""
        commands = [
            TurnCommand(id=d.id, intent=d.command.intent, outcome=d.outcome.value, reason=d.reason)  # type: ignore[arg-type]
            for d in turn.deliveries
        ]
        reason: str | None = None
        match turn.outcome:
            case Refused(_, why):
                reason = why
                commands.append(_refused(turn.outcome))
            case Done(refused=refused):
                commands += [_refused(each) for each in refused]
            case Failed(code, _):
                reason = code.value
            case NothingHeard(why):
                reason = why
        return TurnRecord(
            turn_id=turn.id,
            source=turn.source,
            outcome=name(turn.outcome),
            reason=reason,
            commands=tuple(commands),
            stages_ms=turn.stages_ms,
            words=turn.heard if self._log_speech and turn.heard else None,
            answer=turn.said if self._log_speech and turn.said else None,
        )


def _refused(refused: Refused) -> TurnCommand:
    return TurnCommand(intent=refused.command.intent, outcome="refused", reason=refused.reason)
