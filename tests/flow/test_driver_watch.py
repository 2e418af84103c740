"""Driver alerts go first: before answers, without ears or parser, and a tired driver is offered a rest stop once."""

import asyncio
import json
from contextlib import asynccontextmanager

import pytest

from integration.bus import Message
from integration.link import Outcome as Delivered
from integration.topics import TOPICS
from intents.base import Json
from intents.driver_monitoring import AlertStyle, DriverMonitoringState
from intents.errors import ErrorCode, WorkerError
from vehicle_assistant.audio.earcons import Earcon
from vehicle_assistant.audio.loudspeaker import SilentLoudspeaker
from vehicle_assistant.driver.alerts import Alert, AlertLevel, DriverAlertKind
from vehicle_assistant.driver.monitor import DriverMonitor
from vehicle_assistant.driver.recording import STEP_S, attentive, eyes_closed
from vehicle_assistant.driver_watch import EARCONS, PRIORITIES, REST_STOP, TIRING, DriverWatch
from vehicle_assistant.mouth import Finished, Mouth, MouthEvent, Priority
from vehicle_assistant.tts.silent import SilentSpeaker

SPEED_WPM = 330  # twice the usual: the test is about order, not about patience
MICROSLEEP = "Your eyes closed. Take a break now."


class Camera:
    """Sends an attentive driver in real time, until told otherwise."""

    def __init__(self) -> None:
        self.closed = iter(())
        self.extra: list[bytes] = []

    def nod_off(self, seconds: float = 1.6) -> None:
        self.closed = eyes_closed(seconds)

    async def samples(self):
        awake = attentive(3600.0)
        for tick, sample in enumerate(awake):
            chosen = next(self.closed, None) or sample
            row: dict[str, Json] = chosen.model_dump(mode="json", exclude_none=True)
            yield row | {"t_s": round(tick * STEP_S, 3)}
            await asyncio.sleep(STEP_S)


class RealVoice:
    """The real mouth, with its real priorities and the real length of each sentence, but silent."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.ends: dict[int, asyncio.Future] = {}
        self.said: list[tuple] = []
        self.mouth = Mouth(SilentSpeaker(SPEED_WPM), SilentLoudspeaker(), self._heard)

    def _heard(self, event: MouthEvent) -> None:
        if isinstance(event, Finished):
            self.loop.call_soon_threadsafe(self._end, event)

    def _end(self, event: Finished) -> None:
        self.ends.setdefault(event.utterance_id, self.loop.create_future()).set_result(not event.interrupted)

    async def say(self, text, priority, earcon=None) -> bool:
        self.said.append((text, priority, earcon))
        utterance_id = self.mouth.say(text, priority, earcon)
        return await self.ends.setdefault(utterance_id, self.loop.create_future())

    async def play(self, earcon) -> None:
        self.mouth.play(earcon)

    async def stop(self) -> None:
        self.mouth.stop()


@asynccontextmanager
async def watching(flow, script=(), *, speed_kmh=100.0, voice=None, camera=None, offers=True):
    """A bench whose driver is watched."""
    camera = camera or Camera()
    async with flow.bench(script, speed_kmh=speed_kmh, samples=camera.samples(), voice=voice) as bench:
        told = []

        async def tell(alert: Alert, said: str) -> None:
            told.append((alert, said))

        watch = DriverWatch(
            bench.link, bench.speech, DriverMonitor(), bench.pipeline.offer_rest_stop if offers else None, tell
        )
        bench.tasks.append(asyncio.create_task(watch.run()))
        await flow.until(lambda: watch._monitor.state().driving_time_s > 0.3)
        yield bench, camera, watch, told


def alert(kind: DriverAlertKind, level: AlertLevel, key: str, *, heard: bool = True) -> Alert:
    return Alert(kind, level, 1.0, key, 1.0, heard=heard, times=1)


MICROSLEEP_WARNING = alert(DriverAlertKind.MICROSLEEP, AlertLevel.WARNING, "microsleep_warning")
ALL_CLEAR = alert(DriverAlertKind.MICROSLEEP, AlertLevel.CLEAR, "clear", heard=False)


def published(bench, topic: str) -> list[dict]:
    """What is kept on a topic of ours."""
    return [json.loads(m.payload) for m in bench.hub.kept_for(TOPICS[topic].path("vehicle"))]


def test_every_level_that_is_heard_has_its_priority_and_tone() -> None:
    heard = set(AlertLevel) - {AlertLevel.CLEAR}
    assert set(PRIORITIES) == set(EARCONS) == heard
    assert len(set(EARCONS.values())) == len(heard)
    assert PRIORITIES[AlertLevel.WARNING] > Priority.ANSWER > PRIORITIES[AlertLevel.INFORMATION]
    assert PRIORITIES[AlertLevel.URGENT] > PRIORITIES[AlertLevel.WARNING]


async def test_a_microsleep_cuts_an_answer_short_and_ends_in_an_accepted_rest_stop(flow) -> None:
    script = {"help": flow.draft("assistant.help"), "yes": flow.draft("assistant.confirm")}
    voice = RealVoice()
    async with watching(flow, script, voice=voice) as (bench, camera, watch, told):
        bench.tasks.append(asyncio.create_task(bench.pipeline.run()))
        bench.hear("help")
        await flow.until(lambda: voice.said)
        camera.nod_off()
        await flow.until(lambda: bench.record.turns)
        answer = voice.said[0]
        assert answer[1] is Priority.ANSWER
        assert [said for said, *_ in voice.said[:2]] == [answer[0], MICROSLEEP]
        assert voice.said[1][1:] == (Priority.WARNING, Earcon.ALERT_WARNING)
        assert bench.record.turns[0].stages_ms["speak"] < SilentSpeaker(SPEED_WPM).synthesise(answer[0]).seconds * 1000
        (shown,) = published(bench, "driver_alert")
        assert (shown["kind"], shown["level"], shown["text"]) == ("microsleep", "warning", MICROSLEEP)
        assert watch.warned
        assert [(a.kind, said) for a, said in told] == [(DriverAlertKind.MICROSLEEP, MICROSLEEP)]
        await flow.until(lambda: ("listen", 6.0) in bench.ears.asked)
        assert voice.said[2][0] == "Shall I take you to the nearest rest stop?"
        bench.hear("yes", wake_at_s=None)
        await flow.until(lambda: len(bench.record.turns) == 2)
        turn = bench.record.turns[1]
        assert [(d.command, d.outcome) for d in turn.deliveries] == [(REST_STOP, Delivered.DONE)]
        (envelope,) = bench.vehicle.ecus["navigation"].carried_out
        assert (envelope.intent, envelope.source) == ("navigation.navigate", "alert")
        assert bench.state("navigation").route is not None
        voice.mouth.close()


async def test_the_ears_stay_closed_until_the_warning_is_over(flow) -> None:
    voice = RealVoice()
    async with watching(flow, {"help": flow.draft("assistant.help")}, voice=voice, offers=False) as bench_and_more:
        bench, _, watch, _ = bench_and_more
        answering = asyncio.create_task(bench.say("help"))
        await flow.until(lambda: voice.said)
        await watch._alert(MICROSLEEP_WARNING)
        await answering
        assert [asked for asked in bench.ears.asked if asked[0] == "gate"] == [("gate", True), ("gate", False)]
        voice.mouth.close()


async def test_a_rest_stop_is_offered_once_an_episode(flow) -> None:
    async with watching(flow) as (bench, _, watch, _):
        offer = "Shall I take you to the nearest rest stop?"
        await watch._alert(MICROSLEEP_WARNING)
        await watch._alert(alert(DriverAlertKind.DROWSINESS, AlertLevel.WARNING, "drowsiness_warning"))
        assert bench.voice.words.count(offer) == 1
        await watch._alert(ALL_CLEAR)
        await watch._alert(MICROSLEEP_WARNING)
        assert bench.voice.words.count(offer) == 2


async def test_an_episode_that_became_sleep_ends_too(flow) -> None:
    async with watching(flow) as (bench, _, watch, _):
        await watch._alert(MICROSLEEP_WARNING)
        await watch._alert(alert(DriverAlertKind.SLEEP, AlertLevel.URGENT, "sleep_urgent"))
        await watch._alert(alert(DriverAlertKind.SLEEP, AlertLevel.CLEAR, "clear", heard=False))
        await watch._alert(MICROSLEEP_WARNING)
        assert bench.voice.words.count("Shall I take you to the nearest rest stop?") == 2


@pytest.mark.parametrize("kind", sorted(set(DriverAlertKind) - TIRING))
async def test_nothing_is_offered_to_a_driver_who_is_not_tired(flow, kind) -> None:
    async with watching(flow) as (bench, _, watch, _):
        key = {"sensor": "sensor_stale"}.get(kind.value, f"{kind.value}_urgent")
        await watch._alert(alert(kind, AlertLevel.URGENT, key))
        assert len(bench.voice.words) == 1
        assert bench.ears.asked[-1] == ("gate", False)


async def test_an_offer_may_be_switched_off(flow) -> None:
    async with watching(flow, offers=False) as (bench, _, watch, _):
        await watch._alert(MICROSLEEP_WARNING)
        assert bench.voice.words == [MICROSLEEP]


async def test_information_offers_nothing(flow) -> None:
    async with watching(flow) as (bench, _, watch, _):
        await watch._alert(alert(DriverAlertKind.DROWSINESS, AlertLevel.INFORMATION, "drowsiness_information"))
        assert bench.voice.said == [
            ("You seem tired. Plan a break.", Priority.INFORMATION, Earcon.ALERT_INFORMATION),
        ]


async def test_alerts_go_on_while_parser_and_ears_are_lost(flow) -> None:
    script = {"boom": WorkerError(ErrorCode.WORKER_DIED, "the parser died")}
    async with watching(flow, script) as (bench, camera, _, told):
        await bench.say("boom")
        bench.ears.inbox.put_nowait(None)  # the ears are gone for good
        await bench.pipeline.run()
        camera.nod_off()
        await flow.until(lambda: MICROSLEEP in bench.voice.words)
        assert told[0][0].kind is DriverAlertKind.MICROSLEEP
        assert published(bench, "driver_alert")[0]["kind"] == "microsleep"


async def test_a_long_text_waits_while_a_warning_is_up(flow) -> None:
    async with watching(flow, {"read": flow.draft("phone.read_messages")}) as (bench, camera, watch, _):
        bench.pipeline._warned = lambda: watch.warned
        assert (await bench.say("read")).done
        camera.nod_off()
        await flow.until(lambda: watch.warned)
        assert (await bench.say("read")).said == "I will read that when you have had a break."


async def test_malformed_samples_are_counted_and_told(flow) -> None:
    async with watching(flow) as (bench, camera, watch, _):
        row = TOPICS["driver_sample"]
        for payload in (b'{"t_s": 1}', b'{"t_s": 1.0, "face_found": true, "quality": 7}'):
            await bench.vehicle._publish(_sample(row, payload))
        await flow.until(lambda: sum(watch._monitor.state().dropped.values()) == 2)
        assert dict(watch._monitor.state().dropped) == {"malformed": 1, "out_of_range": 1}
        await flow.until(lambda: published(bench, "driver_state")[0]["dropped_samples"] == 2)
        camera.nod_off()  # and what follows is still judged
        await flow.until(lambda: MICROSLEEP in bench.voice.words)


def _sample(row, payload: bytes):
    return Message(row.path("vehicle"), payload, row.qos, expiry_s=1)


async def test_the_driver_s_own_settings_are_followed(flow) -> None:
    script = {
        "by chime": flow.draft("driver_monitoring.set_alert_style", style="chime"),
        "drowsiness off": flow.draft("driver_monitoring.set_alerts", alert="drowsiness", on=False),
        "yes": flow.draft("assistant.confirm"),
    }
    async with watching(flow, script, offers=False) as (bench, camera, watch, told):
        assert (await bench.say("by chime")).done
        await flow.until(lambda: watch._monitor.state().style is AlertStyle.CHIME)
        await watch._alert(MICROSLEEP_WARNING)
        assert bench.voice.said[-1] == ("", Priority.WARNING, Earcon.ALERT_WARNING)
        assert told[-1] == (MICROSLEEP_WARNING, "")
        assert (await bench.say("drowsiness off")).said.endswith("Shall I go on?")
        assert (await bench.say("yes")).done
        await flow.until(lambda: not watch._monitor.state().drowsiness_alerts)
        assert watch._monitor.state().distraction_alerts
        before = len(bench.voice.said)
        camera.nod_off(1.6)
        await flow.until(lambda: watch._monitor.state().eyes_closed_s > 1.0)
        await flow.until(lambda: watch._monitor.state().eyes_closed_s == 0.0)
        assert len(bench.voice.said) == before


async def test_a_driver_at_standstill_is_left_alone(flow) -> None:
    camera = Camera()
    async with flow.bench(samples=camera.samples()) as bench:
        told = []

        async def tell(alert: Alert, said: str) -> None:
            told.append(alert)

        watch = DriverWatch(bench.link, bench.speech, DriverMonitor(), None, tell)
        bench.tasks.append(asyncio.create_task(watch.run()))
        camera.nod_off(2.0)
        await flow.until(lambda: published(bench, "driver_state"))
        await flow.until(lambda: next(camera.closed, None) is None)
        assert told == []
        assert bench.voice.said == []


async def test_the_driver_s_words_about_a_warning_reach_the_monitor(flow) -> None:
    script = {"i am awake": flow.draft("driver_monitoring.acknowledge")}
    async with watching(flow, script, offers=False) as (bench, camera, watch, _):
        camera.nod_off()
        await flow.until(lambda: watch.warned)
        assert (await bench.say("i am awake")).said == "Thank you."
        await flow.until(lambda: isinstance(watch._settings, DriverMonitoringState) and watch._settings.acknowledged)
        assert watch._settings.acknowledged == 1
