# The book's commands. `make book` builds the pages, `make test` passes every test.
# The environment lives in .venv; PYTHON=python3.12 make book picks another interpreter.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
TORCH := $(VENV)/.torch
SITE := _build/html
PORT ?= 8000
comma := ,
# Processes that `make test` divides the test files and notebooks among.
WORKERS ?= 2
DIVIDED = -n $(WORKERS) --dist loadfile --no-loadscope-reorder
# What `make test-lowest` and `make test-newest` test the package with.
LOWEST ?= python3.11
NEWEST ?= $(PYTHON)
EXTRAS := book,cluster,test
PACKAGE_TESTS := tests --ignore=tests/book --ignore=tests/pages

.PHONY: book env pdf test test-live test-other test-lowest test-newest serve lab assignments grade autograder \
    notebooks chapter lint format benchmark links clean lock help

help:
	@echo "make book       build the pages (LIVE=0: without the Python that runs in them)"
	@echo "make test       pass every test: package, notebooks, pages in a browser"
	@echo "make test-live    run every cell of the numpy chapters in the browser's own Python (half an hour)"
	@echo "make test-other   pass what hangs on arithmetic as another processor would"
	@echo "make test-lowest  pass the package's tests with the lowest versions allowed (test-newest: the newest)"
	@echo "make pdf        print the whole book into one file (needs Chromium)"
	@echo "make serve      show the pages at http://localhost:$(PORT)"
	@echo "make lab        open the notebooks in JupyterLab: plain copies in the folder lab, which are yours"
	@echo "make assignments VARIANT=2027   write the course's notebooks, for students and for lecturers"
	@echo "make grade FILE=folder   grade what was handed in (make autograder: the zips for Gradescope)"
	@echo "make notebooks  execute the notebooks in place; rewrite the pages made from code"
	@echo "                (make notebooks ONLY=8: one chapter's notebook and claims, in seconds)"
	@echo "make chapter NUMBER=8 NAME=random-masks   begin a chapter from the template"
	@echo "make lint       check the code's style (make format: mend it)"
	@echo "make benchmark  time the solvers against their peers"
	@echo "make clean      remove what was built (make clean VENV_TOO=1: the environment as well)"

book: $(READY)
	@$(BIN)/python tools/build_book.py
	@echo
	@echo "The book is ready. Open $(CURDIR)/$(SITE)/index.html, or run: make serve"

env: $(READY)

pdf: book
	@$(BIN)/python tools/make_pdf.py

test: $(READY) $(TORCH)
	@$(BIN)/python -m tests.browser
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest $(DIVIDED)

# Every cell of the pages that run, in the browser; `make test` takes a slice.
test-live: $(READY)
	@$(BIN)/python -m tests.browser
	@LTH_LIVE=all $(BIN)/python -m pytest tests/pages/test_live.py

# Once more with fewer vector instructions and another number of threads.
test-other: $(READY) $(TORCH)
	@$(BIN)/python -m tests.processor -n$(WORKERS) --dist=loadfile

# Environments of their own, in .venv-lowest and .venv-newest: the package's tests, without the pages.
test-lowest:
	@$(MAKE) --no-print-directory .venv-lowest/.ready PYTHON=$(LOWEST)
	@OMP_NUM_THREADS=1 .venv-lowest/bin/python -m pytest -n $(WORKERS) --dist loadfile $(PACKAGE_TESTS)

test-newest:
	@$(MAKE) --no-print-directory .venv-newest/.ready PYTHON=$(NEWEST)
	@.venv-newest/bin/python -c 'import torch' 2>/dev/null || \
	    echo "Without torch for $$($(NEWEST) --version): chapters 0 and 6 and what else needs it are not tested."
	@OMP_NUM_THREADS=1 LTH_WITHOUT_TORCH=$$(.venv-newest/bin/python -c 'import torch' 2>/dev/null || echo 1) \
	    .venv-newest/bin/python -m pytest -n $(WORKERS) --dist loadfile $(PACKAGE_TESTS)

serve: book
	@echo "http://localhost:$(PORT)  (Ctrl-C stops)"
	@$(BIN)/python -m http.server $(PORT) --bind 127.0.0.1 --directory $(SITE)

# For students and lecturers, in _build/assignments; VARIANT is the year's, say 2027.
assignments: $(READY)
	@$(BIN)/python tools/make_assignments.py $(or $(VARIANT),0) $(PRIVATE)

# make grade FILE=folder OPTIONS="--secret key --roster class.csv"; what comes of it lies in OUT.
OUT ?= _build/grades
grade: $(READY)
	@$(BIN)/python -m lth_tutorial grade $(FILE) --out $(OUT) $(OPTIONS)

# OPTIONS="--variant 2027 --secret key"
autograder: $(READY)
	@$(BIN)/python tools/make_autograder.py $(OPTIONS)

lab: book $(TORCH)
	@$(BIN)/python tools/lab.py $(SITE) lab
	@$(BIN)/jupyter lab --notebook-dir=lab

# For one chapter nothing is installed: what needs torch is skipped where there is none.
notebooks: $(READY) $(if $(ONLY),,$(TORCH))
	@$(BIN)/python tools/make_notebooks.py $(subst $(comma), ,$(ONLY))

chapter: $(READY)
	@$(BIN)/python tools/make_chapter.py "$(NUMBER)" "$(NAME)"
	@$(MAKE) --no-print-directory notebooks ONLY="$(NUMBER)"

lint: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check . || { echo "make format does it."; exit 1; }

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
	$(if $(VENV_TOO),rm -rf $(VENV) .venv-lowest .venv-newest)

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

.venv-lowest/.ready: pyproject.toml requirements-torch.txt
	@rm -rf $(@D) && $(PYTHON) -m venv $(@D)
	@$(@D)/bin/python tools/lowest_versions.py $(subst $(comma), ,$(EXTRAS)) > $(@D)/lowest.txt
	@$(@D)/bin/python -m pip install --quiet --disable-pip-version-check -c $(@D)/lowest.txt -e ".[$(EXTRAS)]"
	@$(@D)/bin/python -m pip install --quiet --disable-pip-version-check -c $(@D)/lowest.txt -r requirements-torch.txt
	@touch $@

# torch comes later to a new Python than the rest; LTH_WITHOUT_TORCH=1 does without it.
.venv-newest/.ready: pyproject.toml requirements-torch.txt
	@rm -rf $(@D) && $(PYTHON) -m venv $(@D)
	@$(@D)/bin/python -m pip install --quiet --disable-pip-version-check --upgrade -e ".[$(EXTRAS)]"
	@[ -n "$$LTH_WITHOUT_TORCH" ] || \
	    $(@D)/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-torch.txt 2>/dev/null || true
	@touch $@
