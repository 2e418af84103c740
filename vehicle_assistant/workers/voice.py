"""The voice's process: the mouth, its synthesiser and its loudspeaker."""

import threading

from vehicle_assistant.audio.loudspeaker import open_loudspeaker
from vehicle_assistant.mouth import Broken, Finished, Mouth, MouthEvent
from vehicle_assistant.tts.engines import open_speaker
from vehicle_assistant.workers.child import Pipe, run
from vehicle_assistant.workers.jobs import VoiceJob
from vehicle_assistant.workers.protocol import Close, Command, Ping, Play, Said, Say, Stop


class VoiceWork:
    """Passes requests to the mouth and reports how each ended."""

    def __init__(self, pipe: Pipe) -> None:
        self._pipe = pipe
        self._mouth: Mouth | None = None
        self._asking = threading.Lock()
        self._request_ids: dict[int, int] = {}  # by the mouth's own ids
        self._done = 0

    def run(self, mouth: Mouth) -> None:
        """Works until told to close."""
        self._mouth = mouth
        while not isinstance(command := self._pipe.next(), Close):
            if command is not None:
                self._take(mouth, command)

    def report(self, event: MouthEvent) -> None:
        """Reports the end of what was asked for; called from the speaking thread."""
        if not isinstance(event, (Finished, Broken)):
            return
        with self._asking:
            request_id = self._request_ids.pop(event.utterance_id, None)
        self._done += 1
        if request_id is None:
            return
        if isinstance(event, Broken):
            self._pipe.send(Said(request_id=request_id, heard=False, problem=event.code))
        else:
            self._pipe.send(Said(request_id=request_id, heard=not event.interrupted))

    def _take(self, mouth: Mouth, command: Command) -> None:
        match command:
            case Ping():
                # The thread that speaks is another one: while it is late, this one has nothing good to report.
                if mouth.overdue_s() == 0:
                    self._pipe.beat(command, self._done)
            case Say():
                with self._asking:  # the end may come before `say` has returned
                    utterance_id = mouth.say(command.text, command.priority, command.earcon)
                    self._request_ids[utterance_id] = command.request_id
            case Play():
                mouth.play(command.earcon)
            case Stop():
                mouth.stop()
            case _:
                raise ValueError(f"a voice cannot {command.kind}")


def work(job: VoiceJob, pipe: Pipe) -> None:
    """Opens the voice and serves until told to close."""
    speaker = open_speaker(job.speaker, job.voice)
    loudspeaker = open_loudspeaker(job.loudspeaker, job.wav_path, device=job.device, realtime=job.realtime)
    voice = VoiceWork(pipe)
    mouth = Mouth(speaker, loudspeaker, voice.report)
    try:
        pipe.started(job.speaker, detail=loudspeaker.name)
        voice.run(mouth)
    finally:
        mouth.close(timeout_s=1.0)


if __name__ == "__main__":
    run(VoiceJob, work)
