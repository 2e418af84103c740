"""What is written into final.mdl computes what was trained, and libvosk reads it."""

import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="training dependencies are not installed")
pytest.importorskip("kaldi_native_fbank", reason="training dependencies are not installed")

import torch

from training.bench_voice.build import write_model
from training.bench_voice.espeak import PhonemeSpan, Utterance
from training.bench_voice.features import N_FEATURES, SUBSAMPLING
from training.bench_voice.kaldi import AcousticModel, Affine, model_bytes
from training.bench_voice.lexicon import Lexicon
from training.bench_voice.network import LEFT_CONTEXT, RIGHT_CONTEXT, LabelledFrames, TimeDelayNetwork, Trainer, fold
from training.bench_voice.phones import N_NETWORK_PDFS, phone_pdfs
from training.bench_voice.sentences import make_corpus

LOAD = """
import json, sys, vosk
vosk.SetLogLevel(-1)
recognizer = vosk.KaldiRecognizer(vosk.Model(model_path=sys.argv[1]), 16000)
recognizer.AcceptWaveform(bytes(32000))
print(json.loads(recognizer.FinalResult())["text"])
"""


def _compute(layers: tuple[Affine, ...], features: np.ndarray, time: int) -> np.ndarray:
    """One output by the definition of the layers, in 10 ms frames, without subsampling."""

    def at(index: int, frame: int) -> np.ndarray:
        if index < 0:
            row: np.ndarray = features[frame]
            return row
        layer = layers[index]
        stacked: np.ndarray = np.concatenate([at(index - 1, frame + offset) for offset in layer.offsets])
        out: np.ndarray = layer.weight @ stacked + layer.bias
        hidden: np.ndarray = np.maximum(out, 0.0)
        return out if index == len(layers) - 1 else hidden

    return at(len(layers) - 1, time)


def test_folded_layers_compute_what_the_network_computes() -> None:
    torch.manual_seed(0)
    network = TimeDelayNetwork()
    rng = np.random.default_rng(0)
    features = (
        3.0 + 5.0 * rng.standard_normal((LEFT_CONTEXT + RIGHT_CONTEXT + 1 + 60 * SUBSAMPLING, N_FEATURES))
    ).astype("f4")
    network.train()
    network(torch.from_numpy(features[None]))  # moves the statistics of every normalisation away from their start
    network.eval()
    with torch.no_grad():
        expected = network(torch.from_numpy(features[None]))[0, 2].exp().numpy()
    out = _compute(fold(network), features, LEFT_CONTEXT + 2 * SUBSAMPLING)
    actual = np.exp(out - out.max()) / np.exp(out - out.max()).sum()

    assert np.allclose(expected, actual, atol=1e-4)


def test_training_learns_which_feature_tells_two_sounds_apart() -> None:
    rng = np.random.default_rng(0)
    labels = np.repeat(rng.integers(1, 3, size=2000), 12)
    features = rng.standard_normal((len(labels), N_FEATURES)).astype("f4")
    features[:, 3] += 4.0 * (labels == 2)
    data = LabelledFrames(features, labels.astype(np.int64))
    _, accuracy = Trainer(3 * len(labels), seed=1).run(data, 3)

    assert accuracy > 0.9  # guessing the more frequent one gives about 0.5


def _model(n_hidden: int = 8) -> AcousticModel:
    rng = np.random.default_rng(0)

    def affine(offsets: tuple[int, ...], n_in: int, n_out: int) -> Affine:
        return Affine(offsets, rng.standard_normal((n_out, len(offsets) * n_in)).astype("f4"), np.zeros(n_out, "f4"))

    layers = (affine((-1, 0, 1), N_FEATURES, n_hidden), affine((-3, 0, 3), n_hidden, N_NETWORK_PDFS))
    priors = np.full(N_NETWORK_PDFS, 0.5, np.float32)
    return AcousticModel(N_FEATURES, layers, tuple(phone_pdfs()), priors, garbage_log_score=-2.0)


def test_weights_are_stored_in_two_bytes_within_half_a_step() -> None:
    model = _model()
    data = model_bytes(model)
    weight = model.layers[0].weight
    start = data.index(b"CM2 ") + 4
    low, span, rows, cols = struct.unpack_from("<ffii", data, start)
    stored = np.frombuffer(data, "<u2", rows * cols, start + 16).reshape(rows, cols)

    assert weight.shape == (rows, cols)
    assert np.abs(low + span * stored / 65535.0 - weight).max() <= 0.51 * span / 65535.0


def test_file_states_the_context_of_its_layers() -> None:
    data = model_bytes(_model())

    assert data.startswith(b"\0B<TransitionModel> ")
    assert b"<LeftContext> \x04" + struct.pack("<i", 4) in data
    assert b"<RightContext> \x04" + struct.pack("<i", 4) in data
    assert b"input=Append(Offset(input, -1), input, Offset(input, 1))" in data


def test_libvosk_loads_a_written_model(tmp_path: Path) -> None:
    corpus = make_corpus(["no"], (), seed=1)
    lexicon = Lexicon()
    for word in corpus.vocabulary:
        lexicon.add(Utterance((word,), np.zeros(0, np.int16), 22050, (PhonemeSpan("n", 0, 0), PhonemeSpan("oU", 9, 0))))
    write_model(tmp_path, _model(), lexicon, corpus)
    # In a process of its own: a file it does not understand may abort libvosk.
    result = subprocess.run(
        [sys.executable, "-c", LOAD, str(tmp_path)], capture_output=True, text=True, timeout=60, check=False
    )

    assert result.returncode == 0, result.stderr
    assert set(result.stdout.split()) <= corpus.vocabulary
