PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
ARGS   ?=

# Compiled bytecode saves seconds at every start of pytest.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: docs help setup conformance test verify bench plans lint clean

help:               ## show this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: $(VENV)/.installed   ## make .venv and install the project into it

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable ".[dev]"
	touch $@

conformance: setup  ## run the suite against the embedded mock, or ARGS="--target staging"
	$(BIN)/conformance run $(ARGS)

test: setup         ## run the project's own tests; three at a time on two cores, for many wait
	$(BIN)/pytest -q -n 3 --dist loadgroup --ignore contract/tests/run/test_standard_run.py $(ARGS)

verify: setup       ## what takes too long for every day: standard runs, 20 kills, what is caught
	$(BIN)/pytest -q contract/tests/run/test_standard_run.py
	CONFORMANCE_KILLS=20 $(BIN)/pytest -q contract/tests/run/test_kill.py
	$(BIN)/conformance faults measure --sample localised=60 --sample whole=5 --sample variants=15 --sample seeds=5 --sample stock=15

plans: setup        ## make the plans and costs anew that are shipped with the package
	$(BIN)/python -m contract.planning --profile standard --seed 1 --ship
	for seed in $$(seq 10); do $(BIN)/python -m contract.planning --profile smoke --seed $$seed --ship || exit; done
	$(BIN)/conformance run --seed 1 --workers 1 --report-dir build/costs
	$(BIN)/conformance run --seed 1 --workers 1 --read-only --report-dir build/costs-read-only
	$(BIN)/python -m contract.costs build/costs/report.json build/costs-read-only/report.json 72

docs: setup         ## write docs/requirements/ anew from the register, the tests and the faults
	$(BIN)/python -m contract.reference

bench: setup        ## measure; writes reports/bench.json and prints a table
	$(BIN)/python -m contract.benchmark $(ARGS)

lint: setup         ## ruff and mypy, and Redocly where node is
	$(BIN)/ruff check .
	$(BIN)/mypy
	if command -v npx >/dev/null; then npm ci --no-audit --no-fund && REDOCLY_TELEMETRY=off npx redocly lint openapi/openapi.yaml; fi

clean:              ## remove .venv and what the tools cached
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache
