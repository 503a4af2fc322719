# Lắng Nghe. `make help` lists what there is.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PORT ?= 8000
INSTANCE ?= $(CURDIR)/instance
export PYTHONDONTWRITEBYTECODE ?= 1

.PHONY: help setup setup-dev run test test-dates check coverage bench i18n lock sbom demo clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

$(VENV)/.runtime: requirements.txt
	@echo "→ Preparing the virtual environment ($(VENV)) …"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "On Debian: apt install python3-venv"; exit 1; }
	@echo "→ Installing Python packages, each checked against its hash …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.demo: $(VENV)/.runtime requirements-demo.txt
	@echo "→ Installing what the demo needs besides …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-demo.txt
	@touch $@

$(VENV)/.dev: requirements.txt requirements-demo.txt requirements-postgres.txt requirements-dev.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "On Debian: apt install python3-venv"; exit 1; }
	@echo "→ Installing Python packages for tests, each checked against its hash …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.txt
	@touch $(VENV)/.runtime $(VENV)/.demo $@

setup: $(VENV)/.runtime ## Install what production needs
	@$(BIN)/python scripts/compress_static.py
	@$(BIN)/python scripts/translations.py compile

setup-dev: $(VENV)/.dev ## Install what is needed to test as well (Debian's chromium too)
	@$(BIN)/python scripts/translations.py compile
	@scripts/install_chromium

run: setup $(VENV)/.demo ## Database, demo data, web server, runner and mail catcher on http://127.0.0.1:8000
	@INSTANCE="$(INSTANCE)" PORT="$(PORT)" $(BIN)/python -m app.devtools.run

demo: setup $(VENV)/.demo ## Load the demo data afresh (empties the database of this instance)
	@INSTANCE="$(INSTANCE)" LANGNGHE_DEMO=true $(BIN)/flask --app wsgi demo load --fresh

test: setup-dev ## The whole suite: unit, integration on SQLite and PostgreSQL, browser, faults
	@scripts/run_tests

test-dates: setup-dev ## Unit and integration tests on four other days than today
	@scripts/run_test_dates

check: setup-dev ## Style, types, architecture, templates, translations, migrations (no tests)
	@scripts/run_checks

coverage: setup-dev ## Unit and integration tests with coverage, held to the limits
	@scripts/run_coverage

bench: setup-dev ## Speed as ratios against a bare Flask page, in one interleaved run
	@$(BIN)/python -m benchmarks.run
	@$(BIN)/python -m benchmarks.consultations

i18n: setup-dev ## Collect strings and rebuild the English catalogue
	@$(BIN)/python scripts/translations.py update

lock: setup-dev ## Pin all packages with hashes again
	@$(BIN)/python -m pip install --quiet uv
	@for name in requirements requirements-demo requirements-postgres requirements-dev; do \
	  $(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-emit-find-links --no-config --universal \
	    --python-version 3.11 --no-header $$name.in -o $$name.txt; done

sbom: setup ## What a release is made of, as CycloneDX JSON: sbom.cdx.json
	@$(BIN)/python scripts/sbom.py sbom.cdx.json && echo "→ sbom.cdx.json"

clean: ## Remove the virtual environment and caches (never the instance folder)
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis htmlcov
