"""The driver's face, as a camera would send it: attentive, until the eyes close."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Iterator, Mapping

from intents.base import Json
from vehicle_assistant.driver.recording import STEP_S, attentive, eyes_closed
from vehicle_assistant.driver.samples import DriverSample

CLOSURE_S = 1.6
"""A microsleep: longer than a blink, shorter than sleep (3 s)."""


class Face:
    """Sends samples in real time; `nod_off` closes the eyes once."""

    def __init__(self) -> None:
        self._closed: Iterator[DriverSample] = iter(())

    def nod_off(self) -> None:
        """Closes the eyes now, for a microsleep."""
        self._closed = eyes_closed(CLOSURE_S)

    async def samples(self) -> AsyncIterator[Mapping[str, Json]]:
        """Yields one sample each step of the camera, for ever."""
        awake = itertools.chain.from_iterable(attentive(60.0, seed=seed) for seed in itertools.count())
        began_s = time.monotonic()
        for tick in itertools.count():
            sample = next(self._closed, None) or next(awake)
            at_s = tick * STEP_S
            yield sample.model_copy(update={"t_s": round(at_s, 3)}).model_dump(mode="json", exclude_none=True)
            await asyncio.sleep(max(0.0, began_s + at_s + STEP_S - time.monotonic()))
