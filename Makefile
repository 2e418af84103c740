# One command for each thing a person does here. `make` alone lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup demo test check static format bench contracts wheel clean

PYTHON := .venv/bin/python

help:  ## List these commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 19

setup:  ## Install what is missing: Debian packages, .venv, llama.cpp, the rest
	@setup/install.sh

demo: setup  ## Hear, understand, act and answer on this machine, with a simulated vehicle
	@.venv/bin/vehicle-assistant demo

test: setup static  ## Check the sources, then run every test
	@$(PYTHON) -m pytest

check: setup static  ## Format, lint, types and import rules

static:
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports --no-logo

format: setup  ## Rewrite the sources in the house format
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .

bench: setup  ## Measure the parser, and the stages of the demo (build/demo.json)
	@mkdir -p build
	@.venv/bin/vehicle-assistant bench | tee build/bench.txt
	@.venv/bin/vehicle-assistant demo --json build/demo.json

contracts: setup  ## Write the exported contracts and the catalogue page anew from the types
	@$(PYTHON) -c 'from intents.grammar import gbnf; print(gbnf(), end="")' >tests/intents/golden/catalogue.gbnf
	@$(PYTHON) -c 'from intents.schema import json_text; print(json_text(), end="")' >tests/intents/golden/catalogue.schema.json
	@$(PYTHON) -c 'from intents.page import markdown; print(markdown(), end="")' >docs/catalogue.md

wheel: setup  ## Build the wheel into dist/
	@$(PYTHON) -m pip wheel --no-deps --wheel-dir dist .

clean:  ## Remove what was built, the environment in .venv apart
	@rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache ./*.egg-info
	@find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
