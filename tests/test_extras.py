"""A library that is missing is named with the extra that brings it, wherever the package asks for it."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from lth_tutorial import extras

ROOT = Path(__file__).resolve().parents[1]
# Python without the libraries of all extras; what a test asks for follows, and the words of its error.
WITHOUT = """
import sys
from importlib.machinery import PathFinder
from lth_tutorial.extras import BROUGHT

class Without(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name.partition(".")[0] in BROUGHT else super().find_spec(name, path, target)

sys.meta_path[sys.meta_path.index(PathFinder)] = Without
try:
    {}
except ImportError as error:
    print(error)
"""
ASKED_FOR = {
    "torch": "from lth_tutorial import strong_ticket; strong_ticket.projected_gradient",
    "scipy": "from lth_tutorial.subset_sum.mixed_integer import highs_subset; highs_subset([0.1], 0.1)",
    "matplotlib": "from lth_tutorial.style import style; style().__enter__()",
    "ipywidgets": "from lth_tutorial import explore; explore.guess('g', 'How?', 1, 'So.', 0, 2).widget()",
    "pooch": "from lth_tutorial import datasets; datasets.mnist('full')",
    "joblib": "from lth_tutorial import parallel; next(parallel.run_all(abs, [(1,)], 2, 'loky', None))",
}


def said_without_extras(code: str) -> str:
    command = [sys.executable, "-c", WITHOUT.format(code)]
    done = subprocess.run(command, capture_output=True, text=True, env={"LTH_DATA": ""})
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("name", ASKED_FOR)
def test_what_the_package_misses_is_named_with_its_extra(name):
    extra = extras.BROUGHT[name]
    said = said_without_extras(ASKED_FOR[name])
    assert said == f"No module named {name!r}: {extras.command(extra)}"


def test_nobody_else_hears_of_it():
    code = "import importlib.util; print(importlib.util.find_spec('torch')); import torch"
    assert said_without_extras(code) == "None\nNo module named 'torch'"


def test_all_that_a_notebook_misses_is_named_at_once():
    said = said_without_extras("from lth_tutorial.extras import need; need('book', 'torch')")
    listed = "ipywidgets, joblib, matplotlib, pooch, scipy, tqdm, torch"
    assert said == f"{listed} missing: {extras.command('book', 'torch')}"


def test_the_command_is_one_for_a_checkout_or_for_an_installed_package(monkeypatch, tmp_path):
    assert extras.cure("scipy.optimize") == 'pip install -e ".[book]"'
    assert extras.cure("ray") == "pip install ray"
    monkeypatch.setattr(extras, "__file__", str(tmp_path / "lth_tutorial" / "extras.py"))
    assert extras.cure("torch.nn") == 'pip install "lth-tutorial[torch]"'


def test_every_library_of_an_extra_is_known():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for extra in ("book", "torch", "cluster"):
        listed = project["optional-dependencies"][extra]
        names = {need.partition(">=")[0] for need in listed} - {"lth-tutorial[book]"}
        assert names <= {name for name, brings in extras.BROUGHT.items() if brings == extra}
