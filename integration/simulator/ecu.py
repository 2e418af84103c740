"""The electronic control unit around a subsystem: the subsystem's side of the wire contract.

Every command at most once, none after its time, each answered; the state published after every change and again
before it grows too old. Faults are injected here, where a real unit would fail.
"""

import asyncio
import logging
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from integration.bus import Message
from integration.envelope import MAX_TTL_MS, Ack, CommandEnvelope, wall_ms
from integration.payload import Malformation, PayloadError, decode_as, encode
from integration.simulator.faults import Fault, Faults
from integration.simulator.subsystem import Refused, Subsystem
from integration.topics import STATE_MAX_AGE_S, TOPICS
from intents.base import Command
from intents.errors import CatalogueError

log = logging.getLogger(__name__)

REFRESH_S = STATE_MAX_AGE_S / 3

Publish = Callable[[Message], Awaitable[object]]


@dataclass(slots=True)
class _Known:
    """A command seen before, and what it was answered."""

    envelope: CommandEnvelope
    deadline_s: float  # monotonic
    answer_to: Message
    forget_s: float  # monotonic
    acks: list[Ack] = field(default_factory=list)


class Ecu:
    """One subsystem on the bus."""

    def __init__(self, subsystem: Subsystem[Any], publish: Publish, faults: Faults, prefix: str) -> None:
        self.subsystem = subsystem
        self.carried_out: deque[CommandEnvelope] = deque(maxlen=1000)
        """What was really done, in order: the bench's evidence."""
        self.dropped: Counter[str] = Counter()
        self._publish = publish
        self._faults = faults
        self._prefix = prefix
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._commands: asyncio.Queue[_Known] = asyncio.Queue()
        self._published_version = -1
        self._published_s = -REFRESH_S

    @property
    def _fault(self) -> Fault | None:
        return self._faults.get(self.subsystem.domain)

    async def take(self, message: Message, verb_object: str) -> None:
        """Takes a message from the command topic: queues a new command, answers a repeated one again."""
        arrived_s = time.monotonic()
        self._forget(arrived_s)
        try:
            envelope = self._read(message, verb_object)
        except PayloadError as error:
            self.dropped[error.malformation] += 1
            log.warning("%s dropped a command: %s", self.subsystem.domain, error.malformation)
            return
        known = self._known.get(str(envelope.id))
        if known is not None:
            if self._fault is not Fault.SILENT:
                for ack in known.acks:
                    await self._send_ack(known, ack)
            return
        known = _Known(envelope, arrived_s + _life_s(envelope, message), message, arrived_s + MAX_TTL_MS / 1000)
        self._known[str(envelope.id)] = known
        self._commands.put_nowait(known)

    async def run(self) -> None:
        """Carries commands out, one after the other."""
        while True:
            known = await self._commands.get()
            if self._fault is Fault.SILENT:
                continue
            if self._fault is Fault.SLOW:
                await asyncio.sleep(self._faults.slow_s)
            await self._handle(known)

    async def _handle(self, known: _Known) -> None:
        try:
            command = known.envelope.command()
        except CatalogueError as error:
            await self._answer(known, "rejected", reason=error.code, message=error.message)
            return
        if self._fault is Fault.REJECTS:
            await self._answer(known, "rejected", reason="not_available", message="a fault was injected")
        elif time.monotonic() >= known.deadline_s:
            await self._answer(known, "rejected", reason="expired", message="too late to be carried out")
        else:
            await self._carry_out(known, command)

    async def _carry_out(self, known: _Known, command: Command) -> None:
        fault = self._fault
        if fault is Fault.LIES or fault is Fault.STALLS:
            await self._answer(known, "accepted")
            if fault is Fault.LIES:
                await self._answer(known, "done")
            return
        try:
            result = self.subsystem.carry_out(command)
        except Exception:
            log.exception("%s failed at %s", self.subsystem.domain, command.intent)
            await self._answer(known, "failed", reason="internal", message="the subsystem has a defect")
            return
        if isinstance(result, Refused):
            await self._answer(known, "rejected", reason=result.reason, message=result.message)
            return
        self.carried_out.append(known.envelope)
        await self._answer(known, "accepted")
        await self.publish_state()
        await self._answer(known, "done", message=result.message)

    async def publish_state(self, *, anew: bool = False) -> None:
        """Publishes the state if it changed, is due again, or `anew` after a connection was lost."""
        state, now_s = self.subsystem.state, time.monotonic()
        due = anew or state.version != self._published_version or now_s - self._published_s >= REFRESH_S
        if not due or self._fault is Fault.SILENT:
            return
        self._published_version, self._published_s = state.version, now_s
        row = TOPICS["state"]
        path = row.path(self._prefix, domain=self.subsystem.domain)
        await self._publish(Message(path, encode(state), row.qos, row.retain, expiry_s=int(STATE_MAX_AGE_S)))

    def _read(self, message: Message, verb_object: str) -> CommandEnvelope:
        """The envelope; raises PayloadError for what is no command of this topic."""
        if message.retain:  # commands are never retained: this one is of another age
            raise PayloadError(Malformation.STALE_RETAINED)
        envelope = decode_as(CommandEnvelope, message.payload)
        if envelope.intent != f"{self.subsystem.domain}.{verb_object}":
            raise PayloadError(Malformation.WRONG_SHAPE)
        if message.correlation is not None and message.correlation != str(envelope.id).encode():
            raise PayloadError(Malformation.WRONG_SHAPE)
        return envelope

    def _forget(self, now_s: float) -> None:
        """Ids older than the longest time to live cannot come again."""
        while self._known and next(iter(self._known.values())).forget_s <= now_s:
            self._known.popitem(last=False)

    async def _answer(
        self,
        known: _Known,
        status: Literal["accepted", "rejected", "done", "failed"],
        *,
        reason: str | None = None,
        message: str = "",
    ) -> None:
        version = self.subsystem.state.version if status == "done" else None
        ack = Ack(id=known.envelope.id, status=status, reason=reason, message=message[:1000], state_version=version)
        known.acks.append(ack)
        await self._send_ack(known, ack)

    async def _send_ack(self, known: _Known, ack: Ack) -> None:
        row = TOPICS["ack"]
        path = row.path(self._prefix, domain=self.subsystem.domain)
        correlation = str(known.envelope.id).encode()
        await self._publish(Message(path, encode(ack), row.qos, row.retain, expiry_s=10, correlation=correlation))


def _life_s(envelope: CommandEnvelope, message: Message) -> float:
    """How much longer a command may be carried out, by whichever clock is the stricter.

    The broker counts the message expiry down; the wall clock tells of time lost before the broker had it. A wall clock
    that jumps ahead makes us refuse, which is the safe side; one that jumps back is bounded by the other two.
    """
    left_s = (envelope.issued_at_ms + envelope.ttl_ms - wall_ms()) / 1000
    expiry_s = envelope.ttl_ms / 1000 if message.expiry_s is None else float(message.expiry_s)
    return min(left_s, expiry_s, envelope.ttl_ms / 1000)
