"""Tests of weight_pruning.weight."""

import numpy as np
import pytest

from lth_tutorial import subset_sum
from lth_tutorial.weight_pruning import prune_network, prune_weight


def test_prune_weight_is_one_block_of_a_network():
    """Against `prune_network`, with and without moving; and neurons in any order, of any signs."""
    for epsilon in (0.0, 0.01):
        layer = prune_network(np.array([[0.3]]), 9, epsilon=epsilon, rng=40).layers[0]
        u, v = layer.first[0], layer.second[0, 0]
        mask = prune_weight(0.3, u, v, epsilon)
        assert np.array_equal(mask, layer.mask[0, 0])
        order = np.random.default_rng(41).permutation(18)
        shuffled = prune_weight(0.3, u[order], v[order], epsilon)
        for half in (u[order] > 0, u[order] < 0):
            sums = [np.sum((u * v)[order][half & kept]) for kept in (shuffled, mask[order])]
            assert np.abs(sums[0] - 0.3) == pytest.approx(
                np.abs(sums[1] - 0.3), abs=epsilon * 9 + 1e-12
            )


def test_prune_weight_by_exhaustive_search():
    rng = np.random.default_rng(42)
    for n in (1, 2, 5, 11):
        u, v, weight = rng.uniform(-1, 1, n), rng.uniform(-1, 1, n), rng.uniform(-0.5, 0.5)
        u[0] = 0.0
        mask = prune_weight(weight, u, v)
        assert not mask[0]
        for half in (u > 0, u < 0):
            if half.any():
                best = subset_sum.exhaustive_search((u * v)[half], weight)
                assert abs(np.sum((u * v)[half & mask]) - weight) == pytest.approx(
                    best.error, abs=1e-14
                )


def test_prune_weight_names_bad_input():
    with pytest.raises(ValueError, match="first holds 2 weights and second 3; they must agree"):
        prune_weight(0.1, [1, -1], [0.1, 0.2, 0.3])
    with pytest.raises(ValueError, match="weight must be finite"):
        prune_weight(np.nan, [1], [0.1])
    with pytest.raises(ValueError, match="epsilon must be finite and not negative, got -1"):
        prune_weight(0.1, [1], [0.1], -1)
