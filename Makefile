# Careway's command runner. `make` alone lists what it can do; each target's `##` is its help.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# The first Python that is new enough; set PYTHON=… to choose another.
PYTHON ?= $(firstword $(foreach p,python3 python3.13 python3.12 python3.11,$(shell $(p) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(p))))
VENV := .venv
BIN := $(VENV)/bin
# uv installs in seconds what takes pip half a minute; both read the same lock files and check the same hashes.
UV := $(shell command -v uv 2>/dev/null)
INSTALL = $(if $(UV),$(UV) pip install --quiet --python $(BIN)/python,$(BIN)/pip install --quiet)
# Options for pytest: make test ARGS="-k hold -x"
ARGS ?=
WORKERS ?= 2

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

setup: $(VENV)/.run-installed ## make .venv with what the service needs

run: setup ## build the demonstration cohort on first use and serve it on http://127.0.0.1:8000
	@mkdir -p var
	CAREWAY_DATABASE_URL="$${CAREWAY_DATABASE_URL:-sqlite:///var/careway.db}" $(BIN)/careway demo --patients 80

test: test-setup browser ## run every test: PostgreSQL and a real browser included (ARGS="-k hold -x")
	$(BIN)/pytest --numprocesses $(WORKERS) --dist worksteal $(ARGS)

check: test-setup ## format, lint, types, import directions
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest -q tests/unit/test_layout.py

format: test-setup ## let Ruff rewrite the source in our format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

coverage: test-setup ## run the tests and demand 95 % of branches in engine/
	rm -f .coverage .coverage.*
	$(BIN)/pytest --numprocesses $(WORKERS) --cov --cov-report= -m "not browser" $(ARGS)
	$(BIN)/coverage report --include='engine/*' --fail-under=95

bench: test-setup ## measure against raw SQL; results name machine and revision
	$(BIN)/python -m benchmarks $(ARGS)

docs: setup ## write docs/pathways/ and the other generated pages anew
	$(BIN)/python -m service.docs

lock: $(BIN)/python ## resolve dependencies anew into requirements*.lock
	$(if $(UV),@true,$(BIN)/pip install --quiet uv)
	$(LOCK) --extra build --output-file requirements.lock
	$(LOCK) --extra build --extra test --constraint requirements.lock --output-file requirements-test.lock

clean: ## remove .venv and what the tools left behind; ./var with its databases stays
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage .coverage.* htmlcov

# No host name and no folder of one machine enters a lock file.
LOCK = $(or $(UV),$(BIN)/uv) pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header

test-setup: $(VENV)/.test-installed

browser:
	@tests/install-browser

$(VENV)/.run-installed: requirements.lock pyproject.toml | $(BIN)/python
	$(INSTALL) --require-hashes -r requirements.lock
	$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.test-installed: requirements-test.lock pyproject.toml | $(BIN)/python
	$(INSTALL) --require-hashes -r requirements-test.lock
	$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@ $(VENV)/.run-installed

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Careway needs Python 3.11 or newer; install it or call: make PYTHON=/path/to/python3" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

.PHONY: help setup run test check format coverage bench docs lock clean test-setup browser
