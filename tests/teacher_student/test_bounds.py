"""Tests of teacher_student.bounds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lth_tutorial import teacher_student as ts
from lth_tutorial.teacher_student import bounds
from lth_tutorial.teacher_student.hessian import hessian


@given(st.floats(1e-3, 3), st.floats(0, 0.95))
@settings(max_examples=100, deadline=None)
def test_heavy_ball_against_the_matrix(strength, momentum):
    matrix = np.array([[1 + momentum - strength, -momentum], [1, 0]])
    radius = np.abs(np.linalg.eigvals(matrix)).max()
    assert abs(bounds.heavy_ball_rate(strength, 1.0, momentum) - radius) < 1e-6


def test_stable_exactly_below_the_limit():
    for momentum in (0.0, 0.2, 0.8):
        limit = 2 * (1 + momentum)
        assert bounds.heavy_ball_rate(limit * 0.999, 1, momentum) < 1
        assert bounds.heavy_ball_rate(limit * 1.001, 1, momentum) > 1


def test_best_momentum():
    step, momentum, rate = bounds.best_momentum(0.01, 1.0)
    at_ends = bounds.heavy_ball_rate([0.01, 0.1, 1.0], step, momentum)
    assert np.allclose(at_ends, rate, atol=1e-6)


def test_a_run_near_the_truth_has_the_rate_of_its_slowest_mode(trial):
    teacher, x, y, _ = trial
    start = ts.nearby(teacher.weights, 1e-6, 5)
    path = ts.recover(
        x, y, teacher.supports, start, 2, 0.5, record=50, max_iterations=201, tolerance=0
    ).path
    away = np.linalg.norm(path - teacher.weights, axis=(1, 2))
    measured = (away[4] / away[2]) ** (1 / 100)
    least = np.linalg.eigvalsh(hessian(x, teacher.supports, teacher.weights))[0]
    assert abs(measured - bounds.heavy_ball_rate(least, 2, 0.5)) < 2e-4


@pytest.mark.parametrize("bad", [{"step": 0, "momentum": 0}, {"step": 1, "momentum": 1}])
def test_wrong_rules_are_named(bad):
    with pytest.raises(ValueError, match="step must be positive"):
        bounds.heavy_ball_rate(1.0, **bad)
    with pytest.raises(ValueError, match="least"):
        bounds.best_momentum(2, 1)


@pytest.mark.parametrize("neurons", [1, 2, 4])
def test_counting_samples_against_coins(neurons):
    """20,000 samples of disjoint supports: the share that an active neuron sees, 6 standard deviations."""
    teacher = ts.Teacher(np.ones((neurons, 2)), np.arange(2 * neurons).reshape(neurons, 2), 10)
    _, y = ts.sample_data(teacher, 20_000, rng=neurons)
    expected = neurons * 2 / bounds.counting_samples(neurons, 2)
    assert abs(np.mean(y > 0) - expected) < 6 * (expected * (1 - expected) / 20_000) ** 0.5
