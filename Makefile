# The two commands a new user needs are `make run` and `make test`.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help env run test fast lint types floors check models bench constraints clean

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

env: $(VENV)/.ready ## build .venv from constraints.txt; afterwards .venv/bin/kouhou works

$(VENV)/.ready: constraints.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("kouhou needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 env")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r constraints.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

run: env ## start everything on the practice platforms; Ctrl-C stops it
	@$(BIN)/kouhou run

test: env ## the whole suite: SQLite, a real PostgreSQL, a real browser
	@deploy/browser.sh $(BIN)
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup

fast: env ## the suite without browser and PostgreSQL
	$(BIN)/python -m pytest -n $(WORKERS) -m "not browser and not postgres"

lint: env ## ruff, formatting and the floors
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: env ## mypy --strict
	$(BIN)/mypy

check: lint types test ## what CI runs

models: env ## rebuild every shipped weight, byte for byte, from the data in moderation/training
	$(BIN)/python -m moderation.training.train && $(BIN)/python -m moderation.fusion_fit

bench: env ## speed and memory, with peers in the same run
	$(BIN)/kouhou bench

constraints: ## pin every dependency with hashes (needs uv; no index address is written)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --all-extras pyproject.toml -o constraints.txt

clean: ## remove the environment and caches, never var/
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache build *.egg-info
