"""What finding a weight costs: meeting in the middle, and a mixed-integer program in two ways, in one run.

    python benchmarks/weight_pruning.py          about a minute

21 candidates for a weight, as in the experiment of Pensia et al. 2020, whose 397,000 weights took 21.5 hours
on 36 cores. The program is HiGHS, open source; theirs was a commercial solver.
"""

import time

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from lth_tutorial.subset_sum import best_subsets, highs_subset

N, PRECISION, WEIGHTS, CORES = 21, 0.01, 397_000, 36


def within(x, z):
    """Any subset within the precision of z, by HiGHS: a program without an objective."""
    return milp(
        np.zeros(len(x)),
        constraints=LinearConstraint(x[None], z - PRECISION, z + PRECISION),
        integrality=np.ones(len(x)),
        bounds=Bounds(0, 1),
    )


def main() -> None:
    rng = np.random.default_rng(0)
    x, z = rng.uniform(-1, 1, (2000, N)), rng.uniform(-0.5, 0.5, 2000)
    best_subsets(x, z)
    seconds = {}
    for name, count, solve in (
        ("meet in the middle, optimal", 2000, lambda k: best_subsets(x[:k], z[:k])),
        (
            "HiGHS, any within 0.01",
            200,
            lambda k: [within(*i) for i in zip(x[:k], z[:k], strict=True)],
        ),
        ("HiGHS, optimal", 4, lambda k: [highs_subset(*i) for i in zip(x[:k], z[:k], strict=True)]),
    ):
        start = time.perf_counter()
        solve(count)
        seconds[name] = (time.perf_counter() - start) / count
    ours = next(iter(seconds.values()))
    print(f"{'':30s}{'a weight':>12s}{'ratio':>12s}{'397,000 on 36 cores':>22s}")
    for name, value in seconds.items():
        whole = value * WEIGHTS / CORES
        shown = f"{whole:.1f} s" if whole < 120 else f"{whole / 3600:.2f} hours"
        print(f"{name:30s}{value * 1e3:9.3f} ms{value / ours:11,.0f}x{shown:>22s}")


if __name__ == "__main__":
    main()
