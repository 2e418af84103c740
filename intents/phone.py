"""Phone: calls and messages."""

from types import MappingProxyType

from intents.base import Command, Hazard, Kind, Part, State, Text


class Message(Part):
    """A message that came in."""

    sender: str
    body: str


class PhoneState(State):
    """What the phone says is going on."""

    call: str = "idle"
    """idle, ringing or active."""
    contact: str = ""
    messages: tuple[Message, ...] = ()
    sent: int = 0


class Call(Command):
    """Calls someone."""

    intent = "phone.call"
    kind = Kind.ACT
    contact: Text


class Answer(Command):
    """Takes a call."""

    intent = "phone.answer"
    kind = Kind.ACT


class HangUp(Command):
    """Ends or declines a call."""

    intent = "phone.hang_up"
    kind = Kind.ACT


class ReadMessages(Command):
    """Reads new messages aloud."""

    intent = "phone.read_messages"
    kind = Kind.LOOKUP
    reads = MappingProxyType({"": "messages"})
    hazard = frozenset({Hazard.LONG_READING})


class SendMessage(Command):
    """Sends a message."""

    intent = "phone.send_message"
    kind = Kind.ACT
    contact: Text
    body: Text | None = None
