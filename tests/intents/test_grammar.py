"""The exported GBNF: unchanged unless meant, loaded by llama.cpp itself, and the same language as the encoding."""

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.encoding import as_text, encode
from intents.grammar import gbnf
from intents.phrasebook import load
from intents.words import words_of

GOLDEN = Path(__file__).parent / "golden" / "catalogue.gbnf"
# Reads the grammar with llama.cpp's own engine; in a child process, because a bad one may end it.
LOADER = """
import sys, llama_cpp
sampler = llama_cpp.llama_sampler_init_grammar(None, sys.stdin.buffer.read(), b"root")
sys.exit(0 if sampler else 3)
"""


def load_in_llama(grammar: str) -> int:
    return subprocess.run(
        [sys.executable, "-c", LOADER], input=grammar.encode(), capture_output=True, timeout=60
    ).returncode


@cache
def language() -> re.Pattern[str]:
    """The grammar as a regular expression: rules refer only to later ones, so they can be written into each other."""
    rules = dict(re.findall(r"^([\w-]+) ::=\s+(.*(?:\n  .*)*)$", gbnf(), re.MULTILINE))
    done: dict[str, str] = {}

    def expression(name: str) -> str:
        if name not in done:
            done[name] = f"(?:{re.sub(TOKEN, translated, rules[name])})"
        return done[name]

    def translated(token: re.Match[str]) -> str:
        literal, characters, name, mark = token.groups()
        if literal is not None:
            return re.escape(literal)
        return characters or (expression(name) if name else mark.strip())

    return re.compile(expression("root"))


TOKEN = r'"([^"]*)"|(\[[^\]]*\])|([a-z][a-z-]*)|(\{\d+,\d+\}|[()|?+*]|\s+)'


def test_a_change_of_the_grammar_is_meant() -> None:
    assert gbnf() == GOLDEN.read_text(encoding="utf-8"), "run `make contracts` and read the difference"


def test_llama_cpp_reads_it() -> None:
    assert load_in_llama(gbnf()) == 0


@pytest.mark.parametrize("broken", ["root ::= absent", 'root ::= "a" ('])
def test_llama_cpp_would_have_noticed_a_broken_one(broken: str) -> None:
    assert load_in_llama(broken) != 0


@given(st.integers(0, 10_000))
def test_it_takes_every_example_of_the_phrasebook(seed: int) -> None:
    (example,) = load().examples(1, seed)
    words = words_of(example.text)
    text = as_text(words, encode(words, example.drafts))

    assert language().fullmatch(text), text


@pytest.mark.parametrize(
    "text",
    [
        "none",
        "media.pause",
        "climate.set_temperature",
        "climate.set_temperature zone=rear celsius=twenty two point five",
        "climate.change_temperature delta_celsius=down_by half a degree",
        "navigation.navigate destination=köln via=a b via=c avoid=tolls avoid=traffic prefer=eco",
        "media.pause ; media.pause ; media.pause ; media.pause",
    ],
)
def test_it_takes(text: str) -> None:
    assert language().fullmatch(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "climate.explode",
        "none ; media.pause",
        "media.pause ; none",
        "media.pause ; media.pause ; media.pause ; media.pause ; media.pause",
        "climate.set_temperature celsius=22 zone=rear",  # not in catalogue order
        "climate.set_temperature zone=driver",  # a default is left out
        "climate.set_temperature zone=rear zone=rear",
        "climate.set_temperature celsius=",
        "climate.set_air_conditioning on=maybe",
        "navigation.reroute avoid=tolls avoid=tolls",
        "navigation.reroute avoid=ferries avoid=tolls",
        "navigation.navigate destination=Home",
        "navigation.navigate destination=a  b",
        "navigation.navigate destination=" + " ".join(["far"] * 25),
        "navigation.navigate destination=a via=b via=c via=d via=e",
        "media.pause\n",
    ],
)
def test_it_refuses(text: str) -> None:
    assert not language().fullmatch(text)
