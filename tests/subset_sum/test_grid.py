"""Tests of subset_sum.grid."""

from fractions import Fraction

import numpy as np
import pytest

from lth_tutorial.subset_sum import (
    best_subset,
    best_subsets,
    exhaustive_search,
    rounding_unit,
)

from .cases import by_fractions


def test_rounded_instances_keep_their_bound():
    """Where 62 bits are not enough, the error is within (n + 1) units of the optimum, and exact itself."""
    rng = np.random.default_rng(3)
    rounded = 0
    for _ in range(200):
        x = rng.uniform(-1, 1, 9) * 10.0 ** rng.integers(-25, 1, 9)
        z = float(rng.uniform(-1, 1))
        unit = rounding_unit(x, z)
        rounded += unit > 0
        found = best_subset(x, z)
        _, optimum = by_fractions(x, z)
        assert optimum <= found.error <= optimum + 10 * unit
        assert found.error == float(
            abs(sum(map(Fraction, x[found.mask]), Fraction(0)) - Fraction(z))
        )
    assert rounded > 100


def test_uniform_draws_need_no_rounding():
    rng = np.random.default_rng(4)
    assert all(rounding_unit(rng.uniform(-1, 1, 50), rng.uniform(-1, 1)) == 0 for _ in range(200))
    assert rounding_unit(rng.uniform(-1, 1, 50), 1e-3) == 0  # a target finer than the candidates
    assert rounding_unit([1.0, 1e-30], 0.3) > 0


@pytest.mark.parametrize("scale", [1.0, 2.0**-40, 2.0**300])
def test_targets_finer_than_the_candidates(scale):
    """Ties and near ties around a half unit, with targets far off the candidates' grid."""
    rng = np.random.default_rng(12)
    for _ in range(300):
        x = rng.integers(-4, 5, int(rng.integers(1, 8))) * scale
        offset = rng.choice(
            [0, 0.5, 0.25, 0.75, 0.1, np.nextafter(0.5, 0), np.nextafter(0.5, 1), 1e-17]
        )
        z = float((rng.integers(-9, 10) + offset) * scale)
        mask, error = by_fractions(x, z)
        found = best_subset(x, z)
        assert found.mask.tolist() == mask and found.error == error, (x, z)
        assert exhaustive_search(x, z).mask.tolist() == mask
        many = best_subsets(x, [z, -z])
        assert many.masks[0].tolist() == mask and many.errors[0] == error
