"""Tests of gradient_descent.descent."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lth_tutorial import gradient_descent as gd
from lth_tutorial.gradient_descent import experiments, shift
from lth_tutorial.gradient_descent.experiments import Setting

from .cases import all_masks, literal_descent, one_run, searched_mask


def test_by_hand():
    run = gd.descend([[0.3], [0.9]], [0.3], [[1.0]], 0.05, 6)
    assert np.allclose(run.errors[:5], [0, 0.09, 0.162, 0.2196, 0.26568])
    assert np.allclose(run.unmasked, 0.9 * 0.8 ** np.arange(7))
    assert run.masks[:, :, 0].tolist() == [[True, False]] * 5 + [[True, True]] * 2
    assert gd.rises(run.errors).tolist() == [True] * 5 + [False]


@pytest.mark.parametrize("data", experiments.DATA)
def test_closed_form_is_the_literal_descent(data):
    u, w, x = one_run(5, 3, data, 1)
    step = 0.85 * gd.stability_limit(x, 5)
    run = gd.descend(u, w, x, step, 40)
    path = literal_descent(u, w, x, step, 40)
    assert np.abs(run.weights - path).max() < 1e-11
    assert np.array_equal(run.weights[0], u)
    assert np.abs(run.gaps - [(v * searched_mask(v, w)).sum(0) - w for v in path]).max() < 1e-11
    assert np.allclose(run.unmasked, np.linalg.norm(path.sum(axis=1) - w, axis=1))
    assert np.array_equal(run.kept, run.masks.sum(axis=1))


def test_many_runs_are_single_runs():
    u, w, x = experiments.draw(Setting(4, 2, data="Gaussian"), 3, 2)
    step = 0.01
    for go in (gd.descend, gd.descend_masked):
        many = go(u, w, x, step, 12)
        assert many.weights.shape == (3, 13, 4, 2) and many.errors.shape == (3, 13)
        for k in range(3):
            one = go(u[k], w[k], x[k], step, 12)
            assert np.allclose(many.weights[k], one.weights, atol=1e-13)
            assert np.allclose(many.errors[k], one.errors, atol=1e-13)
    shared = gd.descend(u, w, x[0], step, 5)
    assert np.allclose(shared.errors[1], gd.descend(u[1], w[1], x[0], step, 5).errors)


def test_unmasked_error_bounds_the_masked_and_falls():
    for data in experiments.DATA:
        run = experiments.runs(Setting(6, 4, data=data, relative_step=1.8), 50, 4, 80)
        assert (run.errors <= run.unmasked + 1e-12).all()
        assert not gd.rises(run.unmasked).any()


def test_the_end_is_the_full_mask():
    """Proposition "How it ends": from F <= g / 2 on every weight is kept."""
    for k in range(40):
        u, w, _ = one_run(5, 2, rng=[5, k])
        limit = u + (w - u.sum(axis=0)) / 5
        g = min(
            np.abs(all_masks(5)[:-1] @ column - z).min()
            for column, z in zip(limit.T, w, strict=True)
        )
        assert np.isclose(g, shift.pruned_error(limit.T, w).min())
        run = gd.descend(u, w, np.eye(2), 0.2 / 10, 200)
        late = (run.unmasked <= g / 2) & (run.unmasked > 1e-10)
        assert late.any() and (run.kept[late] == 5).all()


def test_one_row_never_rises_on_diagonal_data():
    """Theorem "One row", first half, with unequal entries and steps up to 1 / lambda."""
    rng = np.random.default_rng(6)
    for relative_step in (0.1, 1.0, 2.0):
        x = rng.uniform(0.1, 1, (300, 4))[:, :, None] * np.eye(4)
        x /= x.max(axis=(1, 2), keepdims=True)
        u, w = rng.uniform(-1, 1, (300, 1, 4)), rng.uniform(-1, 1, (300, 4))
        assert not gd.rises(gd.descend(u, w, x, relative_step / 2, 40).errors).any()


@given(st.integers(2, 4), st.floats(0.01, 3), st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_one_row_rises_on_any_other_data(d, step, seed):
    """Theorem "One row", second half: its start, for any data that mix columns 1 and 2."""
    x = np.random.default_rng(seed).normal(size=(d, d))
    u, w = np.zeros((1, d)), np.zeros(d)
    u[0, :2] = 1
    w[0] = 1
    errors = gd.descend(u, w, x, step, 1).errors
    assert errors[0] == 0
    assert np.isclose(errors[1], min(1, 2 * step * abs((x.T @ x)[0, 1])))


@given(st.integers(2, 7), st.floats(0.01, 1.99), st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_more_rows_rise_somewhere(n, relative_step, seed):
    """Theorem "Two rows or more": generic weights beside an exact one."""
    u = np.random.default_rng(seed).uniform(-1, 1, (n, 1))
    u[0] = 1
    errors = gd.descend(u, [1.0], [[1.0]], relative_step / (2 * n), 1).errors
    residual = (1 - relative_step) * (u.sum() - 1)
    assert errors[0] == 0
    if abs(residual) > 1e-9:
        assert errors[1] > 0
    assert np.isclose(gd.descend(u, [1.0], [[1.0]], 1 / (2 * n), 1).errors[1], 0, atol=1e-12)


@pytest.mark.parametrize("data", experiments.DATA)
def test_fixed_size_falls_on_all_data(data):
    """Theorem "Descent for all data", part 2, with its rate."""
    u, w, x = one_run(6, 3, data, 11)
    values = np.linalg.eigvalsh(x.T @ x)
    for size in (1, 3, 6):
        step = 0.9 * gd.masked_stability_limit(x, size)
        run = gd.descend_masked(u, w, x, step, 60, size=size)
        rate = np.abs(1 - 2 * step * size * values).max()
        assert (run.errors[1:] <= rate * run.errors[:-1] + 1e-12).all() and rate < 1
        assert (run.kept == size).all()


@pytest.mark.parametrize("relative_step", [0.2, 1.0])
def test_the_largest_weighted_error_falls_if_columns_mix_little(relative_step):
    """Proposition "Columns that mix little": two columns, and four with a dominant diagonal."""
    rng = np.random.default_rng(25)
    rising = 0
    for d, coupling in ((2, 0.95), (4, 0.3)):
        a = np.eye(d) * (1 - coupling) + coupling
        x = np.linalg.cholesky(a).T * rng.uniform(0.3, 1, (200, 1, d))
        x /= np.linalg.norm(x, 2, axis=(1, 2))[:, None, None]
        weigh = np.linalg.norm(x, axis=1)  # roots of the diagonal of A
        u, w, _ = experiments.draw(Setting(4, d), 200, [26, d])
        run = gd.descend_masked(u, w, x, relative_step / 8, 200)
        largest = (np.abs(run.gaps) * weigh[:, None]).max(axis=-1)
        assert not gd.rises(largest).any()
        alive = (run.kept > 0).all(axis=(1, 2))
        least = 1 - (d - 1) * coupling
        factor = 1 - relative_step / 4 * least * (weigh**2).min(axis=1)[:, None]
        assert (largest[:, 1:] <= factor * largest[:, :-1] + 1e-12)[alive].all() and alive.any()
        rising += gd.rises(run.errors).any(axis=1).sum()
    assert rising > 0  # E itself does rise


def test_at_the_limit_one_weight_jumps_for_ever():
    run = gd.descend_masked([[0.6]], [0.5], [[1.0]], gd.masked_stability_limit([[1.0]], 1), 9)
    assert np.allclose(run.errors, 0.1) and np.allclose(run.weights[1::2], 0.4)


def test_more_columns_do_not_help():
    """The example by hand beside columns of zeros, with data that mix."""
    x = np.random.default_rng(27).normal(size=(6, 3))
    u, step = np.array([[0.3, 0, 0], [0.9, 0, 0]]), 0.1 * gd.stability_limit(x, 2)
    run = gd.descend(u, [0.3, 0, 0], x, step, 1)
    moved = step * 2 * 0.9 * (x.T @ x)[0, 0]
    assert (
        run.errors[0] == 0
        and np.isclose(abs(run.gaps[1, 0]), moved)
        and run.errors[1] >= moved - 1e-15
    )


def test_the_loss_on_the_data_falls_if_the_mask_is_best_there():
    """Theorem "Descent for all data", part 3: all masks of the whole matrix tried."""
    n, d = 2, 3
    pairs = [np.array(m).reshape(n, d) for m in itertools.product([0, 1], repeat=n * d)]
    for k in range(10):
        u, w, x = one_run(n, d, "Gaussian", [12, k])

        def loss(v, mask, w=w, x=x):
            return float(np.sum((x @ ((v * mask).sum(axis=0) - w)) ** 2))

        def best(v, loss=loss):
            return min(pairs, key=lambda mask: loss(v, mask))

        path = literal_descent(u, w, x, gd.masked_stability_limit(x, n), 30, best)
        losses = [loss(v, best(v)) for v in path]
        assert not gd.rises(np.array(losses)).any()


def test_steps_just_below_the_limit_converge_and_above_diverge():
    x = np.random.default_rng(24).normal(size=(6, 2))
    u, w = np.ones((3, 2)), np.array([0.2, 0.4])
    limit = gd.stability_limit(x, 3)
    assert gd.descend(u, w, x, 0.99 * limit, 3000).unmasked[-1] < 1e-9
    assert gd.descend(u, w, x, 1.01 * limit, 3000).unmasked[-1] > 1e9
