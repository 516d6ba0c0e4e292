# Two commands show what this is: `make demo` runs the main job, `make test` proves it. The rest they do themselves.
# Each target exits with something else than 0 when what it shows does not hold.

SHELL := /bin/bash
.DEFAULT_GOAL := help
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
HEADLESS ?=
SEED ?=
CASES ?= 1000000
PYTEST ?=

# The first Python that is new enough, by the names under which systems have it.
PYTHON := $(shell for name in python3.11 python3.12 python3.13 python3; do \
	if command -v $$name >/dev/null 2>&1 && $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	then echo $$name; break; fi; done)

.PHONY: help setup demo down test check chaos fuzz mutants coverage bench bench-memory bench-report clean

help: ## What can be asked
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/'

setup: $(STAMP) ## An environment of its own in .venv, every package checked against requirements.lock

$(STAMP): requirements.lock pyproject.toml
	@if [ -z "$(PYTHON)" ]; then \
		echo "Python 3.11 or newer is missing. Debian, Ubuntu: sudo apt-get install python3 python3-venv" >&2; exit 1; fi
	@if ! $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then \
		version=$$($(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])'); \
		echo "$(PYTHON) has no venv. Debian, Ubuntu: sudo apt-get install python$$version-venv" >&2; exit 1; fi
	@if ! command -v git >/dev/null; then \
		echo "git is missing. Debian, Ubuntu: sudo apt-get install git" >&2; exit 1; fi
	@rm -f $(STAMP)
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

demo: $(STAMP) ## Waterrijk over a real Kafka and PostgreSQL; HEADLESS=1 ends after the summary
	@$(BIN)/signaalbrug demo $(if $(filter-out 0 no false,$(HEADLESS)),--headless)

down: $(STAMP) ## Stop, by process id, what demo started
	@$(BIN)/signaalbrug down

check: $(STAMP) ## Style, types, who may import whom, generated documents in step
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/signaalbrug schemas check
	$(BIN)/signaalbrug policy check
	$(BIN)/signaalbrug docs check

# First what needs every core; then side by side two that wait for servers of their own, and what needs none.
BUSY := tests/chaos tests/end_to_end
SERVED := tests/fuzz tests/integration
ENGINE := tests/integration/runtime tests/integration/registry
ALONE := tests/architecture tests/contract tests/spec tests/unit

test: check ## Everything; starts and stops what it needs
	@if [ -n "$(PYTEST)" ]; then exec $(BIN)/pytest $(PYTEST); fi; \
	$(BIN)/pytest $(BUSY); busy=$$?; \
	logs=$$(mktemp -d); trap 'kill $$(jobs -p) 2>/dev/null; cat "$$logs"/*; rm -rf "$$logs"' EXIT; \
	nice -n 5 $(BIN)/pytest $(ALONE) >"$$logs/alone" 2>&1 & alone=$$!; \
	$(BIN)/pytest $(ENGINE) >"$$logs/engine" 2>&1 & engine=$$!; \
	$(BIN)/pytest $(SERVED) $(ENGINE:%=--ignore=%); served=$$?; \
	wait $$alone; alone=$$?; wait $$engine; engine=$$?; \
	exit $$((busy | served | engine | alone))

chaos: $(STAMP) ## The whole bridge under 46 kills and more, by each delivery; SEED=n replays a plan
	$(BIN)/python -m tests.chaos $(if $(SEED),--seed $(SEED))

fuzz: $(STAMP) ## A million hostile files through every source; CASES=n asks fewer, SEED=n the same again
	$(BIN)/python -m tests.fuzz --cases $(CASES) $(if $(SEED),--seed $(SEED))

mutants: $(STAMP) ## Takes each safeguard out in a copy: the tests that guard it must fail then
	$(BIN)/python -m tests.support.mutants

MEANING := $(addprefix tests/unit/,bad_inputs consent_register debt_services general_practice household_register \
	intake school_attendance veilig_thuis wijkteam_intake)

coverage: $(STAMP) ## Every branch of what says what a row means (`normalise` and its parts), by the unit tests
	@mkdir -p .cache
	$(BIN)/coverage run -m pytest -q $(MEANING)
	$(BIN)/coverage report

bench-memory: $(STAMP) ## Speed of both steps in memory, against its bar
	$(BIN)/python -m bench.steps_in_memory

bench: $(STAMP) ## Every speed against its bar; goes on after a missed one and exits 1 at the end
	$(BIN)/python -m bench

bench-report: $(STAMP) ## The newest results as the table of bench/README.md
	$(BIN)/python -m bench.report

clean: $(STAMP) ## Also forget the state and the environment
	@$(BIN)/signaalbrug down --remove
	rm -rf .state $(VENV)
