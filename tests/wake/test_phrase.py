"""The wake phrase is kept out of transcripts, and only what can be spoken is one."""

import pytest

from intents.errors import ErrorCode, SettingsError
from vehicle_assistant.asr.port import NOTHING, Transcript, Word
from vehicle_assistant.wake.phrase import Phrase


def transcript(*words: tuple[str, float]) -> Transcript:
    """Words with the moment at which each starts; each lasts 0.4 s."""
    made = tuple(Word(text, start_s, start_s + 0.4, 0.9) for text, start_s in words)
    return Transcript(" ".join(word.text for word in made), made, 0.9)


@pytest.mark.parametrize(
    ("heard", "left"),
    [
        ("computer open windows", "open windows"),
        ("computer computer open windows", "open windows"),
        ("the computer open windows", "open windows"),
        ("open windows", "open windows"),
        ("search for computer stores", "search for computer stores"),
        ("computer", ""),
        ("", ""),
    ],
)
def test_partials(heard, left):
    assert Phrase("computer").strip_text(heard) == left


def test_a_phrase_of_two_words():
    assert Phrase("Hey  Computer").strip_text("hey computer open windows") == "open windows"
    assert Phrase("hey computer").strip_text("hey you open windows") == "hey you open windows"


def test_the_recognisers_own_reading_of_the_phrase_says_where_it_ends():
    heard = transcript(("okay", 0.6), ("computer", 1.0), ("open", 1.4), ("windows", 1.8))
    assert Phrase("computer").strip(heard, said_until_s=1.9).text == "open windows"


def test_otherwise_time_does():
    heard = transcript(("commuter", 1.0), ("open", 1.4), ("windows", 1.8))
    assert Phrase("computer").strip(heard, said_until_s=1.5).text == "open windows"


def test_the_phrase_as_a_word_of_the_command_stays():
    heard = transcript(("find", 2.0), ("computer", 2.4), ("stores", 2.8))
    assert Phrase("computer").strip(heard, said_until_s=1.9) == heard


def test_nothing_left_is_nothing():
    assert Phrase("computer").strip(transcript(("computer", 1.0)), said_until_s=1.5) == NOTHING


def test_no_phrase_strips_nothing():
    heard = transcript(("open", 1.4), ("windows", 1.8))
    assert Phrase("").strip(heard, said_until_s=0.0) == heard
    assert Phrase("").strip_text("open windows") == "open windows"


@pytest.mark.parametrize("text", ["r2d2", "computer!", "été", "'", "one two three four five six seven", '"]', "[unk]"])
def test_what_cannot_be_spoken_is_refused(text):
    with pytest.raises(SettingsError, match="cannot be spoken") as refused:
        Phrase(text)
    assert refused.value.code is ErrorCode.SETTING_INVALID
