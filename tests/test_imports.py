"""Chapters 1 to 5, 7 and the controls import with numpy alone: nothing but it and the standard library."""

import subprocess
import sys

import pytest

MODULES = [
    "lth_tutorial",
    "lth_tutorial.checks",
    "lth_tutorial.claims",
    "lth_tutorial.cells",
    "lth_tutorial.datasets",
    "lth_tutorial.digests",
    "lth_tutorial.files",
    "lth_tutorial.parallel",
    "lth_tutorial.results",
    "lth_tutorial.target_network",
    "lth_tutorial.subset_sum",
    "lth_tutorial.perturbed_subset_sum",
    "lth_tutorial.weight_pruning",
    "lth_tutorial.neuron_pruning",
    "lth_tutorial.teacher_student",
    "lth_tutorial.gradient_descent",
    "lth_tutorial.explore",
]

BLOCKER = """
import importlib.abc, sys

class Block(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        top = name.split(".")[0]
        if top not in sys.stdlib_module_names and top not in ("numpy", "lth_tutorial"):
            raise ModuleNotFoundError(f"blocked: {name}", name=name)

sys.meta_path.insert(0, Block())
"""


@pytest.mark.parametrize("module", MODULES)
def test_imports_with_numpy_alone(module):
    done = subprocess.run(
        [sys.executable, "-c", f"{BLOCKER}\nimport {module}"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_the_blocker_blocks():
    done = subprocess.run(
        [sys.executable, "-c", f"{BLOCKER}\nimport matplotlib"], capture_output=True, text=True
    )
    assert "blocked: matplotlib" in done.stderr
