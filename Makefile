# The front door. `make run` and `make test` need nothing but python3 (3.11 or newer) and the package registries.
PYTHON ?= python3
VENV ?= .venv
PORT ?= 8000
ENTERPRISES ?= 3000
CASES ?= 1000000
SHARED ?= ../shared
export MANYUAN_SHARED ?= $(abspath $(SHARED))
PY = $(VENV)/bin/python
RUFF = $(VENV)/bin/ruff

.PHONY: help run test test-fast bench bench-screening bench-product bench-policies bench-cases bench-entitling lint format types floors tck fuzz lock clean

help: ## say what each target does
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 18

run: ## set everything up, build the demo city and serve it (PORT=8000 ENTERPRISES=3000)
	@$(PYTHON) setup/prepare.py run
	@MANYUAN_DEMO=1 $(VENV)/bin/manyuan init --demo --enterprises $(ENTERPRISES)
	@MANYUAN_DEMO=1 exec $(VENV)/bin/manyuan serve --port $(PORT)

test: ## set up what the tests need and pass all of them: checks, unit, TCK, browser, both databases
	@$(PYTHON) setup/prepare.py test
	@$(MAKE) --no-print-directory lint types floors
	@$(PY) setup/run_tests.py

test-fast: ## the tests without browser, PostgreSQL and Spark
	@$(PYTHON) setup/prepare.py test
	@$(PY) -m pytest -q -m "not browser and not postgres and not spark and not slow"

lint: ## ruff (style, bugs, security) and bandit
	@$(RUFF) check -q . && $(RUFF) format -q --check .

format: ## put the code into its one format
	@$(RUFF) check -q --fix . ; $(RUFF) format -q .

types: ## mypy, strict on the engines
	@$(PY) -m mypy src/manyuan/engines

floors: ## the import contract that holds the four floors
	@$(VENV)/bin/lint-imports --no-cache

tck: ## every case of the DMN Technology Compatibility Kit
	@$(PYTHON) setup/prepare.py test
	@$(PY) -m manyuan.engines.dmn.tck

fuzz: ## a million hostile FEEL expressions
	@$(PY) -m manyuan.engines.feel.fuzz --count 1000000 --seed 1

bench: bench-screening bench-product bench-policies bench-cases bench-entitling ## all measurements

bench-product: ## measure workbooks, commits and pages of a small and a large city; writes docs/benchmarks.md (takes about an hour)
	@$(PYTHON) setup/prepare.py test
	@$(PY) bench/product/run.py

bench-policies: ## measure screening, changes and "what is mine" over a city of 20,000 that it builds in var/bench
	@MANYUAN_DEMO=1 MANYUAN_DATA_DIR=$(abspath var/bench) $(PY) -m manyuan.surfaces.cli.main init --demo --enterprises 20000
	@MANYUAN_DEMO=1 MANYUAN_DATA_DIR=$(abspath var/bench) $(PY) bench/product/policies.py

bench-cases: ## measure a million cases on PostgreSQL: pages with 16 clients, 100 filings a second, monthly scorecards (CASES=1000000)
	@$(PYTHON) setup/prepare.py test
	@$(PY) bench/product/cases.py --cases $(CASES)

bench-entitling: ## measure a million enterprises on PostgreSQL: from publish to listed, told and reserved; "what is mine" under 200 policies
	@$(PYTHON) setup/prepare.py test
	@$(PY) bench/product/entitling.py

bench-screening: ## measure the screening kernel against other engines; writes docs/benchmarks.md
	@MANYUAN_VENV=$(abspath .bench-venv) $(PYTHON) setup/prepare.py bench
	@.bench-venv/bin/python bench/screening/run.py

lock: ## pin the Python packages anew (hashes, no host names)
	@for name in bootstrap node run test spark bench; do \
	  $(VENV)/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links requirements/$$name.in -o requirements/$$name.txt; done

clean: ## remove what was built and the demo data (var/)
	rm -rf .venv .bench-venv build var frontend/node_modules
