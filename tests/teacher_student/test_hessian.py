"""Tests of teacher_student.hessian."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lth_tutorial import teacher_student as ts
from lth_tutorial.teacher_student import Teacher, bounds
from lth_tutorial.teacher_student.hessian import hessian, population_hessian, population_risk


def test_population_hessian_against_differences():
    """Overlapping supports, away from the teacher; the formula asks for below 1e-8."""
    teacher = ts.sample_teacher(6, 2, 4, 5)
    w = teacher.weights + 0.3 * np.random.default_rng(6).normal(size=(2, 4))
    exact = population_hessian(teacher, teacher.supports, w)
    rough = ts.claims.difference_hessian(
        lambda at: population_risk(teacher, teacher.supports, at), w
    )
    assert np.abs(exact - rough).max() < 1e-8


def test_differences_of_a_quadratic_are_exact():
    matrix = np.array([[2.0, 0.5], [0.5, -1.0]])
    rough = ts.claims.difference_hessian(lambda w: w @ matrix @ w / 2, np.array([0.3, -0.2]))
    assert np.abs(rough - matrix).max() < 1e-8


def test_population_and_data_agree():
    """100,000 samples: entries have spread below 1 / sqrt(N) / K^2 each; 7 of it."""
    teacher = ts.sample_teacher(8, 3, 4, 1)
    x, _ = ts.sample_data(teacher, 100_000, rng=3)
    data = hessian(x, teacher.supports, teacher.weights)
    exact = population_hessian(teacher, teacher.supports, teacher.weights)
    assert np.abs(data - exact).max() < 7 / math.sqrt(100_000) / 9 * math.sqrt(3)


def test_data_hessian_is_the_derivative_of_the_gradient_and_never_negative(trial):
    teacher, x, y, starts = trial
    w, h = starts[2], 1e-7
    matrix = hessian(x, teacher.supports, w)
    step = np.zeros_like(w)
    step[1, 2] = h
    above, below = (ts.gradient(x, y, teacher.supports, w + s * step) for s in (1, -1))
    assert np.abs((above - below).ravel() / (2 * h) - matrix[8]).max() < 1e-6
    rng = np.random.default_rng(0)
    for _ in range(20):
        far = hessian(x, teacher.supports, rng.normal(size=(3, 6)) * 10 ** rng.uniform(-2, 2))
        assert np.linalg.eigvalsh(far)[0] > -1e-12


def test_fewer_samples_than_weights_leave_a_flat_direction(trial):
    teacher, x, *_ = trial
    assert np.linalg.eigvalsh(hessian(x[:17], teacher.supports, teacher.weights))[0] < 1e-14


@given(st.floats(0.05, 3), st.floats(0.01, 3.1))
@settings(max_examples=50, deadline=None)
def test_one_neuron(length, angle):
    teacher = Teacher(np.array([[0.7, 0, 0, 0]]), np.arange(4)[None], 4)
    w = 0.7 * length * np.array([[math.cos(angle), 0, math.sin(angle), 0]])
    least = np.linalg.eigvalsh(population_hessian(teacher, teacher.supports, w))[0]
    assert math.isclose(least, bounds.one_neuron_least_eigenvalue(length, angle), abs_tol=1e-12)


def test_one_neuron_radius_against_a_search():
    angle = np.linspace(0.001, math.pi, 200_001)
    length = 2 / math.pi * np.sin(angle)
    nearest = np.sqrt(1 + length**2 - 2 * length * np.cos(angle)).min()
    assert abs(nearest - bounds.one_neuron_convex_radius()) < 1e-9


def test_the_name_that_callers_rely_on_is_the_function(trial):
    teacher, x, *_ = trial
    ours = ts.hessian(x, teacher.supports, teacher.weights)
    assert ours.shape == (18, 18) and ts.population_hessian is population_hessian


def test_data_hessian_names_what_does_not_fit(trial):
    teacher, x, *_ = trial
    for change, word in (
        ({"x": x[0]}, "x must have 2 dimension"),
        ({"supports": teacher.supports + 30}, "supports must hold features"),
        ({"weights": teacher.weights[:2]}, "asks for supports and weights"),
    ):
        good = {"x": x, "supports": teacher.supports, "weights": teacher.weights}
        with pytest.raises(ValueError, match=word):
            ts.hessian(**(good | change))
    tensors = torch.tensor(x), torch.tensor(teacher.supports), torch.tensor(teacher.weights)
    ours = ts.hessian(x, teacher.supports, teacher.weights)
    assert np.allclose(ts.hessian(*tensors), ours, rtol=1e-12, atol=1e-14)


def test_a_neuron_at_zero_is_refused(trial):
    teacher = trial[0]
    with pytest.raises(ValueError, match=r"weights must be \(3, 6\) like supports"):
        population_hessian(teacher, teacher.supports, np.ones((3, 5)))
    with pytest.raises(ValueError, match="0"):
        population_hessian(teacher, teacher.supports, np.zeros((3, 6)))
