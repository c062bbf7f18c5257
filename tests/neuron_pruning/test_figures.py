"""What a picture says is what it shows."""

import re

import numpy as np
import pytest

from lth_tutorial.neuron_pruning import figures


@pytest.mark.parametrize("degree", [1, 2, 4])
def test_the_share_left_by_a_polynomial_is_of_the_root_mean_square(degree):
    """Against least squares on a fine grid, weighted like a Gaussian input."""
    t = np.linspace(-9, 9, 40_001)
    root = np.exp(-(t**2) / 4)
    relu = np.maximum(t, 0)
    columns = np.vander(t, degree + 1) * root[:, None]
    found = np.linalg.lstsq(columns, relu * root, rcond=None)[0]
    rest = relu * root - columns @ found
    left = np.sqrt(np.sum(rest**2) / np.sum((relu * root) ** 2))
    says = figures.polynomials(degree).lth_says
    number = re.fullmatch(rf"Degree {degree}: (\S+) of the ReLU's root mean square is left\.", says)
    assert float(number[1]) == pytest.approx(left, rel=0.04)
