"""Turns public utterance collections into utterances labelled with the command catalogue, for training the nano parser.

Each collection has its own rules (automotive, clinc, skills, hwu, snips). A rule either labels a row with confidence or
leaves it alone; nothing is guessed. `python -m training.text.sources --data DIR --out FILE.jsonl` runs them all.
"""
