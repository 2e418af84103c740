"""Sound at another sample rate."""

import numpy as np
import soxr

from vehicle_assistant.tts.port import Speech


def resampled(speech: Speech, sample_rate_hz: int) -> Speech:
    """Returns the sound at another rate, the same length and pitch."""
    if speech.sample_rate_hz == sample_rate_hz or not speech.samples:
        return Speech(speech.samples, sample_rate_hz)
    source = np.frombuffer(speech.samples, "<i2")  # (n_samples,)
    result = soxr.resample(source, speech.sample_rate_hz, sample_rate_hz)
    return Speech(result.astype("<i2").tobytes(), sample_rate_hz)
