# The studio's commands. On a bare Debian machine with Python 3.11 and make, `make run` and
# `make test` bring everything else they need.
SHELL := /bin/bash
.DEFAULT_GOAL := help
VENV := .venv
PYTHON := $(VENV)/bin/python
# Tiny models on two cores: more threads only wait for each other.
TESTING := OMP_NUM_THREADS=1 TOKENIZERS_PARALLELISM=false
# Each process has its own database, Redis and data folder; a file's tests stay together, and the
# files in the order of tests/conftest.py.
SIDE_BY_SIDE := -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

.PHONY: help run test test-slow demo demo-content messages fonts lint format clean install install-dev test-tools

help:
	@echo "make run           the whole studio on http://127.0.0.1:8000 (STUDIO_PORT=… for another port)"
	@echo "make test          every test that needs no long wait"
	@echo "make test-slow     faults at real intervals, full-size models, PostgreSQL"
	@echo "make demo          the main job without a browser, with figures"
	@echo "make demo-content  make the demo content that a first run imports anew"
	@echo "make messages      collect the texts for translation and compile the catalogues"
	@echo "make fonts         cut the vendored fonts anew (needs Debian's fonts-noto-cjk)"
	@echo "make lint          style and dependency rules;  make format  rewrites"
	@echo "make clean         remove what the tools left behind (var/ and .venv stay)"

# Runs again only when the pinned versions have changed since.
install:
	@.ci/install requirements.txt

install-dev:
	@.ci/install requirements-dev.txt

test-tools: install-dev
	@.ci/test-tools

run: install
	@exec $(PYTHON) manage.py studio

test: install-dev test-tools
	@rm -rf build/coverage
	$(TESTING) $(PYTHON) -m pytest -m "not slow" $(SIDE_BY_SIDE) -p tests.line_coverage
	@$(PYTHON) -m tests.line_coverage

test-slow: install-dev test-tools
	@.ci/with-postgres env $(TESTING) $(PYTHON) -m pytest -m slow -n 2 --dist loadfile

demo: install
	$(PYTHON) manage.py demo

demo-content: install
	$(PYTHON) manage.py make_demo_content

messages: install-dev
	$(PYTHON) manage.py messages

fonts: install-dev
	$(PYTHON) docs/tools/make_fonts.py

lint: install-dev
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/djlint --check --quiet templates
	$(VENV)/bin/djlint --lint --quiet templates
	$(VENV)/bin/lint-imports
	$(VENV)/bin/mypy
	$(PYTHON) manage.py makemigrations --check --dry-run
	$(PYTHON) manage.py messages --check

format: install-dev
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .
	@# It answers 1 when it changed something, and now and then its own output once more.
	@for pass in 1 2 3; do $(VENV)/bin/djlint --reformat --quiet templates && break; done

clean:
	rm -rf .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis test-results build
	find . -name __pycache__ -not -path "./$(VENV)/*" -prune -exec rm -rf {} +
