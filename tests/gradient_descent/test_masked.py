"""Tests of gradient_descent.masked."""

import math

import numpy as np
import pytest

from lth_tutorial import gradient_descent as gd
from lth_tutorial.gradient_descent import experiments
from lth_tutorial.gradient_descent.experiments import Setting

from .cases import literal_descent, one_run, searched_mask


@pytest.mark.parametrize("how", [{}, {"size": 2}, {"precondition": True}])
def test_masked_descent_is_the_literal_one(how):
    u, w, x = one_run(4, 3, "Gaussian", 3)
    step = 0.5 * gd.stability_limit(x, 4)
    points = np.eye(3) if how.get("precondition") else x
    run = gd.descend_masked(u, w, x, step, 30, **how)
    path = literal_descent(u, w, points, step, 30, lambda v: searched_mask(v, w, how.get("size")))
    assert np.abs(run.weights - path).max() < 1e-11


@pytest.mark.parametrize("relative_step", [0.3, 1.0, 2.0])
def test_masked_descent_never_rises(relative_step):
    """Theorem "The mask inside": orthonormal data, or any data divided out, up to 2 alpha n = 2."""
    for n in (1, 3, 6):
        u, w, x = experiments.draw(Setting(n, 3, data="ill conditioned"), 60, [9, n])
        for run in (
            gd.descend_masked(u, w, np.eye(3), relative_step / (2 * n), 40),
            gd.descend_masked(u, w, x, relative_step / (2 * n), 40, precondition=True),
        ):
            assert not gd.rises(run.errors).any()
            assert not gd.rises(np.abs(np.swapaxes(run.gaps, -1, -2))).any()


def test_masked_descent_rate_dead_columns_and_reach():
    n, step = 6, 1 / 12
    u, w, _ = experiments.draw(Setting(n, 4), 100, 10)
    run = gd.descend_masked(u, w, np.eye(4), step, 50)
    dead = run.kept[:, 0] == 0  # one column in sixteen: none of 400 with a probability of 1e-11
    errors = np.abs(run.gaps)
    assert dead.any() and (run.kept[dead[:, None].repeat(51, 1)] == 0).all()
    assert np.array_equal(errors[:, -1][dead], np.abs(w)[dead])
    rate = (1 - 2 * step) ** np.arange(51)[:, None]
    alive = ~dead
    assert (errors <= rate * errors[:, :1] + 1e-12)[alive[:, None].repeat(51, 1)].all()
    assert (run.kept[alive[:, None].repeat(51, 1)] > 0).all()
    moved = np.abs(run.weights - run.weights[:, :1]).max(axis=(1, 2))
    assert (moved <= errors[:, 0] + 1e-12).all()


def test_masked_descent_may_rise_on_other_data():
    x = [[1, 0], [0, 1], [1, 1]]
    run = gd.descend_masked([[1, 1]], [1, -1 / 4], x, 1 / 8, 1)
    assert np.allclose(run.errors, [1 / 4, math.sqrt(17) / 16])
    plain = gd.descend([[1, 1]], [1, 0], x, 1 / 8, 1)
    assert np.allclose(plain.errors, [0, 1 / 4]) and np.allclose(plain.unmasked[1], 5**0.5 / 4)
