"""Chapter 2's solvers against chapter 1's on the same candidates, in one run.

python benchmarks/perturbed_subset_sum.py          about a minute
"""

import time

import numpy as np

from lth_tutorial import perturbed_subset_sum as perturbed
from lth_tutorial import subset_sum


def timed(function, *arguments, repeat: int = 7) -> float:
    """Median seconds of `repeat` calls after one that warms the memory."""
    function(*arguments)
    seconds = []
    for _ in range(repeat):
        start = time.perf_counter()
        function(*arguments)
        seconds.append(time.perf_counter() - start)
    return float(np.median(seconds))


def one_target() -> None:
    print("One target: seconds of chapter 1's best_subset, and how many times longer with epsilon")
    print(f"{'n':>3} {'chapter 1':>10} {'0':>7} {'1e-12':>7} {'1e-3':>7} {'own radii':>10}")
    for n in (20, 26, 30, 36, 40, 44):
        rng = np.random.default_rng(n)
        x = rng.uniform(-1, 1, n)
        before = timed(subset_sum.best_subset, x, 0.3)
        radii = (0.0, 1e-12, 1e-3, rng.uniform(0, 1e-3, n))
        ratios = [timed(perturbed.best_subset, x, 0.3, r) / before for r in radii]
        print(f"{n:3d} {before:10.2e}", *[f"{r:7.2f}" for r in ratios])


def many_targets() -> None:
    print("\nMany instances at once: microseconds for each")
    for n in (12, 16, 21):
        rng = np.random.default_rng(n)
        x, z = rng.uniform(-1, 1, (4000, n)), rng.uniform(-0.5, 0.5, 4000)
        before = timed(subset_sum.best_subsets, x, z, repeat=3)
        after = timed(perturbed.best_subsets, x, z, 1e-3, repeat=3)
        print(f"n = {n}: {before / 4e-3:6.1f} and {after / 4e-3:6.1f}, {after / before:.1f} times")


def covering() -> None:
    print("\nThe covering error: seconds")
    for n in (16, 20, 22, 24):
        x = np.random.default_rng(n).uniform(-1, 1, n)
        before = timed(subset_sum.covering_error, x, repeat=3)
        after = timed(perturbed.covering_error, x, 1e-9, repeat=3)
        print(f"n = {n}: {before:.3f} and {after:.3f}, {after / before:.1f} times")


if __name__ == "__main__":
    one_target()
    many_targets()
    covering()
