"""The cabin: a driver with a synthetic voice, whose speech reaches the microphone in real time, silence included."""

import asyncio
import errno
import os
import time
from pathlib import Path

import numpy as np
import soxr

from vehicle_assistant.audio.port import FRAME_BYTES, FRAME_S, SAMPLE_RATE_HZ, SILENCE
from vehicle_assistant.tts.espeak import EspeakSpeaker
from vehicle_assistant.tts.port import SpeakerSettings

LEVEL = 0.5
"""Of full scale: a close talker in a quiet car."""
ROOM_NOISE = 12.0
"""Standard deviation of the noise floor, in 16-bit steps: a microphone never delivers zeros."""


class Cabin:
    """Writes the sound of the cabin into a FIFO for as long as `run` runs; readers may come and go."""

    def __init__(self, fifo: Path, voice: SpeakerSettings) -> None:
        """Makes the FIFO and the driver's voice; raises EngineError when espeak-ng is not installed."""
        os.mkfifo(fifo)
        self._fifo = fifo
        self._driver = EspeakSpeaker(voice)
        self._waiting: list[bytes] = []
        self._spoken = asyncio.Event()
        self._random = np.random.default_rng(1)

    def recording(self, text: str) -> bytes:
        """The driver's voice saying something: int16, little-endian, mono, 16 kHz."""
        speech = self._driver.synthesise(text)
        samples = np.frombuffer(speech.samples, dtype="<i2").astype(np.float32)  # (n_samples,)
        samples = soxr.resample(samples, speech.sample_rate_hz, SAMPLE_RATE_HZ)
        peak = float(np.abs(samples).max(initial=1.0))
        return bytes((samples * (LEVEL * 32767 / peak)).astype("<i2").tobytes())

    async def speak(self, text: str) -> None:
        """Says something and returns when its last sound has reached the microphone."""
        sound = await asyncio.to_thread(self.recording, text)
        frames = [sound[i : i + FRAME_BYTES] for i in range(0, len(sound), FRAME_BYTES)]
        self._spoken.clear()
        self._waiting += [frame.ljust(FRAME_BYTES, b"\0") for frame in frames]
        await self._spoken.wait()

    async def run(self) -> None:
        """Delivers one frame every 30 ms, whether anybody listens or not."""
        fifo: int | None = None
        due_s = time.monotonic()
        try:
            while True:
                fifo = self._deliver(fifo, self._noisy(self._waiting.pop(0) if self._waiting else SILENCE))
                if not self._waiting:
                    self._spoken.set()
                due_s += FRAME_S
                await asyncio.sleep(max(0.0, due_s - time.monotonic()))
        finally:
            if fifo is not None:
                os.close(fifo)

    def _noisy(self, frame: bytes) -> bytes:
        samples = np.frombuffer(frame, dtype="<i2") + self._random.normal(0, ROOM_NOISE, FRAME_BYTES // 2)
        return bytes(samples.clip(-32768, 32767).astype("<i2").tobytes())

    def _deliver(self, fifo: int | None, frame: bytes) -> int | None:
        """Writes a frame; without a reader, or with one that has stopped reading, the sound is lost as in real life."""
        try:
            if fifo is None:
                fifo = os.open(self._fifo, os.O_WRONLY | os.O_NONBLOCK)
            os.write(fifo, frame)
        except BlockingIOError:
            return fifo
        except OSError as error:
            if error.errno not in (errno.ENXIO, errno.EPIPE):
                raise
            if fifo is not None:
                os.close(fifo)
            return None
        return fifo
