"""The parser, in a process of its own."""

import asyncio
import itertools
import time
from collections.abc import Sequence

from intents.errors import AssistantError, EngineError, ErrorCode, WorkerError
from vehicle_assistant.parser.port import Parsed
from vehicle_assistant.ports import Part
from vehicle_assistant.workers.client import OnChange, WorkerClient, ignore_change
from vehicle_assistant.workers.jobs import ParserJob
from vehicle_assistant.workers.protocol import Forget, Message, Parse, ParseDone, ParseFailed
from vehicle_assistant.workers.supervisor import LATE_ANSWER_S
from vehicle_assistant.workers.vigil import WorkerLimits

MAX_TEXT_CHARS = 100_000
"""What fits a line of the protocol, however it is escaped; parsers refuse far shorter texts themselves."""


class _DiedError(Exception):
    """The parser was lost with the request in hand."""


class ParserWorker(WorkerClient):
    """Implements `ports.Parser`. A request survives the loss of one parser process, if its time allows."""

    part = Part.PARSER
    module = "vehicle_assistant.workers.parser"

    def __init__(
        self,
        job: ParserJob,
        limits: WorkerLimits | None = None,
        *,
        on_change: OnChange = ignore_change,
        keep_trying: bool = False,
        command: Sequence[str] | None = None,
    ) -> None:
        super().__init__(job, limits, on_change=on_change, keep_trying=keep_trying, command=command)
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Parsed]] = {}

    async def parse(self, text: str, *, timeout_s: float = 2.0) -> Parsed:
        """Parses one utterance.

        Raises the engine's own error, or WorkerError: WORKER_DIED when the parser is gone and not back in time,
        WORKER_SILENT when it does not answer in time. A caller that gives up is forgotten by the parser too.
        """
        if len(text) > MAX_TEXT_CHARS:
            raise EngineError(
                ErrorCode.TEXT_TOO_LONG, f"a text of {len(text)} characters is no command", remedy="say it shorter"
            )
        until_s = time.monotonic() + timeout_s
        for _ in range(2):
            if not await self._worker.wait_ready(max(0.0, until_s - time.monotonic())):
                break
            try:
                return await self._ask(text, until_s)
            except _DiedError:
                continue
        raise WorkerError(ErrorCode.WORKER_DIED, "the parser was lost", remedy="it is being replaced: say it again")

    async def _ask(self, text: str, until_s: float) -> Parsed:
        request_id = next(self._ids)
        answer: asyncio.Future[Parsed] = asyncio.get_running_loop().create_future()
        self._waiting[request_id] = answer
        try:
            request = Parse(request_id=request_id, text=text, until_s=until_s)
            if not self._worker.send(request, until_s=until_s):
                raise _DiedError
            async with asyncio.timeout(max(0.0, until_s - time.monotonic()) + LATE_ANSWER_S):
                return await answer
        except TimeoutError:
            self._send(Forget(request_id=request_id))
            raise WorkerError(ErrorCode.WORKER_SILENT, "the parser did not answer in time") from None
        except asyncio.CancelledError:
            self._send(Forget(request_id=request_id))
            raise
        finally:
            del self._waiting[request_id]

    def take(self, message: Message) -> None:
        """Hands an answer to its caller; late answers have none any more."""
        match message:
            case ParseDone():
                answer = Parsed(message.meaning, message.confidence, message.line, message.took_ms)
                self._settle(message.request_id, answer)
            case ParseFailed():
                self._settle(message.request_id, message.failure.to_error())
            case _:
                raise self._misplaced(message)

    def lost(self, reason: str) -> None:
        """Tells every caller."""
        for request_id in self._waiting:
            self._settle(request_id, _DiedError())
        super().lost(reason)

    @property
    def idle(self) -> bool:
        """Whether no request is in hand."""
        return not self._waiting

    def _settle(self, request_id: int, answer: Parsed | AssistantError | _DiedError) -> None:
        waiting = self._waiting.get(request_id)
        if waiting is None or waiting.done():
            return
        if isinstance(answer, Parsed):
            waiting.set_result(answer)
        else:
            waiting.set_exception(answer)
