"""Between a worker's supervision and its owner."""

from dataclasses import dataclass
from typing import Protocol

from vehicle_assistant.ports import Part
from vehicle_assistant.workers.jobs import Job
from vehicle_assistant.workers.protocol import Message, Started


@dataclass(frozen=True, slots=True)
class WorkerStatus:
    """How a worker fares."""

    part: Part
    ready: bool
    pid: int | None
    restarts: int
    rss_mib: float
    beat_age_s: float | None
    """Since its last sign of work; None while there has been none."""
    attended_age_s: float
    """Since it last showed that it works, has a job with a deadline, or is being replaced. Beyond its beat timeout it
    grows only when its supervision itself stands still."""
    done: int
    """Pieces of work since it was started."""
    engine: str
    detail: str
    problem: str
    """Why it does not work; empty while it does."""
    remedy: str


class Owner(Protocol):
    """Whose worker it is. Called from the event loop; must not block."""

    def job(self) -> Job:
        """What the next incarnation is to do."""

    def started(self, started: Started) -> None:
        """It works (again)."""

    def take(self, message: Message) -> None:
        """It said something; raises WorkerError (WORKER_PROTOCOL) for what it must never say."""

    def lost(self, reason: str) -> None:
        """It works no more; what it was asked will not be answered."""

    @property
    def idle(self) -> bool:
        """Whether it can be replaced without ending a job."""
