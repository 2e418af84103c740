"""A sum over the last seconds, kept up to date sample by sample."""

from collections import deque


def _micro(seconds: float) -> int:
    return round(seconds * 1e6)


class SlidingSum:
    """Sums amounts of the last `window_s`. Whole microseconds inside: no rounding gathers over a day of samples."""

    def __init__(self, window_s: float) -> None:
        self._window = _micro(window_s)
        self._amounts: deque[tuple[int, int]] = deque()
        self._sum = 0

    def add(self, t_s: float, amount: float) -> None:
        """Adds an amount at a time not before the last one's."""
        self._amounts.append((_micro(t_s), _micro(amount)))
        self._sum += _micro(amount)
        self.forget(t_s)

    def forget(self, t_s: float) -> None:
        """Drops what is older than the window at this time."""
        oldest = _micro(t_s) - self._window
        while self._amounts and self._amounts[0][0] <= oldest:
            self._sum -= self._amounts.popleft()[1]

    def clear(self) -> None:
        """Drops everything."""
        self._amounts.clear()
        self._sum = 0

    @property
    def value(self) -> float:
        """The sum, in the unit of the amounts."""
        return self._sum / 1e6
