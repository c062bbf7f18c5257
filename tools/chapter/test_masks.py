"""Tests of PACKAGE.masks."""

import itertools
import math

import numpy as np
import pytest

from lth_tutorial.PACKAGE import claims, masks

WEIGHTS = np.array([1.0, -2.0, 3.0])


@pytest.mark.parametrize("p", [0.1, 0.5, 0.75])
def test_spread_is_that_of_all_masks(p):
    """The first truth: the expectation, summed over every mask with its probability."""
    expected = 0.0
    for mask in itertools.product([0, 1], repeat=len(WEIGHTS)):
        chance = math.prod(p if kept else 1 - p for kept in mask)
        expected += chance * (np.dot(mask, WEIGHTS) / p - WEIGHTS.sum()) ** 2
    assert masks.spread(WEIGHTS, p) == pytest.approx(math.sqrt(expected))


def test_drawn_sums_are_spread_as_stated():
    """The second truth: p = 1/2, squared errors in [0, 36] of mean 14. Hoeffding: fails with < 1e-6."""
    squares = (masks.sums(WEIGHTS, 0.5, 40_000, rng=1) - WEIGHTS.sum()) ** 2
    assert masks.spread(WEIGHTS, 0.5) ** 2 == pytest.approx(14)
    assert abs(squares.mean() - 14) < 0.5


def test_randomness_is_an_argument():
    first, again, other = (masks.sums(WEIGHTS, 0.5, 20, rng=seed) for seed in (1, 1, 2))
    assert np.array_equal(first, again) and not np.array_equal(first, other)


@pytest.mark.parametrize(
    "change, words",
    [
        ({"weights": []}, "weights must"),
        ({"weights": [math.nan]}, "weights must"),
        ({"p": 0}, r"p must lie in \(0, 1\), got 0"),
        ({"trials": 0}, "trials must be a whole number"),
        ({"rng": None}, "rng must be a numpy Generator or a seed"),
    ],
)
def test_arguments_are_checked(change, words):
    with pytest.raises(ValueError, match=words):
        masks.sums(**({"weights": WEIGHTS, "p": 0.5, "trials": 1, "rng": 0} | change))


def test_the_verdict_follows_from_the_numbers(monkeypatch):
    """A spread that is a tenth too large turns it."""
    assert claims.measure_spread().verdict == "holds"
    monkeypatch.setattr(claims, "spread", lambda weights, p: 1.1 * masks.spread(weights, p))
    assert claims.measure_spread().verdict == "fails"
