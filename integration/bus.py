"""The port below the link: messages on topics, without knowing what they mean.

A bus keeps nothing for later: what cannot be handed over now is not sent, and each new connection starts clean.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

JSON_TYPE = "application/json"


@dataclass(frozen=True, slots=True)
class Message:
    """One message, as published or as it arrived."""

    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False
    """Published: keep for later subscribers. Arrived: was kept, and so says nothing about now."""
    expiry_s: int | None = None
    """Whole seconds until it means nothing any more; on arrival, what is left of them."""
    response_topic: str | None = None
    correlation: bytes | None = None
    content_type: str | None = JSON_TYPE


@dataclass(frozen=True, slots=True)
class Subscription:
    """A topic filter to listen on, with `+` and `#`."""

    filter: str
    qos: int


class Handover(StrEnum):
    """What became of a published message, as far as the publisher can know."""

    TAKEN = "taken"
    """The broker has it (QoS 1), or it is on the wire (QoS 0)."""
    UNHEARD = "unheard"
    """The broker has it and nobody has subscribed."""
    REFUSED = "refused"
    """The broker does not let us publish there."""
    NOT_SENT = "not_sent"
    """There is no connection; nothing left."""
    UNCERTAIN = "uncertain"
    """It left, and the broker did not confirm it in time."""


class Listener(Protocol):
    """Who hears what happens on a bus; called in the event loop, one call at a time."""

    def on_message(self, message: Message) -> None:
        """Takes one message."""

    def on_up(self) -> None:
        """The bus is connected and every subscription stands."""

    def on_down(self, reason: str) -> None:
        """The connection is lost; the bus is already trying again."""


class Bus(Protocol):
    """A connection to a broker that restores itself."""

    @property
    def up(self) -> bool:
        """True while messages can be published."""

    @property
    def dropped(self) -> Counter[str]:
        """Messages the bus itself refused to pass on, by reason."""

    async def open(
        self, subscriptions: Sequence[Subscription], listener: Listener, will: Message | None = None
    ) -> None:
        """Connects and subscribes; raises LinkError when that cannot be done now and the bus is not a patient one.

        `will` is what the broker says for us if we vanish.
        """

    async def close(self) -> None:
        """Disconnects in order: the will is not sent."""

    async def publish(self, message: Message, timeout_s: float) -> Handover:
        """Hands a message over now or not at all, waiting at most `timeout_s` for the broker's word."""

    def abort(self) -> None:
        """Cuts the connection so that nothing handed to the network can still leave, and connects again."""


def covers(topic_filter: str, topic: str) -> bool:
    """Tells whether a topic filter covers a topic (MQTT 5.0, 4.7)."""
    if topic.startswith("$") and topic_filter[:1] in {"+", "#"}:
        return False
    levels = topic.split("/")
    for index, part in enumerate(topic_filter.split("/")):
        if part == "#":
            return True
        if index >= len(levels) or part not in ("+", levels[index]):
            return False
    return len(topic_filter.split("/")) == len(levels)
