"""Speaking without hearing oneself: the ears are closed while the assistant's own voice is in the air."""

import asyncio

from vehicle_assistant.audio.earcons import Earcon
from vehicle_assistant.mouth import Priority
from vehicle_assistant.ports import Ears, Voice


class Speech:
    """Everything the assistant says goes through here, alerts and answers alike."""

    def __init__(self, ears: Ears, voice: Voice) -> None:
        self._ears = ears
        self._voice = voice
        self._speaking = 0
        self._muted = False
        self._silent = asyncio.Event()
        self._silent.set()
        self.last_answer = ""

    async def silence(self) -> None:
        """Returns once nothing is being said or waits to be."""
        await self._silent.wait()

    async def say(self, text: str, priority: Priority, earcon: Earcon | None = None) -> bool:
        """Says it and returns whether it was heard to its end. Something more urgent may cut it short."""
        if not text and earcon is None:
            return True
        if priority is Priority.ANSWER and text:
            self.last_answer = text
        self._speaking += 1
        self._silent.clear()
        if self._speaking == 1:
            await self._ears.gate(speaking=True)
        try:
            return await self._voice.say(text, priority, earcon)
        finally:
            self._speaking -= 1
            if self._speaking == 0:
                await self._ears.gate(speaking=self._muted)
                self._silent.set()

    async def tone(self, earcon: Earcon) -> None:
        """Plays a tone; the ears stay open, because the driver may already be speaking."""
        await self._voice.play(earcon)

    async def mute(self, *, muted: bool) -> None:
        """Keeps the ears closed, whatever is said meanwhile, until the driver opens them again."""
        self._muted = muted
        if not self._speaking:
            await self._ears.gate(speaking=muted)

    async def hush(self) -> None:
        """Is silent at once."""
        await self._voice.stop()
