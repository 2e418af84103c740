"""The phrasebook's promises: sentences mean what they say, and what it does not understand is refused on load."""

import shutil
from pathlib import Path

import pytest
import yaml

from intents import phrasebook
from intents.catalogue import COMMANDS, STATES
from intents.encoding import Line, encode
from intents.errors import CatalogueError
from intents.phrasebook import Phrasebook, load
from intents.words import words_of

ENGLISH = Path(phrasebook.__file__).parent / "en"


@pytest.fixture
def english(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the English files that a test may spoil, read in their place."""
    shutil.copytree(ENGLISH, tmp_path / "en")
    monkeypatch.setattr(phrasebook, "files", lambda _: tmp_path)
    return tmp_path / "en"


def reread() -> Phrasebook:
    return load.__wrapped__("en")


def change(path: Path, intent: str, **entry: object) -> None:
    content = yaml.safe_load(path.read_text("utf-8"))
    content.setdefault(intent, {}).update(entry)
    path.write_text(yaml.safe_dump(content), "utf-8")


def refusal() -> str:
    with pytest.raises(CatalogueError) as refused:
        reread()
    return str(refused.value)


def test_the_copy_is_as_good_as_the_original(english: Path) -> None:
    assert reread().sample(50, 1) == load().sample(50, 1)


def test_an_unknown_file_is_refused(english: Path) -> None:
    (english / "weather.yaml").write_text("{}")

    assert "weather.yaml" in refusal()


def test_a_missing_file_is_refused(english: Path) -> None:
    (english / "media.yaml").unlink()

    assert "media.yaml" in refusal()


def test_an_unknown_command_is_refused(english: Path) -> None:
    change(english / "media.yaml", "media.shout", say=["shout"], reply="")

    assert "media.yaml: 'media.shout' is no command of media" in refusal()


def test_a_command_in_another_domain_s_file_is_refused(english: Path) -> None:
    change(english / "media.yaml", "climate.query", say=["how warm is it"], reply="")

    assert "'climate.query' is no command of media" in refusal()


def test_a_command_that_nobody_can_say_is_refused(english: Path) -> None:
    content = yaml.safe_load((english / "media.yaml").read_text("utf-8"))
    del content["media.pause"]
    (english / "media.yaml").write_text(yaml.safe_dump(content), "utf-8")

    assert "nothing for ['media.pause']" in refusal()


def test_an_unknown_key_is_refused(english: Path) -> None:
    change(english / "media.yaml", "media.pause", answer="Paused.")

    assert "media.pause: wants exactly `say` and `reply`" in refusal()


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("pause => loudness=max", "media.set_volume has no slot 'loudness'"),
        ("pause => percent=huge", "'percent=huge' is no item of the grammar"),
        ("set it to {loudness}", "media.set_volume has no slot 'loudness'"),
        ("set it to {percent:colour}", "nothing fills {percent:colour}"),
        ("(pause", "'(' is never closed"),
    ],
)
def test_a_line_that_means_nothing_is_refused(english: Path, line: str, complaint: str) -> None:
    change(english / "media.yaml", "media.set_volume", say=[line])

    assert complaint in refusal()


def test_a_filler_that_is_no_value_of_its_slot_is_refused(english: Path) -> None:
    change(english / "slots.yaml", "avoid", rain=["rain"])

    assert "avoid" in refusal()


def test_the_same_seed_gives_the_same_sentences() -> None:
    assert load().sample(200, 7) == load().sample(200, 7) != load().sample(200, 8)


def test_every_command_is_said() -> None:
    said = {draft.intent for example in load().examples(4000, 0) for draft in example.drafts}

    assert said == set(COMMANDS)


def test_every_template_can_be_encoded() -> None:
    """Each phrase many times over, so that every wording of it comes up."""
    for phrase in load().phrases:
        alone = Phrasebook((phrase,), load().rejects, load().fillers, load().replies, load().spoken)
        for example in alone.examples(30, 0, reject_share=0, two_share=0):
            words = words_of(example.text)
            line = Line(encode(words, example.drafts))
            assert line.legal_items() == (), example.text
            (draft,) = example.drafts
            if not draft.missing:
                draft.command()


def test_the_share_of_rejects_is_as_asked() -> None:
    assert not any(example.drafts for example in load().examples(100, 0, reject_share=1))
    assert all(example.drafts for example in load().examples(100, 0, reject_share=0))


def test_every_word_of_a_sentence_is_in_the_vocabulary() -> None:
    words = load().words()
    for text in load().sample(3000, 3):
        assert set(words_of(text)) <= words, text


@pytest.mark.parametrize("intent", [i for i in COMMANDS if i.partition(".")[0] in STATES])
def test_every_question_has_a_reply_for_each_thing_asked(intent: str) -> None:
    for slot in COMMANDS[intent].slot_specs:
        if slot.name == "what":
            assert all(load().reply(intent, [value]) for value in slot.values)


def test_a_reply_falls_back_to_the_plain_one() -> None:
    assert load().reply("vehicle.set_lock", ["off"]) == "Doors unlocked."
    assert load().reply("media.pause", ["up", "on"]) == "Paused."
    assert load().reply("assistant.cancel", []) == ""
