import pytest

from integration.confirmation import Confirmation, Verdict
from integration.envelope import Ack
from integration.link import Outcome
from intents.catalogue import command_from
from intents.climate import ClimateState
from intents.media import MediaState

ID = "01a20a62-4fd6-7e8f-8c8a-b04adbb9b6b2"
WARM = command_from("climate.set_temperature", {"celsius": 24.0})
LOUDER = command_from("media.change_volume", {"delta_percent": 10})
SEARCH = command_from("personal.query_weather", {})


def climate(celsius: float, version: int) -> ClimateState:
    tree = ClimateState(version=version).model_dump()
    tree["zones"]["driver"]["celsius"] = celsius
    return ClimateState.model_validate(tree)


def ack(status: str, **more: object) -> Ack:
    return Ack.model_validate({"id": ID, "status": status, **more})


def test_done_with_an_agreeing_state_is_done_by_state() -> None:
    confirmation = Confirmation(WARM, climate(21, 4))

    assert confirmation.on_ack(ack("accepted")) is None
    assert confirmation.on_ack(ack("done", state_version=5)) is None
    verdict = confirmation.on_state(climate(24, 5), kept=False)

    assert verdict == Verdict(Outcome.DONE, confirmed_by="state")


def test_done_for_a_command_no_state_shows_is_done_by_ack() -> None:
    confirmation = Confirmation(LOUDER, MediaState(version=2))

    assert confirmation.on_ack(ack("done")) == Verdict(Outcome.DONE, confirmed_by="ack")


def test_done_waits_for_the_state_it_names() -> None:
    confirmation = Confirmation(SEARCH, None)

    assert confirmation.on_ack(ack("done", state_version=3)) is None
    assert confirmation.timed_out() == Verdict(
        Outcome.FAILED, "state_unknown", "the subsystem said done, its state is not known"
    )


def test_a_contradicting_state_of_that_version_fails_at_once() -> None:
    confirmation = Confirmation(WARM, climate(21, 4))

    verdict = confirmation.on_ack(ack("done", state_version=4))

    assert verdict is not None
    assert (verdict.outcome, verdict.reason) == (Outcome.FAILED, "state_disagrees")


def test_a_later_contradicting_state_fails_when_the_wait_is_over() -> None:
    confirmation = Confirmation(WARM, climate(21, 4))

    assert confirmation.on_ack(ack("done", state_version=5)) is None
    assert confirmation.on_state(climate(19, 7), kept=False) is None
    assert confirmation.timed_out().reason == "state_disagrees"


def test_the_state_alone_is_enough_when_it_is_new() -> None:
    confirmation = Confirmation(WARM, climate(21, 4))

    verdict = confirmation.on_state(climate(24, 5), kept=False)

    assert verdict == Verdict(Outcome.DONE, confirmed_by="state")


@pytest.mark.parametrize("before", [climate(24, 4), None])
def test_a_kept_state_of_before_proves_nothing(before: ClimateState | None) -> None:
    confirmation = Confirmation(WARM, before)

    assert confirmation.on_state(climate(24, 4), kept=True) is None
    assert confirmation.timed_out().outcome is Outcome.NO_ANSWER


def test_nothing_to_change_is_done_when_acked() -> None:
    confirmation = Confirmation(WARM, climate(24, 4))

    verdict = confirmation.on_ack(ack("done", state_version=4))

    assert verdict == Verdict(Outcome.DONE, confirmed_by="state")


@pytest.mark.parametrize(
    ("given", "outcome", "reason"),
    [
        (ack("rejected", reason="at_limit"), Outcome.REJECTED, "at_limit"),
        (ack("rejected"), Outcome.REJECTED, "rejected"),
        (ack("rejected", reason="expired"), Outcome.EXPIRED, "expired"),
        (ack("failed", reason="blocked"), Outcome.FAILED, "blocked"),
    ],
)
def test_a_refusal_keeps_the_subsystems_reason(given: Ack, outcome: Outcome, reason: str) -> None:
    verdict = Confirmation(WARM, None).on_ack(given)

    assert verdict is not None
    assert (verdict.outcome, verdict.reason) == (outcome, reason)


def test_silence_is_told_from_unfinished_work() -> None:
    silent, stalled = Confirmation(WARM, None), Confirmation(WARM, None)
    stalled.on_ack(ack("accepted"))

    assert (silent.timed_out().outcome, silent.timed_out().reason) == (Outcome.NO_ANSWER, "silent")
    assert (stalled.timed_out().outcome, stalled.timed_out().reason) == (Outcome.NO_ANSWER, "not_finished")


def test_all_seats_must_show_it() -> None:
    everyone = command_from("climate.set_temperature", {"celsius": 24.0, "zone": "all"})

    verdict = Confirmation(everyone, climate(24, 4)).on_ack(ack("done", state_version=4))

    assert verdict is not None
    assert verdict.reason == "state_disagrees"


def test_a_number_is_no_switch() -> None:
    mute = command_from("media.set_mute", {"on": True})
    confirmation = Confirmation(mute, None)

    assert confirmation.on_state(MediaState(muted=False, version=1), kept=False) is None
    assert confirmation.on_state(MediaState(muted=True, version=2), kept=False) == Verdict(
        Outcome.DONE, confirmed_by="state"
    )
