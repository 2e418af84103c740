"""The ears' process: the only place that opens a microphone."""

import time
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, version

from intents.errors import ErrorCode, SettingsError
from vehicle_assistant.asr.engines import make_recogniser
from vehicle_assistant.audio.port import FRAME_S, AudioSource, Frame
from vehicle_assistant.audio.sources import open_source
from vehicle_assistant.audio.vad import make_vad
from vehicle_assistant.audio.wavfile import read_wav
from vehicle_assistant.ear_events import EarEvent
from vehicle_assistant.ears import Ears
from vehicle_assistant.wake.engines import make_detector
from vehicle_assistant.workers.child import Pipe, run
from vehicle_assistant.workers.jobs import EarsJob
from vehicle_assistant.workers.protocol import (
    Close,
    Command,
    Gate,
    Heard,
    Hint,
    Listen,
    Ping,
    Proceed,
    RecordingBegun,
    Settle,
    SourceEnded,
    Stop,
    Warned,
)


class EarsWork:
    """Feeds the ears frame by frame and takes commands between two frames.

    A ping is answered after the source has given a frame, or has said in its own time that there is none to give.
    """

    def __init__(self, ears: Ears, pipe: Pipe, *, lockstep: bool) -> None:
        self._ears = ears
        self._pipe = pipe
        self._lockstep = lockstep
        self._done = 0
        self._sent_seq = 0
        self._taken_seq = 0
        self._closed = False

    def read(self, source: AudioSource, *, skip_s: float = 0.0, realtime: bool = False) -> None:
        """Reads the source to its end, or until told to close."""
        frames = (frame for frame in source.frames() if frame is None or frame.start_s >= skip_s)
        for frame in _paced(frames) if realtime else frames:
            for warning in source.take_warnings():
                self._pipe.send(Warned(code=warning.code, message=warning.message))
            for command in self._pipe.waiting():
                self._take(command)
            if frame is not None:
                self._done += 1
                self._tell(self._ears.process(frame))
            self._wait_for_listener()
            if self._closed:
                return

    def read_recordings(self, job: EarsJob) -> None:
        """Reads one recording after the other, each with a stream time of its own."""
        for index, path in enumerate(job.paths):
            self._pipe.send(RecordingBegun(index=index, done=self._done))
            source = open_source(job.source, str(path))
            self.read(source, skip_s=0.0 if index else job.skip_s, realtime=job.realtime)
            source.close()
            if self._closed:
                return
            self._tell(self._ears.finish())
            self._wait_for_listener()
        self._pipe.send(SourceEnded())

    def _take(self, command: Command) -> None:
        match command:
            case Close():
                self._closed = True
            case Ping():
                self._pipe.beat(command, self._done)
            case Proceed(seq=seq):
                self._taken_seq = seq
            case Listen(window_s=window_s):
                self._tell(self._ears.listen(window_s))
            case Gate(speaking=speaking):
                self._tell(self._ears.gate(speaking=speaking))
            case Hint(completeness=completeness, text=text):
                self._ears.hint(completeness, text)
            case Settle():
                self._tell(self._ears.settle())
            case Stop():
                self._tell(self._ears.stop())
            case _:
                raise ValueError(f"ears cannot {command.kind}")

    def _tell(self, events: Iterable[EarEvent]) -> None:
        for event in events:
            self._sent_seq += 1
            self._pipe.send(Heard.of(self._sent_seq, event))

    def _wait_for_listener(self) -> None:
        """Lets a recording stand still until what it said was taken; pings are still answered."""
        while self._lockstep and self._taken_seq < self._sent_seq and not self._closed:
            command = self._pipe.next()
            if command is not None:
                self._take(command)


def make_ears(job: EarsJob) -> Ears:
    """Makes the ears; raises EngineError, ModelError or SettingsError for what cannot be made."""
    ears = Ears(
        None if job.wake is None else make_detector(job.wake, job.wake_settings),
        make_recogniser(job.recogniser, job.recogniser_settings),
        make_vad(job.vad),
        job.endpoint,
        job.ears,
        wake_phrase="" if job.wake is None else job.wake_settings.phrase,
        stop_word=None if job.stop_word is None else make_detector(job.stop_word, job.stop_word_settings),
    )
    ears.gate(speaking=job.speaking)
    return ears


def work(job: EarsJob, pipe: Pipe) -> None:
    """Opens engines and source, and listens until the source ends or main says so."""
    for path in job.paths:
        read_wav(path)  # a recording that cannot be used is refused before any other is heard
    ears = EarsWork(make_ears(job), pipe, lockstep=job.lockstep)
    if job.source == "wav":
        if not job.paths:
            raise SettingsError(ErrorCode.SETTING_INVALID, "no recording is named", remedy="name one or more WAV files")
        pipe.started(job.recogniser, _version(job.recogniser), ", ".join(map(str, job.paths)))
        ears.read_recordings(job)
        return
    source = open_source(job.source, job.device if job.stream_path is None else str(job.stream_path))
    try:
        pipe.started(job.recogniser, _version(job.recogniser), str(getattr(source, "name", job.stream_path or "")))
        ears.read(source)
    finally:
        source.close()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""  # an engine of our own


def _paced(frames: Iterable[Frame | None]) -> Iterator[Frame | None]:
    """Hands over each frame when its sound would have ended."""
    began_s = time.monotonic()
    for index, frame in enumerate(frames, start=1):
        time.sleep(max(0.0, began_s + index * FRAME_S - time.monotonic()))
        yield frame


if __name__ == "__main__":
    run(EarsJob, work)
