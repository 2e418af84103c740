"""Measures the bench voice model with libvosk on voices, noise and, where possible, sentences it was not trained on."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import vosk

from training.bench_voice.build import UNKNOWN_WORD
from training.bench_voice.espeak import Espeak, Voice
from training.bench_voice.noise import SAMPLE_RATE_HZ, NoiseSource, mix
from training.bench_voice.sentences import WAKE_PHRASES, Sentence
from training.bench_voice.speech import Clip, place, quantise
from training.bench_voice.voices import draw_voice

WAKE_WORD = "computer"
CONDITIONS_DB: Mapping[str, float | None] = {"clean": None, "12 dB": 12.0, "6 dB": 6.0}
_CHUNK_S = 0.1  # what a microphone delivers at a time
_TRAILING_SILENCE_S = 1.5
WAKE_GRAMMAR = json.dumps([WAKE_WORD, UNKNOWN_WORD])

Pcm = npt.NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Spoken:
    """One sentence as one held-out voice says it."""

    words: Sentence
    voice: Voice
    clip: Clip


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How well sentences were heard in one condition."""

    sentence_accuracy: float  # 0-1
    word_error_rate: float  # 0-1
    rtf: float  # CPU seconds of this thread per second of audio
    final_ms_p95: float  # FinalResult, 95th percentile


@dataclass(frozen=True, slots=True)
class Wake:
    """How well the wake grammar tells the wake word from other speech in one condition."""

    missed: float  # share of turns beginning with the wake word in which it was not heard
    false_wakes: float  # share of sentences without it in which it was heard
    false_wakes_per_h: float  # of continuous speech without it


def speak(espeak: Espeak, sentences: Sequence[Sentence], seed: int) -> list[Spoken]:
    """Speaks every sentence with a drawn held-out voice."""
    rng = np.random.default_rng(seed)
    spoken = []
    for words in sentences:
        voice = draw_voice(rng, held_out=True)
        spoken.append(Spoken(words, voice, place(espeak.say(words, voice), rng)))
    return spoken


def at_snr(clip: Clip, noise: NoiseSource, snr_db: float | None, rng: np.random.Generator) -> Pcm:
    """Renders a clip over noise; without noise when `snr_db` is None."""
    if snr_db is None:
        return quantise(clip.samples)
    return quantise(mix(clip.samples, noise.draw(rng, len(clip.samples)), snr_db, clip.speech_power))


def word_errors(said: Sequence[str], heard: Sequence[str]) -> int:
    """Counts substitutions, deletions and insertions by edit distance."""
    row = list(range(len(heard) + 1))
    for index, word in enumerate(said, start=1):
        previous, row[0] = row[0], index
        for column, other in enumerate(heard, start=1):
            step = min(row[column] + 1, row[column - 1] + 1, previous + (word != other))
            previous, row[column] = row[column], step
    return row[-1]


def transcribe(recognizer: vosk.KaldiRecognizer, pcm: Pcm) -> tuple[str, float]:
    """Feeds audio in microphone-sized chunks; gives the text of all segments and the seconds of the last result."""
    texts = []
    step = int(_CHUNK_S * SAMPLE_RATE_HZ)
    for start in range(0, len(pcm), step):
        if recognizer.AcceptWaveform(pcm[start : start + step].tobytes()):
            texts.append(json.loads(recognizer.Result())["text"])
    started = time.perf_counter()
    texts.append(json.loads(recognizer.FinalResult())["text"])
    return " ".join(text for text in texts if text), time.perf_counter() - started


def measure_accuracy(model: vosk.Model, spoken: Sequence[Spoken], render: Callable[[Clip], Pcm]) -> Accuracy:
    """Transcribes every clip with the model's own language model."""
    errors = words = right = 0
    audio_s = cpu_s = 0.0
    finals_s = []
    for item in spoken:
        pcm = render(item.clip)
        recognizer = vosk.KaldiRecognizer(model, SAMPLE_RATE_HZ)
        started = time.thread_time()
        text, final_s = transcribe(recognizer, pcm)
        cpu_s += time.thread_time() - started
        audio_s += len(pcm) / SAMPLE_RATE_HZ
        finals_s.append(final_s)
        heard = text.split()
        right += heard == list(item.words)
        errors += word_errors(item.words, heard)
        words += len(item.words)
    return Accuracy(right / len(spoken), errors / words, cpu_s / audio_s, 1000 * float(np.percentile(finals_s, 95)))


def measure_wake(
    model: vosk.Model, turns: Sequence[Spoken], others: Sequence[Spoken], render: Callable[[Clip], Pcm]
) -> Wake:
    """Spots the wake word by grammar in turns that begin with it and in sentences that lack it."""

    def hears(item: Spoken) -> tuple[bool, float]:
        pcm = render(item.clip)
        text, _ = transcribe(vosk.KaldiRecognizer(model, SAMPLE_RATE_HZ, WAKE_GRAMMAR), pcm)
        return WAKE_WORD in text.split(), len(pcm) / SAMPLE_RATE_HZ

    missed = sum(not hears(item)[0] for item in turns)
    answers = [hears(item) for item in others]
    false = sum(woken for woken, _ in answers)
    return Wake(missed / len(turns), false / len(others), 3600 * false / sum(audio_s for _, audio_s in answers))


def measure_endpoint_s(model: vosk.Model, spoken: Sequence[Spoken]) -> list[float]:
    """Gives how long after its last sound the engine ends each clip, in seconds; those it does not end are left out."""
    delays_s = []
    step = SAMPLE_RATE_HZ // 100
    for item in spoken:
        pcm = np.pad(quantise(item.clip.samples), (0, int(_TRAILING_SILENCE_S * SAMPLE_RATE_HZ)))
        ends = int(np.flatnonzero(pcm)[-1])
        recognizer = vosk.KaldiRecognizer(model, SAMPLE_RATE_HZ)
        for start in range(0, len(pcm), step):
            if recognizer.AcceptWaveform(pcm[start : start + step].tobytes()) and start > ends:
                delays_s.append((start + step - ends) / SAMPLE_RATE_HZ)
                break
    return delays_s


def wake_turns(sentences: Sequence[Sentence]) -> Iterator[Sentence]:
    """Puts the wake phrases, in turn, before the sentences."""
    for index, words in enumerate(sentences):
        yield (*WAKE_PHRASES[index % len(WAKE_PHRASES)], *words)


def load_time_s(model_dir: Path) -> tuple[vosk.Model, float]:
    """Loads the model and says how long it took; raises ValueError when libvosk refuses the directory."""
    if not (model_dir / "am" / "final.mdl").is_file():
        raise ValueError(f"{model_dir} holds no model: run `python -m training.bench_voice build` first")
    vosk.SetLogLevel(-1)
    started = time.perf_counter()
    model = vosk.Model(model_path=str(model_dir))
    return model, time.perf_counter() - started


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All figures of one evaluation; conditions by name."""

    n_sentences: int
    unseen_share: float  # of the sentences the build never saw
    accuracy: Mapping[str, Accuracy]
    wake: Mapping[str, Wake]
    endpoint_ms_median: float
    endpoint_ms_p95: float
    endpointed_share: float  # of clips that ended by themselves within 1.5 s of silence
    load_ms: float


def measure(
    model: vosk.Model,
    espeak: Espeak,
    sentences: Sequence[Sentence],
    noise: NoiseSource,
    seed: int,
    *,
    load_s: float,
    unseen_share: float,
) -> Evaluation:
    """Measures accuracy and wake spotting clean and over noise, and endpointing in silence."""
    spoken = speak(espeak, sentences, seed)
    turns = speak(espeak, list(wake_turns(sentences)), seed + 1)
    others = [item for item in spoken if WAKE_WORD not in item.words]
    accuracy, wake = {}, {}
    for name, snr_db in CONDITIONS_DB.items():
        render = _renderer(noise, snr_db, seed)
        accuracy[name] = measure_accuracy(model, spoken, render)
        wake[name] = measure_wake(model, turns, others, render)
    delays_ms = 1000 * np.array(measure_endpoint_s(model, spoken))
    return Evaluation(
        n_sentences=len(sentences),
        unseen_share=unseen_share,
        accuracy=accuracy,
        wake=wake,
        endpoint_ms_median=float(np.median(delays_ms)) if len(delays_ms) else float("nan"),
        endpoint_ms_p95=float(np.percentile(delays_ms, 95)) if len(delays_ms) else float("nan"),
        endpointed_share=len(delays_ms) / len(spoken),
        load_ms=1000 * load_s,
    )


def _renderer(noise: NoiseSource, snr_db: float | None, seed: int) -> Callable[[Clip], Pcm]:
    rng = np.random.default_rng(seed)
    return lambda clip: at_snr(clip, noise, snr_db, rng)


def table(evaluation: Evaluation) -> str:
    """Lays the figures out as a Markdown table and a line of timings."""
    lines = [
        "| condition | sentences right | WER | wake missed | false wakes | per hour | RTF | final, p95 |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, heard in evaluation.accuracy.items():
        wake = evaluation.wake[name]
        lines.append(
            f"| {name} | {heard.sentence_accuracy:.1%} | {heard.word_error_rate:.1%} | {wake.missed:.1%} "
            f"| {wake.false_wakes:.1%} | {wake.false_wakes_per_h:.1f} | {heard.rtf:.4f} | {heard.final_ms_p95:.1f} ms |"
        )
    median_ms, p95_ms = evaluation.endpoint_ms_median, evaluation.endpoint_ms_p95
    ended, unseen = evaluation.endpointed_share, evaluation.unseen_share
    lines.append("")
    lines.append(
        f"{evaluation.n_sentences} sentences ({unseen:.0%} never seen by the build), each by a held-out voice."
    )
    lines.append(f"Utterance ended {median_ms:.0f} ms after the last sound (median; p95 {p95_ms:.0f} ms);")
    lines.append(f"{ended:.0%} ended by themselves. Load {evaluation.load_ms:.0f} ms.")
    return "\n".join(lines)
