"""Tries an engine out, in a process of its own: whether weights and library work together shows only when they do.

python -m vehicle_assistant.engine_trial PART < JOB.json       PART: ears, parser or voice
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping

from pydantic import BaseModel, ConfigDict, ValidationError

from intents.errors import AssistantError, EngineError, ErrorCode
from vehicle_assistant.audio.port import FRAME_S, SILENCE, Frame
from vehicle_assistant.parser.engines import open_parser
from vehicle_assistant.ports import Part
from vehicle_assistant.tts.engines import open_speaker
from vehicle_assistant.workers.ears import make_ears
from vehicle_assistant.workers.jobs import EarsJob, Job, ParserJob, VoiceJob

TIMEOUT_S = 60.0
"""Twice what a worker may take to start by default: a large model from a slow disk."""

SENTENCE = "turn on the radio"
SILENT_FRAMES = 34  # one second
PARSE_TIMEOUT_S = 10.0


class Trial(BaseModel):
    """How a trial ended."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    load_ms: float = 0.0
    work_ms: float = 0.0
    """Ears: a second of silence; parser: a sentence; voice: the same, spoken."""
    code: ErrorCode | None = None
    """What is wrong, if anything."""
    message: str = ""
    remedy: str = ""


def try_engine(part: Part, job: Job, timeout_s: float = TIMEOUT_S) -> Trial:
    """Tries a worker's job in a child process. Raises EngineError (`engine_failed`) when that crashes or hangs."""
    try:
        child = subprocess.run(
            [sys.executable, "-m", __name__, part.value], input=job.model_dump_json().encode(), capture_output=True,
            timeout=timeout_s, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as late:
        raise EngineError(
            ErrorCode.ENGINE_FAILED,
            f"the {part} engine did not work within {timeout_s:g} s",
            remedy="try a smaller model",
        ) from late
    try:
        return Trial.model_validate_json(child.stdout)
    except ValidationError as broken:
        how = f"signal {-child.returncode}" if child.returncode < 0 else f"status {child.returncode}"
        raise EngineError(
            ErrorCode.ENGINE_FAILED, f"the {part} engine ended with {how}", remedy="install its model and package again"
        ) from broken


def _ears(job: Job) -> Callable[[], object]:
    assert isinstance(job, EarsJob)
    ears = make_ears(job)
    return lambda: [ears.process(Frame(SILENCE, index * FRAME_S)) for index in range(SILENT_FRAMES)]


def _parser(job: Job) -> Callable[[], object]:
    assert isinstance(job, ParserJob)
    parser = open_parser(job.engine, job.model_path, job.threads)
    return lambda: parser.parse(SENTENCE, PARSE_TIMEOUT_S)


def _voice(job: Job) -> Callable[[], object]:
    assert isinstance(job, VoiceJob)
    speaker = open_speaker(job.speaker, job.voice)
    return lambda: speaker.synthesise(SENTENCE)


TRIALS: Mapping[Part, tuple[type[Job], Callable[[Job], Callable[[], object]]]] = {
    Part.EARS: (EarsJob, _ears),
    Part.PARSER: (ParserJob, _parser),
    Part.VOICE: (VoiceJob, _voice),
}


def _run(part: Part, content: bytes) -> Trial:
    kind, open_engine = TRIALS[part]
    job = kind.model_validate_json(content)
    begun_s = time.monotonic()
    try:
        work = open_engine(job)
        loaded_s = time.monotonic()
        work()
    except AssistantError as error:
        return Trial(code=error.code, message=error.message, remedy=error.remedy)
    return Trial(load_ms=(loaded_s - begun_s) * 1000, work_ms=(time.monotonic() - loaded_s) * 1000)


def main() -> int:
    """Tries one part and prints the trial."""
    trial = _run(Part(sys.argv[1]), sys.stdin.buffer.read())
    sys.stdout.write(json.dumps(trial.model_dump(mode="json")))
    return 0


if __name__ == "__main__":
    sys.exit(main())
