"""A parser that knows the phrasebook's sentences by heart: for tests and benches not about understanding."""

import time

from intents.encoding import Draft, Meaning, Outcome, as_text, encode
from intents.phrasebook import load
from intents.words import words_of
from vehicle_assistant.parser.port import Parsed

_SENTENCES = 20_000


class ScriptedParser:
    """Looks an utterance up; whatever the phrasebook did not say is not understood."""

    name = "scripted"

    def __init__(self) -> None:
        self._known: dict[tuple[str, ...], tuple[Draft, ...]] = {
            words_of(e.text): e.drafts for e in load().examples(_SENTENCES, seed=1)
        }

    def parse(self, text: str, deadline_s: float) -> Parsed:  # noqa: ARG002  (a look-up is never late)
        """Finds the sentence; confidence is 1 either way, as there is nothing uncertain about a list."""
        start_s = time.monotonic()
        words = words_of(text)
        drafts = self._known.get(words, ())
        incomplete = any(draft.missing for draft in drafts)
        outcome = Outcome.INCOMPLETE if incomplete else Outcome.UNDERSTOOD if drafts else Outcome.NOT_UNDERSTOOD
        line = as_text(words, encode(words, drafts))
        return Parsed(Meaning(outcome, drafts), 1.0, line, (time.monotonic() - start_s) * 1000)

    def close(self) -> None:
        """Holds nothing."""
