# Everything from a bare clone with Python 3.11 or newer, make and a package index.
# `make serve` and `make test` set up what they need; the second time they take seconds.

PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
PINS := requirements.lock

# An installation that was interrupted leaves this file (its process id) behind; the environment is then made afresh.
UNFINISHED := $(VENV)/.unfinished
FRESH := $(if $(wildcard $(UNFINISHED)),fresh)

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help serve test check format lock clean weights index fresh

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

serve: $(VENV)/.serve weights index ## Set up, index seeds/ if there is no index, serve on http://127.0.0.1:8000 (PORT=8000)
	@exec $(BIN)/python -m api --port $(PORT)

test: $(VENV)/.test weights ## Set up and run the whole test suite
	$(BIN)/python -m pytest --cov --cov-report=term

check: $(VENV)/.check weights ## Format, lint, types, contracts, docs, the evaluation gates, then the tests: what CI runs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest tests/docs
	$(BIN)/python -m evals run seeds --mode quotes --baseline evals/baselines/seeds-quotes.json
	$(BIN)/python -m evals run seeds --mode answer --limit 12 --baseline evals/baselines/seeds-answer-12.json
	$(MAKE) test

format: $(VENV)/.check ## Format the code and repair what the linter can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean: ## Remove the environment and the tools' caches; the index (.dateline) and the weights stay
	rm -rf $(VENV) build dist .coverage .coverage.* htmlcov
	rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Exact versions of everything, test and check tools included: a constraint file without addresses or hashes, so that
# a platform may choose its own wheels (torch is one version with or without CUDA). Made in an environment of its own.
lock: $(VENV)/.made ## Resolve all dependencies anew and write requirements.lock
	rm -rf $(VENV)/lock
	$(BIN)/python -m venv $(VENV)/lock
	$(VENV)/lock/bin/python -m pip install --quiet --upgrade pip setuptools
	$(VENV)/lock/bin/python -m pip install --quiet --editable . --group check --group fuzz
	@echo "# Written by 'make lock': the versions that Dateline is tested with, used as a pip constraint file." > $(PINS).new
	$(VENV)/lock/bin/python -m pip freeze --all --exclude pip --exclude-editable > $(VENV)/lock/frozen
	sed -E 's/^([^ ]+==[^+ ]+)\+[^ ]+$$/\1/' $(VENV)/lock/frozen >> $(PINS).new
	@! grep -E '://|@' $(PINS).new || { echo "requirements.lock must not hold addresses" >&2; rm $(PINS).new; exit 1; }
	mv $(PINS).new $(PINS)
	rm -rf $(VENV)/lock

# The encoder must be there; without the language model a warning is printed and `make` goes on.
weights: $(VENV)/.serve
	@$(BIN)/python -m indexes weights

index: weights
	@$(BIN)/python -m indexes build --if-missing

fresh:
	@if kill -0 "$$(cat $(UNFINISHED))" 2>/dev/null; then \
		echo "Another make is installing into $(VENV): wait until it is done." >&2; exit 1; \
	fi
	@echo "The last installation did not finish: making $(VENV) afresh."
	@rm -rf $(VENV)

# The first Python of $(PYTHON) and the usual names that is new enough. An environment that is here already is kept.
$(VENV)/.made: $(FRESH)
	@for python in $(VENV)/bin/python $(PYTHON) python3.13 python3.12 python3.11; do \
		if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$python; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
		echo "Dateline needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1)." >&2; \
		echo "Install one and run 'make PYTHON=/path/to/python3.11 ...'." >&2; exit 1; \
	fi; \
	if ! $$found -c 'import ensurepip, venv' 2>/dev/null; then \
		echo "$$found cannot make virtual environments: install its venv package (python3-venv on Debian and Ubuntu)." >&2; \
		exit 1; \
	fi; \
	mkdir -p $(VENV) && echo $$$$ > $(UNFINISHED); \
	if [ -x $(BIN)/python ] && [ "$$found" != $(BIN)/python ]; then \
		echo "$(VENV) has a Python older than 3.11: run 'make clean' and try again." >&2; rm $(UNFINISHED); exit 1; \
	fi; \
	if [ ! -x $(BIN)/python ]; then \
		echo "Making $(VENV) with $$($$found --version)."; \
		$$found -m venv $(VENV) || exit 1; \
	fi; \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1" \
	&& rm $(UNFINISHED) && touch $@

# What the service needs, what the tests need besides, and what the checks need besides those.
$(VENV)/.serve: $(VENV)/.made pyproject.toml $(PINS)
	@$(call install,)

$(VENV)/.test: $(VENV)/.serve
	@$(call install,--group test)

$(VENV)/.check: $(VENV)/.test
	@$(call install,--group check)

# The stamp is written last, and only after everything was installed.
define install
	echo "Installing dependencies $(1) (the first time this takes minutes) ..."; \
	echo $$$$ > $(UNFINISHED); \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c $(PINS) --editable . $(1) \
	&& rm $(UNFINISHED) && touch $@
endef
