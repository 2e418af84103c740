"""Figures of a run: percentiles and memory."""

import os
from collections.abc import Sequence
from pathlib import Path


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share (0 to 1) of all do not exceed; raises IndexError when there is none."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def resident_mib() -> float:
    """Memory of this process in RAM, MiB; the interpreter and its libraries are in it."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024**2
