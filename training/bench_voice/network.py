"""The acoustic network: a small time-delay network trained on labelled frames, then folded into plain affine layers."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from training.bench_voice.features import N_FEATURES, SUBSAMPLING
from training.bench_voice.kaldi import Affine
from training.bench_voice.phones import N_NETWORK_PDFS

# Input offsets of each layer in 10 ms frames. All but the first are multiples of SUBSAMPLING, so that only every third
# frame is ever computed. Together they see 230 ms back and, so that answers come early, 140 ms ahead.
LAYER_OFFSETS = ((-2, -1, 0, 1, 2), (-3, 0, 3), (-3, 0, 3), (-6, 0, 3), (-9, 0, 3), (0,))
LEFT_CONTEXT = -sum(min(offsets) for offsets in LAYER_OFFSETS)
RIGHT_CONTEXT = sum(max(offsets) for offsets in LAYER_OFFSETS)
_HIDDEN = 256
_CROP = 120  # answered frames (30 ms) in one training example
_BATCH = 24
_PEAK_LEARNING_RATE = 3e-3
_WARM_UP_SHARE = 0.05
_WEIGHT_DECAY = 1e-3


@dataclass(frozen=True, slots=True)
class LabelledFrames:
    """One long stretch of speech: features and, for every frame, the index of its sound."""

    features: npt.NDArray[np.float32]  # (n_frames, 40) float32
    labels: npt.NDArray[np.int64]  # (n_frames,) int64


class TimeDelayNetwork(nn.Module):
    """Maps features to log-probabilities of sounds for every third frame."""

    def __init__(self) -> None:
        super().__init__()
        self.normalise = nn.BatchNorm1d(N_FEATURES, affine=False)
        widths = [N_FEATURES, *[_HIDDEN] * (len(LAYER_OFFSETS) - 1), N_NETWORK_PDFS]
        self.layers = nn.ModuleList(
            nn.Linear(len(offsets) * n_in, n_out)
            for offsets, n_in, n_out in zip(LAYER_OFFSETS, widths, widths[1:], strict=False)
        )
        self.norms = nn.ModuleList(nn.BatchNorm1d(_HIDDEN) for _ in LAYER_OFFSETS[:-1])

    def forward(self, features: Tensor) -> Tensor:
        """Maps (batch, LEFT_CONTEXT + 3 n - 2 + RIGHT_CONTEXT, 40) features to (batch, n, n_pdfs) log-probabilities."""
        hidden = self.normalise(features.flatten(0, 1)).view_as(features)  # (batch, time, 40)
        for index, (layer, offsets) in enumerate(zip(self.layers, LAYER_OFFSETS, strict=True)):
            step = 1 if index == 0 else SUBSAMPLING
            shifts = [(offset - offsets[0]) // step for offset in offsets]
            stride = SUBSAMPLING if index == 0 else 1
            length = hidden.shape[1] - shifts[-1]
            stacked = torch.cat([hidden[:, shift : shift + length : stride] for shift in shifts], dim=2)
            hidden = layer(stacked)
            if index < len(self.norms):
                flat = hidden.flatten(0, 1)
                hidden = functional.relu(self.norms[index](flat)).view_as(hidden)
        return functional.log_softmax(hidden, dim=2)


class Trainer:
    """Trains a network over a known number of examples; one learning-rate cycle from warm-up to zero."""

    def __init__(self, n_frames_total: int, seed: int) -> None:
        torch.manual_seed(seed)
        torch.set_num_threads(1)  # the order of summation, and so the result, must not depend on the machine
        self.network = TimeDelayNetwork()
        self._optimiser = torch.optim.AdamW(self.network.parameters(), _PEAK_LEARNING_RATE, weight_decay=_WEIGHT_DECAY)
        n_steps = max(1, n_frames_total // (_CROP * SUBSAMPLING * _BATCH))
        self._schedule = torch.optim.lr_scheduler.LambdaLR(self._optimiser, lambda step: _rate(step / n_steps))
        self._rng = np.random.default_rng(seed)

    def run(self, data: LabelledFrames, n_passes: int) -> tuple[float, float]:
        """Goes over the data; gives the mean cross-entropy and frame accuracy of the last pass."""
        loss_sum = hits = n_frames = 0.0
        for _ in range(n_passes):
            loss_sum = hits = n_frames = 0.0
            for features, labels in self._batches(data):
                answers = self.network(features).flatten(0, 1)
                loss = functional.nll_loss(answers, labels.flatten())
                self._optimiser.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
                self._optimiser.step()
                self._schedule.step()
                loss_sum += float(loss.detach()) * len(answers)
                hits += float((answers.argmax(1) == labels.flatten()).sum())
                n_frames += len(answers)
        return loss_sum / n_frames, hits / n_frames

    def _batches(self, data: LabelledFrames) -> Iterator[tuple[Tensor, Tensor]]:
        length = _CROP * SUBSAMPLING
        first = LEFT_CONTEXT + int(self._rng.integers(SUBSAMPLING))  # any of the three phases of subsampling
        starts = np.arange(first, len(data.labels) - length - RIGHT_CONTEXT, length)
        if not len(starts):
            raise ValueError(f"{len(data.labels) / 100:.1f} s of speech is too little to train on: use more utterances")
        self._rng.shuffle(starts)
        for batch in np.array_split(starts, max(1, len(starts) // _BATCH)):
            ends = length - SUBSAMPLING + 1 + RIGHT_CONTEXT
            features = np.stack([data.features[start - LEFT_CONTEXT : start + ends] for start in batch])
            labels = np.stack([data.labels[start : start + length : SUBSAMPLING] for start in batch])
            yield torch.from_numpy(features), torch.from_numpy(labels)


def _rate(progress: float) -> float:
    if progress < _WARM_UP_SHARE:
        return 0.05 + 0.95 * progress / _WARM_UP_SHARE
    return 0.5 * (1.0 + math.cos(math.pi * min(1.0, progress))) + 1e-3


def fold(network: TimeDelayNetwork) -> tuple[Affine, ...]:
    """Folds every batch normalisation into the affine layer before it, the input's into the first."""
    folded = []
    for index, (module, offsets) in enumerate(zip(network.layers, LAYER_OFFSETS, strict=True)):
        assert isinstance(module, nn.Linear)
        weight = module.weight.detach().double().numpy().copy()  # (n_out, n_offsets * n_in)
        bias = module.bias.detach().double().numpy().copy()
        if index == 0:
            scale, shift = _scale_and_shift(network.normalise)
            bias += weight @ np.tile(shift, len(offsets))
            weight *= np.tile(scale, len(offsets))
        if index < len(network.norms):
            norm = network.norms[index]
            assert isinstance(norm, nn.BatchNorm1d)
            scale, shift = _scale_and_shift(norm)
            weight, bias = scale[:, None] * weight, scale * bias + shift
        folded.append(Affine(offsets, weight.astype(np.float32), bias.astype(np.float32)))
    return tuple(folded)


def _scale_and_shift(norm: nn.BatchNorm1d) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    assert norm.running_mean is not None
    assert norm.running_var is not None
    scale = 1.0 / np.sqrt(norm.running_var.double().numpy() + norm.eps)
    shift = -norm.running_mean.double().numpy() * scale
    if norm.affine:
        gamma, beta = norm.weight.detach().double().numpy(), norm.bias.detach().double().numpy()
        scale, shift = scale * gamma, shift * gamma + beta
    return scale, shift
