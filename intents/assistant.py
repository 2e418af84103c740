"""What is said to the assistant itself."""

from intents.base import Command, Hazard, Kind


class Cancel(Command):
    """Never mind."""

    intent = "assistant.cancel"
    kind = Kind.DIALOGUE


class Undo(Command):
    """Puts back what was changed last."""

    intent = "assistant.undo"
    kind = Kind.DIALOGUE


class Repeat(Command):
    """Says the last answer again."""

    intent = "assistant.repeat"
    kind = Kind.DIALOGUE


class Help(Command):
    """Tells what can be asked."""

    intent = "assistant.help"
    kind = Kind.DIALOGUE


class Confirm(Command):
    """Yes."""

    intent = "assistant.confirm"
    kind = Kind.DIALOGUE


class Deny(Command):
    """No."""

    intent = "assistant.deny"
    kind = Kind.DIALOGUE


class Explain(Command):
    """Tells why the assistant did what it did."""

    intent = "assistant.explain"
    kind = Kind.DIALOGUE


class Forget(Command):
    """Forgets what the assistant knows about the driver."""

    intent = "assistant.forget"
    kind = Kind.DIALOGUE
    hazard = frozenset({Hazard.ERASES})
