"""Tests of teacher_student.starts."""

import numpy as np
import pytest

from lth_tutorial.teacher_student import breaks, starts


def test_errors_by_samples_and_floors():
    errors = starts.errors_by_samples([500, 50_000], 8, 2, 4, 5, 1)
    assert np.median(errors["union"][1]) < np.median(errors["union"][0]) / 3
    floors = starts.floors_by_overlap(2, 4, 5, 2)
    assert all(values[0] < 1e-6 for values in floors.values())
    assert floors["union"].max() < 1e-5 and floors["support"][-1] > 0.3


def test_equal_neurons_stay_equal():
    """At r = d the second moment of each support is the same: nothing can be recovered from it."""
    assert starts.recovered("support", 6, 2, 6, 600, 4, 3) == 0


@pytest.mark.parametrize("assumption", breaks.ASSUMPTIONS)
def test_dropping_changes_what_it_says(assumption):
    errors, matched = breaks.dropped(assumption, 0)
    assert len(errors) == 41 and matched <= errors[-1] + 1e-12
    fails = assumption in ("a support misses a feature", "inputs without negatives")
    assert (matched > 1e-3) == fails


def test_unknown_assumptions_are_named():
    with pytest.raises(ValueError, match="assumption must be one of"):
        breaks.dropped("nonsense")
