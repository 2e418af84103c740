"""The ports of the flow, kept by worker processes: `async with EarsWorker(job) as ears`."""

from vehicle_assistant.workers.ears_client import EarsWorker
from vehicle_assistant.workers.jobs import EarsJob, ParserJob, VoiceJob
from vehicle_assistant.workers.parser_client import ParserWorker
from vehicle_assistant.workers.port import WorkerStatus
from vehicle_assistant.workers.vigil import WorkerLimits
from vehicle_assistant.workers.voice_client import VoiceWorker

__all__ = [
    "EarsJob",
    "EarsWorker",
    "ParserJob",
    "ParserWorker",
    "VoiceJob",
    "VoiceWorker",
    "WorkerLimits",
    "WorkerStatus",
]
