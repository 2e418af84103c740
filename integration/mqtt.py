"""MQTT 5 over paho, driven by the event loop: a hung loop stops the pings, and the broker tells everyone by our will.

Each connection is a new paho client. paho keeps unconfirmed messages and sends them again after a reconnect, which is
exactly what a vehicle must not do: a command is handed over now or never (wire contract, rule 2).
"""

import asyncio
import contextlib
import logging
import random
import socket
import ssl
from collections import Counter
from collections.abc import Sequence

from paho.mqtt.enums import MQTTErrorCode

from integration.address import BrokerAddress
from integration.bus import Bus, Handover, Listener, Message, Subscription
from integration.mqtt_connection import Connection, ConnectionRefused
from intents.errors import ErrorCode, LinkError

log = logging.getLogger(__name__)

FIRST_DELAY_S = 0.2
LONGEST_DELAY_S = 10.0
"""Reconnect delays double from the first to the longest, each shortened at random by up to a half, so that the
clients of a broker that restarts do not all knock at once. Ten seconds is as long as a driver should have to wait
after the bus is back."""

_jitter = random.SystemRandom()


class MqttBus(Bus):
    """A `Bus` on an MQTT 5 broker; a patient one also opens while the broker is still to come."""

    def __init__(self, address: BrokerAddress, *, patient: bool = False) -> None:
        self._address = address
        self._patient = patient
        self._subscriptions: Sequence[Subscription] = ()
        self._listener: Listener | None = None
        self._will: Message | None = None
        self._connection: Connection | None = None
        self._reconnecting: asyncio.Task[None] | None = None
        self._closing = False
        self._dropped: Counter[str] = Counter()

    @property
    def up(self) -> bool:
        """See `Bus`."""
        return self._connection is not None

    @property
    def dropped(self) -> Counter[str]:
        """See `Bus`."""
        return self._dropped

    async def open(
        self, subscriptions: Sequence[Subscription], listener: Listener, will: Message | None = None
    ) -> None:
        """See `Bus`."""
        self._subscriptions, self._listener, self._will = tuple(subscriptions), listener, will
        self._closing = False
        try:
            await self._connect()
        except ConnectionRefused as error:
            raise LinkError(
                ErrorCode.BROKER_REFUSED,
                f"the MQTT broker at {self._address} refuses the connection: {error}",
                remedy="check user name, password, certificates and access lists of the broker",
            ) from error
        except (OSError, TimeoutError, ValueError) as error:  # ValueError: paho's word for an impossible host or port
            if self._patient:
                log.warning("no MQTT broker at %s yet: %s", self._address, _why(error))
                self._start_reconnecting()
                return
            raise LinkError(
                ErrorCode.BROKER_UNREACHABLE,
                f"no MQTT broker at {self._address}: {_why(error)}",
                remedy=f"start a broker at {self._address}, or set the broker's host and port",
            ) from error

    async def close(self) -> None:
        """See `Bus`."""
        self._closing = True
        if self._reconnecting is not None:
            self._reconnecting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reconnecting
            self._reconnecting = None
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def publish(self, message: Message, timeout_s: float) -> Handover:
        """See `Bus`."""
        if self._connection is None:
            return Handover.NOT_SENT
        return await self._connection.publish(message, timeout_s)

    def abort(self) -> None:
        """See `Bus`."""
        if self._connection is not None:
            self._connection.abort("aborted: the broker does not confirm")

    async def _connect(self) -> None:
        connection = Connection(self._address, self._take, self._lost, self._dropped)
        try:
            async with asyncio.timeout(2 * self._address.connect_timeout_s):
                await connection.open(self._subscriptions, self._will)
        except BaseException:
            connection.abort("the connection was not made")
            raise
        self._connection = connection
        if self._listener is not None:
            self._listener.on_up()

    def _take(self, message: Message) -> None:
        if self._listener is not None:
            self._listener.on_message(message)

    def _lost(self, connection: Connection, reason: str) -> None:
        """Starts over, unless it was an attempt that failed or we are closing."""
        if connection is not self._connection:
            return
        self._connection = None
        if self._closing:
            return
        if self._listener is not None:
            self._listener.on_down(reason)
        self._start_reconnecting()

    def _start_reconnecting(self) -> None:
        self._reconnecting = asyncio.get_running_loop().create_task(self._reconnect(), name="mqtt-reconnect")

    async def _reconnect(self) -> None:
        delay_s = FIRST_DELAY_S
        while True:
            await asyncio.sleep(delay_s * _jitter.uniform(0.5, 1.0))
            try:
                await self._connect()
            except (ConnectionRefused, OSError, TimeoutError, ValueError) as error:
                log.info("no MQTT broker at %s yet: %s", self._address, _why(error))
                delay_s = min(2 * delay_s, LONGEST_DELAY_S)
            else:
                log.info("MQTT broker at %s is back", self._address)
                return


def _why(error: BaseException) -> str:
    """A short reason for people, without addresses they have not typed."""
    if isinstance(error, ssl.SSLError):
        return f"TLS: {error.reason or error}"
    if isinstance(error, TimeoutError):
        return "it does not answer"
    if isinstance(error, socket.gaierror):
        return "the host name is unknown"
    return getattr(error, "strerror", None) or str(error) or MQTTErrorCode.MQTT_ERR_CONN_LOST.name
