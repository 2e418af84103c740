"""The ears are closed exactly while the assistant speaks."""

import asyncio

import pytest

from vehicle_assistant.audio.earcons import Earcon
from vehicle_assistant.mouth import Priority
from vehicle_assistant.speech import Speech


@pytest.fixture
def ears(flow):
    return flow.Ears()


@pytest.fixture
def voice(flow):
    return flow.Voice()


@pytest.fixture
def speech(ears, voice) -> Speech:
    return Speech(ears, voice)


def gates(ears) -> list[bool]:
    return [speaking for what, speaking in ears.asked if what == "gate"]


async def test_the_ears_close_before_the_first_sound_and_open_after_the_last(ears, voice, speech) -> None:
    order = []

    async def gate(*, speaking) -> None:
        order.append(("gate", speaking))

    async def say(text, priority, earcon=None) -> bool:
        order.append(("say", text))
        return True

    ears.gate, voice.say = gate, say
    assert await speech.say("hello", Priority.ANSWER) is True
    assert order == [("gate", True), ("say", "hello"), ("gate", False)]


async def test_two_overlapping_utterances_open_the_ears_once_at_the_end(ears, voice, speech, flow) -> None:
    first_over, second_over = asyncio.Event(), asyncio.Event()

    async def say(text, priority, earcon=None) -> bool:
        await (first_over if text == "first" else second_over).wait()
        return True

    voice.say = say
    first = asyncio.create_task(speech.say("first", Priority.ANSWER))
    second = asyncio.create_task(speech.say("second", Priority.URGENT))
    await flow.until(lambda: gates(ears))
    first_over.set()
    await first
    assert gates(ears) == [True]
    second_over.set()
    await second
    assert gates(ears) == [True, False]
    await asyncio.wait_for(speech.silence(), 1.0)


async def test_silence_is_waited_for(voice, speech, flow) -> None:
    await asyncio.wait_for(speech.silence(), 1.0)
    voice.hold = asyncio.Event()
    saying = asyncio.create_task(speech.say("hello", Priority.ANSWER))
    await flow.until(lambda: voice.said)
    waiting = asyncio.create_task(speech.silence())
    await asyncio.sleep(0)
    assert not waiting.done()
    voice.hold.set()
    await saying
    await asyncio.wait_for(waiting, 1.0)


async def test_the_ears_open_again_when_speaking_fails_or_is_cancelled(ears, voice, speech, flow) -> None:
    async def broken(text, priority, earcon=None) -> bool:
        raise RuntimeError

    voice.say = broken
    with pytest.raises(RuntimeError):
        await speech.say("hello", Priority.ANSWER)
    assert gates(ears) == [True, False]
    del voice.say
    voice.hold = asyncio.Event()
    saying = asyncio.create_task(speech.say("hello", Priority.ANSWER))
    await flow.until(lambda: voice.said)
    saying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await saying
    assert gates(ears) == [True, False, True, False]


async def test_nothing_to_say_closes_nothing(ears, voice, speech) -> None:
    assert await speech.say("", Priority.ANSWER) is True
    assert ears.asked == []
    assert voice.said == []


async def test_a_tone_leaves_the_ears_open(ears, voice, speech) -> None:
    await speech.tone(Earcon.LISTENING)
    assert voice.tones == [Earcon.LISTENING]
    assert ears.asked == []


async def test_being_cut_short_is_reported(voice, speech) -> None:
    voice.whole = False
    assert await speech.say("hello", Priority.ANSWER) is False


async def test_only_answers_are_remembered_for_say_that_again(speech) -> None:
    await speech.say("the answer", Priority.ANSWER)
    await speech.say("a warning", Priority.WARNING)
    await speech.say("news", Priority.INFORMATION)
    await speech.say("", Priority.ANSWER, Earcon.DONE)
    assert speech.last_answer == "the answer"


async def test_muted_ears_stay_closed_after_speaking(ears, speech) -> None:
    await speech.mute(muted=True)
    await speech.say("hello", Priority.ANSWER)
    assert gates(ears) == [True, True, True]
    await speech.mute(muted=False)
    assert gates(ears)[-1] is False
