"""How the grammar's items are named in a nano model's vocabulary. Shared by training and decoding."""

from intents.encoding import Item

BEGIN = "<s>"
PARSE = "<parse>"
"""Stands after the utterance; the first decision follows."""


def token_text(item: Item) -> str:
    """The vocabulary entry of an item; brackets keep it apart from spoken words."""
    return f"<{item.text}>"
