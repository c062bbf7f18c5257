"""Tests of subset_sum.covering."""

import numpy as np
import pytest

from lth_tutorial.subset_sum import (
    best_subset,
    best_subsets,
    covering_error,
    exhaustive_search,
    rounding_unit,
    subset_sums,
)

from .cases import FAMILIES


def gaps(x, low, high):
    """The covering error from all sums, by looking at every breakpoint: ends and midpoints."""
    sums = np.sort(subset_sums(x))
    points = np.r_[low, high, (sums[1:] + sums[:-1]) / 2]
    points = points[(points >= low) & (points <= high)]
    return max(np.abs(sums - p).min() for p in points)


def by_sorting(x, low, high):
    """The same for many candidates, from their sorted sums."""
    return from_sorted(np.sort(subset_sums(x)), low, high)


def from_sorted(sums, low, high):
    middle = np.clip((sums[1:] + sums[:-1]) / 2, low, high)
    inside = np.minimum(middle - sums[:-1], sums[1:] - middle).max()
    return max(inside, np.abs(sums - low).min(), np.abs(sums - high).min())


def test_covering_error_by_hand():
    assert covering_error([0.6, -0.4]) == pytest.approx(0.2)
    assert covering_error([0.5]) == 0.5
    assert covering_error([1.0, 2.0, 4.0], 0, 7) == 0.5
    assert covering_error([0.25], 10, 11) == 10.75
    assert covering_error(np.zeros(25), -1, 2) == 2


@pytest.mark.parametrize(
    "family", ["uniform", "one-signed", "duplicates", "zeros", "integers", "far"]
)
def test_covering_error_against_every_gap(family):
    rng = np.random.default_rng(300 + len(family))
    for _ in range(60):
        x, _ = FAMILIES[family](rng, int(rng.integers(1, 11)))
        low, high = np.sort(rng.uniform(-2, 2, 2))
        assert covering_error(x, low, high) == pytest.approx(gaps(x, low, high), abs=1e-12)
        assert covering_error(x) == pytest.approx(gaps(x, -0.5, 0.5), abs=1e-12)


@pytest.mark.parametrize("n", [21, 22, 23])
def test_bucket_search_agrees_with_sorting(n):
    """Beyond 20 candidates the sums are not sorted; here they still can be."""
    rng = np.random.default_rng(n)
    lopsided = np.r_[rng.uniform(0.9, 1, n - 6), rng.uniform(-0.1, 0.1, 6)]
    integers = rng.integers(-40, 41, n) / 64
    for x in (rng.uniform(-1, 1, n), rng.uniform(0, 1, n), lopsided, integers):
        sums = np.sort(subset_sums(x))
        for low, high in ((-0.5, 0.5), (-3.0, 1.0), (4.0, 4.25), (40.0, 41.0)):
            assert covering_error(x, low, high) == pytest.approx(
                from_sorted(sums, low, high), abs=1e-13
            )


STRADDLING = np.r_[
    1.49,
    -0.6 * 2.0 ** -np.arange(1, 15) / (1 - 2.0**-14),
    0.1 * 2.0 ** -np.arange(1, 7) / (1 - 2.0**-6),
]


@pytest.mark.parametrize("x", [STRADDLING, -STRADDLING], ids=["high", "low"])
def test_widest_gap_across_an_end(x):
    """The widest gap reaches beyond the interval: neither end may hide it."""
    assert covering_error(x) == pytest.approx(by_sorting(x, -0.5, 0.5), abs=1e-12)
    assert covering_error(x) == pytest.approx(0.395, abs=1e-3)


def test_random_families_of_gaps_across_an_end():
    rng = np.random.default_rng(8)
    for _ in range(20):
        small = rng.uniform(0, 1, 20) * rng.choice([-1, 1]) * rng.choice([0.05, 0.02])
        x = np.r_[rng.uniform(1.3, 1.6) * rng.choice([-1, 1]), small]
        assert covering_error(x) == pytest.approx(by_sorting(x, -0.5, 0.5), abs=1e-13)


def test_lattices_are_searched_quickly():
    """All gaps are equal, so none but the first needs a closer look (seconds, if every one got it)."""
    x = np.random.default_rng(9).integers(-(2**15), 2**15, 24) / 2.0**15
    assert covering_error(x, -0.1, 0.3) == 2.0**-16
    dyadic = 2.0 ** -np.arange(1, 23)
    assert covering_error(dyadic, 0, 0.9) == 2.0**-23
    nearly = dyadic * (1 + 1e-9 * np.random.default_rng(10).uniform(-1, 1, 22))
    assert covering_error(nearly, 0, 0.9) == pytest.approx(by_sorting(nearly, 0, 0.9), rel=1e-9)


def test_totals_next_to_the_largest_float():
    x = [1.7976931348623157e308, 1.0]
    for solver in (best_subset, exhaustive_search):
        assert solver(x, 1.0).mask.tolist() == [False, True] or rounding_unit(x, 1.0) > 0
        assert solver(x, 1.0).error <= 2 * rounding_unit(x, 1.0) + 1
    with pytest.raises(ValueError, match="x, low and high: their absolute values must add up"):
        covering_error([1.7976931348623157e308], -1e308, 1e308)


def test_single_targets_never_beat_the_covering_error():
    rng = np.random.default_rng(5)
    x = rng.uniform(-1, 1, 17)
    errors = best_subsets(x, rng.uniform(-0.5, 0.5, 500)).errors
    assert errors.max() <= covering_error(x)
