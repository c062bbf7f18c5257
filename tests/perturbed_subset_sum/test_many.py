"""Tests of perturbed_subset_sum.many."""

from itertools import product

import numpy as np

from lth_tutorial import perturbed_subset_sum as perturbed
from lth_tutorial.perturbed_subset_sum import (
    best_subset,
    best_subsets,
    exhaustive_search,
)

from .cases import FAMILIES, RADII, same


def test_many_are_one_by_one():
    rng = np.random.default_rng(5)
    for draw, radius in product(FAMILIES.values(), RADII.values()):
        n, m = int(rng.integers(1, 12)), 7
        x = np.array([draw(rng, n) for _ in range(m)])
        z = rng.uniform(-1, 1, m)
        epsilon = radius(rng, n)
        together = best_subsets(x, z, epsilon)
        for k in range(m):
            one = best_subset(x[k], z[k], epsilon)
            assert same([part[k] for part in together], one)


def test_many_shapes_and_blocks(monkeypatch):
    rng = np.random.default_rng(6)
    x, z = rng.uniform(-1, 1, 9), rng.uniform(-1, 1, 50)
    radii = rng.uniform(0, 0.01, (50, 9))
    whole = best_subsets(x, z, radii)
    monkeypatch.setattr(
        perturbed.many, "_BLOCK", 1 << 8
    )  # eight instances a block, a short last one
    assert same(best_subsets(np.tile(x, (50, 1)), z, radii), whole)
    assert whole.errors.max() > 0 and (whole.errors == 0).any()


def test_rows_that_cannot_be_sorted_by_rounded_centres_are_solved_apart(monkeypatch):
    """Centres closer than the rounding beside a place: the batch must notice."""
    rng = np.random.default_rng(7)
    x = rng.uniform(-1, 1, (20, 16))
    x[:, 8:] = -x[:, :8] + rng.integers(-3, 4, (20, 8)) * 2.0**-52
    z = x[:, 0] + 2.0**-51
    calls = []
    monkeypatch.setattr(
        perturbed.many, "best_subset", lambda *a: calls.append(1) or best_subset(*a)
    )
    found = best_subsets(x, z, 2.0**-54)
    assert calls
    for k in range(20):
        assert same([part[k] for part in found], exhaustive_search(x[k], z[k], 2.0**-54))
