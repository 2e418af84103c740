"""The settings of one training run."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

DEFAULT = Path(__file__).with_name("nano.toml")


@dataclass(frozen=True, slots=True)
class Config:
    """See nano.toml for what each one means."""

    seed: int
    vocabulary: int
    dimension: int
    layers: int
    heads: int
    hidden: int
    context: int
    dropout: float
    batch_tokens: int
    steps: int
    warmup_steps: int
    learning_rate: float
    weight_decay: float
    text_loss: float
    label_smoothing: float
    average_decay: float


def load(path: Path = DEFAULT) -> Config:
    """Reads a config; raises TypeError on a key that is missing or unknown."""
    return Config(**tomllib.loads(path.read_text()))
