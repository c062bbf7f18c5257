"""Arguments of subset_sum that are refused, with the words."""

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

BAD = [
    ([], 0.1, "x must not be empty"),
    ([[0.1]], 0.1, r"x must have 1 dimension\(s\), got shape \(1, 1\)"),
    ([0.1, np.nan], 0.1, "x must be finite"),
    ([np.inf], 0.1, "x must be finite"),
    (["a"], 0.1, "x must hold real numbers"),
    (["1"], 0.1, "x must hold real numbers"),
    ([True], 0.1, "x must hold real numbers"),
    ([0.1], np.nan, "z must be finite"),
    ([0.1], [0.1], r"z must have 0 dimension\(s\)"),
    ([1e308, 1e308], 0.1, "must add up to a finite number"),
]


@pytest.mark.parametrize("solver", [best_subset, exhaustive_search, rounding_unit])
@pytest.mark.parametrize("x, z, text", BAD)
def test_errors_name_the_argument(solver, x, z, text):
    with pytest.raises(ValueError, match=text):
        solver(x, z)


@pytest.mark.parametrize(
    "call, text",
    [
        (
            lambda: best_subset(np.ones(60), 0),
            "60 candidates, at most 52 are served: 60 would need about 48 GiB",
        ),
        (
            lambda: exhaustive_search(np.ones(27), 0),
            "at most 26 are served: 27 would mean 134,217,728 subsets",
        ),
        (lambda: subset_sums(np.ones(30)), r"at most 26 are served: 2\^30 sums take 8 GiB"),
        (lambda: best_subsets(np.ones((2, 3)), [0.1]), "x holds 2 instances and z 1 targets"),
        (lambda: best_subsets(np.ones((2, 60)), [0, 0]), "at most 52 are served"),
        (lambda: best_subsets([], [0.1]), "x must not be empty"),
        (lambda: best_subsets([[0.1]], 0.1), r"z must have 1 dimension\(s\)"),
        (lambda: best_subsets([[np.inf]], [0.1]), "x must be finite"),
        (
            lambda: covering_error([0.1], 1, 0),
            "low must not exceed high, got low = 1.0 and high = 0.0",
        ),
        (lambda: covering_error([0.1], np.nan, 0), "low must be finite"),
        (lambda: covering_error(np.ones(50)), "at most 38 are served: 50 would mean 1.1e"),
    ],
)
def test_limits_say_what_they_would_take(call, text):
    with pytest.raises(ValueError, match=text):
        call()
