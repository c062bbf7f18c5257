"""Tests of subset_sum.many."""

import numpy as np
import pytest

from lth_tutorial.subset_sum import (
    best_subset,
    best_subsets,
)

from .cases import FAMILIES


@pytest.mark.parametrize("family", FAMILIES)
def test_batches_agree_with_single_instances(family):
    rng = np.random.default_rng(200 + list(FAMILIES).index(family))
    for n in (1, 2, 5, 11, 14):
        x, z = map(np.array, zip(*(FAMILIES[family](rng, n) for _ in range(40)), strict=True))
        many = best_subsets(x, z)
        for k in range(len(z)):
            one = best_subset(x[k], z[k])
            assert (one.mask == many.masks[k]).all()
            assert (one.total, one.error) == (many.totals[k], many.errors[k])


@pytest.mark.parametrize("n", [18, 21, 28, 29])
def test_larger_batches(n):
    rng = np.random.default_rng(n)
    x, z = rng.uniform(-1, 1, (30, n)), rng.uniform(-1, 1, 30)
    many = best_subsets(x, z)
    assert [best_subset(a, b).error for a, b in zip(x, z, strict=True)] == many.errors.tolist()


def test_shared_candidates():
    x, z = np.random.default_rng(1).uniform(-1, 1, 12), np.linspace(-1, 1, 50)
    many = best_subsets(x, z)
    assert many.masks.shape == (50, 12)
    assert many.errors.tolist() == [best_subset(x, t).error for t in z]
