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
    number = re.fullmatch(
        rf"The best polynomial of degree {degree} leaves a relative error of (\S+)\.", says
    )
    assert float(number[1]) == pytest.approx(left, rel=0.04)


def test_choices_are_counted():
    """8 neurons with 4 edges each: all stay, whole neurons go, or any edge."""
    says = [figures.choices(free).lth_says for free in figures.FREE]
    assert "8 lit output weights" in says[0] and "256 choices" in says[1]
    assert f"{2**32:,} choices" in says[2] and "32 edges" in says[2]
    first, last = figures._chosen(figures.FREE[1], 8, 3, np.random.default_rng(4))
    assert (first == last.T).all() and f"Here {last.sum()} stay" in says[1]
