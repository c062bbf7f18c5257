"""Tests of teacher_student.errors."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lth_tutorial import teacher_student as ts
from lth_tutorial.teacher_student import (
    Teacher,
)
from lth_tutorial.teacher_student.errors import _assignment


def test_order_does_not_matter(trial):
    teacher = trial[0]
    turned = Teacher(teacher.weights[[2, 0, 1]], teacher.supports[[2, 0, 1]], 30)
    assert ts.matched_error(turned, teacher) == 0
    assert list(ts.best_order(turned, teacher)) == [1, 2, 0]


@given(st.integers(1, 5), st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_the_assignment_is_the_best_of_all_orders(k, seed):
    costs = np.random.default_rng(seed).uniform(size=(k, k))
    index = np.arange(k)
    best = min(costs[index, list(order)].sum() for order in itertools.permutations(index))
    assert math.isclose(costs[index, _assignment(costs)].sum(), best, abs_tol=1e-12)


def test_near_the_truth_no_digits_are_lost(trial):
    teacher = trial[0]
    near = Teacher(teacher.weights * (1 + 1e-12), teacher.supports, 30)
    assert abs(ts.matched_error(near, teacher) / 1e-12 - 1) < 1e-2


def test_function_error_against_monte_carlo(trial):
    """400,000 inputs; a mean of squares with relative spread below 3 a sample: 6 sigma is 3 %."""
    teacher, *_, starts = trial
    student = Teacher(starts[2], teacher.supports, 30)
    x, y = ts.sample_data(teacher, 400_000, rng=9)
    away = ts.network(x, student.supports, student.weights) - y
    measured = np.sqrt(np.mean(away**2) / np.mean(y**2))
    assert abs(measured / ts.function_error(student, teacher) - 1) < 0.03


def test_networks_that_do_not_compare(trial):
    with pytest.raises(ValueError, match="neurons"):
        ts.matched_error(Teacher(np.ones((2, 2)), np.array([[0, 1]] * 2), 30), trial[0])
