"""What arrives from the bus, handed to readers that may be slower than it."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from typing import Generic, TypeVar
from weakref import WeakSet

Item = TypeVar("Item")


class Stream(AsyncIterator[Item]):
    """One reader's view of a feed: the newest items, in order, from the moment it was made."""

    def __init__(self, capacity: int) -> None:
        self._items: deque[Item] = deque(maxlen=capacity)
        self._arrived = asyncio.Event()
        self._ended = False

    def put(self, item: Item) -> None:
        """Adds an item; a full stream forgets its oldest."""
        self._items.append(item)
        self._arrived.set()

    def end(self) -> None:
        """Lets the reader finish what is there and stop."""
        self._ended = True
        self._arrived.set()

    async def __anext__(self) -> Item:
        while not self._items:
            if self._ended:
                raise StopAsyncIteration
            self._arrived.clear()
            await self._arrived.wait()
        return self._items.popleft()


class Feed(Generic[Item]):
    """Something that happens again and again, with any number of readers; readers that go away are forgotten."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._streams: WeakSet[Stream[Item]] = WeakSet()

    def read(self) -> Stream[Item]:
        """Starts a reader at this moment."""
        stream: Stream[Item] = Stream(self._capacity)
        self._streams.add(stream)
        return stream

    def put(self, item: Item) -> None:
        """Gives an item to every reader."""
        for stream in tuple(self._streams):
            stream.put(item)

    def end(self) -> None:
        """Ends every reader."""
        for stream in tuple(self._streams):
            stream.end()
