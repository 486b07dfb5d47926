# The few commands there are. `make` alone lists them.
PYTHON ?= python3
BIN := .venv/bin
WALKS ?= 80
CHAINS ?= 200
ROUNDS ?= 10

.PHONY: help demo test test-lowest docs pictures bench torture torture-cluster constraints clean

help:  ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 13

.venv/.ready: pyproject.toml leadsync/__init__.py
	$(PYTHON) -c 'import sys; sys.exit("leadsync needs Python 3.11 or newer; try: make PYTHON=python3.12") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --editable . --group dev
	@touch $@

demo: .venv/.ready  ## the sample data against a practice dialer, end to end
	@$(BIN)/leadsync demo

test: .venv/.ready  ## every check: format, lint, types, import rules, pages, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n auto --dist worksteal

# Three test modules are left out: what they test uses the standard library alone, and they take half the time.
test-lowest: $(BIN)/uv  ## sheets, leads and the demo with each dependency at its lowest release
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv-lowest
	$(BIN)/uv pip install --quiet --python .venv-lowest --resolution lowest-direct --editable . --group dev
	.venv-lowest/bin/pytest -n auto --dist worksteal tests/sheets tests/leads --ignore=tests/sheets/test_csv_records.py \
		--ignore=tests/sheets/test_formula_escapes.py --ignore=tests/sheets/test_frames.py
	@.venv-lowest/bin/leadsync demo --output .venv-lowest/demo

docs: .venv/.ready  ## the pages as a site in docs/_build; warnings are errors
	$(BIN)/python -m sphinx -W --keep-going -q docs docs/_build

pictures: .venv/.ready  ## draw the pictures of README and the pages anew
	$(BIN)/python docs/pictures.py

bench: .venv/.ready  ## rate, peak in flight and CPU per lead against the dialer's ceiling
	@$(BIN)/python -m tests.bench

torture: .venv/.ready  ## random commands, struck thousands of times, and random chains of files, held against a dialer's ledger
	@$(BIN)/python -m tests.faults.torture --walks $(WALKS) --chains $(CHAINS)

torture-cluster: .venv/.ready  ## machines at one PostgreSQL: kills, freezes, cut cables, restores, many times
	@$(BIN)/python -m tests.faults.torture_cluster --rounds $(ROUNDS)

$(BIN)/uv: .venv/.ready
	@$(BIN)/python -m pip install --quiet uv
	@touch $@

constraints: $(BIN)/uv  ## the packages of a server, with their hashes, as they are now
	$(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], sep="\n")' | \
		$(BIN)/uv pip compile pyproject.toml - --extra cluster --extra oidc --upgrade --universal --python-version 3.11 --generate-hashes \
		--custom-compile-command "make constraints" --quiet --output-file constraints.txt

clean:  ## remove what the other commands made
	rm -rf .venv .venv-lowest .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache leadsync-demo build dist docs/_build
