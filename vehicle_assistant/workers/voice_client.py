"""The voice, in a process of its own."""

import asyncio
import itertools
from collections.abc import Sequence

import structlog

from vehicle_assistant.audio.earcons import Earcon
from vehicle_assistant.mouth import Priority
from vehicle_assistant.ports import Part
from vehicle_assistant.tts.port import TEXT_LIMIT
from vehicle_assistant.workers.client import OnChange, WorkerClient, ignore_change
from vehicle_assistant.workers.jobs import VoiceJob
from vehicle_assistant.workers.protocol import Message, Play, Said, Say, Stop
from vehicle_assistant.workers.vigil import WorkerLimits

log = structlog.get_logger(__name__)

PATIENCE_S = 3.0
"""How long something to say waits for a voice that is being replaced: an alert is better late than not at all."""


class VoiceWorker(WorkerClient):
    """Implements `ports.Voice`."""

    part = Part.VOICE
    module = "vehicle_assistant.workers.voice"

    def __init__(
        self,
        job: VoiceJob,
        limits: WorkerLimits | None = None,
        *,
        on_change: OnChange = ignore_change,
        keep_trying: bool = False,
        command: Sequence[str] | None = None,
    ) -> None:
        super().__init__(job, limits, on_change=on_change, keep_trying=keep_trying, command=command)
        self._ids = itertools.count(1)
        self._speaking: dict[int, asyncio.Future[bool]] = {}

    async def say(self, text: str, priority: Priority, earcon: Earcon | None = None) -> bool:
        """Says it; True when it was heard to its end, False when it was cut short, failed, or the voice was lost."""
        if len(text) > TEXT_LIMIT or not await self._worker.wait_ready(PATIENCE_S):
            log.warning("not said", characters=len(text), ready=self.status.ready)
            return False
        request_id = next(self._ids)
        end: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._speaking[request_id] = end
        try:
            if not self._send(Say(request_id=request_id, text=text, priority=priority, earcon=earcon)):
                return False
            return await end
        finally:
            del self._speaking[request_id]

    async def play(self, earcon: Earcon) -> None:
        """Plays a tone without waiting for its end; a voice that is being replaced plays none."""
        self._send(Play(earcon=earcon))

    async def stop(self) -> None:
        """Is silent at once."""
        self._send(Stop())

    def take(self, message: Message) -> None:
        """Hands the end of an utterance to its caller."""
        if not isinstance(message, Said):
            raise self._misplaced(message)
        if message.problem is not None:
            log.warning("voice output failed", code=message.problem)
        self._end(message.request_id, heard=message.heard)

    def lost(self, reason: str) -> None:
        """Tells every caller that it was not heard."""
        for request_id in self._speaking:
            self._end(request_id, heard=False)
        super().lost(reason)

    @property
    def idle(self) -> bool:
        """Whether nothing is being said."""
        return not self._speaking

    def _end(self, request_id: int, *, heard: bool) -> None:
        end = self._speaking.get(request_id)
        if end is not None and not end.done():
            end.set_result(heard)
