"""Notebooks are tested in the form in which they are stored, the sentences of all frames with them."""

import os

import pytest

from tests import processor

os.environ["LTH_EXPLORE"] = "check"
pytest_plugins = ["tests.unchanged", "tests.longest_first"]
# Set by `make test-newest` for a Python for which there is no torch yet.
WITHOUT_TORCH = bool(os.environ.get("LTH_WITHOUT_TORCH"))
# The notebook that a new chapter begins with runs under its own name only.
collect_ignore = ["book/_template.ipynb"]
if WITHOUT_TORCH:
    collect_ignore += [f"tests/{name}" for name in ("magnitude_pruning", "strong_ticket")]
    collect_ignore += ["tests/teacher_student"]
    collect_ignore += [f"tests/test_{name}.py" for name in ("checks", "claims", "fuzz")]


def pytest_sessionstart(session):
    """A run as another processor is one, or ends here."""
    if os.environ.get(processor.SIGNAL):
        wrong = processor.still_on(os.environ)
        if wrong:
            pytest.exit(f"not another processor: {'; '.join(wrong)}", returncode=1)


# Of processes that divide the tests each has a core: the kernels of their notebooks take no more.
CORES = "1" if "PYTEST_XDIST_WORKER" in os.environ else os.environ.get("LOKY_MAX_CPU_COUNT")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """The kernel that a notebook's first cell starts finds its figures' frames, and its share of cores."""
    for_notebooks = {
        "LTH_FRAMES": str(item.path.parent / "frames" / item.path.stem),
        "LOKY_MAX_CPU_COUNT": CORES,
    }
    for name, value in for_notebooks.items():
        if item.path.suffix == ".ipynb" and value:
            os.environ[name] = value
        else:
            os.environ.pop(name, None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """Where torch is not to be had, what asks for it in the middle is skipped; elsewhere it fails."""
    try:
        return (yield)
    except ModuleNotFoundError as error:
        if WITHOUT_TORCH and error.name == "torch":
            pytest.skip("not tested without torch")
        raise
