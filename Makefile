# The book's commands. `make book` builds the pages, `make test` passes every test.
# The environment lives in .venv; PYTHON=python3.12 make book picks another interpreter.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
TORCH := $(VENV)/.torch
SITE := _build/html
PORT ?= 8000
# Processes that `make test` divides the test files and notebooks among.
WORKERS ?= 2

.PHONY: book env test serve lab notebooks lint format benchmark links clean lock help

help:
	@echo "make book       build the pages"
	@echo "make test       pass every test: package, notebooks, pages in a browser"
	@echo "make serve      show the pages at http://localhost:$(PORT)"
	@echo "make lab        open the notebooks in JupyterLab"
	@echo "make notebooks  execute the notebooks in place; rewrite the pages made from code"
	@echo "make lint       check the code's style (make format: mend it)"
	@echo "make benchmark  time the solvers against their peers"
	@echo "make clean      remove what was built (make clean VENV_TOO=1: the environment as well)"

book: $(READY)
	@$(BIN)/jupyter-book build . -W --keep-going -n --quiet
	@echo
	@echo "The book is ready. Open $(CURDIR)/$(SITE)/index.html, or run: make serve"

env: $(READY)

test: $(READY) $(TORCH)
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile

serve: book
	@echo "http://localhost:$(PORT)  (Ctrl-C stops)"
	@$(BIN)/python -m http.server $(PORT) --bind 127.0.0.1 --directory $(SITE)

lab: $(READY) $(TORCH)
	@$(BIN)/jupyter lab --notebook-dir=book

notebooks: $(READY) $(TORCH)
	@$(BIN)/python tools/make_notebooks.py

lint: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

format: $(READY)
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

benchmark: $(READY)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[benchmarks]"
	@for file in benchmarks/*.py; do $(BIN)/python $$file || exit 1; done

links: $(READY)
	@$(BIN)/jupyter-book build . --builder linkcheck

# Versions for every platform and Python from 3.11 on, from the short list in requirements.in.
lock: $(READY)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --upgrade \
	    --no-annotate --no-header requirements.in -o requirements.txt

clean:
	rm -rf _build .pytest_cache .hypothesis .benchmarks *.egg-info
	$(if $(VENV_TOO),rm -rf $(VENV))

$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	    echo "The book needs Python 3.11 or newer; $(PYTHON) is: $$($(PYTHON) --version 2>&1)."; \
	    echo "Name another one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "Making the environment in $(VENV) (once; about half a minute)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# Notebooks that train need torch, and so do the tests; the pages, made of stored outputs, do without it.
$(TORCH): $(READY) requirements-torch.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-torch.txt
	@touch $@
