"""Writes `am/final.mdl`: a Kaldi transition model and an nnet3 network, in Kaldi's binary format."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from math import log

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]
_HALF = log(0.5)


@dataclass(frozen=True, slots=True)
class Affine:
    """One affine layer over time: y[t] = weight @ concat(x[t + o] for o in offsets) + bias, offsets in 10 ms frames."""

    offsets: tuple[int, ...]
    weight: FloatArray  # (n_out, len(offsets) * n_in) float32
    bias: FloatArray  # (n_out,) float32


@dataclass(frozen=True, slots=True)
class AcousticModel:
    """Everything final.mdl holds; layers are joined by ReLU, the last one by a log-softmax."""

    input_dim: int
    layers: tuple[Affine, ...]
    phone_pdfs: tuple[int, ...]  # pdf of phone 1, 2, ...
    priors: FloatArray  # (n_pdfs,) what each output is divided by
    garbage_log_score: float  # constant output of the pdf after the network's own


def _token(text: str) -> bytes:
    return text.encode() + b" "


def _int(value: int) -> bytes:
    return b"\x04" + struct.pack("<i", value)


def _float(value: float) -> bytes:
    return b"\x04" + struct.pack("<f", value)


def _int_vector(values: Sequence[int]) -> bytes:
    return b"\x04" + struct.pack(f"<i{len(values)}i", len(values), *values)


def _vector(values: FloatArray) -> bytes:
    return _token("FV") + _int(values.shape[0]) + values.astype("<f4").tobytes()


def _matrix(values: FloatArray) -> bytes:
    """Kaldi's two-byte compressed matrix: a linear scale from smallest to largest value, half the size of floats."""
    low, span = float(values.min()), float(np.ptp(values))
    steps = np.rint((values - low) / (span or 1.0) * 65535.0)
    return _token("CM2") + struct.pack("<ffii", low, span, *values.shape) + bytes(steps.astype("<u2").tobytes())


def _transition_model(phone_pdfs: Sequence[int]) -> bytes:
    """One topology for all phones: an emitting state that stays or leaves, half and half."""
    n_phones = len(phone_pdfs)
    parts = [_token("<TransitionModel>"), _token("<Topology>")]
    parts += [_int_vector(range(1, n_phones + 1)), _int_vector([-1, *[0] * n_phones])]  # phones, phone -> entry
    parts += [_int(1), _int(2)]  # one entry of two states
    parts += [_int(0), _int(2), _int(0), _float(0.5), _int(1), _float(0.5)]  # pdf class 0: stay, leave
    parts += [_int(-1), _int(0)]  # the final state has no pdf and no transitions
    parts += [_token("</Topology>"), _token("<Triples>"), _int(n_phones)]
    for phone, pdf in enumerate(phone_pdfs, start=1):
        parts += [_int(phone), _int(0), _int(pdf)]
    log_probs = np.array([0.0, *[_HALF] * (2 * n_phones)], np.float32)
    parts += [_token("</Triples>"), _token("<LogProbs>"), _vector(log_probs)]
    parts += [_token("</LogProbs>"), _token("</TransitionModel>")]
    return b"".join(parts)


def _fixed_affine(weight: FloatArray, bias: FloatArray) -> bytes:
    parts = [_token("<FixedAffineComponent>"), _token("<LinearParams>"), _matrix(weight)]
    return b"".join([*parts, _token("<BiasParams>"), _vector(bias), _token("</FixedAffineComponent>")])


def _nonlinearity(kind: str, dim: int) -> bytes:
    nothing = np.zeros(0, np.float32)
    parts = [_token(f"<{kind}>"), _token("<Dim>"), _int(dim), _token("<ValueAvg>"), _vector(nothing)]
    parts += [_token("<DerivAvg>"), _vector(nothing), _token("<Count>"), _float(0.0), _token(f"</{kind}>")]
    return b"".join(parts)


def _append(node: str, offsets: Sequence[int]) -> str:
    terms = [node if offset == 0 else f"Offset({node}, {offset})" for offset in offsets]
    return terms[0] if len(terms) == 1 else f"Append({', '.join(terms)})"


def _network(model: AcousticModel) -> bytes:
    lines, components = [f"input-node name=input dim={model.input_dim}"], []

    def add(name: str, source: str, body: bytes) -> str:
        lines.append(f"component-node name={name} component={name} input={source}")
        components.append((name, body))
        return name

    node = "input"
    for index, layer in enumerate(model.layers[:-1], start=1):
        node = add(f"affine{index}", _append(node, layer.offsets), _fixed_affine(layer.weight, layer.bias))
        node = add(f"relu{index}", node, _nonlinearity("RectifiedLinearComponent", layer.bias.shape[0]))
    last = model.layers[-1]
    n_out = last.bias.shape[0]
    node = add("final-affine", _append(node, last.offsets), _fixed_affine(last.weight, last.bias))
    node = add("log-softmax", node, _nonlinearity("LogSoftmaxComponent", n_out))
    widen = np.eye(n_out + 1, n_out, dtype=np.float32)  # one more output, fed by nothing but its bias
    bias = np.array([*[0.0] * n_out, model.garbage_log_score], np.float32)
    node = add("garbage", node, _fixed_affine(widen, bias))
    lines.append(f"output-node name=output input={node} objective=linear")
    parts = [
        _token("<Nnet3>"),
        b"\n",
        "\n".join(lines).encode(),
        b"\n\n",
        _token("<NumComponents>"),
        _int(len(components)),
    ]
    for name, body in components:
        parts += [_token("<ComponentName>"), _token(name), body]
    return b"".join([*parts, _token("</Nnet3>")])


def model_bytes(model: AcousticModel) -> bytes:
    """Serialises the acoustic model as libvosk reads it."""
    left = sum(-min(layer.offsets) for layer in model.layers)
    right = sum(max(layer.offsets) for layer in model.layers)
    context = _token("<LeftContext>") + _int(left) + _token("<RightContext>") + _int(right)
    priors = np.append(model.priors, np.float32(1.0))  # the garbage score is divided by nothing
    return b"".join(
        [b"\0B", _transition_model(model.phone_pdfs), _network(model), context, _token("<Priors>"), _vector(priors)]
    )
