"""The vehicle link over any bus: envelopes out, acks and states in, nothing replayed."""

import asyncio
import contextlib
import logging
import time
from collections import Counter, deque
from types import TracebackType
from typing import Self

from integration.bus import Bus, Handover, Message, Subscription
from integration.confirmation import Confirmation, Verdict
from integration.envelope import (
    Ack,
    Alert,
    AssistantStatus,
    CommandEnvelope,
    DriverState,
    Listen,
    Motion,
    Payload,
    Problem,
    Say,
    Source,
    TurnRecord,
)
from integration.hearing import Hearing
from integration.link import DEFAULT_TTL_S, Delivery, Outcome, StateReading
from integration.messages import command_message, payload_message
from integration.payload import Malformation, PayloadError, decode, decode_as
from integration.stream import Feed, Stream
from integration.topics import DEFAULT_PREFIX, TOPICS, Direction, find
from intents.base import Command
from intents.catalogue import STATES

log = logging.getLogger(__name__)

PUBLISH_TIMEOUT_S = 2.0
"""A broker on the vehicle's own network confirms in milliseconds; beyond this it is stuck."""

ECHO_TIMEOUT_S = 1.0
"""How long our own status may take to come back before we go on without that proof."""

SAMPLE_CAPACITY = 120
"""Two seconds of the fastest driver camera; a reader further behind needs the newest, not the oldest."""

SETTLED_KEPT = 100
"""Commands whose later acks are no surprise; more than a driver can give within the longest time to live."""

STARTING = AssistantStatus(status="degraded", problems=(Problem(part="service", reason="starting"),))


class _Waiting:
    """A command under way and the place where its verdict will appear."""

    def __init__(self, confirmation: Confirmation, domain: str) -> None:
        self.confirmation = confirmation
        self.domain = domain
        self.verdict: asyncio.Future[Verdict] = asyncio.get_running_loop().create_future()
        self.acked_s: float | None = None  # monotonic

    def decide(self, verdict: Verdict | None) -> None:
        """Settles the outcome once."""
        if verdict is not None and not self.verdict.done():
            self.verdict.set_result(verdict)


class BusLink:
    """A `VehicleLink` over a `Bus`, which it opens and closes."""

    def __init__(self, bus: Bus, *, prefix: str = DEFAULT_PREFIX) -> None:
        self._bus = bus
        self._prefix = prefix
        self._hearing = Hearing()
        self._waiting: dict[str, _Waiting] = {}
        self._settled: deque[str] = deque(maxlen=SETTLED_KEPT)
        self._told: dict[str, Message] = {}  # topic -> last retained message of ours
        self._connected = asyncio.Event()
        self._echo = asyncio.Event()
        self._greeting: asyncio.Task[None] | None = None
        self._dropped: Counter[str] = Counter()
        self._changes: Feed[bool] = Feed(16)
        self._samples: Feed[bytes] = Feed(SAMPLE_CAPACITY)
        self._listens: Feed[Listen] = Feed(16)
        self._says: Feed[Say] = Feed(16)
        self._status_topic = TOPICS["assistant_status"].path(prefix)
        self._remember(STARTING)

    async def __aenter__(self) -> Self:
        heard = [row for row in TOPICS.values() if row.direction is Direction.IN]
        subscriptions = [Subscription(row.filter(self._prefix), row.qos) for row in heard]
        subscriptions.append(Subscription(self._status_topic, 1))
        will = payload_message(AssistantStatus(status="offline"), self._prefix)
        await self._bus.open(subscriptions, self, will)
        try:
            if self._bus.up:  # else a patient bus waits for its broker
                await self._connected.wait()
        except BaseException:  # cancelled while greeting: nobody would close the bus
            await self._bus.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bus.up:
            await self.publish(AssistantStatus(status="offline"))
        self._stop_greeting()
        await self._bus.close()
        self._connected.clear()
        for feed in (self._changes, self._samples, self._listens, self._says):
            feed.end()

    @property
    def connected(self) -> bool:
        """See `VehicleLink`."""
        return self._connected.is_set()

    @property
    def dropped(self) -> Counter[str]:
        """See `VehicleLink`."""
        return self._dropped + self._bus.dropped

    async def send(self, command: Command, *, turn_id: str, source: Source, ttl_s: float = DEFAULT_TTL_S) -> Delivery:
        """See `VehicleLink`."""
        envelope = CommandEnvelope.wrap(command, turn_id=turn_id, source=source, ttl_s=ttl_s)
        key, started_s = str(envelope.id), time.monotonic()
        if not self.connected:
            return Delivery(command, key, Outcome.UNREACHABLE, "not_connected")
        before = self.state(command.domain)
        waiting = _Waiting(Confirmation(command, before.state if before else None), command.domain)
        self._waiting[key] = waiting
        try:
            verdict, in_time = await self._hand_over(
                command_message(envelope, self._prefix), waiting, started_s + ttl_s
            )
        finally:
            del self._waiting[key]
            self._settled.append(key)
        return Delivery(
            command, key, verdict.outcome, verdict.reason, verdict.message, verdict.confirmed_by,
            ack_ms=None if waiting.acked_s is None else (waiting.acked_s - started_s) * 1000,
            done_ms=(time.monotonic() - started_s) * 1000 if in_time else None,
        )  # fmt: skip

    async def _hand_over(self, message: Message, waiting: _Waiting, deadline_s: float) -> tuple[Verdict, bool]:
        """Publishes a command and waits for its verdict; the second value is False when the wait ran out."""
        handover = await self._bus.publish(message, max(0.0, deadline_s - time.monotonic()))
        if handover is Handover.NOT_SENT:
            return Verdict(Outcome.UNREACHABLE, "not_connected"), True
        if handover is Handover.REFUSED:
            return Verdict(Outcome.UNREACHABLE, "broker_refused"), True
        if handover is Handover.UNHEARD:
            return Verdict(Outcome.NO_ANSWER, "absent", "no subsystem listens to this command"), True
        if handover is Handover.UNCERTAIN:
            # The network may still hold the command. Cut it off, or it could arrive after its time.
            self._bus.abort()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, deadline_s - time.monotonic())):
                return await asyncio.shield(waiting.verdict), True
        if handover is Handover.UNCERTAIN:
            return Verdict(Outcome.NO_ANSWER, "connection_lost", "the connection was lost while sending"), False
        return waiting.confirmation.timed_out(), False

    def state(self, domain: str) -> StateReading | None:
        """See `VehicleLink`."""
        return self._hearing.state(domain)

    def motion(self) -> Motion | None:
        """See `VehicleLink`."""
        return self._hearing.motion()

    async def publish(self, payload: AssistantStatus | TurnRecord | Alert | DriverState) -> bool:
        """See `VehicleLink`."""
        message = self._remember(payload)
        return await self._bus.publish(message, PUBLISH_TIMEOUT_S) in (Handover.TAKEN, Handover.UNHEARD)

    def connection_changes(self) -> Stream[bool]:
        """See `VehicleLink`."""
        return self._changes.read()

    def driver_samples(self) -> Stream[bytes]:
        """See `VehicleLink`."""
        return self._samples.read()

    def listens(self) -> Stream[Listen]:
        """See `VehicleLink`."""
        return self._listens.read()

    def says(self) -> Stream[Say]:
        """See `VehicleLink`."""
        return self._says.read()

    # What the bus tells us.

    def on_up(self) -> None:
        """Greets the vehicle: from here on the retained state is being read again."""
        self._stop_greeting()
        self._greeting = asyncio.get_running_loop().create_task(self._greet(), name="link-greeting")

    def on_down(self, reason: str) -> None:
        """Forgets what was heard; whoever watches is told once."""
        log.warning("vehicle bus lost: %s", reason)
        self._stop_greeting()
        self._hearing.forget()
        if self._connected.is_set():
            self._connected.clear()
            self._changes.put(False)

    def on_message(self, message: Message) -> None:
        """Sorts a message by its topic, or drops and counts it."""
        try:
            self._take(message)
        except PayloadError as error:
            self._dropped[error.malformation] += 1
            count = self._dropped[error.malformation]
            if count & (count - 1) == 0:  # the 1st, 2nd, 4th, 8th...: a flood must not fill the journal
                log.warning("dropped %d messages: %s, last on %s", count, error.malformation, message.topic[:100])

    async def _greet(self) -> None:
        """Says what we are, and waits for the echo: brokers deliver in order, so the retained states came before it."""
        self._echo.clear()
        for told in tuple(self._told.values()):
            await self._bus.publish(told, PUBLISH_TIMEOUT_S)
        try:
            async with asyncio.timeout(ECHO_TIMEOUT_S):
                await self._echo.wait()
        except TimeoutError:
            log.warning("our own status does not come back: we may not read %s", self._status_topic)
        if self._bus.up:
            self._connected.set()
            self._changes.put(True)

    def _stop_greeting(self) -> None:
        if self._greeting is not None:
            self._greeting.cancel()
            self._greeting = None

    def _take(self, message: Message) -> None:
        found = find(self._prefix, message.topic)
        if found is None:
            raise PayloadError(Malformation.UNKNOWN_TOPIC)
        row, fields = found
        if row.name == "assistant_status":
            if not message.retain:
                self._echo.set()
            return
        if message.retain and not row.retain:  # a talk button pressed in another age
            raise PayloadError(Malformation.STALE_RETAINED)
        if row.name == "state":
            self._take_state(fields["domain"], message)
        elif row.name == "ack":
            self._take_ack(message)
        elif row.name == "driver_sample":
            decode(message.payload)  # its shape is for driver monitoring to judge
            self._samples.put(message.payload)
        elif row.name == "motion":
            self._hearing.hear_motion(decode_as(Motion, message.payload))
        elif row.name == "assistant_listen":
            self._listens.put(decode_as(Listen, message.payload))
        elif row.name == "assistant_say":
            self._says.put(decode_as(Say, message.payload))

    def _take_state(self, domain: str, message: Message) -> None:
        if domain not in STATES:
            raise PayloadError(Malformation.UNKNOWN_TOPIC)
        if not message.payload:
            self._hearing.withdraw(domain)
            return
        state = decode_as(STATES[domain], message.payload)
        self._hearing.hear_state(domain, state, message.expiry_s)
        for waiting in self._waiting.values():
            if waiting.domain == domain:
                waiting.decide(waiting.confirmation.on_state(state, kept=message.retain))

    def _take_ack(self, message: Message) -> None:
        ack = decode_as(Ack, message.payload)
        key = str(ack.id)
        if message.correlation is not None and message.correlation != key.encode():
            raise PayloadError(Malformation.WRONG_SHAPE)
        waiting = self._waiting.get(key)
        if waiting is None:
            if key in self._settled:  # the state or an earlier ack was quicker
                return
            raise PayloadError(Malformation.UNKNOWN_ID)
        if waiting.acked_s is None:
            waiting.acked_s = time.monotonic()
        waiting.decide(waiting.confirmation.on_ack(ack))

    def _remember(self, payload: Payload) -> Message:
        message = payload_message(payload, self._prefix)
        if message.retain:
            self._told[message.topic] = message
        return message
