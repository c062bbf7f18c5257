"""Tests of teacher_student.pruning."""

import numpy as np
import pytest

from lth_tutorial import teacher_student as ts
from lth_tutorial.teacher_student import Teacher, bounds, pruning
from lth_tutorial.teacher_student.hessian import hessian


def test_the_largest_in_absolute_value_stay():
    weights = np.array([[0.1, -3.0, 0.2], [2.0, -0.05, 0.0]])
    assert np.array_equal(pruning.largest_supports(weights, 3), [[1, 2], [0, -1]])
    assert np.array_equal(pruning.largest_supports(weights, 1), [[1], [-1]])
    with pytest.raises(ValueError, match="count"):
        pruning.largest_supports(weights, 7)
    with pytest.raises(ValueError, match="rounds must leave a weight of 6; got 9 at rate 0.5"):
        pruning.iterative_pruning(np.ones((3, 3)), np.ones(3), weights, 1, 0, rounds=9, rate=0.5)


def test_negative_weights_move_and_pruned_ones_are_gone():
    """A well-known public implementation freezes every negative weight."""
    teacher = Teacher(np.array([[-0.5, 0.4], [0.3, -0.45]]), np.array([[0, 1], [2, 3]]), 6)
    x, y = ts.sample_data(teacher, 400, rng=1)
    start = ts.nearby(ts.dense(teacher.supports, teacher.weights, 6), 0.3, 2)
    levels = pruning.iterative_pruning(x, y, start, 2.0, 0.5, rounds=5)
    assert [round(level.remaining * 12) for level in levels] == [12, 10, 8, 6, 5, 4]
    last = levels[-1]
    assert np.array_equal(last.supports, teacher.supports)
    assert np.abs(last.weights - teacher.weights).max() < 1e-6


def test_enough_iterations_finds_the_support():
    """Section 4.1 with the measured rate in the max norm."""
    teacher = ts.sample_teacher(20, 2, 4, 3)
    x, y = ts.sample_data(teacher, 3000, rng=1)
    whole = np.tile(np.arange(20), (2, 1))
    full = ts.dense(teacher.supports, teacher.weights, 20)
    start = ts.nearby(full, 0.5, 2)
    least = np.linalg.eigvalsh(hessian(x, whole, full))[0]
    rate = float(bounds.heavy_ball_rate(least, 1.0, 0.2))
    largest, smallest = np.abs(teacher.weights).max(), np.abs(teacher.weights).min()
    t = pruning.enough_iterations(largest, smallest, rate)
    found = ts.recover(x, y, whole, start, 1.0, 0.2, max_iterations=t)
    assert np.array_equal(pruning.largest_supports(found.weights, 8), teacher.supports)


def test_enough_iterations_by_hand():
    assert pruning.enough_iterations(0.5, 0.26, 0.5) == 2  # log2(1 / 0.26) = 1.94
    with pytest.raises(ValueError, match="smallest"):
        pruning.enough_iterations(0.1, 0.2, 0.5)
    with pytest.raises(ValueError, match="rounds"):
        pruning.iterative_pruning(np.ones((3, 2)), np.ones(3), np.ones((1, 2)), 1, 0, rounds=-1)
