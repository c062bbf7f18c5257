"""Tests of gradient_descent.masks."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lth_tutorial import gradient_descent as gd

from .cases import searched_mask

SIXTEENTHS = st.integers(-32, 32).map(lambda k: k / 16)


@given(st.integers(1, 6), st.integers(1, 3), st.data())
@settings(max_examples=60, deadline=None)
def test_best_masks_of_every_size(n, d, data):
    u = np.array(data.draw(st.lists(SIXTEENTHS, min_size=n * d, max_size=n * d))).reshape(n, d)
    w = np.array(data.draw(st.lists(SIXTEENTHS, min_size=d, max_size=d)))
    free = gd.best_masks(u, w)
    assert np.array_equal(np.abs(free.gaps), np.abs((u * searched_mask(u, w)).sum(0) - w))
    for size in range(n + 1):
        found = gd.best_masks(u, w, size)
        assert (found.masks.sum(axis=0) == size).all()
        best = np.abs((u * searched_mask(u, w, size)).sum(0) - w)
        assert np.array_equal(np.abs(found.gaps), best)
        assert np.array_equal(found.gaps, (u * found.masks).sum(0) - w)
