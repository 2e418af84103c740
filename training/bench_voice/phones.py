"""The sounds the model tells apart, and their numbers in the Kaldi files.

espeak-ng names about eighty phonemes over its English accents; those that sound alike to 30 ms frames are one here.
Kaldi wants four phones for each sound (begin, end, inside, single: its place in the word); all four share one pdf.
"""

from __future__ import annotations

from collections.abc import Sequence

SILENCE = "sil"
GARBAGE = "unk"  # what `[unk]` is made of: a pdf with a constant score

_MERGED_INTO = {
    "b": "B", "t": "t2 t[", "d": "d#", "k": "k#", "g": "Q", "S": "C", "h": "x", "n": "n^", "l": "l^ l# l/",
    "r": "r- R R2", "w": "w#", "@": "@2 @5", "3": "@r", "3:": "VR 3r Y W", "a": "aa a2", "A:": "A A# a:",
    "0": "O2 O A~ O~ 0# 02 03", "O@": "U@ o@", "V": "V2", "E": "e E# E~", "e@": "E:", "I": "I2 I# IR", "i:": "i y",
    "i@": "I@", "U": "U#", "u:": "u u# y:", "eI": "e: eI#", "aI": "aI2", "aI@": "aI3", "OI": "OI@", "aU": "aU@",
    "oU": "o o: oU#",
}  # fmt: skip
_MERGED = {mnemonic: sound for sound, mnemonics in _MERGED_INTO.items() for mnemonic in mnemonics.split()}
_IGNORED = frozenset({";", "?", ""})  # palatalisation marks: part of the sound before
_PAUSES = ("_",)  # `_`, `_:`, `_|`, `_::`: all begin so

SOUNDS = (
    "p", "b", "t", "t#", "d", "k", "g", "tS", "dZ", "f", "v", "T", "D", "s", "z", "S", "Z", "h", "m", "n", "N", "l",
    "r", "j", "w", "@", "@L", "3", "3:", "a", "a#", "A:", "A@", "0", "O:", "O@", "V", "E", "e@", "I", "i:", "i@",
    "i@3", "U", "u:", "eI", "aI", "aI@", "OI", "aU", "oU",
)  # fmt: skip
_PDFS = (SILENCE, *SOUNDS)  # what the network has outputs for, in order
_POSITIONS = ("begin", "end", "internal", "singleton")

N_NETWORK_PDFS = len(_PDFS)
GARBAGE_PDF = N_NETWORK_PDFS
SILENCE_PHONE = 1
GARBAGE_PHONE = 2
_FIRST_SOUND_PHONE = 3
_PDF_OF = {sound: index for index, sound in enumerate(_PDFS)}


def sound_of(mnemonic: str) -> str | None:
    """Maps an espeak-ng phoneme to its sound or SILENCE, None for a mere mark; raises ValueError for an unknown one."""
    if mnemonic in _IGNORED:
        return None
    if mnemonic.startswith(_PAUSES):
        return SILENCE
    sound = _MERGED.get(mnemonic, mnemonic)
    if sound not in _PDF_OF:
        raise ValueError(
            f"espeak-ng phoneme {mnemonic!r} is not in the sound table: add it to training/bench_voice/phones.py"
        )
    return sound


def pdf_of(sound: str) -> int:
    """Gives the network output of a sound or of SILENCE."""
    return _PDF_OF[sound]


def phone_pdfs() -> list[int]:
    """Lists the pdf of phone 1, 2, ...: silence, garbage, then four phones for each sound."""
    return [0, GARBAGE_PDF, *(_PDF_OF[sound] for sound in SOUNDS for _ in _POSITIONS)]


def word_phones(sounds: Sequence[str]) -> tuple[int, ...]:
    """Numbers the sounds of one word by where they stand in it."""
    last = len(sounds) - 1
    if last == 0:
        return (_phone(sounds[0], "singleton"),)
    place = {0: "begin", last: "end"}
    return tuple(_phone(sound, place.get(index, "internal")) for index, sound in enumerate(sounds))


def _phone(sound: str, position: str) -> int:
    return _FIRST_SOUND_PHONE + SOUNDS.index(sound) * len(_POSITIONS) + _POSITIONS.index(position)


def word_boundary_lines() -> list[str]:
    """Writes graph/phones/word_boundary.int: which phones can begin and end a word."""
    lines = [f"{SILENCE_PHONE} nonword", f"{GARBAGE_PHONE} singleton"]
    lines += [f"{_phone(sound, position)} {position}" for sound in SOUNDS for position in _POSITIONS]
    return lines
