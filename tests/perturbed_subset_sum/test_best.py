"""Tests of perturbed_subset_sum.best."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lth_tutorial import subset_sum
from lth_tutorial.perturbed_subset_sum import (
    best_subset,
    best_subsets,
    exhaustive_search,
)

from .cases import instances, same


def test_best_subset_is_exhaustive_search():
    """Bit for bit, on 3,500 random and adversarial instances, radii from 0 to 1."""
    checked = 0
    for x, z, epsilon in instances(50, seed=1):
        assert same(best_subset(x, z, epsilon), exhaustive_search(x, z, epsilon)), (x, z, epsilon)
        checked += 1
    assert checked == 3500


def test_errors_are_those_of_exact_fractions():
    """Another truth: every mask in rational arithmetic."""
    for x, z, epsilon in instances(2, seed=2, most=9):
        found = best_subset(x, z, epsilon)
        radii = np.broadcast_to(epsilon, x.shape)
        pairs = [(Fraction(a), Fraction(float(r))) for a, r in zip(x, radii, strict=True)]
        best = min(_exact_error(pairs, z, mask) for mask in product((0, 1), repeat=len(x)))
        own = _exact_error(pairs, z, found.mask)
        slack = Fraction(2.0**-58) * (sum(abs(a) + r for a, r in pairs) + abs(Fraction(z)))
        assert best <= own <= best + slack
        assert found.error == pytest.approx(float(own), rel=1e-15, abs=0)


def _exact_error(pairs, z, mask) -> Fraction:
    chosen = [pair for pair, bit in zip(pairs, mask, strict=True) if bit]
    distance = abs(sum((a for a, _ in chosen), Fraction(0)) - Fraction(z))
    return max(Fraction(0), distance - sum((r for _, r in chosen), Fraction(0)))


def test_perturbation_attains_the_error():
    for x, z, epsilon in instances(10, seed=3):
        mask, perturbation, total, error = best_subset(x, z, epsilon)
        assert np.all(np.abs(perturbation) <= epsilon) and not perturbation[~mask].any()
        size = np.abs(x).sum() + np.abs(z) + np.sum(np.broadcast_to(epsilon, x.shape))
        assert abs((x + perturbation)[mask].sum() - total) <= 1e-14 * size
        assert abs(abs(total - z) - error) <= 1e-15 * size
        moved = mask & (np.broadcast_to(epsilon, x.shape) > 0)
        shares = perturbation[moved] / np.broadcast_to(epsilon, x.shape)[moved]
        assert not len(shares) or np.ptp(shares) <= 1e-12


def test_without_perturbation_it_is_chapter_1():
    for x, z, _ in instances(3, seed=4):
        a, b = best_subset(x, z, 0.0), subset_sum.best_subset(x, z)
        assert same((a.mask, a.total, a.error), b)


def test_without_perturbation_it_is_chapter_1_also_where_numbers_are_rounded():
    """Numbers too far apart for one grid: every way to ask gives chapter 1's mask."""
    rng = np.random.default_rng(18)
    for _ in range(300):
        x = np.append(rng.integers(-9, 10, 4) / 10, rng.choice([1e3, 2.0**59, 1e12, 1e-9]))
        z = float(rng.choice([0.1, -0.51, 1e10]))
        mask = subset_sum.best_subset(x, z).mask
        assert np.array_equal(best_subset(x, z, 0).mask, mask)
        assert np.array_equal(exhaustive_search(x, z, 0).mask, mask)
        for radii in (np.zeros((2, 5)), np.array([np.zeros(5), np.ones(5)])):
            assert np.array_equal(best_subsets([x, x], [z, z], radii).masks[0], mask)


def test_rounded_instances_stay_within_their_bound():
    """Exact fractions: where the grid is too coarse, the mask is optimal up to (2n + 1) 2^-59 total."""
    rng = np.random.default_rng(19)
    for _ in range(150):
        x = np.append(rng.uniform(-1, 1, 5), rng.choice([1e3, 2.0**55, 1e12]))
        z, radii = float(rng.uniform(-1, 1)), rng.choice([0.0, 1e-3, 0.7], 6)
        pairs = [(Fraction(a), Fraction(float(r))) for a, r in zip(x, radii, strict=True)]
        best = min(_exact_error(pairs, z, mask) for mask in product((0, 1), repeat=6))
        own = _exact_error(pairs, z, best_subset(x, z, radii).mask)
        total = sum(abs(a) + r for a, r in pairs) + abs(Fraction(z))
        assert own - best <= 13 * Fraction(2) ** -59 * total


@pytest.mark.parametrize("n", [30, 37, 42])
def test_large_instances_with_a_planted_answer(n):
    """A planted mask is exact or better is found; at least as good as chapter 1's best, less its radii."""
    rng = np.random.default_rng(n)
    x = rng.integers(-(2**45), 2**45, n) / 2.0**45
    planted = rng.random(n) < 0.5
    z = float(x[planted].sum() + 3 * 2.0**-40)
    assert best_subset(x, z, 2.0**-40 if planted.sum() >= 3 else 1.0).error == 0
    plain = subset_sum.best_subset(x, z)
    radius = 2.0**-45 / n
    found = best_subset(x, z, radius)
    assert found.error <= max(0.0, plain.error - radius * plain.mask.sum())
    assert found.error >= plain.error - radius * n


def test_the_smaller_half_serves_too():
    """Odd n, n = 1, and a target far outside."""
    assert best_subset([0.5], 0.25, 0.25).mask.tolist() == [True]
    assert best_subset([0.625], 0.25, 0.125).mask.tolist() == [False]  # a tie: 0.25 either way
    far = best_subset([0.5, -0.25, 0.75], 100.0, 0.5)
    assert far.mask.tolist() == [True, True, True] and far.error == 100 - 1.0 - 1.5


def test_the_empty_subset_cannot_be_perturbed():
    """Candidates (0.9, 0.8), z = 0.05, epsilon = 0.1: |0 - z| < epsilon, and yet z is missed."""
    found = best_subset([0.9, 0.8], 0.05, 0.1)
    assert not found.mask.any() and found.error == 0.05


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.floats(-1, 1), min_size=1, max_size=9),
    st.floats(-2, 2),
    st.floats(0, 1),
)
def test_properties(x, z, epsilon):
    found = best_subset(x, z, epsilon)
    assert same(found, exhaustive_search(x, z, epsilon))
    plain = subset_sum.best_subset(x, z)
    size = sum(map(abs, x)) + abs(z) + (len(x) + 1) * epsilon + 0.25
    assert found.error <= max(0.0, plain.error - epsilon * plain.mask.sum()) + 1e-15 * size
    assert best_subset([*x, 0.25], z, epsilon).error <= found.error + 1e-15 * size
