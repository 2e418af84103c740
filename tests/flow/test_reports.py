"""What is told about a turn: everything but words, unless the driver's own settings say so."""

import asyncio
import json

import pytest
from structlog.testing import capture_logs

from integration.bus import Subscription
from integration.link import Delivery
from integration.link import Outcome as Delivered
from integration.topics import TOPICS
from intents.catalogue import command_from
from intents.errors import ErrorCode
from vehicle_assistant.app import Service
from vehicle_assistant.outcome import (
    Asked,
    Done,
    Failed,
    NothingHeard,
    NotUnderstood,
    Outcome,
    Refused,
    Said,
)
from vehicle_assistant.ports import Lost, Part, Ready
from vehicle_assistant.reports import Reports
from vehicle_assistant.turn import Turn

SECRET_WORDS, SECRET_ANSWER = "call doctor miller", "Calling doctor miller."
TRUNK = command_from("vehicle.open_trunk", {})
CALL = command_from("phone.call", {"contact": "doctor miller"})
DELIVERY = Delivery(CALL, "01890a5d-ac96-774b-bcce-b302099a8057", Delivered.NO_ANSWER, "silent")


class Link:
    """Keeps what is published."""

    def __init__(self) -> None:
        self.told: list = []

    async def publish(self, payload) -> bool:
        self.told.append(payload)
        return True


@pytest.fixture
def link() -> Link:
    return Link()


@pytest.fixture
def lines() -> list[str]:
    return []


def reports_for(link, lines, *, log_speech: bool = False) -> Reports:
    return Reports(link, log_speech=log_speech, status_line=lines.append)


def finished(outcome: Outcome, deliveries=()) -> Turn:
    turn = Turn("voice", SECRET_WORDS, deliveries=deliveries, outcome=outcome, said=SECRET_ANSWER)
    turn.took("parse", 3.14)
    return turn


OUTCOMES: list[tuple[Outcome, str, str | None]] = [
    (Done((DELIVERY,)), "done", None),
    (Said("All right."), "done", None),
    (Refused(TRUNK, "opens_body"), "refused", "opens_body"),
    (Asked("Where to?", "destination"), "asked", None),
    (NotUnderstood(sure=True), "not_understood", None),
    (NothingHeard("no_speech"), "nothing_heard", "no_speech"),
    (Failed(ErrorCode.WORKER_DIED, SECRET_WORDS), "failed", "worker_died"),
]


@pytest.mark.parametrize(("outcome", "name", "reason"), OUTCOMES)
async def test_a_record_has_the_ending_but_no_words(link, lines, outcome, name, reason) -> None:
    deliveries = outcome.deliveries if isinstance(outcome, Done) else ()
    turn = finished(outcome, deliveries)
    with capture_logs() as logged:
        await reports_for(link, lines).turn(turn)
    (record,) = link.told
    assert (record.turn_id, record.source, record.outcome, record.reason) == (turn.id, "voice", name, reason)
    assert record.stages_ms == {"parse": 3.1}
    for told in (record.model_dump_json(), json.dumps(logged)):
        assert "miller" not in told
        assert "Calling" not in told
        assert turn.id in told


async def test_words_are_there_when_the_setting_says_so(link, lines) -> None:
    await reports_for(link, lines, log_speech=True).turn(finished(Done((DELIVERY,)), (DELIVERY,)))
    (record,) = link.told
    assert (record.words, record.answer) == (SECRET_WORDS, SECRET_ANSWER)


async def test_every_command_of_a_breath_is_in_the_record(link, lines) -> None:
    both = Done((DELIVERY,), (), (Refused(TRUNK, "opens_body"),))
    record = reports_for(link, lines).record(finished(both, (DELIVERY,)))
    assert [(c.intent, c.outcome, c.reason) for c in record.commands] == [
        ("phone.call", "no_answer", "silent"),
        ("vehicle.open_trunk", "refused", "opens_body"),
    ]
    assert [str(c.id) if c.id else None for c in record.commands] == [DELIVERY.id, None]


async def test_the_status_follows_what_is_lost_and_found(link, lines) -> None:
    reports = reports_for(link, lines)
    await reports.part(Lost(Part.PARSER, "it died"))
    await reports.part(Lost(Part.LINK, "no connection"))
    assert dict(reports.problems) == {Part.PARSER: "it died", Part.LINK: "no connection"}
    assert link.told[-1].status == "degraded"
    assert [p.part for p in link.told[-1].problems] == ["parser", "link"]
    assert lines[-1] == "degraded: without parser (it died), link (no connection)"
    await reports.part(Ready(Part.PARSER))
    await reports.part(Ready(Part.LINK))
    assert (link.told[-1].status, link.told[-1].problems) == ("ready", ())
    assert lines[-1] == "ready"


async def test_a_record_of_each_turn_reaches_the_bus(flow) -> None:
    script = {"pause": flow.draft("media.pause")}
    async with flow.bench(script) as bench:
        heard: list[bytes] = []

        class Journal:
            def on_message(self, message) -> None:
                heard.append(message.payload)

            def on_up(self) -> None: ...

            def on_down(self, reason: str) -> None: ...

        row = TOPICS["assistant_turn"]
        bus = bench.hub.bus()
        await bus.open([Subscription(row.path("vehicle"), row.qos)], Journal())
        bench.pipeline._observers = (Reports(bench.link, log_speech=False, status_line=lambda _: None),)
        turn = await bench.say("pause")
        await flow.until(lambda: heard)
        record = json.loads(heard[0])
        assert record["turn_id"] == turn.id
        assert "words" not in record or record["words"] is None
        assert [c["intent"] for c in record["commands"]] == ["media.pause"]
        await bus.close()


async def test_the_driver_is_told_once_that_the_vehicle_is_gone_and_once_that_it_is_back(flow) -> None:
    async with flow.bench() as bench:
        reports = Reports(bench.link, log_speech=False, status_line=lambda _: None)
        bench.pipeline._observers = (reports, bench.record)
        service = Service(
            bench.link, bench.ears, bench.parser, bench.voice, bench.speech, bench.pipeline, None, reports,
            asyncio.Queue(),
        )  # fmt: skip
        bench.tasks.append(asyncio.create_task(service._follow_link()))
        await asyncio.sleep(0)
        for _ in range(2):
            bench.hub.stop()
            await flow.until(lambda: Part.LINK in reports.problems)
            bench.hub.start()
            await flow.until(lambda: Part.LINK not in reports.problems and len(bench.voice.words) % 2 == 0)
        lost, back = "I have lost the vehicle. Commands will not work until it is back.", "The vehicle is back."
        assert bench.voice.words == [lost, back, lost, back]
        assert [type(event) for event in bench.record.parts] == [Lost, Ready, Lost, Ready]
