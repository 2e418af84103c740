"""One client, from its CONNECT to the end of its connection."""

import asyncio
import contextlib
import logging
import time
from collections import deque

from integration.embedded_broker import packets, wire
from integration.embedded_broker.packets import V5, Connect, Filter, Kind, Publication
from integration.embedded_broker.router import Delivery, Router
from integration.embedded_broker.wire import Malformed, Reader, Reason

log = logging.getLogger(__name__)

MAX_PACKET_BYTES = 262_144
"""Four times the largest legal payload, so that a client can be tested with illegal ones."""

MAX_QUEUED = 1000
"""Messages waiting for one slow client; beyond it QoS 0 is dropped and a QoS 1 subscriber is put out."""

_FLAGS = {Kind.SUBSCRIBE: 2, Kind.UNSUBSCRIBE: 2}
_FROM_CLIENTS = {
    Kind.PUBLISH, Kind.PUBACK, Kind.SUBSCRIBE, Kind.UNSUBSCRIBE, Kind.PINGREQ, Kind.DISCONNECT,
}  # fmt: skip


async def read_packet(reader: asyncio.StreamReader) -> tuple[int, int, bytes]:
    """Reads one control packet: type, flags, body. Raises Malformed, or IncompleteReadError when the client is gone."""
    first = (await reader.readexactly(1))[0]
    length = shift = 0
    while True:
        byte = (await reader.readexactly(1))[0]
        length |= (byte & 0x7F) << shift
        if not byte & 0x80:
            break
        shift += 7
        if shift > 21:  # four bytes of seven bits each
            raise Malformed
    if length > MAX_PACKET_BYTES:
        raise Malformed(Reason.PACKET_TOO_LARGE)
    return first >> 4, first & 0x0F, await reader.readexactly(length)


class Session:
    """A connected client: its subscriptions, what waits for it, and what it says."""

    def __init__(
        self,
        connect: Connect,
        client_id: str,
        streams: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        router: Router,
    ) -> None:
        self.client_id = client_id
        self.filters: dict[str, Filter] = {}
        self._connect = connect
        self._reader, self._writer = streams
        self._router = router
        self._will: Publication | None = connect.will
        self._control: deque[bytes] = deque()
        self._queue: deque[Delivery] = deque()
        self._unconfirmed: set[int] = set()
        self._last_id = 0
        self._wake = asyncio.Event()
        self._verdict: asyncio.Future[Reason] = asyncio.get_running_loop().create_future()

    def offer(self, delivery: Delivery) -> None:
        """Queues a message; a client that does not read loses QoS 0 messages, then its connection."""
        if len(self._queue) < MAX_QUEUED:
            self._queue.append(delivery)
            self._wake.set()
        elif delivery.qos:
            self.end(Reason.QUOTA_EXCEEDED)

    def end(self, reason: Reason) -> None:
        """Asks the session to end; the client is told why."""
        if not self._verdict.done():
            self._verdict.set_result(reason)

    async def run(self) -> None:
        """Serves the client until either side ends; publishes its will unless it said goodbye."""
        tasks = [asyncio.ensure_future(step) for step in (self._listen(), self._speak(), self._verdict)]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception) and not isinstance(result, OSError | EOFError):
                log.error("session of %s failed", self.client_id, exc_info=result)
        reason = next((result for result in results if isinstance(result, Reason)), None)
        if reason is not None and self._connect.version == V5 and reason is not Reason.SUCCESS:
            with contextlib.suppress(OSError):
                self._writer.write(packets.packet(Kind.DISCONNECT, bytes([reason])))
        will, self._will = self._will, None
        if will is not None and reason is not Reason.SERVER_SHUTTING_DOWN:
            with contextlib.suppress(Malformed):  # no room to retain it: nobody is left to tell
                self._router.publish(will, self)

    async def _listen(self) -> Reason:
        """Handles packets; returns why the session ends, SUCCESS for a goodbye."""
        # A client must speak within one and a half times its keep alive (3.1.2.10).
        patience_s = 1.5 * self._connect.keepalive_s or None
        try:
            while True:
                async with asyncio.timeout(patience_s):
                    kind, flags, body = await read_packet(self._reader)
                if not self._handle(kind, flags, body):
                    return Reason.SUCCESS
        except Malformed as error:
            return error.reason
        except TimeoutError:
            return Reason.KEEP_ALIVE_TIMEOUT

    def _handle(self, number: int, flags: int, body: bytes) -> bool:
        """Handles one packet; False when the client said goodbye."""
        if number not in _FROM_CLIENTS:
            raise Malformed(Reason.PROTOCOL_ERROR)
        kind, version = Kind(number), self._connect.version
        if kind is Kind.PUBLISH:
            self._publish(flags, body)
            return True
        if flags != _FLAGS.get(kind, 0):
            raise Malformed
        if kind is Kind.PUBACK:
            self._unconfirmed.discard(packets.read_puback(body, version))
            self._wake.set()
        elif kind is Kind.SUBSCRIBE:
            self._subscribe(body)
        elif kind is Kind.UNSUBSCRIBE:
            self._unsubscribe(body)
        elif kind is Kind.PINGREQ:
            self._answer(packets.packet(Kind.PINGRESP))
        else:
            if not packets.read_disconnect(body, version):
                self._will = None
            return False
        return True

    def _publish(self, flags: int, body: bytes) -> None:
        message, packet_id = packets.read_publish(flags, body, self._connect.version)
        heard = self._router.publish(message, self)
        if not packet_id:
            return
        answer = wire.number(packet_id, 2)
        if self._connect.version == V5 and not heard:
            answer += bytes([Reason.NO_MATCHING_SUBSCRIBERS])
        self._answer(packets.packet(Kind.PUBACK, answer))

    def _subscribe(self, body: bytes) -> None:
        packet_id, filters = packets.read_subscribe(body, self._connect.version)
        codes = [int(self._router.subscribe(self, one)) for one in filters]
        if self._connect.version == V5:
            answer = wire.number(packet_id, 2) + wire.write_properties(()) + bytes(codes)
        else:
            answer = wire.number(packet_id, 2) + bytes(min(code, 0x80) for code in codes)
        self._answer(packets.packet(Kind.SUBACK, answer))

    def _unsubscribe(self, body: bytes) -> None:
        packet_id, filters = packets.read_unsubscribe(body, self._connect.version)
        codes = [Reason.SUCCESS if self.filters.pop(one, None) else Reason.NO_SUBSCRIPTION_EXISTED for one in filters]
        answer = wire.number(packet_id, 2)
        if self._connect.version == V5:
            answer += wire.write_properties(()) + bytes(codes)
        self._answer(packets.packet(Kind.UNSUBACK, answer))

    def _answer(self, data: bytes) -> None:
        if len(self._control) >= MAX_QUEUED:  # it asks and does not read
            raise Malformed(Reason.QUOTA_EXCEEDED)
        self._control.append(data)
        self._wake.set()

    async def _speak(self) -> None:
        """Writes what waits, as fast as the client reads."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while (data := self._next()) is not None:
                self._writer.write(data)
                await self._writer.drain()

    def _next(self) -> bytes | None:
        """The next packet to write: answers first, then messages; None when there is none or the window is full."""
        if self._control:
            return self._control.popleft()
        while self._queue:
            delivery, now_s = self._queue[0], time.monotonic()
            if delivery.until_s <= now_s:
                self._queue.popleft()
                continue
            if delivery.qos and len(self._unconfirmed) >= self._connect.receive_maximum:
                return None
            self._queue.popleft()
            packet_id = self._new_id() if delivery.qos else 0
            data = packets.write_publish(
                delivery.message, qos=delivery.qos, retain=delivery.retain, packet_id=packet_id,
                version=self._connect.version, life_s=delivery.life_s(now_s),
            )  # fmt: skip
            if self._connect.max_packet_bytes is not None and len(data) > self._connect.max_packet_bytes:
                continue  # 3.1.2.11.4: as if it had been sent
            if packet_id:
                self._unconfirmed.add(packet_id)
            return data
        return None

    def _new_id(self) -> int:
        while True:
            self._last_id = self._last_id % 65_535 + 1
            if self._last_id not in self._unconfirmed:
                return self._last_id


def read_connect(kind: int, flags: int, body: bytes) -> Connect:
    """Reads the first packet of a connection, which must be CONNECT."""
    if kind != Kind.CONNECT or flags:
        raise Malformed(Reason.PROTOCOL_ERROR)
    return packets.read_connect(Reader(body).rest())
