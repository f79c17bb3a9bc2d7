PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

.PHONY: run install test lint evals clean
.DELETE_ON_ERROR:

run: $(VENV)/.installed        ## build the index if needed, then open the chat on localhost:8501
	$(BIN)/bitewing serve

install: $(VENV)/.installed    ## make .venv and install Bitewing into it

test: $(VENV)/.tested          ## install what tests need and run all of them
	$(BIN)/bitewing ingest
	$(BIN)/python -m pytest -n auto --dist loadgroup

lint: $(VENV)/.tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

evals: $(VENV)/.tested         ## known questions and answers, and what they show
	$(BIN)/python -m evals

clean:
	rm -rf $(VENV) .bitewing

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Bitewing needs Python 3.11 or later: make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

$(VENV)/.tested: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $(VENV)/.installed $@
