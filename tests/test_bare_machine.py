"""Machines that have less: numpy alone, no second thread, 32-bit indices; and a user's own matplotlibrc."""

import subprocess
import sys

import numpy as np
import pytest

from lth_tutorial import perturbed_subset_sum, subset_sum

from .test_house import BLOCKER

NO_THREADS = """
import threading

def refuse(self):
    raise RuntimeError("can't start new thread")

threading.Thread.start = refuse
"""

CALLS = {
    "best_subsets": """
from lth_tutorial import perturbed_subset_sum, subset_sum
x = np.random.default_rng(0).uniform(-1, 1, (20, 8))
assert subset_sum.best_subsets(x, x[:, 0]).errors.max() == 0
assert perturbed_subset_sum.best_subsets(x, x[:, 0], 0.01).errors.max() == 0
""",
    "prune_network": """
from lth_tutorial import weight_pruning
weights = np.random.default_rng(0).uniform(-0.5, 0.5, (3, 200))
kept = [weight_pruning.prune_network(weights, 6, epsilon=0.01, workers=w).kept for w in (1, 4)]
assert kept[0] == kept[1] > 0
seen = []
weight_pruning.prune_network(np.tile(weights, (100, 1)), 2, workers=4, progress=seen.append)
assert sum(seen) == 2 * 300 * 200
""",
    "explore": """
from lth_tutorial import explore
made = explore.explore(lambda n: None, n=[1, 2, 3])
assert len(made.params()) == 3 and "n: 3" in repr(made)
assert "lth-guess" in explore.guess("g", "How many?", 3, "Three.", 0, 9).html()
""",
}

# Every warning is an error, but for what a library says of another one's coming versions.
WARNINGS = ("-W", "error", "-W", "ignore::DeprecationWarning")


def run(code: str, **environment) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, *WARNINGS, "-c", code],
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin", **environment},
    )


@pytest.mark.parametrize("name", CALLS)
def test_numpy_alone_and_one_thread_do(name):
    done = run(f"{BLOCKER}{NO_THREADS}import numpy as np{CALLS[name]}")
    assert done.returncode == 0, done.stderr


def test_no_thread_starts_there():
    done = run(f"{NO_THREADS}threading.Thread(target=int).start()")
    assert "can't start new thread" in done.stderr


class Narrow:
    """numpy as a machine with 32-bit indices has it: what it takes by, and the exponents of ldexp, are int32.

    There these two cast safely only, so that int64 is an error.
    """

    intp = np.int32

    def __getattr__(self, name):
        return getattr(np, name)

    def take(self, values, places, **options):
        assert np.can_cast(places.dtype, np.int32), places.dtype
        return np.take(values, places, **options)

    def ldexp(self, values, exponent):
        assert np.can_cast(np.asarray(exponent).dtype, np.int32) or np.ndim(exponent) == 0
        return np.ldexp(values, exponent)


def test_indices_of_32_bits_serve(monkeypatch):
    x = np.random.default_rng(1).uniform(-1, 1, (40, 10))
    z = np.random.default_rng(2).uniform(-0.5, 0.5, 40)
    epsilon = np.random.default_rng(3).uniform(0, 1e-3, 10)
    expected = perturbed_subset_sum.best_subsets(x, z, epsilon), subset_sum.best_subsets(x, z)
    cover = subset_sum.covering_error(x[0]), perturbed_subset_sum.covering_error(x[0], epsilon)
    for module in (
        perturbed_subset_sum.many,
        perturbed_subset_sum.best,
        perturbed_subset_sum.covering,
        subset_sum.many,
        subset_sum.best,
        subset_sum.covering,
        subset_sum.grid,
    ):
        monkeypatch.setattr(module, "np", Narrow())
    found = perturbed_subset_sum.best_subsets(x, z, epsilon), subset_sum.best_subsets(x, z)
    for ours, theirs in zip(found, expected, strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(ours, theirs, strict=True))
    assert cover == (
        subset_sum.covering_error(x[0]),
        perturbed_subset_sum.covering_error(x[0], epsilon),
    )


HOSTILE_RC = """
text.usetex: True
savefig.bbox: tight
savefig.pad_inches: 2
figure.dpi: 37
figure.facecolor: red
axes.grid: True
lines.linestyle: --
axes.prop_cycle: cycler(color=["k"])
font.size: 31
svg.fonttype: path
"""

DRAWN = """
import hashlib
from lth_tutorial.explore import describe, explore
from lth_tutorial.style import style, subplots

def draw():
    with style():
        figure, axes = subplots()
        axes.plot([0, 1], [0, 1])
        axes.set_xlabel("x_1")
    return describe(figure, "A line.")

frame = explore(draw).frame()
print(hashlib.sha256(frame.svg.encode()).hexdigest())
"""


def test_a_users_matplotlibrc_does_not_reach_the_figures(tmp_path):
    """The same SVG, byte for byte; and the hostile file does change what matplotlib draws by itself."""
    (tmp_path / "matplotlibrc").write_text(HOSTILE_RC)
    own = {"HOME": str(tmp_path), "MPLCONFIGDIR": str(tmp_path)}
    plain = {"HOME": str(tmp_path), "MPLCONFIGDIR": str(tmp_path / "none")}
    (tmp_path / "none").mkdir()
    found, expected = run(DRAWN, **own), run(DRAWN, **plain)
    assert found.returncode == expected.returncode == 0, found.stderr + expected.stderr
    assert found.stdout == expected.stdout
    heard = run("import matplotlib; print(matplotlib.rcParams['text.usetex'])", **own)
    assert heard.stdout.strip() == "True"
