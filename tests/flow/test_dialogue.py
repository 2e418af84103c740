"""One conversation: details asked for and given, yes and no, undo, and what an answer is not."""

import pytest

from intents.base import Json, Kind, Slot, SlotKind
from intents.catalogue import COMMANDS, command_from
from intents.encoding import Meaning, Outcome
from intents.phrasebook import load
from vehicle_assistant.dialogue import Act, Again, AskFor, Dialogue, Reply, Unclear, Why

WINDOW_S = 6.0
WORDINGS = load().spoken["answers"]

PLAIN: dict[str, dict[str, Json]] = {
    "temperature": {"twenty two": 22, "to twenty one and a half degrees please": 21.5, "seventy two": 22},
    "temperature_change": {"warmer": 1, "cooler": -1},
    "fan_level": {"four": 4, "level three": 3, "off": 0, "max": 7},
    "fan_change": {"stronger": 1, "weaker": -1},
    "seat_level": {"two": 2, "high": 3, "to level one": 1, "off": 0},
    "volume": {"forty percent": 40, "to five": 50, "half": 50},
    "volume_change": {"louder": 10, "a bit quieter please": -10},
    "opening": {"half": 50, "thirty percent": 30, "all the way": 100, "close": 0},
    "duration": {"ten minutes": 600, "for an hour and a half": 5400},
}
OTHER_SLOTS: dict[str, Json] = {
    "light": "fog", "on": True, "destination": "berlin", "what": "duration", "contact": "anna",
}  # fmt: skip


def plain_answers(slot: Slot) -> dict[str, Json]:
    """Short answers to the question for a slot, and the values they mean."""
    if slot.quantity is not None:
        return PLAIN[slot.quantity.name]
    if slot.kind is SlotKind.SWITCH:
        return {"on": True, "off": False} if slot.name == "on" else {"lock": True, "unlock": False}
    if slot.kind is SlotKind.ENUM:
        return {value.replace("_", " "): value for value in slot.values}
    return {"the old harbour": "old harbour", "to seven thirty": "seven thirty"}


REQUIRED = [
    pytest.param(intent, slot, words, value, id=f"{intent}-{slot.name}-{words}")
    for intent, command in COMMANDS.items()
    for slot in command.slot_specs
    if slot.required
    for words, value in plain_answers(slot).items()
]


@pytest.fixture
def dialogue() -> Dialogue:
    return Dialogue(confidence_floor=0.4, answer_window_s=WINDOW_S, wordings=WORDINGS)


@pytest.fixture
def ask(dialogue, flow):
    """Speaks to the dialogue, as the pipeline does."""

    def ask(text: str, *drafts, at_s: float = 0.0, confidence: float = 0.9):
        request = dialogue.resolve(text, flow.meaning(*drafts), confidence, at_s)
        if isinstance(request, AskFor):
            dialogue.asks_for(request, at_s)
        return request

    return ask


@pytest.mark.parametrize(("intent", "slot", "words", "value"), REQUIRED)
def test_every_missing_detail_is_asked_for_and_a_plain_answer_gives_it(ask, flow, intent, slot, words, value) -> None:
    others = {s.name: OTHER_SLOTS[s.name] for s in COMMANDS[intent].slot_specs if s.required and s.name != slot.name}
    asked = ask("something incomplete", flow.draft(intent, **others))
    assert isinstance(asked, AskFor)
    assert (asked.draft.intent, asked.slot) == (intent, slot.name)
    assert ask(words, at_s=3.0) == Act((command_from(intent, {**others, slot.name: value}),))


def test_every_question_exists_and_ends_as_one() -> None:
    required = {slot.name for command in COMMANDS.values() for slot in command.slot_specs if slot.required}
    questions = load().spoken["questions"]
    assert required <= set(questions)
    assert all(question.endswith("?") for question in questions.values())


@pytest.mark.parametrize(
    ("slot", "offered"),
    [
        ("delta_celsius", ["warmer", "cooler"]),
        ("delta_level", ["stronger", "weaker"]),
        ("delta_percent", ["louder", "quieter"]),
        ("direction", ["face", "feet", "windshield"]),
        ("on", ["on", "off"]),
        ("locked", ["lock", "unlock"]),
        ("style", ["chime", "voice", "vibration", "on the screen"]),
    ],
)
def test_an_answer_in_the_words_of_the_question_is_understood(ask, flow, slot, offered) -> None:
    question = load().spoken["questions"][slot].lower()
    intent = next(i for i, c in COMMANDS.items() for s in c.slot_specs if s.name == slot and s.required)
    others = {s.name: OTHER_SLOTS[s.name] for s in COMMANDS[intent].slot_specs if s.required and s.name != slot}
    values = []
    for words in offered:
        assert words in question
        ask("incomplete", flow.draft(intent, **others))
        answer = ask(words)
        assert isinstance(answer, Act)
        values.append(answer.commands[0].slots()[slot])
    assert len(set(values)) == len(offered)


@pytest.mark.parametrize("slot", WORDINGS)
def test_each_wording_of_an_answer_is_a_value_of_the_catalogue(slot: str) -> None:
    intent = next(i for i, c in COMMANDS.items() for s in c.slot_specs if s.name == slot and s.required)
    others = {s.name: OTHER_SLOTS[s.name] for s in COMMANDS[intent].slot_specs if s.required and s.name != slot}
    for value in WORDINGS[slot].values():
        assert command_from(intent, {**others, slot: value}).slots()[slot] == value


def test_two_missing_details_are_asked_for_one_after_the_other(ask, flow) -> None:
    first = ask("switch a light", flow.draft("vehicle.set_light"))
    assert isinstance(first, AskFor)
    assert first.slot == "light"
    second = ask("the fog light")
    assert isinstance(second, AskFor)
    assert second.slot == "on"
    assert ask("on") == Act((command_from("vehicle.set_light", {"light": "fog", "on": True}),))


def test_what_was_complete_in_the_same_breath_waits_for_the_answer(ask, flow) -> None:
    before, after = flow.draft("vehicle.set_lock", locked=True), flow.draft("media.pause")
    asked = ask("lock up set an alarm and pause", before, flow.draft("personal.set_alarm"), after)
    assert isinstance(asked, AskFor)
    done = ask("seven")
    assert done == Act((before.command(), command_from("personal.set_alarm", {"when": "seven"}), after.command()))


@pytest.mark.parametrize(
    ("intent", "words"),
    [
        ("climate.set_temperature", "ninety nine celsius"),
        ("climate.set_temperature", "two"),
        ("climate.set_fan_speed", "twelve"),
        ("climate.set_seat_heating", "five"),
        ("media.set_volume", "three hundred percent"),
        ("vehicle.set_window", "two hundred percent"),
        ("personal.set_timer", "ninety hours"),
        ("personal.add_note", "word " * 100),
    ],
)
def test_a_value_out_of_range_is_asked_for_again_and_never_clamped(ask, flow, intent, words) -> None:
    asked = ask("incomplete", flow.draft(intent))
    assert ask(words) == asked
    good = {"add_note": "milk", "set_timer": "ten minutes"}.get(intent.partition(".")[2], "one")
    if intent != "climate.set_temperature":
        assert isinstance(ask(good), Act)


def test_the_parser_may_read_the_answer_as_the_whole_command(ask, flow) -> None:
    ask("set the temperature", flow.draft("climate.set_temperature", zone="rear"))
    answer = ask("make it twenty", flow.draft("climate.set_temperature", celsius=20))
    assert answer == Act((command_from("climate.set_temperature", {"zone": "rear", "celsius": 20}),))


def test_a_complete_other_command_is_a_new_wish(ask, flow) -> None:
    ask("navigate", flow.draft("navigation.navigate"))
    assert ask("pause the music", flow.draft("media.pause")) == Act((command_from("media.pause", {}),))
    assert ask("boston") == Unclear(sure=True)  # the question is closed


def test_an_unsure_reading_as_another_command_is_taken_as_the_answer(ask, flow) -> None:
    ask("take a note", flow.draft("personal.add_note"))
    answer = ask("pause at the bank", flow.draft("media.pause"), confidence=0.1)
    assert answer == Act((command_from("personal.add_note", {"text": "pause at the bank"}),))


@pytest.mark.parametrize("intent", ["assistant.help", "assistant.undo", "assistant.explain", "assistant.forget"])
def test_what_is_said_to_the_assistant_is_never_taken_for_a_place(ask, flow, intent) -> None:
    ask("navigate", flow.draft("navigation.navigate"))
    assert not isinstance(ask("whatever the words", flow.draft(intent)), Act | AskFor)


@pytest.mark.parametrize("intent", ["assistant.repeat", "assistant.confirm"])
def test_pardon_and_yes_to_a_question_for_a_detail_ask_it_again(ask, flow, intent) -> None:
    asked = ask("navigate", flow.draft("navigation.navigate"))
    assert ask("pardon", flow.draft(intent)) == asked
    assert ask("boston") == Act((command_from("navigation.navigate", {"destination": "boston"}),))


@pytest.mark.parametrize("intent", ["assistant.cancel", "assistant.deny"])
def test_never_mind_ends_the_question(ask, flow, dialogue, intent) -> None:
    ask("set an alarm", flow.draft("personal.set_alarm"))
    assert dialogue.waiting
    assert ask("never mind", flow.draft(intent)) == Reply("cancelled")
    assert not dialogue.waiting
    assert ask("seven") == Unclear(sure=True)


def test_an_answer_that_is_none_is_not_understood(ask, flow) -> None:
    ask("set the temperature", flow.draft("climate.set_temperature"))
    assert ask("blue") == Unclear(sure=True)


def test_saved_places_have_other_names(ask, flow) -> None:
    ask("navigate", flow.draft("navigation.navigate"))
    assert ask("to the office") == Act((command_from("navigation.navigate", {"destination": "work"}),))


def test_a_question_is_forgotten_after_its_time(ask, flow) -> None:
    ask("navigate", flow.draft("navigation.navigate"), at_s=100.0)
    assert isinstance(ask("boston", at_s=100.0 + WINDOW_S), Act)
    ask("navigate", flow.draft("navigation.navigate"), at_s=200.0)
    assert ask("boston", at_s=200.1 + WINDOW_S) == Unclear(sure=True)


def test_the_time_for_an_answer_counts_from_the_end_of_the_question(ask, flow, dialogue) -> None:
    dialogue.was_asked(0.0)
    assert not dialogue.waiting
    ask("navigate", flow.draft("navigation.navigate"), at_s=0.0)
    dialogue.was_asked(4.0)
    assert isinstance(ask("boston", at_s=4.0 + WINDOW_S), Act)


# -- yes and no ------------------------------------------------------------------------------------------------------

OPEN = command_from("vehicle.set_window", {"percent_open": 100})


def test_yes_carries_out_what_was_asked(ask, flow, dialogue) -> None:
    dialogue.asks_to_confirm((OPEN,), 0.0)
    assert ask("yes", flow.draft("assistant.confirm"), at_s=2.0) == Act((OPEN,), confirmed=True)
    assert ask("yes", flow.draft("assistant.confirm")) == Reply("nothing_to_confirm")


def test_yes_and_more_carries_out_both(ask, flow, dialogue) -> None:
    dialogue.asks_to_confirm((OPEN,), 0.0)
    both = ask("yes and pause", flow.draft("assistant.confirm"), flow.draft("media.pause"))
    assert both == Act((OPEN, command_from("media.pause", {})), confirmed=True)


def test_an_offer_stays_one(ask, flow, dialogue) -> None:
    dialogue.asks_to_confirm((OPEN,), 0.0, offered=True)
    assert ask("yes", flow.draft("assistant.confirm")) == Act((OPEN,), confirmed=True, offered=True)


@pytest.mark.parametrize("intent", ["assistant.cancel", "assistant.deny"])
def test_no_drops_it(ask, flow, dialogue, intent) -> None:
    dialogue.asks_to_confirm((OPEN,), 0.0)
    assert ask("no", flow.draft(intent)) == Reply("cancelled")
    assert ask("yes", flow.draft("assistant.confirm")) == Reply("nothing_to_confirm")


def test_an_unsure_yes_confirms_nothing(ask, flow, dialogue) -> None:
    dialogue.asks_to_confirm((OPEN,), 0.0)
    assert ask("yes", flow.draft("assistant.confirm"), confidence=0.1) == Unclear(sure=False)
    assert not dialogue.waiting


def test_a_late_yes_confirms_nothing(ask, flow, dialogue) -> None:
    dialogue.asks_to_confirm((OPEN,), 0.0)
    assert ask("yes", flow.draft("assistant.confirm"), at_s=WINDOW_S + 0.1) == Reply("nothing_to_confirm")


def test_another_command_instead_of_a_yes_is_carried_out_alone(ask, flow, dialogue) -> None:
    dialogue.asks_to_confirm((OPEN,), 0.0)
    assert ask("pause", flow.draft("media.pause")) == Act((command_from("media.pause", {}),))
    assert ask("yes", flow.draft("assistant.confirm")) == Reply("nothing_to_confirm")


# -- undo, and talk about the talk -------------------------------------------------------------------------------------


def test_undo_gives_back_what_was_remembered_once(ask, flow, dialogue) -> None:
    dialogue.did((OPEN,))
    assert ask("undo", flow.draft("assistant.undo")) == Act((OPEN,))
    assert ask("undo", flow.draft("assistant.undo")) == Reply("nothing_to_undo")


@pytest.mark.parametrize(
    ("intent", "request_"),
    [
        ("assistant.repeat", Again()),
        ("assistant.explain", Why()),
        ("assistant.help", Reply("", intent="assistant.help")),
        ("assistant.forget", Reply("forgotten")),
        ("assistant.cancel", Reply("cancelled")),
        ("assistant.deny", Reply("cancelled")),
        ("assistant.confirm", Reply("nothing_to_confirm")),
        ("assistant.undo", Reply("nothing_to_undo")),
    ],
)
def test_what_is_said_to_the_assistant_itself(ask, flow, intent, request_) -> None:
    assert ask("words", flow.draft(intent)) == request_


def test_every_dialogue_command_has_an_answer_with_words(ask, flow) -> None:
    book = load()
    for intent, command in COMMANDS.items():
        if command.kind is Kind.DIALOGUE:
            request = ask("words", flow.draft(intent))
            assert isinstance(request, Reply | Again | Why)
            if isinstance(request, Reply):
                assert book.reply(request.intent, ()) if request.intent else book.spoken["sentences"][request.sentence]


def test_forgetting_forgets_the_past_too(ask, flow, dialogue) -> None:
    dialogue.did((OPEN,))
    ask("forget me", flow.draft("assistant.forget"))
    assert ask("undo", flow.draft("assistant.undo")) == Reply("nothing_to_undo")


def test_cancel_at_the_end_of_a_sentence_takes_it_all_back(ask, flow) -> None:
    said = flow.draft("vehicle.open_trunk"), flow.draft("assistant.cancel")
    assert ask("open the trunk no never mind", *said) == Reply("cancelled")


def test_never_mind_before_a_command_does_not_stop_the_command(ask, flow) -> None:
    said = flow.draft("assistant.cancel"), flow.draft("media.pause")
    assert ask("never mind pause the music", *said) == Act((command_from("media.pause", {}),))


def test_polite_words_around_a_command_are_not_carried_out(ask, flow) -> None:
    said = flow.draft("media.pause"), flow.draft("assistant.confirm")
    assert ask("pause the music okay", *said) == Act((command_from("media.pause", {}),))


def test_what_is_not_sure_enough_is_not_acted_on(ask, flow) -> None:
    assert ask("mumble", flow.draft("media.pause"), confidence=0.399) == Unclear(sure=False)
    assert isinstance(ask("mumble", flow.draft("media.pause"), confidence=0.4), Act)


def test_nonsense_is_not_understood_even_when_the_parser_is_sure(dialogue) -> None:
    assert dialogue.resolve("blah", Meaning(Outcome.NOT_UNDERSTOOD), 1.0, 0.0) == Unclear(sure=True)


@pytest.mark.parametrize(
    ("right_hand_drive", "text", "zone"),
    [
        (False, "open the left window", "driver"),
        (True, "open the left window", "passenger"),
        (True, "open my window", "driver"),
    ],
)
def test_left_and_right_depend_on_where_the_driver_sits(flow, right_hand_drive, text, zone) -> None:
    talk = Dialogue(confidence_floor=0.4, answer_window_s=WINDOW_S, right_hand_drive=right_hand_drive)
    said = flow.meaning(flow.draft("vehicle.set_window", percent_open=100))
    wanted = command_from("vehicle.set_window", {"zone": zone, "percent_open": 100})
    assert talk.resolve(text, said, 0.9, 0.0) == Act((wanted,))
