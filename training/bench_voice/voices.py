"""Which espeak-ng voices teach the model and which are kept back to examine it."""

from __future__ import annotations

import numpy as np

from training.bench_voice.espeak import Voice

# Accent name (as `espeak-ng -v` takes it) -> voice file, which the library needs when a variant is appended.
ACCENTS = {
    "en-us": "gmw/en-US",
    "en-gb": "gmw/en",
    "en-gb-scotland": "gmw/en-GB-scotland",
    "en-gb-x-rp": "gmw/en-GB-x-rp",
    "en-gb-x-gbclan": "gmw/en-GB-x-gbclan",
    "en-gb-x-gbcwmd": "gmw/en-GB-x-gbcwmd",
    "en-029": "gmw/en-029",
    "en-us-nyc": "gmw/en-US-nyc",
}

# The accents a listener meets most are spoken most; the order is that of ACCENTS.
_ACCENT_WEIGHTS = (0.26, 0.22, 0.09, 0.13, 0.07, 0.07, 0.08, 0.08)

# "" is the accent's own voice. Whispering, croaking and robot variants are in neither list, nor is "zac", a small child
# (all formants raised by 45 %).
TRAINING_VARIANTS = (
    "", "m1", "m2", "m3", "m5", "m6", "m8", "f1", "f2", "f4",
    "Alex", "Andrea", "Denis", "Gene", "Hugo", "Jacky", "Lee", "Marco", "Michael", "Storm",
    "adam", "antonio", "aunty", "belinda", "boris", "caleb", "david", "ed", "edward", "gustave", "iven", "iven3",
    "john", "kaukovalta", "marcelo", "max", "michel", "miguel", "norbert", "paul", "pedro", "quincy", "rob", "sandro",
    "shelby", "steph", "travis", "victor", "klatt2", "klatt3",
)  # fmt: skip
HELD_OUT_VARIANTS = ("m4", "m7", "f3", "f5", "Annie", "Andy", "Mario", "Mike", "anika", "linda", "robert", "Nguyen")

RATES_WPM = (120, 200)  # training: any whole number between
_PITCHES = (25, 85)
_PITCH_RANGES = (25, 75)
_HELD_OUT_RATES_WPM = (127, 143, 158, 174, 191)


def voice_name(accent: str, variant: str) -> str:
    """Names the voice for the library; raises KeyError for an accent that is not in ACCENTS."""
    return f"{ACCENTS[accent]}+{variant}" if variant else ACCENTS[accent]


def draw_voice(rng: np.random.Generator, *, held_out: bool) -> Voice:
    """Draws accent, variant, speed and pitch at random; no variant is in both halves."""
    accent = tuple(ACCENTS)[int(rng.choice(len(ACCENTS), p=_ACCENT_WEIGHTS))]
    variants = HELD_OUT_VARIANTS if held_out else TRAINING_VARIANTS
    variant = variants[int(rng.integers(len(variants)))]
    rate_wpm = int(rng.choice(_HELD_OUT_RATES_WPM)) if held_out else int(rng.integers(RATES_WPM[0], RATES_WPM[1] + 1))
    pitch, pitch_range = int(rng.integers(*_PITCHES)), int(rng.integers(*_PITCH_RANGES))
    return Voice(voice_name(accent, variant), rate_wpm, pitch, pitch_range)
