"""Tests of subset_sum.mixed_integer."""

import numpy as np
import pytest

from lth_tutorial.subset_sum import (
    best_subset,
    highs_subset,
)


def test_a_general_solver_agrees_while_the_optimum_is_large():
    rng = np.random.default_rng(6)
    for _ in range(5):
        x, z = rng.uniform(-1, 1, 9), rng.uniform(-1, 1)
        program, message = highs_subset(x, z)
        assert program.error == pytest.approx(best_subset(x, z).error, abs=2e-6)
        assert message
