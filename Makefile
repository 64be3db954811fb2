# Everything a newcomer needs: make demo, make test. Only Python 3.11, git and make are expected on the machine.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
RUN := $(VENV)/bin
# Xdist over two workers: the suite is made of many short tests.
PYTEST := $(RUN)/python -m pytest -q -n 2 --dist loadscope --no-loadscope-reorder

.PHONY: help install spark demo test check test-real prove bench docs clean

help:
	@echo "make demo       run the main job on a simulated company"
	@echo "make test       check and test everything that needs no outside data"
	@echo "make test-real  tests on the real data sets in SEGMENTRY_DATA; fails where one is missing"
	@echo "make prove      long statistical and crash checks"
	@echo "make bench      benchmarks, as ratios against named alternatives"

$(VENV)/installed: pyproject.toml
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(RUN)/python -m pip install --quiet --upgrade pip
	$(RUN)/python -m pip install --quiet --editable ".[identity,geography,connections,postgres]"
	$(RUN)/python -m pip install --quiet --group development
	@touch $@

$(VENV)/installed-spark: $(VENV)/installed
	$(RUN)/python -m pip install --quiet --editable ".[spark,identity,geography,connections,postgres]"
	@touch $@

install: $(VENV)/installed

demo: install
	$(RUN)/segmentry demo segmentry-demo

check: install
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/mypy
	$(RUN)/lint-imports
	$(RUN)/python tests/sizes.py

test: check $(VENV)/installed-spark
	$(PYTEST) -m "not prove and not real"

test-real: install
	$(RUN)/python tests/data_sets.py
	$(PYTEST) -m "real and not prove"

prove: install
	$(PYTEST) -m prove

bench: install
	$(RUN)/python -m benchmarks

clean:
	rm -rf $(VENV) build dist segmentry-demo
