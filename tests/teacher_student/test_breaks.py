"""Tests of teacher_student.breaks: noise that Theorem 2 allows and does not survive; a teacher of zeros."""

import math

import numpy as np
import pytest

from lth_tutorial import teacher_student as ts
from lth_tutorial.teacher_student import bounds, breaks


def test_constant_noise_lengthens_every_neuron():
    """Three neurons, disjoint supports, 100,000 samples; |H^-1 xi| sqrt(1 / N) is below 0.002: 6 of it."""
    teacher = ts.Teacher(
        np.array([[0.3, -0.4], [0.5, 0.1], [-0.2, -0.3]]), np.arange(6).reshape(3, 2), 6
    )
    x, y = ts.sample_data(teacher, 100_000, rng=5)
    found = ts.recover(
        x, y + 0.02, teacher.supports, teacher.weights, 2.4, 0.5, max_iterations=300
    ).weights
    lengths = np.linalg.norm(teacher.weights, axis=1, keepdims=True)
    expected = teacher.weights * (1 + 0.02 * bounds.constant_noise_shift(3) / lengths)
    assert np.abs(found - expected).max() < 6 * 0.02 * 3 / math.sqrt(100_000) * 3


def test_one_neuron_is_longer_by_two_over_the_root_of_two_pi():
    assert bounds.constant_noise_shift(1) == pytest.approx(2 / math.sqrt(2 * math.pi))


@pytest.mark.parametrize("kind, limit", [*zip(breaks.NOISES, (0.0399, 0.0399, 0), strict=True)])
def test_what_noise_leaves(kind, limit):
    """50,000 samples, three trials. Around the limit it is xi sqrt(2 r / N) = 0.0006 off: 6 of it."""
    found = [breaks.error_with_noise(kind, 50_000, seed=k) for k in range(3)]
    assert np.abs(np.array(found) - limit).max() < 6 * 0.05 * math.sqrt(8 / 50_000)


def test_noise_must_be_known():
    with pytest.raises(ValueError, match=r"kind must be one of the same in every output, .*'pink'"):
        breaks.error_with_noise("pink", 10)
    with pytest.raises(ValueError, match="size must be positive"):
        breaks.error_with_noise(breaks.NOISES[0], 10, 0)


@pytest.mark.parametrize("neurons, exact", [(1, 1 / 4), (2, 1 / 16)])
def test_three_points_surround_the_origin_in_a_quarter_of_draws(neurons, exact):
    share = breaks.zero_stands_alone(40_000, neurons, seed=1)
    assert abs(share - exact) < 6 * math.sqrt(exact * (1 - exact) / 40_000)


def test_two_points_never_do_and_the_descent_agrees():
    """Where the points leave a gap, weights that are silent on all of them exist, and have risk 0."""
    assert breaks.zero_stands_alone(1000, 1, 2) == 0
    rng = np.random.default_rng(3)
    for _ in range(50):
        x = rng.normal(size=(3, 2))
        turns = np.linspace(0, 2 * np.pi, 100_001)
        silent = (x @ np.array([np.cos(turns), np.sin(turns)]) <= 0).all(0).any()
        angles = np.sort(np.arctan2(x[:, 1], x[:, 0]))
        gaps = np.diff(angles, append=angles[0] + 2 * np.pi)
        assert silent == (gaps.max() >= np.pi) or abs(gaps.max() - np.pi) < 1e-3


def test_counts_are_checked():
    with pytest.raises(ValueError, match="samples must be a whole number, at least 1"):
        breaks.zero_stands_alone(10, 1, 0)
    with pytest.raises(ValueError, match="neurons must be a whole number, at least 1"):
        bounds.constant_noise_shift(0)
    with pytest.raises(ValueError, match="support must be a whole number, at least 1"):
        bounds.counting_samples(2, 0)
