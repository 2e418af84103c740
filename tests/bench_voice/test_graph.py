"""The pronunciation graph lets each word be said, and shares what words have in common."""

from training.bench_voice.graph import build_hcl, enter_id, stay_id
from training.bench_voice.lexicon import Sounds
from training.bench_voice.openfst import EPSILON, Automaton
from training.bench_voice.phones import GARBAGE_PHONE, SILENCE_PHONE, phone_pdfs, word_boundary_lines, word_phones

NO, SO, UNKNOWN = 2, 3, 1
PRONUNCIATIONS: dict[str, dict[Sounds, float]] = {"no": {("n", "oU"): 0.0}, "so": {("s", "oU"): 0.0, ("s", "V"): 1.0}}


def _graph() -> Automaton:
    return build_hcl(PRONUNCIATIONS, {"no": NO, "so": SO}, UNKNOWN)


def _outputs(automaton: Automaton, transition_ids: list[int]) -> set[tuple[int, ...]]:
    """All word sequences the automaton gives for these frames when it ends in a final state."""

    def closure(states: set[tuple[int, tuple[int, ...]]]) -> set[tuple[int, tuple[int, ...]]]:
        reached, frontier = set(states), list(states)
        while frontier:
            state, words = frontier.pop()
            for arc in automaton.arcs[state]:
                item = (arc.target, words)
                if arc.ilabel == EPSILON and item not in reached:
                    reached.add(item)
                    frontier.append(item)
        return reached

    states = closure({(0, ())})
    for transition_id in transition_ids:
        states = closure(
            {
                (arc.target, (*words, arc.olabel) if arc.olabel else words)
                for state, words in states
                for arc in automaton.arcs[state]
                if arc.ilabel == transition_id
            }
        )
    return {words for state, words in states if automaton.final_costs[state] == 0.0}


def test_a_word_is_its_sounds_each_as_long_as_it_lasts() -> None:
    n, o = word_phones(("n", "oU"))
    frames = [enter_id(n), stay_id(n), enter_id(o), stay_id(o), stay_id(o)]

    assert {(NO,)} == _outputs(_graph(), frames)


def test_words_follow_each_other_with_and_without_a_pause() -> None:
    said = {
        word: [enter_id(phone) for phone in word_phones(sounds)]
        for word, sounds in ((NO, ("n", "oU")), (SO, ("s", "V")))
    }
    pause = [enter_id(SILENCE_PHONE), stay_id(SILENCE_PHONE)]

    assert {(NO, SO)} == _outputs(_graph(), said[NO] + said[SO])
    assert {(NO, SO)} == _outputs(_graph(), pause + said[NO] + pause + said[SO] + pause)


def test_words_with_the_same_ending_share_its_states() -> None:
    graph = _graph()
    entries = {arc.olabel: arc.target for arc in graph.arcs[1] if arc.olabel == NO}
    last = {target for arc in graph.arcs[entries[NO]] for target in [arc.target] if arc.ilabel % 2 == 0}
    so_targets = {
        arc.target for state in (a.target for a in graph.arcs[1] if a.olabel == SO) for arc in graph.arcs[state]
    }

    assert last <= so_targets


def test_garbage_needs_at_least_four_frames() -> None:
    frames = [enter_id(GARBAGE_PHONE)] + [stay_id(GARBAGE_PHONE)] * 3

    assert {(UNKNOWN,)} == _outputs(_graph(), frames)
    assert {(UNKNOWN,)} == _outputs(_graph(), [*frames, stay_id(GARBAGE_PHONE)])
    assert set() == _outputs(_graph(), frames[:-1])


def test_every_phone_has_a_boundary_and_a_pdf() -> None:
    numbers = [int(line.split()[0]) for line in word_boundary_lines()]

    assert list(range(1, len(phone_pdfs()) + 1)) == numbers


def test_the_four_positions_of_a_sound_share_its_pdf() -> None:
    pdfs = phone_pdfs()
    phones = [*word_phones(("t",)), *word_phones(("t", "t", "t"))]

    assert len(set(phones)) == 4
    assert len({pdfs[phone - 1] for phone in phones}) == 1
