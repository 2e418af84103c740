"""One MQTT 5 connection from CONNECT to its end, and never longer."""

import asyncio
import contextlib
import logging
import socket
import ssl
import struct
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from integration.address import BrokerAddress, TlsFiles
from integration.bus import Handover, Message, Subscription
from integration.payload import MAX_PAYLOAD_BYTES, Malformation

log = logging.getLogger(__name__)

MAX_PACKET_BYTES = 1_048_576
"""The broker withholds what is larger. Between this and the payload limit we count what we drop."""

UNACKED_MS = 3000
"""The kernel gives a peer this long to acknowledge bytes, then ends the connection: the default time to live of a
command, so that a cable plugged in again cannot deliver one that is older."""

NO_MATCHING_SUBSCRIBERS = 0x10  # MQTT 5.0, table 3.4
FAILURE = 0x80  # reason codes from here on are errors


class ConnectionRefused(Exception):  # noqa: N818 - an event of the protocol, turned into a LinkError at the border
    """The broker answered and said no."""


class Connection:
    """A paho client driven by the event loop's readiness callbacks; no thread of its own after connecting."""

    def __init__(
        self,
        address: BrokerAddress,
        on_message: Callable[[Message], None],
        on_end: Callable[["Connection", str], None],
        dropped: Counter[str],
    ) -> None:
        self._address = address
        self._on_message = on_message
        self._on_end = on_end
        self._dropped = dropped
        self._loop = asyncio.get_running_loop()
        self._client = _client(address)
        self._socket: socket.socket | None = None
        self._ticking: asyncio.Task[None] | None = None
        self._ended = False
        self._connected: asyncio.Future[ReasonCode] = self._loop.create_future()
        self._subscribed: asyncio.Future[list[ReasonCode]] = self._loop.create_future()
        self._closed: asyncio.Future[None] = self._loop.create_future()
        self._unconfirmed: dict[int, asyncio.Future[ReasonCode]] = {}  # packet id -> its PUBACK

    async def open(self, subscriptions: Sequence[Subscription], will: Message | None) -> None:
        """Connects and subscribes; raises OSError, TimeoutError or ConnectionRefused."""
        client = self._client
        if will is not None:
            client.will_set(will.topic, will.payload, will.qos, will.retain, properties=_will_properties())
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.MaximumPacketSize = MAX_PACKET_BYTES
        client.on_connect = lambda _c, _u, _f, code, _p: _settle(self._connected, code)
        client.on_subscribe = lambda _c, _u, _mid, codes, _p: _settle(self._subscribed, codes)
        client.on_publish = lambda _c, _u, mid, code, _p: _settle(self._unconfirmed.get(mid), code)
        client.on_disconnect = lambda _c, _u, _f, code, _p: self._end(str(code))
        client.on_message = lambda _c, _u, message: self._arrived(message)
        await asyncio.to_thread(
            client.connect, self._address.host, self._address.port, self._address.keepalive_s,
            clean_start=True, properties=properties,
        )  # fmt: skip
        self._attach()
        code = await self._connected
        if code.value >= FAILURE:
            raise ConnectionRefused(str(code))
        if not subscriptions:
            return
        client.subscribe([(one.filter, SubscribeOptions(qos=one.qos)) for one in subscriptions])
        for one, code in zip(subscriptions, await self._subscribed, strict=True):
            if code.value >= FAILURE:
                raise ConnectionRefused(f"subscription to {one.filter}: {code}")

    async def publish(self, message: Message, timeout_s: float) -> Handover:
        """See `Bus.publish`."""
        if self._ended:
            return Handover.NOT_SENT
        info = self._client.publish(
            message.topic, message.payload, message.qos, message.retain, properties=_publish_properties(message)
        )
        if info.rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
            # Anything may have left before the error showed; a connection that fails is over anyway.
            self.abort(f"publishing failed: {info.rc.name}")
            return Handover.UNCERTAIN
        if message.qos == 0:
            return Handover.TAKEN
        confirmed: asyncio.Future[ReasonCode] = self._loop.create_future()
        self._unconfirmed[info.mid] = confirmed
        try:
            async with asyncio.timeout(timeout_s):
                code = await confirmed
        except (TimeoutError, ConnectionError):
            return Handover.UNCERTAIN
        finally:
            del self._unconfirmed[info.mid]
        if code.value >= FAILURE:
            return Handover.REFUSED
        return Handover.UNHEARD if code.value == NO_MATCHING_SUBSCRIBERS else Handover.TAKEN

    async def close(self) -> None:
        """Says goodbye and waits, briefly, until it is on the wire."""
        if not self._ended:
            self._client.disconnect()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._address.connect_timeout_s):
                    await self._closed
        self._end("closed")

    def abort(self, reason: str) -> None:
        """Cuts the connection: with no lingering, bytes that have not left are thrown away."""
        if self._socket is not None and self._socket.fileno() >= 0:
            with contextlib.suppress(OSError):
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._end(reason)

    def _attach(self) -> None:
        """Takes the socket over from the thread that connected it."""
        sock = self._client.socket()
        if not isinstance(sock, socket.socket):
            raise ConnectionResetError("the broker hung up at once")
        self._socket = sock
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # waiting to fill a packet costs 40 ms a command
        with contextlib.suppress(OSError):  # not every network stack has it
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNACKED_MS)
        self._client.on_socket_close = lambda _c, _u, closing: self._detach(closing)
        self._client.on_socket_register_write = lambda _c, _u, busy: self._loop.add_writer(busy, self._write)
        self._client.on_socket_unregister_write = lambda _c, _u, idle: self._rest(idle)
        self._loop.add_reader(sock, self._read)
        if self._client.want_write():
            self._loop.add_writer(sock, self._write)
        self._ticking = self._loop.create_task(self._tick(), name="mqtt-tick")

    def _rest(self, idle: Any) -> None:
        if idle.fileno() >= 0:  # a closed socket has left the selector already
            self._loop.remove_writer(idle)

    def _detach(self, closing: Any) -> None:
        if closing.fileno() >= 0:
            self._loop.remove_reader(closing)
            self._loop.remove_writer(closing)
        self._socket = None

    def _read(self) -> None:
        self._guard(self._client.loop_read)
        while isinstance(self._socket, ssl.SSLSocket) and self._socket.pending():
            self._guard(self._client.loop_read)  # bytes inside the TLS layer wake no selector

    def _write(self) -> None:
        self._guard(self._client.loop_write)

    async def _tick(self) -> None:
        """Lets paho keep the connection alive, and notice when it is not."""
        while not self._ended:
            self._guard(self._client.loop_misc)
            await asyncio.sleep(1.0)

    def _guard(self, step: Callable[[], MQTTErrorCode]) -> None:
        """Runs one step of paho; a packet that paho cannot read ends the connection, never the service."""
        try:
            code = step()
        except Exception as error:  # whatever a broken packet makes paho raise
            log.warning("a packet could not be taken", exc_info=True)
            self.abort(f"unreadable packet: {type(error).__name__}")
            return
        if code != MQTTErrorCode.MQTT_ERR_SUCCESS:
            self._end(code.name)

    def _arrived(self, message: MQTTMessage) -> None:
        if len(message.payload) > MAX_PAYLOAD_BYTES:
            self._dropped[Malformation.OVERSIZED] += 1
            return
        properties = message.properties
        self._on_message(
            Message(
                message.topic, bytes(message.payload), message.qos, message.retain,
                expiry_s=getattr(properties, "MessageExpiryInterval", None),
                response_topic=getattr(properties, "ResponseTopic", None),
                correlation=getattr(properties, "CorrelationData", None),
                content_type=getattr(properties, "ContentType", None),
            )
        )  # fmt: skip

    def _end(self, reason: str) -> None:
        """Leaves nothing behind: no socket, no task, nobody waiting."""
        if self._ended:
            return
        self._ended = True
        if self._ticking is not None:
            self._ticking.cancel()
        sock = self._socket
        if sock is not None:
            self._detach(sock)
            sock.close()
        lost = ConnectionResetError(reason)
        _fail(self._connected, lost)
        _fail(self._subscribed, lost)
        for unconfirmed in self._unconfirmed.values():
            _fail(unconfirmed, lost)
        _settle(self._closed, None)
        self._on_end(self, reason)


def _client(address: BrokerAddress) -> Client:
    client = Client(
        CallbackAPIVersion.VERSION2, address.client_id, protocol=MQTTProtocolVersion.MQTTv5, reconnect_on_failure=False
    )
    client.connect_timeout = address.connect_timeout_s
    client.max_inflight_messages_set(1000)  # the receive maximum of the broker still holds
    if address.username is not None:
        client.username_pw_set(address.username, address.password)
    if address.tls is not None:
        client.tls_set_context(_tls_context(address.tls))
    return client


class _HandshakeSocket(ssl.SSLSocket):
    """Closes itself when the handshake fails; paho would leave it open."""

    def do_handshake(self, block: bool = False) -> None:
        """See `ssl.SSLSocket`."""
        try:
            super().do_handshake(block)
        except OSError:
            self.close()
            raise


def _tls_context(files: TlsFiles) -> ssl.SSLContext:
    """Trusts the vehicle's authority only, and checks the broker's name; TLS 1.2 or newer."""
    context = ssl.create_default_context(cafile=files.ca)
    context.load_cert_chain(files.certificate, files.key)
    context.sslsocket_class = _HandshakeSocket
    return context


def _publish_properties(message: Message) -> Properties:
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    if message.expiry_s is not None:
        properties.MessageExpiryInterval = message.expiry_s
    if message.response_topic is not None:
        properties.ResponseTopic = message.response_topic
    if message.correlation is not None:
        properties.CorrelationData = message.correlation
    if message.content_type is not None:
        properties.ContentType = message.content_type
    return properties


def _will_properties() -> Properties:
    properties = Properties(PacketTypes.WILLMESSAGE)  # type: ignore[no-untyped-call]
    properties.ContentType = "application/json"
    return properties


def _settle(future: "asyncio.Future[Any] | None", value: object) -> None:
    if future is not None and not future.done():
        future.set_result(value)


def _fail(future: "asyncio.Future[Any]", error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
        future.exception()  # whoever waits gets it; when nobody does, that is no mistake
