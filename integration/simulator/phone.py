"""Simulated phone: a small address book, one call at a time, two messages waiting."""

from collections.abc import Callable, Mapping
from typing import Any

from integration.simulator.subsystem import DONE, Refused, Result, Subsystem
from intents.base import Command
from intents.numbers import read_number
from intents.phone import Answer, Call, HangUp, Message, PhoneState, ReadMessages, SendMessage

CONTACTS = frozenset(
    "mom dad mum mother father anna john maria peter sarah david fatima ahmed priya wei yuki carlos elena tom alice "
    "bob emma james laura michael lisa paul kate mark julia sam chris alex ben max sophie daniel jane marie lucas mike "
    "home work office boss doctor dentist school garage police ambulance emergency wife husband brother sister".split()
)
"""First names and roles known to the address book; a surname or a title beside them does no harm."""

WAITING = (
    Message(sender="Anna", body="Are you on your way?"),
    Message(sender="Garage", body="Your winter tires are ready."),
)


class Phone(Subsystem[PhoneState]):
    """Calls and messages."""

    domain = "phone"

    def __init__(self, state: PhoneState | None = None) -> None:
        super().__init__(state or PhoneState(messages=WAITING))

    def handlers(self) -> Mapping[type[Command], Callable[[Any], Result]]:
        """See `Subsystem`."""
        return {
            Call: self._call,
            Answer: self._answer,
            HangUp: self._hang_up,
            ReadMessages: lambda _: DONE,
            SendMessage: self._send_message,
        }

    def ring(self, contact: str) -> None:
        """Lets someone call the driver."""
        self.change(call="ringing", contact=contact)

    def _call(self, command: Call) -> Result:
        if self.state.call != "idle":
            return Refused("busy", "there is a call already")
        if not _known(command.contact):
            return Refused("contact_unknown", f"{command.contact} is not in the address book")
        return self.change(call="active", contact=command.contact)

    def _answer(self, _: Answer) -> Result:
        if self.state.call != "ringing":
            return Refused("no_call", "nobody is calling")
        return self.change(call="active")

    def _hang_up(self, _: HangUp) -> Result:
        if self.state.call == "idle":
            return Refused("no_call", "there is no call")
        return self.change(call="idle", contact="")

    def _send_message(self, command: SendMessage) -> Result:
        if not _known(command.contact):
            return Refused("contact_unknown", f"{command.contact} is not in the address book")
        if command.body is None:
            return Refused("body_missing", "the message has no words")
        return self.change(sent=self.state.sent + 1)


def _known(contact: str) -> bool:
    """True for someone in the address book, or a number to dial."""
    words = contact.lower().replace("'s", "").split()
    return any(word in CONTACTS for word in words) or all(_is_number(word) for word in words)


def _is_number(word: str) -> bool:
    said = word in ("oh", "double", "triple", "plus") or read_number([word]) is not None
    return said or word.strip("+-()").isdecimal()
