"""Every rule of the table, at its boundary, and what is not known counts as dangerous."""

import pytest

from intents.base import Hazard
from intents.catalogue import COMMANDS, command_from
from intents.phrasebook import load
from vehicle_assistant.policy import MOTORWAY_KMH, MOVING_KMH, RULES, Ruling, Situation, judge

RISKY = {
    Hazard.OPENS_BODY: command_from("vehicle.open_trunk", {}),
    Hazard.OPENS_WINDOW: command_from("vehicle.set_window", {"percent_open": 100}),
    Hazard.UNLOCKS: command_from("vehicle.set_lock", {"locked": False}),
    Hazard.DARKENS: command_from("vehicle.set_light", {"light": "headlights", "on": False}),
    Hazard.BLINDS: command_from("vehicle.set_light", {"light": "reading", "on": True}),
    Hazard.LONG_READING: command_from("phone.read_messages", {}),
    Hazard.SILENCES_ALERTS: command_from("driver_monitoring.set_alerts", {"on": False}),
    Hazard.ERASES: command_from("personal.clear_notes", {}),
}

HARMLESS = [
    ("vehicle.set_window", {"percent_open": 0}),
    ("vehicle.set_sunroof", {"percent_open": 0}),
    ("vehicle.set_lock", {"locked": True}),
    ("vehicle.set_light", {"light": "headlights", "on": True}),
    ("vehicle.set_light", {"light": "reading", "on": False}),
    ("driver_monitoring.set_alerts", {"on": True}),
    ("climate.set_temperature", {"celsius": 22.0}),
    ("navigation.navigate", {"destination": "berlin"}),
]


def test_every_hazard_has_a_rule_and_an_example_here() -> None:
    assert {rule.hazard for rule in RULES} == set(Hazard) == set(RISKY)
    for hazard, command in RISKY.items():
        assert hazard in command.hazards()


@pytest.mark.parametrize("hazard", Hazard)
def test_what_policy_says_about_a_hazard_has_words(hazard: Hazard) -> None:
    words = load().spoken["policy"]
    assert words[hazard.value].endswith((".", "?"))


def test_no_words_are_left_for_rules_that_are_gone() -> None:
    assert set(load().spoken["policy"]) == {rule.hazard.value for rule in RULES} | {"speed_unknown"}
    assert load().spoken["policy"]["speed_unknown"].strip()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.hazard.value)
def test_a_rule_holds_from_its_speed_on_and_not_below(rule) -> None:
    command = RISKY[rule.hazard]
    at = judge(command, Situation(rule.from_kmh, warned=rule.while_warned))
    assert (at.ruling, at.reason) == (rule.ruling, rule.hazard.value)
    if rule.from_kmh > 0:
        assert judge(command, Situation(rule.from_kmh - 0.01)).ruling is Ruling.ALLOW
    assert judge(command, Situation(250.0, warned=rule.while_warned)).ruling is rule.ruling


@pytest.mark.parametrize(
    ("hazard", "speed_kmh", "ruling"),
    [
        (Hazard.OPENS_BODY, 0.0, Ruling.ALLOW),
        (Hazard.OPENS_BODY, MOVING_KMH, Ruling.REFUSE),
        (Hazard.UNLOCKS, 4.9, Ruling.ALLOW),
        (Hazard.UNLOCKS, 50.0, Ruling.REFUSE),
        (Hazard.DARKENS, 0.0, Ruling.ALLOW),
        (Hazard.DARKENS, 30.0, Ruling.REFUSE),
        (Hazard.BLINDS, 30.0, Ruling.CONFIRM),
        (Hazard.OPENS_WINDOW, 50.0, Ruling.ALLOW),
        (Hazard.OPENS_WINDOW, MOTORWAY_KMH, Ruling.CONFIRM),
        (Hazard.SILENCES_ALERTS, 0.0, Ruling.ALLOW),
        (Hazard.SILENCES_ALERTS, 100.0, Ruling.CONFIRM),
        (Hazard.LONG_READING, 100.0, Ruling.ALLOW),
        (Hazard.ERASES, 0.0, Ruling.CONFIRM),
        (Hazard.ERASES, 100.0, Ruling.CONFIRM),
    ],
)
def test_hazards_at_speeds(hazard: Hazard, speed_kmh: float, ruling: Ruling) -> None:
    assert judge(RISKY[hazard], Situation(speed_kmh)).ruling is ruling


@pytest.mark.parametrize("rule", [r for r in RULES if not r.while_warned], ids=lambda rule: rule.hazard.value)
def test_an_unknown_speed_counts_as_the_worst(rule) -> None:
    verdict = judge(RISKY[rule.hazard], Situation(None))
    assert verdict.ruling is rule.ruling
    assert verdict.reason == ("speed_unknown" if rule.ruling is Ruling.REFUSE else rule.hazard.value)


def test_a_warned_driver_gets_no_long_reading_at_any_speed() -> None:
    for speed_kmh in (0.0, 100.0, None):
        verdict = judge(RISKY[Hazard.LONG_READING], Situation(speed_kmh, warned=True))
        assert (verdict.ruling, verdict.reason) == (Ruling.REFUSE, "long_reading")
    assert judge(RISKY[Hazard.LONG_READING], Situation(None)).ruling is Ruling.ALLOW


def test_a_warning_allows_nothing_that_was_refused_without_one() -> None:
    for command in RISKY.values():
        for speed_kmh in (0.0, MOVING_KMH, MOTORWAY_KMH, None):
            calm, warned = (judge(command, Situation(speed_kmh, warned=w)).ruling for w in (False, True))
            order = [Ruling.ALLOW, Ruling.CONFIRM, Ruling.REFUSE]
            assert order.index(warned) >= order.index(calm)


@pytest.mark.parametrize(("intent", "slots"), HARMLESS)
def test_what_is_harmless_is_allowed_whatever_is_unknown(intent: str, slots: dict) -> None:
    assert judge(command_from(intent, slots), Situation(None, warned=True)).ruling is Ruling.ALLOW


def test_the_strictest_rule_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    both = command_from("vehicle.set_window", {"percent_open": 50})
    monkeypatch.setattr(type(both), "hazards", lambda _: frozenset({Hazard.ERASES, Hazard.UNLOCKS}))
    assert judge(both, Situation(50.0)).reason == "unlocks"
    assert judge(both, Situation(0.0)).reason == "erases"


def test_commands_with_a_fixed_hazard_are_the_ones_we_mean() -> None:
    fixed = {intent: command.hazard for intent, command in COMMANDS.items() if command.hazard}
    assert fixed == {
        "vehicle.open_trunk": {Hazard.OPENS_BODY},
        "phone.read_messages": {Hazard.LONG_READING},
        "personal.read_notes": {Hazard.LONG_READING},
        "personal.clear_notes": {Hazard.ERASES},
        "personal.delete_event": {Hazard.ERASES},
        "assistant.forget": {Hazard.ERASES},
    }
