"""Weighted automata in OpenFst's binary VectorFst format, written and read without OpenFst."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from typing import Literal

_MAGIC = 2125659606
_VERSION = 2
_HEADER_TAIL = struct.Struct("<iiQqqq")  # version, flags, properties, start, states, arcs
_ARC = struct.Struct("<iifi")
_STATE = struct.Struct("<fq")
# Property bits (openfst fst/properties.h): sortedness must be declared, or the composing matcher refuses the file.
_EXPANDED_MUTABLE = 0x3
_SORTED_BIT = {"ilabel": 0x10000000, "olabel": 0x40000000}

EPSILON = 0


@dataclass(frozen=True, slots=True)
class Arc:
    """One transition: input and output label, cost (negative natural log), target state."""

    ilabel: int
    olabel: int
    cost: float
    target: int


@dataclass(slots=True)
class Automaton:
    """A tropical-weight transducer under construction; state 0 is the start."""

    arcs: list[list[Arc]] = field(default_factory=list)
    final_costs: list[float] = field(default_factory=list)  # infinite where the state is not final

    def add_state(self, final_cost: float = inf) -> int:
        """Adds a state and gives its number."""
        self.arcs.append([])
        self.final_costs.append(final_cost)
        return len(self.arcs) - 1

    def add_arc(self, source: int, arc: Arc) -> None:
        """Adds a transition out of `source`."""
        self.arcs[source].append(arc)

    @property
    def n_arcs(self) -> int:
        """Counts the transitions."""
        return sum(len(arcs) for arcs in self.arcs)

    def to_bytes(self, sort: Literal["ilabel", "olabel"]) -> bytes:
        """Serialises with the arcs of every state sorted by one label, as composition needs it."""
        header = struct.pack("<i", _MAGIC)
        for text in (b"vector", b"standard"):
            header += struct.pack("<i", len(text)) + text
        properties = _EXPANDED_MUTABLE | _SORTED_BIT[sort]
        parts = [header, _HEADER_TAIL.pack(_VERSION, 0, properties, 0, len(self.arcs), self.n_arcs)]
        for arcs, final_cost in zip(self.arcs, self.final_costs, strict=True):
            parts.append(_STATE.pack(final_cost, len(arcs)))
            ordered = sorted(arcs, key=lambda arc: (getattr(arc, sort), arc.target))
            parts += [_ARC.pack(arc.ilabel, arc.olabel, arc.cost, arc.target) for arc in ordered]
        return b"".join(parts)


def read_automaton(path: Path) -> Automaton:
    """Reads a file written by `Automaton.to_bytes`; raises ValueError when it is anything else."""
    data = path.read_bytes()
    prefix = struct.pack("<i", _MAGIC) + struct.pack("<i", 6) + b"vector" + struct.pack("<i", 8) + b"standard"
    if not data.startswith(prefix):
        raise ValueError(f"{path}: not a VectorFst with standard weights")
    _, _, _, start, n_states, _ = _HEADER_TAIL.unpack_from(data, len(prefix))
    if start != 0:
        raise ValueError(f"{path}: starts at state {start}; this reader expects state 0")
    position = len(prefix) + _HEADER_TAIL.size
    automaton = Automaton()
    for _ in range(n_states):
        final_cost, n_arcs = _STATE.unpack_from(data, position)
        position += _STATE.size
        state = automaton.add_state(final_cost)
        for _ in range(n_arcs):
            automaton.add_arc(state, Arc(*_ARC.unpack_from(data, position)))
            position += _ARC.size
    return automaton
