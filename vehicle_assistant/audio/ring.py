"""The last seconds of sound, kept so that words spoken before the wake hit was certain are not lost."""

from collections import deque
from typing import Generic, Protocol, TypeVar


class Timed(Protocol):
    """Anything that has a place in stream time."""

    @property
    def start_s(self) -> float:
        """Stream time of its first sample."""
        ...

    @property
    def end_s(self) -> float:
        """Stream time just after its last sample."""
        ...


Item = TypeVar("Item", bound=Timed)


class Ring(Generic[Item]):
    """Keeps what ended within the last `span_s` seconds of stream time."""

    def __init__(self, span_s: float) -> None:
        """Start empty. Raises ValueError unless `span_s` is positive."""
        if span_s <= 0:
            raise ValueError(f"a ring spans more than 0 s, not {span_s}")
        self.span_s = span_s
        self._items: deque[Item] = deque()

    def __len__(self) -> int:
        """How many items are kept."""
        return len(self._items)

    def push(self, item: Item) -> None:
        """Keep the newest item and drop those that are too old beside it."""
        self._items.append(item)
        oldest_s = item.end_s - self.span_s
        while self._items[0].end_s <= oldest_s:
            self._items.popleft()

    def since(self, start_s: float) -> tuple[Item, ...]:
        """Return, oldest first, what lies by more than half after `start_s`."""
        return tuple(item for item in self._items if (item.start_s + item.end_s) / 2 > start_s)

    def clear(self) -> None:
        """Forget everything, for sound that must not be used."""
        self._items.clear()
