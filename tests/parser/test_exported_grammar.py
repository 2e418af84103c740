"""The exported GBNF and the compact text of lines, judged by llama.cpp's own grammar engine.

In a child process, because llama.cpp ends the process on a grammar or a token it does not like.
"""

import json
import subprocess
import sys
from typing import Any

import pytest

from intents.encoding import as_text, encode
from intents.grammar import gbnf
from intents.phrasebook import load
from intents.words import words_of
from vehicle_assistant.parser.nano import SHIPPED

# Standard input: {"model", "grammar", "texts"}; standard output: for each text, whether the grammar takes all of it.
JUDGE = """
import ctypes, json, sys, llama_cpp as c
job = json.load(sys.stdin)
quiet = c.llama_log_callback(lambda *_: None)
c.llama_log_set(quiet, ctypes.c_void_p(0))
params = c.llama_model_default_params()
params.vocab_only = True
model = c.llama_model_load_from_file(job["model"].encode(), params)
vocab = c.llama_model_get_vocab(model)
start = c.llama_sampler_init_grammar(vocab, job["grammar"].encode(), b"root")
assert start, "llama.cpp refuses the grammar"

def allows(grammar, token):
    one = (c.llama_token_data * 1)(c.llama_token_data(token, 1.0, 0.0))
    array = c.llama_token_data_array(one, 1, -1, False)
    c.llama_sampler_apply(grammar, ctypes.byref(array))
    return one[0].logit > float("-inf")

def takes(text):
    raw = text.encode()
    tokens = (c.llama_token * (len(raw) + 8))()
    count = c.llama_tokenize(vocab, raw, len(raw), tokens, len(tokens), False, False)
    grammar = c.llama_sampler_clone(start)
    try:
        for token in tokens[:count]:
            if not allows(grammar, token):
                return False
            c.llama_sampler_accept(grammar, token)
        return allows(grammar, c.llama_vocab_eos(vocab))
    finally:
        c.llama_sampler_free(grammar)

print(json.dumps([takes(text) for text in job["texts"]]))
"""


def judged(texts: list[str]) -> list[bool]:
    job: dict[str, Any] = {"model": str(SHIPPED), "grammar": gbnf(), "texts": texts}
    child = subprocess.run(
        [sys.executable, "-c", JUDGE], input=json.dumps(job), capture_output=True, text=True, timeout=300
    )
    assert child.returncode == 0, child.stderr
    verdicts: list[bool] = json.loads(child.stdout)
    return verdicts


def test_llama_cpp_takes_the_line_of_every_example():
    texts = []
    for example in load().examples(300, seed=11, two_share=0.3):
        words = words_of(example.text)
        texts.append(as_text(words, encode(words, example.drafts)))

    verdicts = judged(texts)

    assert [text for text, taken in zip(texts, verdicts, strict=True) if not taken] == []


@pytest.mark.parametrize(
    "text",
    [
        "climate.explode",
        "climate.set_temperature celsius=22 zone=rear",
        "climate.set_temperature zone=rear zone=rear",
        "none ; media.pause",
        "navigation.navigate destination=",
        "media.pause ;",
        "media.pause ; media.pause ; media.pause ; media.pause ; media.pause",
    ],
)
def test_llama_cpp_refuses_what_is_no_line(text):
    assert judged([text, "media.pause"]) == [False, True]
