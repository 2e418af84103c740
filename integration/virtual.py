"""A bus in memory, the honest twin of a broker: retained messages, wildcards, expiry and a link that can be cut."""

import asyncio
import math
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from integration.bus import Bus, Handover, Listener, Message, Subscription, covers
from intents.errors import ErrorCode, LinkError


@dataclass(frozen=True, slots=True)
class _Kept:
    message: Message
    until_s: float  # monotonic


class VirtualHub:
    """Stands in for the broker; buses made by `bus()` meet here. One event loop only."""

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}
        self._buses: list[VirtualBus] = []
        self.running = True

    def bus(self) -> "VirtualBus":
        """A new connection, not yet open."""
        return VirtualBus(self)

    def stop(self) -> None:
        """Goes away as a broker does: wills are not sent, retained messages are lost."""
        self.running = False
        self._kept.clear()
        for bus in tuple(self._buses):
            bus.lose("the hub stopped")

    def start(self) -> None:
        """Comes back empty; open buses reconnect."""
        self.running = True
        for bus in tuple(self._buses):
            bus.find_again()

    def join(self, bus: "VirtualBus") -> None:
        """Lets a bus hear what is published."""
        if bus not in self._buses:
            self._buses.append(bus)

    def leave(self, bus: "VirtualBus") -> None:
        """Takes a bus off."""
        if bus in self._buses:
            self._buses.remove(bus)

    def kept_for(self, topic_filter: str) -> list[Message]:
        """Retained messages a new subscription gets, each with what is left of its life."""
        now = time.monotonic()
        self._kept = {topic: kept for topic, kept in self._kept.items() if kept.until_s > now}
        return [
            replace(kept.message, retain=True, expiry_s=_left_s(kept.until_s, now))
            for topic, kept in self._kept.items()
            if covers(topic_filter, topic)
        ]

    def route(self, message: Message) -> bool:
        """Keeps and delivers a message; False when nobody listens."""
        if message.retain:
            self._kept.pop(message.topic, None)
            if message.payload:
                life_s = math.inf if message.expiry_s is None else message.expiry_s
                self._kept[message.topic] = _Kept(message, time.monotonic() + life_s)
        heard = [bus.deliver(replace(message, retain=False)) for bus in tuple(self._buses)]
        return any(heard)


class VirtualBus(Bus):
    """One participant on a `VirtualHub`."""

    def __init__(self, hub: VirtualHub) -> None:
        self._hub = hub
        self._listener: Listener | None = None
        self._subscriptions: Sequence[Subscription] = ()
        self._will: Message | None = None
        self._up = False
        self._dropped: Counter[str] = Counter()

    @property
    def up(self) -> bool:
        """See `Bus`."""
        return self._up

    @property
    def dropped(self) -> Counter[str]:
        """See `Bus`."""
        return self._dropped

    async def open(
        self, subscriptions: Sequence[Subscription], listener: Listener, will: Message | None = None
    ) -> None:
        """See `Bus`."""
        if not self._hub.running:
            raise LinkError(ErrorCode.BROKER_UNREACHABLE, "the virtual hub is stopped", remedy="start it first")
        self._subscriptions, self._listener, self._will = tuple(subscriptions), listener, will
        self._hub.join(self)
        self.find_again()

    async def close(self) -> None:
        """See `Bus`."""
        self._up = False
        self._hub.leave(self)

    async def publish(self, message: Message, timeout_s: float) -> Handover:
        """See `Bus`."""
        del timeout_s  # memory confirms at once
        await asyncio.sleep(0)
        if not self._up:
            return Handover.NOT_SENT
        heard = self._hub.route(message)
        return Handover.TAKEN if heard or message.qos == 0 else Handover.UNHEARD

    def abort(self) -> None:
        """See `Bus`."""
        self.lose("aborted")
        self.find_again()

    def vanish(self) -> None:
        """Dies as a crashed process does: the hub publishes the will."""
        will, self._up = self._will, False
        self._hub.leave(self)
        if will is not None:
            self._hub.route(will)

    def lose(self, reason: str) -> None:
        """Loses the hub."""
        if self._up and self._listener is not None:
            self._up = False
            self._listener.on_down(reason)

    def find_again(self) -> None:
        """Is connected to the running hub, subscribed, and hears what was kept."""
        listener = self._listener
        if self._up or listener is None or not self._hub.running:
            return
        self._up = True
        for subscription in self._subscriptions:
            for message in self._hub.kept_for(subscription.filter):
                self._later(listener, message)
        listener.on_up()

    def deliver(self, message: Message) -> bool:
        """Takes a message if a subscription covers it, and says whether one does."""
        if not self._up or self._listener is None:
            return False
        if not any(covers(subscription.filter, message.topic) for subscription in self._subscriptions):
            return False
        self._later(self._listener, message)
        return True

    def _later(self, listener: Listener, message: Message) -> None:
        """Delivers in the loop's next round, as a network would: no listener runs inside another's publish."""
        asyncio.get_running_loop().call_soon(self._hand_in, listener, message)

    def _hand_in(self, listener: Listener, message: Message) -> None:
        if self._up:
            listener.on_message(message)


def _left_s(until_s: float, now_s: float) -> int | None:
    return None if math.isinf(until_s) else max(1, math.ceil(until_s - now_s))
