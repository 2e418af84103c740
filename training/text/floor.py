"""Shows what each `parser.confidence_floor` costs and gains.

    python -m training.text.floor --labels FILE.jsonl [--model nano.gguf]
    python -m training.text.floor --converted runs/converted.jsonl [--dev DATA/text/dev.jsonl] [--config nano.toml]

The labels must not have been trained on, and must not be those that the parser is measured with in the end. The second
form takes the validation split as training draws it from the same files: after a change to them it is another split,
with rows in it that the weights were trained on.
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from intents.catalogue import COMMANDS
from intents.encoding import Outcome
from training.text import config as configs
from training.text import corpus
from vehicle_assistant.evaluation import Answer, Label, SaidCommand, Score, read_labels, score
from vehicle_assistant.parser.nano import NanoParser

FLOORS = tuple(round(0.05 * step, 2) for step in range(20))
PATIENCE_S = 60.0


def held_out(converted: Path | None, dev: Path | None, config: Path) -> tuple[Label, ...]:
    """The validation split of training, as labels without alternatives."""
    excluded = [row["text"] for row in corpus.rows(dev)] if dev else []
    examples, _ = corpus.gather(converted, excluded)
    _, held = corpus.split(examples, configs.load(config).seed)
    return tuple(_label(number, example) for number, example in enumerate(held))


def _label(number: int, example: corpus.Example) -> Label:
    missing = any(
        slot.required and slot.name not in draft.slots
        for draft in example.drafts
        for slot in COMMANDS[draft.intent].slot_specs
    )
    outcome = Outcome.INCOMPLETE if missing else Outcome.UNDERSTOOD if example.drafts else Outcome.NOT_UNDERSTOOD
    commands = tuple(SaidCommand(intent=draft.intent, slots=dict(draft.slots)) for draft in example.drafts)
    return Label(id=number, text=" ".join(example.words), outcome=outcome, commands=commands)


def answers(engine: NanoParser, labels: Sequence[Label]) -> list[tuple[Answer, float]]:
    """Each label's answer, whatever its confidence, and that confidence."""
    found = []
    for label in labels:
        parsed = engine.parse(label.text, PATIENCE_S)
        commands = tuple(SaidCommand(intent=d.intent, slots=dict(d.slots)) for d in parsed.meaning.drafts)
        found.append((Answer(parsed.meaning.outcome, commands), parsed.confidence))
    return found


def scores(labels: Sequence[Label], found: Sequence[tuple[Answer, float]]) -> Iterator[tuple[float, Score]]:
    """The score under each floor: below it, an answer counts as not understood."""
    nothing = Answer(Outcome.NOT_UNDERSTOOD, ())
    for floor in FLOORS:
        yield floor, score(labels, [nothing if confidence < floor else answer for answer, confidence in found])


def main() -> None:
    """Prints one line a floor, and the floor with the most right answers."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--labels", type=Path, help="labelled utterances; without it, the validation split")
    parser.add_argument("--model", type=Path, help="weights (default: the shipped ones)")
    parser.add_argument("--converted", type=Path)
    parser.add_argument("--dev", type=Path, help="texts that training left out")
    parser.add_argument("--config", type=Path, default=configs.DEFAULT)
    a = parser.parse_args()
    labels = read_labels(a.labels) if a.labels else held_out(a.converted, a.dev, a.config)
    engine = NanoParser.open(a.model)
    by_floor = dict(scores(labels, answers(engine, labels)))
    engine.close()
    print(f"{len(labels)} utterances\nfloor  exact  outcome  false commands     rejected")
    for floor, s in by_floor.items():
        wrong = f"{s.false_commands.count:5d} ({s.false_commands.share:5.3f})"
        print(f"{floor:5.2f}  {s.exact.share:5.3f}  {s.outcome.share:7.3f}  {wrong}  {s.rejected.count:5d} "
              f"({s.rejected.share:5.3f})")  # fmt: skip
    best = max(by_floor, key=lambda floor: by_floor[floor].exact.count)
    print(f"most right answers at {best:.2f}: {by_floor[best].exact.count} of {len(labels)}")


if __name__ == "__main__":
    main()
