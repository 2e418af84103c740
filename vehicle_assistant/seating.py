"""Left and right in a vehicle whose driver sits on the right.

The catalogue and the parser take the driver to be on the left: "left" is the driver's seat there. In a right-hand-drive
vehicle the two front seats change places, but only where the driver spoke of a side; "my wife" stays the passenger.
"""

from collections.abc import Sequence
from dataclasses import replace

from intents.encoding import Draft
from intents.words import words_of

SIDES = frozenset(("left", "right"))
PEOPLE = frozenset("my me i driver driver's passenger passenger's wife husband her his him she he co-driver".split())
SWAPPED = {"driver": "passenger", "passenger": "driver"}


def for_right_hand_drive(text: str, drafts: Sequence[Draft]) -> tuple[Draft, ...]:
    """The drafts with front seats named by their side swapped."""
    words = set(words_of(text))
    if not words & SIDES or words & PEOPLE:
        return tuple(drafts)
    return tuple(
        replace(draft, slots={**draft.slots, "zone": SWAPPED[zone]})
        if isinstance(zone := draft.slots.get("zone"), str) and zone in SWAPPED
        else draft
        for draft in drafts
    )
