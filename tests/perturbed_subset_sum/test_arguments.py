"""Arguments of perturbed_subset_sum that are refused, with the words."""

import numpy as np
import pytest

from lth_tutorial import subset_sum
from lth_tutorial.perturbed_subset_sum import (
    best_subset,
    best_subsets,
    bounds,
    covering_error,
    exhaustive_search,
)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([], 0.0, 0.1), "x must not be empty"),
        (([[0.5]], 0.0, 0.1), r"x must have 1 dimension\(s\), got shape \(1, 1\)"),
        (([0.5, np.nan], 0.0, 0.1), "x must be finite"),
        (([0.5], np.inf, 0.1), "z must be finite"),
        (([0.5], 0.0, -0.1), "epsilon must not be negative, got -0.1"),
        (([0.5], 0.0, np.inf), "epsilon must be finite"),
        (
            ([0.5, 0.25], 0.0, [0.1, 0.1, 0.1]),
            r"epsilon must have shape \(\) or \(2,\), got \(3,\)",
        ),
        (([0.5], 0.0, "wide"), "epsilon must hold real numbers"),
        ((np.zeros(49), 0.0, 0.1), "x holds 49 candidates, at most 48 are served"),
        (([1e308, 1e308], 0.0, 0.1), "must add up to a finite number"),
    ],
)
def test_bad_input_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        best_subset(*arguments)


def test_bad_input_is_named_elsewhere():
    with pytest.raises(ValueError, match="x holds 2 instances and z 3 targets; they must agree"):
        best_subsets(np.zeros((2, 3)), np.zeros(3), 0.1)
    with pytest.raises(
        ValueError, match=r"epsilon must have shape \(\) or \(3,\) or \(2, 3\), got \(3, 3\)"
    ):
        best_subsets(np.zeros((2, 3)), np.zeros(2), np.zeros((3, 3)))
    with pytest.raises(ValueError, match=r"x must have 1 or 2 dimension\(s\), got shape \(\)"):
        best_subsets(3, [0.0], 0.1)
    for bad in ([[True, False]], [["1", "2"]], [[1j, 0]]):
        with pytest.raises(ValueError, match="x must hold real numbers, got"):
            best_subsets(bad, [0.0], 0.1)
        with pytest.raises(ValueError, match="x must hold real numbers, got"):
            subset_sum.best_subsets(bad, [0.0])
    with pytest.raises(ValueError, match="must add up to a finite number"):
        best_subsets([[1.7e308] * 2], [1.7e308], 0)
    with pytest.raises(ValueError, match="low must not exceed high"):
        covering_error([0.5], 0.1, 1.0, 0.0)
    with pytest.raises(ValueError, match="x holds 27 candidates, at most 26 are served"):
        covering_error(np.zeros(27), 0.1)
    with pytest.raises(ValueError, match="x holds 25 candidates, at most 24 are served"):
        exhaustive_search(np.zeros(25), 0.0, 0.1)
    with pytest.raises(ValueError, match="epsilon must be below 3"):
        bounds.poster_failure(10, 1, 3)
    with pytest.raises(ValueError, match="surplus must lie between 0 and n = 10"):
        bounds.poster_failure(10, 11, 0)
    with pytest.raises(ValueError, match="version must be one of abstract, poster, slides"):
        bounds.predicted_factor("talk", 0.1)
    with pytest.raises(ValueError, match="eta must not be negative, nor 0 together with epsilon"):
        bounds.necessary_n(0, 0)
    with pytest.raises(ValueError, match=r"failure must lie in \(0, 1\)"):
        bounds.sufficient_n(0.1, 0.1, 1.0)
