"""Tests of teacher_student.experiments."""

import math

import numpy as np

from lth_tutorial.teacher_student import experiments
from lth_tutorial.teacher_student.experiments import Setting
from lth_tutorial.teacher_student.published import summaries


def test_rates_of_exact_powers():
    errors = 0.99 ** np.arange(0, 1501, 50)
    assert abs(experiments.rates(errors, 50, (1000, 1500)) - 0.01) < 1e-12


def test_noise_is_predicted_by_the_curvature():
    """K r / N = 1/8, 60 trials: the mean of the squares is as predicted within 6 / sqrt(60 * 40 / 2)."""
    errors, predicted, _ = experiments.noisy_errors(
        Setting(30, 4, 10, 320), 60, (1e-4,), 4, 0.8, 0.1, 3, 400
    )
    ratio = np.mean(errors**2 / predicted**2)
    assert abs(ratio - 1) < 6 / math.sqrt(60 * 40 / 2)


def test_crossing_and_straight():
    assert summaries.crossing([1, 2, 3], [1, 0.75, 0.25]) == 2.5
    assert summaries.crossing([1, 2], [1, 0.9]) is None
    fit = summaries.straight([1, 2, 3], [3, 5, 7])
    assert np.allclose([fit["slope"], fit["intercept"], fit["r_squared"]], [2, 1, 1])
