"""The automata files are byte for byte what OpenFst reads."""

import struct
from math import inf
from pathlib import Path

import pytest

from training.bench_voice.openfst import Arc, Automaton, read_automaton


def _two_states() -> Automaton:
    automaton = Automaton()
    start, end = automaton.add_state(), automaton.add_state(final_cost=0.5)
    automaton.add_arc(start, Arc(ilabel=1, olabel=7, cost=0.25, target=end))
    automaton.add_arc(start, Arc(ilabel=2, olabel=3, cost=1.5, target=start))
    return automaton


def test_bytes_of_a_small_automaton_are_those_of_the_format() -> None:
    expected = struct.pack("<i", 2125659606)
    expected += struct.pack("<i", 6) + b"vector" + struct.pack("<i", 8) + b"standard"
    expected += struct.pack("<ii", 2, 0)  # version, no symbol tables
    expected += struct.pack("<Q", 0x3 | 0x40000000)  # expanded, mutable, sorted by output label
    expected += struct.pack("<qqq", 0, 2, 2)  # start, states, arcs
    expected += struct.pack("<fq", inf, 2) + struct.pack("<iifi", 2, 3, 1.5, 0) + struct.pack("<iifi", 1, 7, 0.25, 1)
    expected += struct.pack("<fq", 0.5, 0)

    assert expected == _two_states().to_bytes("olabel")


def test_arcs_are_sorted_by_the_label_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "a.fst"
    path.write_bytes(_two_states().to_bytes("ilabel"))

    assert [arc.ilabel for arc in read_automaton(path).arcs[0]] == [1, 2]


def test_reading_gives_back_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "a.fst"
    path.write_bytes(_two_states().to_bytes("ilabel"))

    assert _two_states() == read_automaton(path)


def test_another_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.fst"
    path.write_bytes(b"not an automaton")

    with pytest.raises(ValueError, match="not a VectorFst"):
        read_automaton(path)
