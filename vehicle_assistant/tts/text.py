"""What a synthesiser may be given: plain, short, printable text."""

import unicodedata

from intents.errors import ErrorCode, InputError
from vehicle_assistant.tts.port import TEXT_LIMIT


def speakable(text: str) -> str:
    """Returns the text as one line of plain words; raises InputError when it is too long.

    Control characters become spaces, and square brackets too: espeak-ng reads "[[...]]" as phoneme codes.
    """
    if len(text) > TEXT_LIMIT:
        raise InputError(
            ErrorCode.TEXT_TOO_LONG,
            f"text of {len(text)} characters cannot be spoken, the limit is {TEXT_LIMIT}",
            remedy="say it in shorter parts",
        )
    plain = (" " if unicodedata.category(char)[0] == "C" or char in "[]" else char for char in text)
    return " ".join("".join(plain).split())
