"""Tests of perturbed_subset_sum.covering."""

from fractions import Fraction
from itertools import product

import numpy as np

from lth_tutorial import subset_sum
from lth_tutorial.perturbed_subset_sum import (
    best_subsets,
    covering_error,
)

from .cases import instances


def scan(x, epsilon, low, high) -> Fraction:
    """covering_error in exact fractions: one scan over the intervals by their left ends."""
    radii = [Fraction(float(r)) for r in np.broadcast_to(epsilon, np.shape(x))]
    pairs = list(zip(map(Fraction, x), radii, strict=True))
    ends = []
    for mask in product((0, 1), repeat=len(pairs)):
        s = sum((a for (a, _), bit in zip(pairs, mask, strict=True) if bit), Fraction(0))
        r = sum((b for (_, b), bit in zip(pairs, mask, strict=True) if bit), Fraction(0))
        ends.append((s - r, s + r))
    low, high = Fraction(low), Fraction(high)
    merged = []
    for left, right in sorted(ends):
        if merged and left <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], right)
        else:
            merged.append([left, right])
    gaps = zip(merged[:-1], merged[1:], strict=True)
    targets = [low, high] + [min(max((a[1] + b[0]) / 2, low), high) for a, b in gaps]
    return max(
        min(max(Fraction(0), left - t, t - right) for left, right in merged) for t in targets
    )


def test_covering_error_is_that_of_exact_fractions():
    ranges = [(-0.5, 0.5), (0.25, 0.25), (-3.0, 2.0), (5.0, 6.0), (-0.125, 0.5)]
    for k, (x, _, epsilon) in enumerate(instances(3, seed=8, most=7)):
        low, high = ranges[k % len(ranges)]
        exact = float(scan(x, epsilon, low, high))
        size = np.abs(x).sum() + np.sum(np.broadcast_to(epsilon, x.shape)) + abs(low) + abs(high)
        assert abs(covering_error(x, epsilon, low, high) - exact) <= 2.0**-52 * size


def test_covering_error_bounds_every_target():
    rng = np.random.default_rng(9)
    for epsilon in (1e-4, 1e-3, 0.02):
        x = rng.uniform(-1, 1, 10)
        worst = covering_error(x, epsilon)
        errors = best_subsets(x, rng.uniform(-0.5, 0.5, 300), epsilon).errors
        assert errors.max() <= worst
    assert covering_error(rng.uniform(-1, 1, 14), 0.1) == 0.0


def test_covering_error_without_perturbation_is_chapter_1():
    x = np.random.default_rng(10).uniform(-1, 1, 23)
    assert covering_error(x, 0.0) == subset_sum.covering_error(x)
