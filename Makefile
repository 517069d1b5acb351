# Two commands do everything on a fresh machine: `make run` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Most tests wait for processes half of the time; each of these takes up to 2 GB.
TEST_PROCESSES ?= 2
# In the order of the folders: the demo and the other long ones are begun first, quick ones fill up the end.
TEST_ORDER := --dist loadfile --no-loadscope-reorder

.PHONY: run test lint setup screenshots clean

run: setup
	@$(BIN)/python -m workbench

test: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest --numprocesses $(TEST_PROCESSES) $(TEST_ORDER)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

screenshots: setup
	QT_QPA_PLATFORM=offscreen $(BIN)/python docs/screenshots.py

setup: $(READY)

# torch first and by its exact name: any other spelling may fetch gigabytes of GPU libraries.
$(READY): pyproject.toml packaging/constraints.txt packaging/install_engine.py
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		(echo "LLM Workbench needs Python 3.11 or newer; name one with: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c packaging/constraints.txt torch==2.13.0
	$(BIN)/python packaging/install_engine.py
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c packaging/constraints.txt -e ".[dev]"
	@touch $(READY)

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache build dist
