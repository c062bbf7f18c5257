"""Tests of gradient_descent.shift."""

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lth_tutorial import gradient_descent as gd
from lth_tutorial.gradient_descent import shift

from .cases import all_masks


@given(st.integers(1, 6), st.integers(0, 10**6))
@settings(max_examples=80, deadline=None)
def test_crossed_zeros_and_never_rises(n, seed):
    """Against the error on a grid of shifts that contains every zero and the middle between neighbours."""
    rng = np.random.default_rng(seed)
    u, w = rng.uniform(-1, 1, n), rng.uniform(0.1, 1)
    if seed % 3 == 0:
        u = u * 0.3 * w  # small starts, where it does not rise
    masks = all_masks(n)[1:-1]
    zeros = (w - masks @ u) / masks.sum(axis=1)
    end = shift.end(u, w)
    inside = (zeros / end > 0) & (zeros / end < 1)
    found, sizes = shift.crossed(u, w)
    assert np.allclose(np.sort(found), np.sort(zeros[inside]))
    assert sorted(sizes) == sorted(masks.sum(axis=1)[inside])
    assert (np.diff(np.abs(found)) >= 0).all()
    grid = np.sort(np.concatenate([[0, end], found, np.linspace(0, end, 400)]) / end)
    grid = np.union1d(grid, (grid[1:] + grid[:-1]) / 2) * end
    error = shift.error_of_shift(u, w, grid)
    assert shift.never_rises(u, w) == (not gd.rises(error, 1e-13).any())


def test_nothing_moves_and_nothing_is_crossed():
    assert shift.never_rises([0.2, 0.3], 0.5) and shift.never_rises([0.2, 0.9], 0.0)
    assert len(shift.crossed([0.25, 0.5], 0.75)[0]) == 0
    assert shift.end([0.5, 1.0], 0.5) == -0.5


def test_pruned_error_leaves_out_only_the_full_mask():
    rng = np.random.default_rng(13)
    u, w = rng.uniform(-1, 1, (20, 2, 5)), rng.uniform(-1, 1, (20, 2))
    found = shift.pruned_error(u, w)
    for k, j in itertools.product(range(20), range(2)):
        assert np.isclose(found[k, j], np.abs(all_masks(5)[:-1] @ u[k, j] - w[k, j]).min())
    assert shift.pruned_error([0.5, 0.5], 1.0) == 0.5
