"""The bench voice: a small Vosk model that understands espeak-ng, so that tests and demos hear with the real engine.

`python -m training.bench_voice build` makes it from nothing, `python -m training.bench_voice evaluate` measures it.
"""
