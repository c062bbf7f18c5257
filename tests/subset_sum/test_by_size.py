"""Tests of subset_sum.by_size: against all subsets, and against the best subset of any size."""

import itertools

import numpy as np
import pytest

from lth_tutorial.subset_sum import best_subset, errors_by_size, experiments, subset_sums

from .cases import FAMILIES

ROUNDING = 1e-12


def by_trying_all(x, z):
    """The best error of each size, from all 2^n sums."""
    sizes = np.array([bin(mask).count("1") for mask in range(2 ** len(x))])
    away = np.abs(subset_sums(x) - z)
    return np.array([away[sizes == k].min() for k in range(len(x) + 1)])


@pytest.mark.parametrize(
    "family", ["uniform", "one-signed", "duplicates", "zeros", "far", "planted"]
)
def test_each_size_is_the_best_of_all_its_subsets(family):
    rng = np.random.default_rng(300 + list(FAMILIES).index(family))
    for n in (1, 2, 3, 6, 9):
        x, z = FAMILIES[family](rng, n)
        np.testing.assert_allclose(errors_by_size(x, z), by_trying_all(x, z), atol=ROUNDING)


def test_whole_numbers_are_exact():
    rng = np.random.default_rng(311)
    for _ in range(20):
        x, z = rng.integers(-40, 41, 7), int(rng.integers(-60, 61))
        expected = [
            min(abs(sum(kept) - z) for kept in itertools.combinations(x.tolist(), k))
            for k in range(8)
        ]
        assert errors_by_size(x, z).tolist() == expected


def test_the_least_of_all_sizes_is_the_best_subset():
    rng = np.random.default_rng(312)
    for n in (13, 18, 24):
        x, z = rng.uniform(-1, 1, n), rng.uniform(-0.5, 0.5)
        errors, best = errors_by_size(x, z), best_subset(x, z)
        assert abs(errors.min() - best.error) < ROUNDING
        assert abs(errors[best.mask.sum()] - best.error) < ROUNDING


def test_few_of_many():
    """One kept is the nearest candidate, two the nearest sum of a pair; larger sizes are not looked at."""
    x, z = np.random.default_rng(313).uniform(-1, 1, 101), 0.3
    pairs = (x[:, None] + x)[np.triu_indices(101, 1)]
    expected = [0.3, np.abs(x - z).min(), np.abs(pairs - z).min()]
    np.testing.assert_allclose(errors_by_size(x, z, most=2), expected, atol=ROUNDING)
    assert errors_by_size(x, z, most=0).tolist() == [0.3]


def test_experiment_draws_the_instances_of_a_single_target():
    sized = experiments.sized_errors(9, 30, 314)
    assert sized.shape == (30, 10)
    single = experiments.single_target_errors(9, 30, 314)
    np.testing.assert_allclose(sized.min(axis=1), single, atol=ROUNDING)


@pytest.mark.parametrize(
    "x, z, most, text",
    [
        ([], 0.1, None, "x must not be empty"),
        ([[0.1]], 0.1, None, r"x must have 1 dimension\(s\)"),
        ([np.nan], 0.1, None, "x must be finite"),
        ([0.1], [0.1], None, r"z must have 0 dimension\(s\)"),
        ([0.1], 0.1, 2, "most must be a whole number from 0 to 1, got 2"),
        ([0.1], 0.1, 0.5, "most must be a whole number from 0 to 1, got 0.5"),
        ([1e308, 1e308], 0.1, None, "must add up to a finite number"),
        (
            np.ones(37),
            0.1,
            None,
            "37 candidates, up to 37 of them kept, mean 524,288 sums of a half",
        ),
        (np.ones(1447), 0.1, 2, "up to 2 of them kept, mean 262,"),
    ],
)
def test_refused(x, z, most, text):
    with pytest.raises(ValueError, match=text):
        errors_by_size(x, z, most)
