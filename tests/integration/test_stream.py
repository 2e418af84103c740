import asyncio
import gc

from integration.stream import Feed


async def test_every_reader_gets_what_comes_after_it_began() -> None:
    feed: Feed[int] = Feed(8)
    early = feed.read()
    feed.put(1)
    late = feed.read()
    feed.put(2)
    feed.end()

    assert [item async for item in early] == [1, 2]
    assert [item async for item in late] == [2]


async def test_a_slow_reader_keeps_the_newest() -> None:
    feed: Feed[int] = Feed(2)
    reader = feed.read()
    for number in range(5):
        feed.put(number)
    feed.end()

    assert [item async for item in reader] == [3, 4]


async def test_a_waiting_reader_is_woken() -> None:
    feed: Feed[str] = Feed(2)
    reader = feed.read()
    waiting = asyncio.ensure_future(anext(reader))
    await asyncio.sleep(0)
    assert not waiting.done()

    feed.put("now")

    assert await waiting == "now"


async def test_readers_that_are_gone_are_forgotten() -> None:
    feed: Feed[int] = Feed(2)
    feed.read()
    gc.collect()

    assert len(feed._streams) == 0
