"""Who gets which message: subscriptions, retained messages and their expiry."""

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

from integration.bus import covers
from integration.embedded_broker.packets import Filter, Publication, valid_filter
from integration.embedded_broker.wire import Malformed, Reason

MAX_RETAINED = 10_000
"""Retained topics kept; the wire contract needs fewer than twenty."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message for one subscriber."""

    message: Publication
    qos: int
    retain: bool
    until_s: float
    """Monotonic time after which it is not delivered any more."""

    def life_s(self, now_s: float) -> int | None:
        """Whole seconds left, None when it does not expire."""
        return None if math.isinf(self.until_s) else max(1, math.ceil(self.until_s - now_s))


class Subscriber(Protocol):
    """A connected client, as the router sees it."""

    @property
    def filters(self) -> dict[str, Filter]:
        """Its subscriptions, by filter."""

    def offer(self, delivery: Delivery) -> None:
        """Takes a message into its queue."""


class Router:
    """The subscribers and the retained messages of one broker."""

    def __init__(self) -> None:
        self._subscribers: list[Subscriber] = []
        self._retained: dict[str, tuple[Publication, float]] = {}  # topic -> message, monotonic end of its life

    def join(self, subscriber: Subscriber) -> None:
        """Adds a client."""
        self._subscribers.append(subscriber)

    def leave(self, subscriber: Subscriber) -> None:
        """Removes a client."""
        if subscriber in self._subscribers:
            self._subscribers.remove(subscriber)

    def publish(self, message: Publication, sender: Subscriber | None) -> bool:
        """Keeps and delivers a message; False when nobody has subscribed to it."""
        until_s = time.monotonic() + (math.inf if message.life_s is None else message.life_s)
        if message.retain:
            self._keep(message, until_s)
        heard = False
        for subscriber in tuple(self._subscribers):
            matching = [
                one
                for one in subscriber.filters.values()
                if covers(one.filter, message.topic) and not (one.no_local and subscriber is sender)
            ]
            if matching:
                heard = True
                qos = min(message.qos, max(one.qos for one in matching))
                retain = message.retain and any(one.retain_as_published for one in matching)
                subscriber.offer(Delivery(message, qos, retain, until_s))
        return heard

    def subscribe(self, subscriber: Subscriber, wanted: Filter) -> Reason | int:
        """Adds a subscription and offers what is retained for it; returns the granted QoS or why not."""
        if wanted.filter.startswith("$share/"):
            return Reason.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED
        if not valid_filter(wanted.filter):
            return Reason.TOPIC_FILTER_INVALID
        granted = replace(wanted, qos=min(wanted.qos, 1))
        is_new = wanted.filter not in subscriber.filters
        subscriber.filters[wanted.filter] = granted
        if wanted.retain_handling == 0 or (wanted.retain_handling == 1 and is_new):
            for message, until_s in self._kept(wanted.filter):
                subscriber.offer(Delivery(message, min(message.qos, granted.qos), retain=True, until_s=until_s))
        return granted.qos

    def _keep(self, message: Publication, until_s: float) -> None:
        self._retained.pop(message.topic, None)
        if not message.payload:
            return
        if len(self._retained) >= MAX_RETAINED:
            raise Malformed(Reason.QUOTA_EXCEEDED)
        self._retained[message.topic] = (message, until_s)

    def _kept(self, topic_filter: str) -> Iterator[tuple[Publication, float]]:
        now_s = time.monotonic()
        self._retained = {topic: kept for topic, kept in self._retained.items() if kept[1] > now_s}
        for topic, kept in self._retained.items():
            if covers(topic_filter, topic):
                yield kept
