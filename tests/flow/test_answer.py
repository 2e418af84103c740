"""Every ending of every command has words a driver can be told, whatever the vehicle has or has not said."""

import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from integration import simulator
from integration.link import Delivery
from integration.link import Outcome as Delivered
from intents.base import Command, Json, Kind, Slot, SlotKind
from intents.catalogue import COMMANDS, STATES, command_from
from intents.errors import ErrorCode
from intents.phrasebook import load
from vehicle_assistant.answer import Answers, distance, duration
from vehicle_assistant.audio.earcons import Earcon
from vehicle_assistant.outcome import (
    NAMES,
    Asked,
    Done,
    Failed,
    NothingHeard,
    NotUnderstood,
    Refused,
    Said,
    name,
)

BOOK = load()
SIMULATOR = "".join(file.read_text() for file in Path(simulator.__file__).parent.glob("*.py"))
REASONS = sorted(set(re.findall(r'Refused\(\s*"(\w+)"', SIMULATOR)) | {"not_available"})
AMOUNTS: dict[str, list[Json]] = {
    "celsius": [21.5, 22.0], "delta_celsius": [0.5, -1.0], "level": [0, 2], "delta_level": [1, -1], "percent": [0, 50],
    "delta_percent": [10, -10], "percent_open": [0, 30, 100], "duration_s": [1, 90, 3600, 5400],
}  # fmt: skip


def values(slot: Slot) -> list[Json]:
    """Some values of a slot: all of them where there are few."""
    if slot.quantity is not None:
        return AMOUNTS[slot.name]
    if slot.kind is SlotKind.SWITCH:
        return [True, False]
    if slot.kind is SlotKind.ENUM:
        return list(slot.values)
    return ["somewhere"]


def commands() -> Iterator[Command]:
    """Every command of the catalogue that is not said to the assistant itself, with its required slots varied."""
    for intent, command in COMMANDS.items():
        if command.kind is Kind.DIALOGUE:
            continue
        required = [slot for slot in command.slot_specs if slot.required]
        for chosen in itertools.product(*(values(slot) for slot in required)):
            yield command_from(intent, {slot.name: value for slot, value in zip(required, chosen, strict=True)})
    for zone in COMMANDS["climate.set_temperature"].slot_specs[0].values:
        yield command_from("climate.set_temperature", {"zone": zone, "celsius": 20.0})
        yield command_from("climate.query", {"zone": zone, "what": "temperature"})


ALL = [pytest.param(c, id=f"{c.intent}-{'-'.join(map(str, c.slots().values()))}") for c in commands()]


def default_states(domain: str):
    return STATES[domain]()


def delivery(command: Command, outcome: Delivered, reason: str | None = None) -> Delivery:
    return Delivery(command, "0198e7a0-0000-7000-8000-000000000000", outcome, reason)


def assert_speakable(words: str) -> None:
    assert words == words.strip()
    assert not re.search(r"None|[{}_\[\]]|  ", words), words
    assert re.match(r"[A-Z0-9]", words), words
    assert re.search(r"[.?!]$", words), words
    assert not re.search(r"[,.?!] *[,.?!]", words), words
    assert not re.search(r"\b(to|at|in|for|is|by)[.,!]", words), words


@pytest.fixture
def answers() -> Answers:
    return Answers(BOOK, default_states)


@pytest.mark.parametrize("command", ALL)
@pytest.mark.parametrize("known", [True, False], ids=["known", "unknown"])
def test_every_way_a_command_ends_has_words(command: Command, known: bool) -> None:
    answers = Answers(BOOK, default_states if known else lambda _: None)
    for outcome in Delivered:
        words = answers.words(Done((delivery(command, outcome),)))
        if outcome is Delivered.DONE and not words:
            assert BOOK.reply(command.intent, ()) == ""
        else:
            assert_speakable(words)
    if command.kind is Kind.QUERY:
        assert_speakable(answers.words(Done((), (command,))))


@pytest.mark.parametrize("command", ALL)
def test_only_done_sounds_like_success(command: Command, answers: Answers) -> None:
    success = answers.words(Done((delivery(command, Delivered.DONE),)))
    others = {answers.words(Done((delivery(command, outcome),))) for outcome in set(Delivered) - {Delivered.DONE}}
    assert success not in others
    assert len(others) == len(Delivered) - 1


@pytest.mark.parametrize("command", [p for p in ALL if p.values[0].kind in (Kind.QUERY, Kind.LOOKUP)])
def test_what_answers_a_question_is_there_in_the_state(command: Command) -> None:
    """A path that does not exist would be told as "I do not know" for ever."""
    paths = command.question()
    assert paths
    tree = STATES[command.domain]().model_dump(mode="json")
    for path in paths:
        first, *rest = path.split(".")
        assert first in tree
        value = tree[first]
        for part in rest if value is not None else ():
            assert part in value
            value = value[part]


@pytest.mark.parametrize(("intent", "reply"), [(i, r) for i, rs in BOOK.replies.items() for r in rs.values()])
def test_every_field_of_a_reply_is_a_slot_or_a_place_in_the_state(intent: str, reply: str) -> None:
    command = COMMANDS[intent]
    slots = {slot.name for slot in command.slot_specs}
    state = STATES.get(intent.partition(".")[0])
    for field in re.findall(r"\{([\w.]+)(?::\w+)?\}", reply):
        first = field.partition(".")[0]
        assert field in slots or (field == "value" and command.reads) or (state and first in state.model_fields), field


@pytest.mark.parametrize("command", [c for c in ALL if "what" in c.values[0].slots()])
def test_every_question_has_a_reply_of_its_own(command: Command) -> None:
    assert str(command.slots()["what"]) in BOOK.replies[command.intent]


def test_a_stale_state_is_not_read_out() -> None:
    unknown = Answers(BOOK, lambda _: None)
    command = command_from("climate.query", {"what": "temperature"})
    assert unknown.words(Done((), (command,))) == "I do not know that right now."
    guided = command_from("navigation.navigate", {"destination": "berlin"})
    assert unknown.words(Done((delivery(guided, Delivered.DONE),))) == "Done."


def test_replies_speak_of_what_was_done(answers: Answers) -> None:
    def said(intent: str, **slots: Json) -> str:
        return answers.reply(command_from(intent, slots))

    assert said("climate.set_temperature", celsius=22.0) == "22 degrees."
    assert said("climate.set_temperature", celsius=21.5, zone="rear") == "21.5 degrees in the back."
    assert said("climate.change_temperature", delta_celsius=-2.0) == "A little cooler."
    assert said("climate.set_seat_heating", level=0) == "Seat heating off."
    assert said("climate.set_recirculation", on=False) == "Fresh air."
    assert said("vehicle.set_window", percent_open=100, zone="all") == "Window open everywhere."
    assert said("vehicle.set_window", percent_open=0) == "Window closed."
    assert said("vehicle.set_lock", locked=True) == "Doors locked."
    assert said("climate.query", what="outside_temperature") == "It is 12 degrees outside."
    assert said("climate.query", what="air_conditioning") == "The air conditioning is off."
    assert said("vehicle.query", what="doors") == "All doors are closed."
    assert said("driver_monitoring.query", what="alerts") == "Drowsiness warnings on, distraction warnings on."
    assert said("personal.set_timer", duration_s=5400) == "Timer set for 1 hour 30 minutes."
    assert said("phone.read_messages") == "No new messages."
    assert said("personal.read_notes") == "Nothing there."


def test_at_most_three_entries_are_read() -> None:
    notes = STATES["personal"](notes=("milk", "tires", "bank", "folder", "keys"))
    read = Answers(BOOK, lambda _: notes).reply(command_from("personal.read_notes", {}))
    assert read == "Milk, tires, bank, and 2 more."


def test_messages_and_events_are_read_with_who_and_when() -> None:
    phone = STATES["phone"].model_validate({"messages": [{"sender": "Anna", "body": "see you soon"}]})
    assert Answers(BOOK, lambda _: phone).reply(command_from("phone.read_messages", {})) == "Anna says: see you soon."
    events = STATES["personal"].model_validate({"events": [{"title": "dentist", "when": "tomorrow"}]})
    reply = Answers(BOOK, lambda _: events).reply(command_from("personal.query_events", {}))
    assert reply == "Dentist tomorrow."


@pytest.mark.parametrize(
    ("km", "spoken"),
    [
        (0.0, "50 meters"), (0.04, "50 meters"), (0.25, "200 meters"), (0.8, "800 meters"), (0.97, "1 kilometer"),
        (1.0, "1 kilometer"), (1.25, "1.2 kilometers"), (5.0, "5 kilometers"), (9.97, "10 kilometers"),
        (10.0, "10 kilometers"), (123.4, "123 kilometers"),
    ],
)  # fmt: skip
def test_distances(km: float, spoken: str) -> None:
    assert distance(km) == spoken


@pytest.mark.parametrize(
    ("seconds", "spoken"),
    [
        (0, "0 seconds"), (1, "1 second"), (59, "59 seconds"), (59.7, "1 minute"), (60, "1 minute"), (90, "2 minutes"),
        (150, "2 minutes"), (3600, "1 hour"), (3660, "1 hour 1 minute"), (5400, "1 hour 30 minutes"),
        (7200, "2 hours"), (86_400, "24 hours"),
    ],
)  # fmt: skip
def test_durations(seconds: float, spoken: str) -> None:
    assert duration(seconds) == spoken


# -- several commands in one breath ------------------------------------------------------------------------------------

HEAT = command_from("climate.set_seat_heating", {"level": 2})
STOP = command_from("media.pause", {})
TRUNK = command_from("vehicle.open_trunk", {})


def test_partial_success_is_told_as_such(answers: Answers) -> None:
    half = Done((delivery(HEAT, Delivered.DONE), delivery(STOP, Delivered.NO_ANSWER)))
    assert answers.words(half) == "Seat heating 2. But: The audio system does not answer."


def test_what_was_refused_beside_what_was_done_is_told(answers: Answers) -> None:
    mixed = Done((delivery(HEAT, Delivered.DONE),), (), (Refused(TRUNK, "opens_body"),))
    assert answers.words(mixed) == "Seat heating 2. But: Not while driving."


def test_the_same_trouble_is_told_once(answers: Answers) -> None:
    lost = Done((delivery(HEAT, Delivered.UNREACHABLE), delivery(STOP, Delivered.UNREACHABLE)))
    assert answers.words(lost) == "I cannot reach the vehicle."


def test_a_subsystem_s_own_reason_has_its_own_words(answers: Answers) -> None:
    guide = command_from("navigation.navigate", {"destination": "nowhere"})
    known = Done((delivery(guide, Delivered.REJECTED, "destination_unknown"),))
    strange = Done((delivery(guide, Delivered.REJECTED, "something_new"),))
    assert answers.words(known) == "I do not know that place."
    assert answers.words(strange) == "The navigation refused that."


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_of_the_simulated_vehicle_has_words(reason: str) -> None:
    assert_speakable(BOOK.spoken["reasons"][reason])


def test_every_ending_has_its_name_words_and_tone(answers: Answers) -> None:
    refused = Refused(TRUNK, "opens_body")
    endings = {
        Done((delivery(HEAT, Delivered.DONE),)): ("done", Earcon.DONE),
        Done((), (command_from("climate.query", {"what": "power"}),)): ("done", None),
        Done((delivery(HEAT, Delivered.REJECTED),)): ("done", Earcon.FAILED),
        Done((delivery(HEAT, Delivered.NO_ANSWER),)): ("done", Earcon.OFFLINE),
        Done((delivery(HEAT, Delivered.DONE),), (), (refused,)): ("done", Earcon.REFUSED),
        Said("All right."): ("done", None),
        refused: ("refused", Earcon.REFUSED),
        Asked("Where to?", "destination"): ("asked", None),
        NotUnderstood(sure=True): ("not_understood", Earcon.NOT_UNDERSTOOD),
        NotUnderstood(sure=False): ("not_understood", Earcon.NOT_UNDERSTOOD),
        Failed(ErrorCode.WORKER_DIED, "it died"): ("failed", Earcon.FAILED),
    }
    for outcome, (called, tone) in endings.items():
        assert name(outcome) == called
        assert answers.earcon(outcome) == tone
        assert_speakable(answers.words(outcome))
    assert {type(outcome) for outcome in endings} | {NothingHeard} == set(NAMES)
    assert answers.words(NothingHeard("no_speech")) == ""
    assert answers.earcon(NothingHeard("no_speech")) is None
    assert answers.words(NotUnderstood(sure=True)) != answers.words(NotUnderstood(sure=False))


def test_a_breakage_is_never_told_in_its_own_words(answers: Answers) -> None:
    assert "segfault" not in answers.words(Failed(ErrorCode.WORKER_DIED, "segfault at 0x0"))


@pytest.mark.parametrize("reason", BOOK.spoken["policy"])
def test_a_question_before_something_risky_says_why(answers: Answers, reason: str) -> None:
    question = answers.to_confirm(reason)
    assert question.startswith(BOOK.spoken["policy"][reason])
    assert question.endswith("?")


@pytest.mark.parametrize("domain", STATES)
def test_every_subsystem_has_a_spoken_name(domain: str) -> None:
    assert BOOK.spoken["domains"][domain].strip()
