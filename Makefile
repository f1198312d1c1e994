# Everything runs in .venv, which these targets make from locked.txt: the versions of
# constraints.txt, with the hash of every file.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
SNAPSHOT := data/snapshots/hf-trending-2025-03-17.txt
STAMP := $(VENV)/.installed
FAST := tests/base tests/papers tests/clusters/extend tests/sources/formats tests/figures/test_figures.py \
	$(addprefix tests/topics/test_topics_,definitions.py phrases.py scoring.py) \
	$(addprefix tests/trends/test_trends_,verdicts.py periods.py intervals.py)

.DEFAULT_GOAL := help
.PHONY: help demo check test docs lint lab fuzz bench format clean

help: ## Say what each target does
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

demo: $(STAMP) ## Set up and analyse the bundled snapshot; says where the map and the report are
	@run=$$($(BIN)/papertide run $(SNAPSHOT)) && \
	$(BIN)/papertide show "$$run" && \
	printf '\nOpen in a browser:\n  %s\n  %s\nThen: make lab\n' "$$run/map.html" "$$run/report.html"

check: lint ## Style, types and the fast tests (about 70 seconds); run it often
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not slow and not browser and not shared" $(FAST)

test: $(STAMP) ## Set up and run all tests (those that need a browser only where there is one)
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

docs: $(STAMP) ## Build the documentation in build/docs; any broken link or reference is an error
	@$(BIN)/python -c 'import furo, myst_parser, numpydoc, sphinx_click' 2>/dev/null || \
	$(PIP) --no-build-isolation -c constraints.txt -e '.[docs]'
	$(BIN)/python -m sphinx -W -n --keep-going -q -b html docs build/docs
	@printf 'Open in a browser:\n  %s\n' build/docs/index.html

lint: $(STAMP) ## Check style, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(STAMP) ## Fix style and format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lab: $(STAMP) ## Open the notebooks in JupyterLab (run "make demo" first)
	$(BIN)/jupyter lab --notebook-dir=notebooks

fuzz: $(STAMP) ## Look for bytes that break a reader (2 minutes each; Linux and macOS)
	$(PIP) --no-build-isolation -c constraints.txt -e '.[fuzz]'
	PYTHONPATH=tests:tests/support $(BIN)/python tests/support/fuzz_sources.py

bench: $(STAMP) ## Measure (long); PEER=PYTHON also runs BERTopic from that interpreter
	$(BIN)/python benchmarks/main_job.py $(if $(PEER),--peer $(PEER))

clean: ## Remove the environment; runs/ stays
	rm -rf $(VENV)

$(STAMP): pyproject.toml locked.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	{ echo "Found: $$($(PYTHON) --version). Allowed: Python 3.11 or later. Next: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(PIP) --require-hashes -r locked.txt
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@
