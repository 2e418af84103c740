"""Accepts clients and gives each its session."""

import asyncio
import contextlib
import ipaddress
import logging
import secrets
import socket
from types import TracebackType
from typing import Self

from integration.embedded_broker import packets, wire
from integration.embedded_broker.packets import V5, Connect, Kind
from integration.embedded_broker.router import Router
from integration.embedded_broker.session import MAX_PACKET_BYTES, Session, read_connect, read_packet
from integration.embedded_broker.wire import Malformed, Property, Reason
from intents.errors import ErrorCode, LinkError

log = logging.getLogger(__name__)

CONNECT_TIMEOUT_S = 5.0
"""A connection that does not introduce itself is closed."""

BACKLOG = 100
"""Connections the kernel holds for us between two rounds of the loop."""

_V311_CODES = {Reason.UNSUPPORTED_PROTOCOL_VERSION: 1, Reason.CLIENT_IDENTIFIER_NOT_VALID: 2}


class EmbeddedBroker:
    """An MQTT broker on a loopback address, owned with `async with`."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Prepares a broker; port 0 takes a free one. Raises LinkError for an address others could reach."""
        if not ipaddress.ip_address(host).is_loopback:
            raise LinkError(
                ErrorCode.BROKER_REFUSED, f"the embedded broker does not listen on {host}",
                remedy="use 127.0.0.1; for a network, run mosquitto with certificates and access lists",
            )  # fmt: skip
        self._host, self._port = host, port
        self._listener: socket.socket | None = None
        self._router = Router()
        self._sessions: dict[str, Session] = {}
        self._serving: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        """The TCP port it listens on."""
        return self._port

    async def __aenter__(self) -> Self:
        listener = socket.socket(socket.AF_INET6 if ":" in self._host else socket.AF_INET)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((self._host, self._port))
        except OSError as error:
            listener.close()
            raise LinkError(
                ErrorCode.BROKER_UNREACHABLE, f"the embedded broker cannot listen on {self._host}:{self._port}: "
                f"{error.strerror}", remedy="free the port, or use port 0",
            ) from error  # fmt: skip
        listener.setblocking(False)
        listener.listen(BACKLOG)
        self._port = listener.getsockname()[1]
        self._listener = listener
        asyncio.get_running_loop().add_reader(listener, self._accept, listener)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._listener is not None:
            asyncio.get_running_loop().remove_reader(self._listener)
            self._listener.close()
        for session in tuple(self._sessions.values()):
            session.end(Reason.SERVER_SHUTTING_DOWN)
        serving = set(self._serving)
        if serving:
            _, late = await asyncio.wait(serving, timeout=1.0)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _accept(self, listener: socket.socket) -> None:
        """Takes a connection and has it served; asyncio's own server may hold one nobody knows of when it closes."""
        try:
            client, _ = listener.accept()
        except OSError:  # the client has gone again, or no file descriptor is left
            return
        client.setblocking(False)
        task = asyncio.get_running_loop().create_task(self._welcome(client), name="embedded-broker-client")
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _welcome(self, client: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader()
        transport, protocol = await loop.connect_accepted_socket(lambda: asyncio.StreamReaderProtocol(reader), client)
        await self._serve(reader, asyncio.StreamWriter(transport, protocol, reader, loop))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection; whatever it sends, only this connection ends."""
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                connect = read_connect(*await read_packet(reader))
            session = self._admit(connect, reader, writer)
            if session is not None:
                await self._run(session)
        except Malformed as error:
            log.debug("connection refused: %s", error.reason.name)
            with contextlib.suppress(OSError):
                writer.write(packets.packet(Kind.CONNACK, bytes([0, error.reason]) + wire.write_properties(())))
        except (OSError, EOFError, TimeoutError):
            log.debug("a connection ended before it was introduced")
        finally:
            writer.close()
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(1.0):  # a client that does not read must not hold us up
                    await writer.wait_closed()

    def _admit(self, connect: Connect, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Session | None:
        """Answers CONNECT; a session of the same name ends first. None when the client is not let in."""
        if connect.version != V5 and not connect.client_id and not connect.clean_start:
            writer.write(packets.packet(Kind.CONNACK, bytes([0, _V311_CODES[Reason.CLIENT_IDENTIFIER_NOT_VALID]])))
            return None
        client_id = connect.client_id or f"guest-{secrets.token_hex(8)}"
        former = self._sessions.get(client_id)
        if former is not None:
            former.end(Reason.SESSION_TAKEN_OVER)
            self._router.leave(former)
        writer.write(_connack(connect, client_id))
        return Session(connect, client_id, (reader, writer), self._router)

    async def _run(self, session: Session) -> None:
        self._sessions[session.client_id] = session
        self._router.join(session)
        try:
            await session.run()
        finally:
            self._router.leave(session)
            if self._sessions.get(session.client_id) is session:
                del self._sessions[session.client_id]


def _connack(connect: Connect, client_id: str) -> bytes:
    """Says welcome, and what this broker leaves out."""
    if connect.version != V5:
        return packets.packet(Kind.CONNACK, bytes([0, 0]))
    properties: tuple[Property, ...] = (
        Property(wire.SESSION_EXPIRY, 0),
        Property(wire.MAXIMUM_QOS, 1),
        Property(wire.MAXIMUM_PACKET_SIZE, MAX_PACKET_BYTES),
        Property(wire.SUBSCRIPTION_IDENTIFIER_AVAILABLE, 0),
        Property(wire.SHARED_SUBSCRIPTION_AVAILABLE, 0),
    )
    if not connect.client_id:
        properties += (Property(wire.ASSIGNED_CLIENT_IDENTIFIER, client_id),)
    return packets.packet(Kind.CONNACK, bytes([0, Reason.SUCCESS]) + wire.write_properties(properties))
