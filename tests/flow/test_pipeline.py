"""Turns on a simulated vehicle: each way to end, what is told about it, and what is never acted on."""

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integration.link import Outcome as Delivered
from integration.simulator.faults import Fault
from intents.errors import EngineError, ErrorCode, WorkerError
from vehicle_assistant.asr.port import Transcript
from vehicle_assistant.audio.earcons import Earcon
from vehicle_assistant.audio.endpoint import Completeness, EndReason
from vehicle_assistant.ear_events import NothingHeard as SilenceHeard
from vehicle_assistant.ear_events import PartialHeard, SpeechHeard, StageTimes, StopHeard, WakeHeard
from vehicle_assistant.mouth import Priority
from vehicle_assistant.outcome import Asked, Done, Failed, NothingHeard, NotUnderstood, Refused, Said
from vehicle_assistant.pipeline import Limits, spoken
from vehicle_assistant.ports import Lost, Part, Ready

WARM, HEAT, PAUSE = "make it twenty two", "heat my seat", "pause"
TRUNK, DELETE, WINDOW = "open the trunk", "delete my notes", "open the window"


@pytest.fixture
def script(flow):
    """Sentences of these tests and what they mean."""
    return {
        WARM: flow.draft("climate.set_temperature", celsius=22.0),
        "warmer": flow.draft("climate.change_temperature", delta_celsius=1.0),
        HEAT: flow.draft("climate.set_seat_heating", level=2),
        PAUSE: flow.draft("media.pause"),
        TRUNK: flow.draft("vehicle.open_trunk"),
        DELETE: flow.draft("personal.clear_notes"),
        WINDOW: flow.draft("vehicle.set_window", percent_open=100),
        "both": (
            flow.draft("climate.set_temperature", celsius=22.0),
            flow.draft("climate.set_seat_heating", level=3),
        ),
        "warm and loud": (
            flow.draft("climate.set_temperature", celsius=24.0),
            flow.draft("media.set_volume", percent=50),
        ),
        "trunk and warm": (flow.draft("vehicle.open_trunk"), flow.draft("climate.set_temperature", celsius=25.0)),
        "warm and ask": (
            flow.draft("climate.set_temperature", celsius=26.0),
            flow.draft("climate.query", what="temperature"),
        ),
        "how warm outside": flow.draft("climate.query", what="outside_temperature"),
        "set an alarm": flow.draft("personal.set_alarm"),
        "to atlantis": flow.draft("navigation.navigate", destination="atlantis"),
        "to berlin": flow.draft("navigation.navigate", destination="berlin"),
        "yes": flow.draft("assistant.confirm"),
        "no": flow.draft("assistant.deny"),
        "undo": flow.draft("assistant.undo"),
        "again": flow.draft("assistant.repeat"),
        "why": flow.draft("assistant.explain"),
        "help": flow.draft("assistant.help"),
    }


# -- how a turn ends ---------------------------------------------------------------------------------------------------


async def test_done_is_told_after_the_vehicle_s_state_agrees(flow, script) -> None:
    async with flow.bench(script) as bench:
        turn = await bench.say(WARM)
        assert isinstance(turn.outcome, Done)
        assert turn.done
        (delivery,) = turn.deliveries
        assert (delivery.outcome, delivery.confirmed_by) == (Delivered.DONE, "state")
        assert bench.state("climate").zones.driver.celsius == 22.0
        assert bench.voice.said == [("22 degrees.", Priority.ANSWER, Earcon.DONE)]
        assert turn.said == "22 degrees."
        assert list(turn.stages_ms) == ["parse", "policy", "vehicle", "speak"]
        assert all(ms >= 0 for ms in turn.stages_ms.values())
        assert bench.record.turns == [turn]


async def test_a_question_is_answered_from_the_state_and_nothing_is_sent(flow, script) -> None:
    async with flow.bench(script) as bench:
        turn = await bench.say("how warm outside")
        assert isinstance(turn.outcome, Done)
        assert turn.deliveries == ()
        assert turn.said == "It is 12 degrees outside."
        assert bench.carried_out() == []


async def test_two_commands_are_carried_out_in_spoken_order(flow, script) -> None:
    async with flow.bench(script) as bench:
        turn = await bench.say("both")
        assert [d.command.intent for d in turn.deliveries] == ["climate.set_temperature", "climate.set_seat_heating"]
        assert bench.carried_out() == ["climate.set_temperature", "climate.set_seat_heating"]
        assert turn.said == "22 degrees. Seat heating 3."


async def test_a_question_after_a_command_sees_what_the_command_did(flow, script) -> None:
    async with flow.bench(script) as bench:
        assert (await bench.say("warm and ask")).said == "26 degrees. It is set to 26 degrees."


async def test_refused_at_speed_nothing_is_sent(flow, script) -> None:
    async with flow.bench(script, speed_kmh=120.0) as bench:
        turn = await bench.say(TRUNK)
        assert isinstance(turn.outcome, Refused)
        assert turn.outcome.reason == "opens_body"
        assert turn.said == "Not while driving."
        assert bench.carried_out() == []
        await bench.drive(0.0)
        assert (await bench.say(TRUNK)).done
        assert bench.carried_out() == ["vehicle.open_trunk"]


async def test_an_unknown_speed_is_no_standstill(flow, script, monkeypatch) -> None:
    async with flow.bench(script) as bench:
        monkeypatch.setattr(bench.link, "motion", lambda: None)
        turn = await bench.say(TRUNK)
        assert isinstance(turn.outcome, Refused)
        assert turn.outcome.reason == "speed_unknown"
        assert bench.carried_out() == []


async def test_what_is_refused_does_not_stop_the_rest_of_the_breath(flow, script) -> None:
    async with flow.bench(script, speed_kmh=50.0) as bench:
        turn = await bench.say("trunk and warm")
        assert isinstance(turn.outcome, Done)
        assert [r.reason for r in turn.outcome.refused] == ["opens_body"]
        assert turn.said == "25 degrees. But: Not while driving."
        assert bench.carried_out() == ["climate.set_temperature"]


async def test_not_understood_and_not_sure_are_told_apart(flow, script) -> None:
    async with flow.bench(script) as bench:
        nonsense = await bench.say("colourless green ideas")
        assert nonsense.outcome == NotUnderstood(sure=True)
        bench.parser.confidence[PAUSE] = 0.2
        unsure = await bench.say(PAUSE)
        assert unsure.outcome == NotUnderstood(sure=False)
        assert nonsense.said != unsure.said
        assert bench.carried_out() == []


async def test_a_missing_detail_is_asked_for_and_the_answer_completes_it(flow, script) -> None:
    async with flow.bench(script) as bench:
        turn = await bench.say("set an alarm", "voice")
        assert turn.outcome == Asked("When?", "when")
        assert bench.ears.asked[-1] == ("listen", 6.0)
        answer = await bench.say("half past six", "voice")
        assert answer.done
        assert bench.state("personal").alarms == ("half past six",)


async def test_typed_words_are_not_listened_after(flow, script) -> None:
    async with flow.bench(script) as bench:
        await bench.say("set an alarm")
        assert not any(what == "listen" for what, *_ in bench.ears.asked)


async def test_an_interrupted_question_is_not_listened_after(flow, script) -> None:
    async with flow.bench(script) as bench:
        bench.voice.whole = False
        await bench.say("set an alarm", "voice")
        assert not any(what == "listen" for what, *_ in bench.ears.asked)


async def test_an_answer_that_began_in_time_counts_however_long_the_question_was(flow, script) -> None:
    async with flow.bench(script) as bench:
        bench.voice.hold = asyncio.Event()
        asking = asyncio.create_task(bench.say("set an alarm", "voice"))
        await flow.until(lambda: bench.voice.said)
        pending_before = bench.dialogue._pending.until_s
        bench.voice.hold.set()
        await asking
        assert bench.dialogue._pending.until_s > pending_before


async def test_something_risky_is_done_after_a_yes_only(flow, script) -> None:
    async with flow.bench(script) as bench:
        question = await bench.say(DELETE, "voice")
        assert question.outcome == Asked("That cannot be undone. Shall I go on?", "confirmation")
        assert bench.carried_out() == []
        assert (await bench.say("no")).said == "All right."
        assert (await bench.say("yes")).said == "There is nothing to confirm."
        assert bench.carried_out() == []
        await bench.say(DELETE, "voice")
        assert (await bench.say("yes", "voice")).done
        assert bench.carried_out() == ["personal.clear_notes"]


async def test_a_yes_does_not_overrule_what_is_refused_by_now(flow, script) -> None:
    script["trunk and delete"] = (flow.draft("vehicle.open_trunk"), flow.draft("personal.clear_notes"))
    async with flow.bench(script) as bench:
        assert isinstance((await bench.say("trunk and delete")).outcome, Asked)
        await bench.drive(80.0)
        turn = await bench.say("yes")
        assert isinstance(turn.outcome, Done)
        assert [r.reason for r in turn.outcome.refused] == ["opens_body"]
        assert bench.carried_out() == ["personal.clear_notes"]


# -- undo, repeat, explain ---------------------------------------------------------------------------------------------


async def test_undo_puts_back_what_was_set(flow, script) -> None:
    async with flow.bench(script) as bench:
        before = bench.state("climate").zones.driver.celsius
        await bench.say(WARM)
        assert (await bench.say("undo")).done
        assert bench.state("climate").zones.driver.celsius == before
        assert (await bench.say("undo")).done  # undoing is itself undone
        assert bench.state("climate").zones.driver.celsius == 22.0


async def test_undo_takes_back_a_step(flow, script) -> None:
    async with flow.bench(script) as bench:
        before = bench.state("climate").zones.driver.celsius
        await bench.say("warmer")
        assert bench.state("climate").zones.driver.celsius == before + 1
        await bench.say("undo")
        assert bench.state("climate").zones.driver.celsius == before


async def test_undo_takes_back_the_whole_breath(flow, script) -> None:
    async with flow.bench(script) as bench:
        before = bench.state("climate").zones
        await bench.say("both")
        assert bench.state("climate").zones != before
        await bench.say("undo")
        assert bench.state("climate").zones == before


async def test_what_failed_is_not_undone(flow, script) -> None:
    async with flow.bench(script) as bench:
        bench.vehicle.faults.set("climate", Fault.REJECTS)
        await bench.say(WARM)
        bench.vehicle.faults.set("climate", None)
        assert (await bench.say("undo")).said == "There is nothing to undo."


async def test_say_that_again_and_why(flow, script) -> None:
    async with flow.bench(script) as bench:
        assert (await bench.say("again")).said == "I have not said anything yet."
        assert (await bench.say("why")).said == "I have not done anything yet."
        await bench.say(WARM)
        assert (await bench.say("again")).said == "22 degrees."
        assert (await bench.say("why")).said == f"I heard: {WARM}. So I did: 22 degrees."
        assert isinstance((await bench.say("help")).outcome, Said)


# -- a vehicle that does not do as it is told --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "outcome", "words"),
    [
        (Fault.SILENT, Delivered.NO_ANSWER, "The climate system does not answer."),
        (Fault.STALLS, Delivered.NO_ANSWER, "The climate system does not answer."),
        (Fault.REJECTS, Delivered.REJECTED, "That is not available right now."),
        (Fault.LIES, Delivered.FAILED, "That did not work."),
    ],
)
async def test_each_fault_is_told_with_its_own_words(flow, script, fault, outcome, words) -> None:
    async with flow.bench(script) as bench:
        bench.vehicle.faults.set("climate", fault)
        turn = await bench.say(WARM)
        assert isinstance(turn.outcome, Done)
        assert [d.outcome for d in turn.deliveries] == [outcome]
        assert turn.said == words
        assert not turn.done
        assert bench.voice.said[0][2] in {Earcon.OFFLINE, Earcon.FAILED}
        bench.vehicle.faults.set("climate", None)
        assert (await bench.say(PAUSE)).done  # other subsystems were never affected


async def test_partial_success_is_told_as_partial(flow, script) -> None:
    async with flow.bench(script) as bench:
        bench.vehicle.faults.set("media", Fault.SILENT)
        turn = await bench.say("warm and loud")
        assert turn.said == "24 degrees. But: The audio system does not answer."
        assert [d.outcome for d in turn.deliveries] == [Delivered.DONE, Delivered.NO_ANSWER]
        assert not turn.done


async def test_a_subsystem_s_reason_is_told(flow, script) -> None:
    async with flow.bench(script) as bench:
        turn = await bench.say("to atlantis")
        assert turn.said == "I do not know that place."
        assert (await bench.say("to berlin")).said.startswith("Starting guidance to Berlin, ")


async def test_a_lost_vehicle_fails_fast_and_nothing_is_sent_late(flow, script) -> None:
    async with flow.bench(script, limits=Limits(command_ttl_s=30.0)) as bench:
        bench.hub.stop()
        turn = await asyncio.wait_for(bench.say(WARM), 5.0)
        assert [d.outcome for d in turn.deliveries] == [Delivered.UNREACHABLE]
        assert turn.said == "I cannot reach the vehicle."
        bench.hub.start()
        await flow.until(lambda: bench.link.connected and bench.link.state("climate"))
        assert bench.carried_out() == []
        assert (await bench.say(HEAT)).done
        assert bench.carried_out() == ["climate.set_seat_heating"]


# -- a service that breaks ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "error",
    [
        WorkerError(ErrorCode.WORKER_DIED, "the parser died"),
        EngineError(ErrorCode.ENGINE_FAILED, "the parser gave up"),
    ],
)
async def test_a_lost_parser_is_told_and_the_next_turn_works(flow, script, error) -> None:
    script["boom"] = error
    async with flow.bench(script) as bench:
        turn = await bench.say("boom")
        assert turn.outcome == Failed(error.code, error.message)
        assert turn.said == "I have to restart myself. Please say that again."
        assert bench.voice.said[0][2] is Earcon.FAILED
        assert (await bench.say(WARM)).done


async def test_a_question_survives_a_lost_parser(flow, script) -> None:
    script["boom"] = WorkerError(ErrorCode.WORKER_DIED, "the parser died")
    async with flow.bench(script) as bench:
        await bench.say("set an alarm")
        await bench.say("boom")
        assert (await bench.say("seven")).done


# -- hearing -----------------------------------------------------------------------------------------------------------


async def listening(bench) -> None:
    bench.tasks.append(asyncio.create_task(bench.pipeline.run()))
    await asyncio.sleep(0)


async def test_spoken_words_become_a_turn_with_the_times_of_their_hearing(flow, script) -> None:
    async with flow.bench(script) as bench:
        await listening(bench)
        bench.ears.inbox.put_nowait(WakeHeard(1.0, 1.4, 0.9))
        bench.hear(WARM)
        await flow.until(lambda: bench.record.turns)
        turn = bench.record.turns[0]
        assert bench.voice.tones == [Earcon.LISTENING]
        assert (turn.source, turn.heard, turn.wake_at_s) == ("voice", WARM, 1.0)
        assert turn.stages_ms["wake"] == 500.0
        assert turn.stages_ms["endpoint"] == 400.0
        assert turn.stages_ms["transcribe"] == 50.0
        assert turn.done


async def test_silence_and_doubtful_words_end_without_a_command(flow, script) -> None:
    async with flow.bench(script) as bench:
        await listening(bench)
        bench.ears.inbox.put_nowait(SilenceHeard(EndReason.NO_SPEECH, 1.0, 6.0))
        bench.hear(WARM, confidence=0.29)
        await flow.until(lambda: len(bench.record.turns) == 2)
        outcomes = {type(turn.outcome): turn for turn in bench.record.turns}
        assert outcomes[NothingHeard].outcome == NothingHeard("no_speech")
        assert outcomes[NothingHeard].said == ""
        assert outcomes[NotUnderstood].outcome == NotUnderstood(sure=False)
        assert bench.parser.parsed == []
        assert bench.carried_out() == []


async def test_turns_come_one_after_the_other(flow, script) -> None:
    async with flow.bench(script) as bench:
        await listening(bench)
        bench.voice.hold = asyncio.Event()
        bench.hear(WARM)
        bench.hear(HEAT)
        await flow.until(lambda: bench.voice.said)
        assert bench.parser.parsed == [WARM]
        bench.voice.hold.set()
        await flow.until(lambda: len(bench.record.turns) == 2)
        assert [turn.heard for turn in bench.record.turns] == [WARM, HEAT]


async def test_the_run_ends_after_the_last_turn_of_a_finite_source(flow, script) -> None:
    async with flow.bench(script, in_step=True) as bench:
        bench.hear(WARM)
        bench.hear(HEAT)
        bench.ears.inbox.put_nowait(None)
        await asyncio.wait_for(bench.pipeline.run(), 10.0)
        assert [turn.heard for turn in bench.record.turns] == [WARM, HEAT]


async def test_stop_silences_the_voice(flow, script) -> None:
    async with flow.bench(script) as bench:
        await listening(bench)
        bench.ears.inbox.put_nowait(StopHeard(1.0, 0.9))
        await flow.until(lambda: bench.voice.hushed == 1)


async def test_lost_and_found_parts_are_passed_on(flow, script) -> None:
    async with flow.bench(script) as bench:
        await listening(bench)
        events = [Lost(Part.EARS, "it died"), Ready(Part.EARS)]
        for event in events:
            bench.ears.inbox.put_nowait(event)
        await flow.until(lambda: bench.record.parts == events)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        (WARM, Completeness.COMPLETE),
        ("set an alarm", Completeness.INCOMPLETE),
        ("set the", Completeness.UNKNOWN),
    ],
)
async def test_the_ears_are_told_whether_the_words_so_far_are_a_command(flow, script, text, hint) -> None:
    async with flow.bench(script) as bench:
        await listening(bench)
        bench.ears.inbox.put_nowait(PartialHeard(text))
        await flow.until(lambda: ("hint", hint, text) in bench.ears.asked)
        assert bench.record.turns == []
        assert bench.carried_out() == []


async def test_a_parser_that_fails_on_a_partial_is_not_told_twice(flow, script) -> None:
    script["boom"] = WorkerError(ErrorCode.WORKER_DIED, "the parser died")
    async with flow.bench(script) as bench:
        await listening(bench)
        bench.ears.inbox.put_nowait(PartialHeard("boom"))
        await flow.until(lambda: bench.parser.parsed == ["boom"])
        bench.hear(WARM)
        await flow.until(lambda: bench.record.turns)
        assert bench.voice.words == ["22 degrees."]


HEARD = st.lists(
    st.one_of(
        st.sampled_from([WARM, HEAT, PAUSE, "both", "set an alarm"]).map(PartialHeard),
        st.sampled_from([WakeHeard(1.0, 1.4, 0.9), StopHeard(1.0, 0.9)]),
        st.sampled_from([SilenceHeard(EndReason.NO_SPEECH, None, 6.0), Lost(Part.EARS, "x"), Ready(Part.EARS)]),
        st.sampled_from([HEAT, PAUSE]).map(lambda text: ("speech", text)),
    ),
    max_size=12,
)


@given(heard=HEARD)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_only_finished_speech_leads_to_commands(flow, script, heard) -> None:
    async def play() -> None:
        async with flow.bench(script, in_step=True) as bench:
            said = [event[1] for event in heard if isinstance(event, tuple)]
            for event in heard:
                if isinstance(event, tuple):
                    bench.hear(event[1])
                else:
                    bench.ears.inbox.put_nowait(event)
            bench.ears.inbox.put_nowait(None)
            await asyncio.wait_for(bench.pipeline.run(), 20.0)
            turns = [turn for turn in bench.record.turns if not isinstance(turn.outcome, NothingHeard)]
            assert [turn.heard for turn in turns] == said
            wanted = {HEAT: "climate.set_seat_heating", PAUSE: "media.pause"}
            assert sorted(bench.carried_out()) == sorted(wanted[text] for text in said)

    asyncio.run(play())


def test_a_turn_begins_with_its_first_word() -> None:
    stages = StageTimes(None, 9.0, 10.0, 13.0, 0.5)
    event = SpeechHeard(Transcript("words", (), 0.9), None, 12.5, 13.0, EndReason.SILENCE, stages)
    turn = spoken(event, floor=0.3)
    assert turn.clock() - turn.began_s == pytest.approx(3.5, abs=0.2)
    assert "wake" not in turn.stages_ms


# -- unasked -----------------------------------------------------------------------------------------------------------


async def test_an_accepted_offer_is_sent_as_part_of_the_alert(flow, script) -> None:
    async with flow.bench(script) as bench:
        await bench.pipeline.offer_rest_stop((flow.draft("navigation.navigate", destination="berlin").command(),))
        assert bench.voice.said == [("Shall I take you to the nearest rest stop?", Priority.WARNING, None)]
        assert bench.ears.asked[-1] == ("listen", 6.0)
        turn = await bench.say("yes", "voice")
        assert turn.done
        assert turn.source == "alert"
        (envelope,) = bench.vehicle.ecus["navigation"].carried_out
        assert envelope.source == "alert"
        assert envelope.turn_id == turn.id


async def test_an_offer_nobody_heard_is_none(flow, script) -> None:
    async with flow.bench(script) as bench:
        bench.voice.whole = False
        await bench.pipeline.offer_rest_stop((flow.draft("navigation.navigate", destination="berlin").command(),))
        assert (await bench.say("yes")).said == "There is nothing to confirm."


async def test_an_announcement_has_the_lowest_priority(flow, script) -> None:
    async with flow.bench(script) as bench:
        await bench.pipeline.part(Ready(Part.LINK))
        assert bench.voice.said == [("The vehicle is back.", Priority.INFORMATION, None)]
