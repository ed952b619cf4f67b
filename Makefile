# `make help` lists what can be done. Everything that is needed is installed by the first call (Linux x86-64, Python 3.11
# or newer with venv, make and git); elsewhere a sentence says what to do.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test check fmt lock clean

BIN      := .venv/bin
UV       := $(BIN)/uv
PROJECTS := shared/pyproject.toml $(wildcard services/*/pyproject.toml)
PACKAGES := shared $(patsubst %/pyproject.toml,%,$(wildcard services/*/pyproject.toml))
CODE     := shared services deploy tests
VENDOR   := services/console/claimwright_console/static/vendor/uPlot.min.css
BROWSER  := tests/browser/node_modules/.package-lock.json

# Alphabets look random to an entropy test, and locks are made of hashes. Tests use words like "password" for made-up ones.
SECRETS    := $(BIN)/detect-secrets-hook --exclude-secrets '^[0-9A-Za-z]*(0123456789|ABCDEFGH|abcdefgh)[0-9A-Za-z]*$$'
NOT_SECRET := ':!requirements/*.txt' ':!*package-lock.json' ':!deploy/kafka/jars.lock' ':!LICENSE'

help: ## Say what can be done
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'
	@echo
	@echo '  make run SAMPLE=no        without the sample day     make run SAMPLE=FOLDER   play your own JSON and 837P files'
	@echo '  make run PORT_BASE=9400   all ports moved together   make run CONSOLE_PORT=…  one port (INTAKE_PORT, KAFKA_PORT, …)'

run: .venv/.installed $(VENDOR) ## Start everything; Ctrl-C stops it
	@exec $(BIN)/python -m deploy.run

test: check $(BROWSER) ## All that CI runs: the checks, then every test
	$(BIN)/pytest

check: .venv/.installed $(VENDOR) ## Style, types, import contracts, templates, licences, secrets, Compose file, Dockerfile
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/djlint --quiet --lint services/console/claimwright_console/templates
	$(BIN)/python -m deploy.checks.licences
	git ls-files --cached --others --exclude-standard -- . ':!tests' $(NOT_SECRET) | xargs $(SECRETS)
	git ls-files --cached --others --exclude-standard -- tests $(NOT_SECRET) | xargs $(SECRETS) --disable-plugin KeywordDetector
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
	$(BIN)/hadolint deploy/Dockerfile

fmt: .venv/.installed ## Bring the code into the common form
	$(BIN)/ruff check --fix $(CODE)
	$(BIN)/ruff format $(CODE)

lock: .venv/.installed ## Resolve every lock anew: Python packages, jars, browser parts
	$(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-header requirements/uv.in -o requirements/uv.txt
	for kind in run dev; do \
	  $(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-header \
	    --no-emit-package claimwright-shared $(PROJECTS) --extra runtime requirements/$$kind.in \
	    -o requirements/$$kind.txt || exit 1; \
	done
	$(BIN)/python -m deploy.stack.jars
	for folder in services/console tests/browser; do \
	  $(BIN)/npm install --package-lock-only --ignore-scripts --no-audit --no-fund --prefix $$folder || exit 1; \
	done

clean: ## Forget all data, logs and secrets of local runs (packages and jars stay)
	@if [ -e .state/lock ] && ! flock -n .state/lock true; then \
	  echo 'A stack is running here: stop it with Ctrl-C first.' >&2; exit 1; fi
	rm -rf .state

# The mark lies inside .venv, so that it goes when .venv goes. Our own packages are installed editable, without any index.
.venv/.installed: requirements/uv.txt requirements/dev.txt $(PROJECTS)
	@PYTHON="$(PYTHON)" sh deploy/new_venv.sh
	@echo 'Installing what requirements/dev.txt locks …'
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@$(UV) pip sync -q --python $(BIN)/python --require-hashes requirements/dev.txt
	@$(UV) pip install -q --python $(BIN)/python --no-deps --no-build-isolation --offline $(addprefix -e ,$(PACKAGES))
	@touch $@

$(VENDOR): services/console/package-lock.json services/console/vendor.py | .venv/.installed
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --ignore-scripts --no-audit --no-fund --loglevel=error --prefix services/console >/dev/null
	@$(BIN)/python services/console/vendor.py

$(BROWSER): tests/browser/package-lock.json | .venv/.installed
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --ignore-scripts --no-audit --no-fund --loglevel=error --prefix tests/browser >/dev/null
