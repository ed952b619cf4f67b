# `make help` lists what can be done. Everything that is needed is installed by the first call (Linux x86-64, Python 3.11
# or newer with venv, make and git); elsewhere a sentence says what to do.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test check bench chaos cluster fuzz mutation fmt docs lock clean

BIN      := .venv/bin
UV       := $(BIN)/uv
PROJECTS := shared/pyproject.toml $(wildcard services/*/pyproject.toml)
PACKAGES := shared $(patsubst %/pyproject.toml,%,$(wildcard services/*/pyproject.toml))
CODE     := shared services deploy tests
COMPILE  := $(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-package claimwright-shared
VENDOR   := services/console/claimwright_console/static/vendor/uPlot.min.css
# Who only runs needs no test tools; where they are installed already, they stay.
RUN_ENVIRONMENT := $(if $(wildcard .venv/.tools)$(filter-out run,$(MAKECMDGOALS)),.venv/.tools,.venv/.run)
BROWSER  := tests/browser/node_modules/.package-lock.json
FUZZ_SECONDS := 900
# The oldest version of Kubernetes that the manifests are meant for. The scaler's kinds have no schema of Kubernetes.
KUBERNETES := 1.31
MANIFESTS  := $(filter-out %/kustomization.yaml %/scaling.yaml,$(wildcard deploy/kubernetes/base/*.yaml deploy/kubernetes/first-start/*.yaml))
CHAOS_SEED := 6

# Alphabets look random to an entropy test; locks and generated descriptions are full of hashes and long names. In tests
# everything that looks like a secret is made up, so only what has the form of a real one counts there: keys, tokens, logins.
# `secretName` in a manifest names a Secret and holds none.
SECRETS    := $(BIN)/detect-secrets-hook --exclude-secrets '^[0-9A-Za-z]*(0123456789|ABCDEFGH|abcdefgh)[0-9A-Za-z]*$$' \
  --exclude-lines '"?secretName"?:'
NOT_SECRET := ':!requirements/*.txt' ':!*package-lock.json' ':!deploy/kafka/jars.lock' ':!shared/contracts/released.lock' ':!LICENSE' ':!services/*/openapi.json'
MADE_UP    := --disable-plugin KeywordDetector --disable-plugin Base64HighEntropyString --disable-plugin HexHighEntropyString

help: ## Say what can be done
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'
	@echo
	@echo '  make run SAMPLE=no        without the sample day     make run SAMPLE=FOLDER   play your own JSON and 837P files'
	@echo '  make run PORT_BASE=9400   all ports moved together   make run CONSOLE_PORT=…  one port (INTAKE_PORT, KAFKA_PORT, …)'

run: $(RUN_ENVIRONMENT) $(VENDOR) ## Start everything; Ctrl-C stops it
	@exec $(BIN)/python -m deploy.run

test: check $(BROWSER) ## All that CI runs: the checks, then every test, two at a time
	$(BIN)/pytest -n 2

check: .venv/.tools $(VENDOR) ## Style, types, import contracts, templates, licences, secrets, Compose file, Dockerfile, manifests
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/djlint --quiet --lint services/console/claimwright_console/templates
	$(BIN)/python -m deploy.checks.licences
	git ls-files --cached --others --exclude-standard -- . ':!tests' $(NOT_SECRET) | xargs $(SECRETS)
	git ls-files --cached --others --exclude-standard -- tests $(NOT_SECRET) | xargs $(SECRETS) $(MADE_UP)
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
	$(BIN)/hadolint deploy/Dockerfile
	$(BIN)/kubernetes-validate --strict --quiet -k $(KUBERNETES) $(MANIFESTS)

bench: .venv/.tools ## Figures of speed and memory, beside others; they are no verdicts
	$(BIN)/pytest -m bench -s tests/bench

cluster: .venv/.tools ## Three brokers and two replicas of every service: kill one of each (3 GB, minutes)
	$(BIN)/pytest -m cluster -s tests/chaos

chaos: .venv/.tools ## Everything fails for an hour, CHAOS_SEED=6: faults, each protection off in turn, how soon work goes on
	CHAOS_SEED=$(CHAOS_SEED) $(BIN)/pytest -m long -s tests/chaos

# The harness itself holds each call to a second of processor time. -timeout counts the wall time of an input, which is
# many calls and waits its turn on a busy machine: it only ends a call that never comes back, so it is long.
fuzz: .venv/.fuzz ## Throw broken files at the X12 codec, FUZZ_SECONDS=900 long (Linux, Python 3.11 to 3.13)
	@mkdir -p .state/fuzz/x12
	@$(BIN)/python -m tests.fuzz.floods .state/fuzz/floods
	for bytes in 6000 100000; do \
	  PYTHONPATH=.venv/fuzz $(BIN)/python -m tests.fuzz.fuzz_x12 .state/fuzz/x12 tests/fuzz/corpus tests/golden/x12 .state/fuzz/floods \
	    -max_total_time=$$(($(FUZZ_SECONDS) / 2)) -max_len=$$bytes -len_control=0 -rss_limit_mb=512 -timeout=600 \
	    -print_final_stats=1 -dict=tests/fuzz/x12.dict -artifact_prefix=.state/fuzz/ || exit 1; \
	done

mutation: .venv/.tools ## Change the ledger a little, again and again, and see which changes no test notices (an hour)
	$(BIN)/python -m deploy.mutation

fmt: .venv/.tools ## Bring the code into the common form
	$(BIN)/ruff check --fix $(CODE)
	$(BIN)/ruff format $(CODE)

docs: .venv/.tools ## Write the reference pages, .env.example and the Kubernetes manifests anew from the code
	$(BIN)/python -m deploy.reference
	$(BIN)/python -m deploy.kubernetes

lock: .venv/.tools ## Resolve every lock anew: Python packages, jars, browser parts
	$(COMPILE) requirements/uv.in -o requirements/uv.txt
	$(COMPILE) requirements/fuzz.in -o requirements/fuzz.txt
	$(COMPILE) $(PROJECTS) --extra runtime requirements/dev.in -o requirements/dev.txt
	$(COMPILE) $(PROJECTS) --extra runtime requirements/run.in -c requirements/dev.txt -o requirements/run.txt
	$(COMPILE) $(PROJECTS) --extra runtime requirements/setup.in -c requirements/dev.txt -o requirements/setup.txt
	$(COMPILE) $(PROJECTS) --extra runtime -c requirements/dev.txt -o requirements/services.txt
	$(COMPILE) requirements/mutation.in -c requirements/dev.txt -o requirements/mutation.txt
	$(BIN)/python -m deploy.stack.jars
	for folder in services/console tests/browser; do \
	  $(BIN)/npm install --package-lock-only --ignore-scripts --no-audit --no-fund --prefix $$folder || exit 1; \
	done

clean: ## Forget all data, logs and secrets of local runs (packages and jars stay)
	@if [ -e .state/lock ] && ! flock -n .state/lock true; then \
	  echo 'A stack is running here: stop it with Ctrl-C first.' >&2; exit 1; fi
	rm -rf .state

# The marks lie inside .venv, so that they go when .venv goes. Our own packages are installed editable, without any index.
# What only the tests need comes on top of what `make run` needs: both locks hold the same versions.
.venv/.run: LOCK := requirements/run.txt
.venv/.tools: LOCK := requirements/dev.txt
.venv/.run: requirements/run.txt
.venv/.tools: requirements/dev.txt
.venv/.run .venv/.tools: requirements/uv.txt $(PROJECTS) deploy/new_venv.sh
	@PYTHON="$(PYTHON)" sh deploy/new_venv.sh
	@echo 'Installing what $(LOCK) locks …'
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@$(UV) pip sync -q --compile-bytecode --python $(BIN)/python --require-hashes $(LOCK)
	@$(UV) pip install -q --python $(BIN)/python --no-deps --no-build-isolation --offline $(addprefix -e ,$(PACKAGES))
	@touch $@

# The fuzzer has wheels for few platforms, and only `make fuzz` wants it: it stays beside the rest.
.venv/.fuzz: requirements/fuzz.txt .venv/.tools
	@$(UV) pip install -q --python $(BIN)/python --target .venv/fuzz --only-binary :all: --require-hashes -r $<
	@touch $@

$(VENDOR): services/console/package-lock.json services/console/vendor.py | $(RUN_ENVIRONMENT)
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --ignore-scripts --no-audit --no-fund --loglevel=error --no-update-notifier --prefix services/console >/dev/null
	@$(BIN)/python services/console/vendor.py

$(BROWSER): tests/browser/package-lock.json | .venv/.tools
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --ignore-scripts --no-audit --no-fund --loglevel=error --no-update-notifier --prefix tests/browser >/dev/null
