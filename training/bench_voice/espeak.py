"""Speech from libespeak-ng with the sample at which every word and phoneme begins.

The library keeps one voice and one callback per process, so `Espeak` is meant to be made once.
Its phoneme events are exact: they are the frame labels the acoustic model is trained on, without an aligner.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_SYNCHRONOUS = 2  # espeak_AUDIO_OUTPUT: the callback runs inside espeak_Synth
_PHONEME_EVENTS = 1  # espeak_Initialize option bit
_CHARS_UTF8 = 1
_RATE, _PITCH, _RANGE = 1, 3, 4  # espeak_PARAMETER
_EVENT_END_OF_LIST, _EVENT_WORD, _EVENT_PHONEME = 0, 1, 7  # espeak_EVENT_TYPE


class _EventId(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _EventId),
    )


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


@dataclass(frozen=True, slots=True)
class Voice:
    """Says how to speak: an espeak-ng voice name such as `en-us+f3`, words per minute, pitch and range 0-100."""

    name: str
    rate_wpm: int = 160
    pitch: int = 50
    pitch_range: int = 50


@dataclass(frozen=True, slots=True)
class PhonemeSpan:
    """A phoneme or pause by its espeak-ng mnemonic; `word` is an index in the sentence, -1 before the first."""

    mnemonic: str
    start: int  # sample
    word: int


@dataclass(frozen=True, slots=True)
class Utterance:
    """Synthesised speech: mono int16 samples at `sample_rate_hz`, and its phonemes in time order."""

    words: tuple[str, ...]
    samples: npt.NDArray[np.int16]  # (n_samples,) int16
    sample_rate_hz: int
    phonemes: tuple[PhonemeSpan, ...]


class Espeak:
    """The espeak-ng library of this process; raises OSError when libespeak-ng.so.1 is not installed."""

    def __init__(self) -> None:
        self._lib = ctypes.CDLL("libespeak-ng.so.1")
        self.sample_rate_hz = int(self._lib.espeak_Initialize(_SYNCHRONOUS, 0, None, _PHONEME_EVENTS))
        if self.sample_rate_hz <= 0:
            raise OSError("espeak-ng did not start: install its voices (package espeak-ng-data)")
        self._chunks: list[npt.NDArray[np.int16]] = []
        self._events: list[tuple[int, int, int, str]] = []  # type, sample, text position, mnemonic
        self._callback = _Callback(self._collect)  # kept: the library holds only the pointer
        self._lib.espeak_SetSynthCallback(self._callback)

    def _collect(self, wav: ctypes._Pointer[ctypes.c_short], count: int, events: ctypes._Pointer[_Event]) -> int:
        if wav and count > 0:
            self._chunks.append(np.ctypeslib.as_array(wav, shape=(count,)).copy())
        index = 0
        while events[index].type != _EVENT_END_OF_LIST:
            event = events[index]
            if event.type in (_EVENT_WORD, _EVENT_PHONEME):
                mnemonic = event.id.string.decode("utf-8", "replace") if event.type == _EVENT_PHONEME else ""
                self._events.append((event.type, event.sample, event.text_position, mnemonic))
            index += 1
        return 0

    def say(self, words: Sequence[str], voice: Voice) -> Utterance:
        """Synthesises the words as one sentence; raises ValueError when espeak-ng does not know the voice."""
        if self._lib.espeak_SetVoiceByName(voice.name.encode()) != 0:
            raise ValueError(f"espeak-ng has no voice {voice.name!r}: see `espeak-ng --voices=en`")
        for parameter, value in ((_RATE, voice.rate_wpm), (_PITCH, voice.pitch), (_RANGE, voice.pitch_range)):
            self._lib.espeak_SetParameter(parameter, value, 0)
        self._chunks, self._events = [], []
        text = " ".join(words).encode()
        status = self._lib.espeak_Synth(text, len(text) + 1, 0, 0, 0, _CHARS_UTF8, None, None)
        if status != 0:
            raise OSError(f"espeak-ng could not speak {text.decode()!r} (status {status})")
        samples = np.concatenate(self._chunks) if self._chunks else np.zeros(0, np.int16)
        return Utterance(tuple(words), samples, self.sample_rate_hz, self._spans(words))

    def _spans(self, words: Sequence[str]) -> tuple[PhonemeSpan, ...]:
        word_at, position = {}, 1  # espeak-ng counts characters from 1
        for index, word in enumerate(words):
            word_at[position] = index
            position += len(word) + 1
        spans, current = [], -1
        for kind, sample, text_position, mnemonic in self._events:
            if kind == _EVENT_WORD:
                current = word_at.get(text_position, current)
            else:
                spans.append(PhonemeSpan(mnemonic, sample, current))
        return tuple(spans)
