# 帮侬忙. Two commands matter: `make run` and `make test`. Both work on a bare machine with Python 3.11 or newer.

PYTHON ?= python3
BIN := .venv/bin
# CI runs the slow tests as well; `make long` the few that would fill its half hour by themselves.
SLOW := $(if $(CI),-m "not long",-m "not slow")
# Much of a test's time is waiting for real services, so three share two cores well. A file's tests stay together.
TOGETHER ?= -n 3 --dist loadfile --no-loadscope-reorder

# Four hundred modules read anew cost each start of the service a second, and the tests start it two hundred times.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test long check soak bench bench-understanding clean lock

run: .venv/.installed
	@exec $(BIN)/python -m bot serve $(ARGS)

test: .venv/.installed-tests check
	@$(BIN)/python -m tests.browser.install
	$(BIN)/python -m tests.run $(TOGETHER) $(SLOW) $(ARGS)

long: .venv/.installed-tests
	$(BIN)/python -m pytest -m long $(ARGS)

check: .venv/.installed-tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m bot check

# Half an hour of simulated life on all channels with two processes: SOAK_SECONDS=1800 unless you say otherwise.
soak: .venv/.installed-tests
	SOAK_SECONDS=$(or $(SOAK_SECONDS),1800) $(BIN)/python -m pytest -s tests/soak -k arrives $(ARGS)

bench: .venv/.installed-tests
	$(BIN)/python -m tests.bench $(ARGS)

# Our model beside fastText, scikit-learn's defaults and a Rasa-like pipeline; fastText wants `pip install -e '.[bench]'`.
bench-understanding: .venv/.installed-tests
	$(BIN)/python -m tests.bench.understanding $(ARGS)

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make run PYTHON=/path/to/python3.11"; exit 2; }
	@echo "Making .venv …"
	@$(PYTHON) -m venv .venv || { echo "This Python cannot make a venv: install its venv package (Debian: apt-get install python3-venv)"; exit 2; }

.venv/.installed: .venv/bin/python pyproject.toml constraints.txt
	@echo "Installing (first time about a minute) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

.venv/.installed-tests: .venv/bin/python pyproject.toml constraints.txt
	@echo "Installing with test tools …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[test]"
	@touch .venv/.installed $@

# The versions everything was tried with; no registry's host is written down.
lock: .venv/.installed-tests
	$(BIN)/python -m pip freeze --exclude-editable --disable-pip-version-check > constraints.txt

clean:
	rm -rf .venv var build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
