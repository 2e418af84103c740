"""The parser's process: words in, meanings out, one utterance at a time."""

import time
from collections import deque

from intents.errors import EngineError, ErrorCode
from vehicle_assistant.parser.engines import open_parser
from vehicle_assistant.parser.port import ParserEngine
from vehicle_assistant.workers.child import Pipe, failure_of, run
from vehicle_assistant.workers.jobs import ParserJob
from vehicle_assistant.workers.protocol import Close, Command, Forget, Parse, ParseDone, ParseFailed, Ping


class ParserWork:
    """Takes requests in their order, and drops those that nobody waits for any more."""

    def __init__(self, engine: ParserEngine, pipe: Pipe) -> None:
        self._engine = engine
        self._pipe = pipe
        self._requests: deque[Parse] = deque()
        self._done = 0

    def run(self) -> None:
        """Works until told to close."""
        while True:
            # Everything that has come is looked at first: a request may have been forgotten in the meantime.
            first = None if self._requests else self._pipe.next()
            for command in ([first] if first else []) + self._pipe.waiting():
                if isinstance(command, Close):
                    return
                self._take(command)
            if self._requests:
                self._parse(self._requests.popleft())

    def _take(self, command: Command) -> None:
        match command:
            case Ping():
                self._pipe.beat(command, self._done)
            case Parse():
                self._requests.append(command)
            case Forget(request_id=forgotten):
                self._requests = deque(r for r in self._requests if r.request_id != forgotten)
            case _:
                raise ValueError(f"a parser cannot {command.kind}")

    def _parse(self, request: Parse) -> None:
        try:
            parse = self._engine.parse(request.text, _time_left_s(request))
        except Exception as broken:  # noqa: BLE001  (the next utterance may well be fine)
            self._pipe.send(ParseFailed(request_id=request.request_id, failure=failure_of(broken)))
        else:
            self._pipe.send(
                ParseDone(
                    request_id=request.request_id,
                    meaning=parse.meaning,
                    confidence=min(max(parse.confidence, 0.0), 1.0),  # a product of floats may end just above 1
                    line=parse.line,
                    took_ms=parse.took_ms,
                )
            )
        self._done += 1


def _time_left_s(request: Parse) -> float:
    left_s = request.until_s - time.monotonic()
    if left_s <= 0:
        raise EngineError(ErrorCode.ENGINE_FAILED, "the parser ran out of time", remedy="say it again")
    return left_s


def work(job: ParserJob, pipe: Pipe) -> None:
    """Opens the parser and serves until told to close."""
    engine = open_parser(job.engine, job.model_path, job.threads)
    pipe.started(engine.name)
    try:
        ParserWork(engine, pipe).run()
    finally:
        engine.close()


if __name__ == "__main__":
    run(ParserJob, work)
