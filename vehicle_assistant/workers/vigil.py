"""Judges whether a worker is still at work. Pure: what was seen goes in, a reason to replace it comes out."""

from dataclasses import dataclass

TICK_S = 0.2
"""How often main looks; a quarter of this is lost on average before a silence is noticed."""

RECKLESS = 1.5
"""A worker this far over its memory budget is replaced in the middle of its work."""

BACKOFF_S = (0.0, 0.5, 1.0, 2.0, 5.0)
"""Waits before the first, second, ... replacement in a row: at once after an accident, patient with a lasting cause."""

HEALTHY_S = 60.0
"""A worker that has worked for this long starts a new row."""


@dataclass(frozen=True, slots=True)
class WorkerLimits:
    """What a worker is allowed."""

    start_timeout_s: float = 30.0  # a large model from a slow disk
    beat_timeout_s: float = 2.0
    memory_limit_mib: float | None = None  # resident; None: whatever the machine has
    grace_s: float = 1.0  # to end in order, before it is ended


@dataclass(slots=True)
class Vigil:
    """Watches one incarnation of a worker."""

    limits: WorkerLimits
    started: bool = False
    _starting_s: float = 0.0
    _silent_s: float = 0.0

    def beaten(self) -> None:
        """Takes note of a sign of real work."""
        self._silent_s = 0.0

    def judge(self, elapsed_s: float, rss_mib: float, *, idle: bool, excused: bool) -> str | None:
        """Says why the worker must be replaced, or None.

        `elapsed_s` since the last judgement counts for two ticks at most: when main itself was held up, the worker
        has had no chance to be heard. `excused`: a job with a deadline of its own is running.
        """
        elapsed_s = min(elapsed_s, 2 * TICK_S)
        if not self.started:
            self._starting_s += elapsed_s
            late = self._starting_s > self.limits.start_timeout_s
            return f"it did not start within {self.limits.start_timeout_s:g} s" if late else None
        self._silent_s = 0.0 if excused else self._silent_s + elapsed_s
        if self._silent_s > self.limits.beat_timeout_s:
            return f"it gave no sign of work for {self.limits.beat_timeout_s:g} s"
        return self._judge_memory(rss_mib, idle=idle)

    def _judge_memory(self, rss_mib: float, *, idle: bool) -> str | None:
        limit_mib = self.limits.memory_limit_mib
        if limit_mib is None or rss_mib <= limit_mib:
            return None
        if idle or rss_mib > RECKLESS * limit_mib:
            return f"it grew to {rss_mib:.0f} MiB, its budget is {limit_mib:g} MiB"
        return None


def backoff_s(failures: int) -> float:
    """Returns the wait before the next replacement after so many failures in a row (1 or more)."""
    return BACKOFF_S[min(failures, len(BACKOFF_S)) - 1]
