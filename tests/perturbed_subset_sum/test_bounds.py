"""Tests of perturbed_subset_sum.bounds."""

import numpy as np
import pytest

from lth_tutorial import subset_sum
from lth_tutorial.perturbed_subset_sum import (
    bounds,
    covering_error,
    experiments,
)


def test_necessary_n_is_necessary():
    """Counting holds for every draw: with one candidate less some target is missed."""
    rng = np.random.default_rng(15)
    for eta, epsilon in ((0.05, 0.01), (0.0, 0.02), (0.01, 0.001)):
        n = bounds.necessary_n(eta, epsilon)
        for _ in range(20):
            assert covering_error(rng.uniform(-1, 1, n - 1), epsilon) > eta


def test_sufficient_n_suffices():
    """At n = sufficient_n a draw fails with probability at most 0.1: more than 42 failures of 100 have
    probability below 1e-16 (binomial tail). The first 16 candidates alone are looked at."""
    assert bounds.sufficient_n(0.0, 0.05, 0.1) > 16
    x = np.random.default_rng(16).uniform(-1, 1, (100, 16))
    assert sum(covering_error(row, 0.05) > 0 for row in x) <= 42


def test_bounds_by_hand():
    assert bounds.predicted_factor("abstract", 1.0) == 0.5
    assert bounds.predicted_factor("slides", np.e - 1) == pytest.approx(0.5)
    assert bounds.poster_failure(24, 0, 0) == pytest.approx(np.exp(-1) + 1)
    assert bounds.necessary_n(0.5, 0) == 0 and bounds.necessary_n(0.25, 0) == 1
    assert bounds.sufficient_n(0.01, 0, 0.1) == subset_sum.hit_volume.sufficient_n(0.01, 0.1)
    tau = 0.01
    by_hand = np.ceil(np.log2(20)) + np.ceil(np.log(80 / tau**2) / np.log(4 / 3))
    assert bounds.sufficient_n(0.004, 0.006, 0.1) == by_hand
    n = bounds.poster_n(0.0, 0.1)
    assert min(bounds.poster_failure(n, k / 4, 0) for k in range(4 * n)) <= 0.1


def test_the_saving_is_additive():
    """Exact hits: the median size grows by about one candidate for each bit of 1 / epsilon.

    For these sizes a least-squares slope outside [0.6, 1.6] over 8 bits would need medians of 60 draws to
    be off by three candidates; sizes of single draws have a standard deviation below 3.5, so a median
    of 60 one below 0.6 (normal approximation), and 3 / 0.6 = 5 deviations, probability below 1e-6.
    """
    bits = np.array([4, 6, 8, 10, 12])
    medians = [
        experiments.quantile_size(experiments.sizes_to_cover(0, 2.0**-b, 60, 17 + b, 22), 0.5)
        for b in bits
    ]
    assert 0.6 < np.polyfit(bits, medians, 1)[0] < 1.6
