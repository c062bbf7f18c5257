"""Tests of weight_pruning.layer."""

import numpy as np
import pytest

from lth_tutorial import subset_sum
from lth_tutorial.weight_pruning import prune_network

from .cases import target


def test_the_random_matrices_are_uniform():
    """Kolmogorov-Smirnov distance of N i.i.d. uniforms exceeds 2.8 / sqrt(N) with probability below 4e-7."""
    network = prune_network(target((12, 9), 6), 16, rng=7)
    for k, matrix in enumerate(network.initial_weights):
        entries = np.sort(np.abs(matrix) if k == 0 else matrix, axis=None)
        cdf = entries if k == 0 else (entries + 1) / 2
        steps = np.arange(1, entries.size + 1) / entries.size
        assert np.abs(steps - cdf).max() < 2.8 / np.sqrt(entries.size)
    correlation = np.corrcoef(network.initial_weights[0][:, 0], network.initial_weights[1][0])[0, 1]
    assert abs(correlation) < 5.2 / np.sqrt(len(network.initial_weights[0]))


def test_signs_of_the_blocks():
    network = prune_network(target((3, 2), 8), 5, signs="stratified", rng=9)
    first = network.layers[0].first
    assert np.all(first[:, :5] > 0) and np.all(first[:, 5:] < 0)
    positive = (network.layers[0].second > 0).reshape(2, 3, 2, 5).sum(axis=3)
    assert np.all(positive == 3)
    ones = prune_network(target((3, 2), 8), 5, first="ones", rng=9).layers[0].first
    assert np.array_equal(ones, np.tile(np.repeat([1.0, -1.0], 5), (3, 1)))


def test_masks_are_best_subsets():
    """Each weight, on each half-line, against exhaustive search over the products u_k v_jk."""
    weights = target((4, 3, 2), 10)
    network = prune_network(weights, 8, rng=11)
    for layer, weight, halves in zip(network.layers, weights, (2, 1), strict=True):
        for j, i, half in np.ndindex(*weight.shape, halves):
            block = slice(8 * half, 8 * half + 8)
            x = layer.second[j, i, block] * layer.first[i, block]
            best = subset_sum.exhaustive_search(x, weight[j, i])
            assert np.array_equal(layer.mask[j, i, block], best.mask)
            assert layer.errors()[half, j, i] == pytest.approx(best.error, abs=1e-14)


def test_nearest_keeps_the_nearest():
    weights = target((4, 3), 12)
    layer = prune_network(weights, 7, rule="nearest", rng=13).layers[0]
    for j, i, half in np.ndindex(3, 4, 2):
        block = slice(7 * half, 7 * half + 7)
        x = layer.second[j, i, block] * layer.first[i, block]
        error = min(np.abs(x - weights[0][j, i]).min(), abs(weights[0][j, i]))
        assert layer.mask[j, i, block].sum() <= 1
        assert layer.errors()[half, j, i] == pytest.approx(error, abs=1e-15)


def test_matrices_can_be_sliced():
    network = prune_network(target((4, 3, 2), 48), 3, rng=49)
    for part in (slice(None, None, 2), slice(1, 3), slice(5, 9)):
        expected = list(network.masks)[part]
        assert len(network.masks[part]) == len(expected)
        assert all(map(np.array_equal, network.masks[part], expected))
    assert np.array_equal(network.weights[-1], network.weights[3])
    with pytest.raises(IndexError):
        network.weights[4]


@pytest.mark.parametrize("epsilon", [1.0, 3.0, 1e6, 1e-15, 5e-324])
def test_moves_of_any_size_stay_within_epsilon(epsilon):
    for seed in range(10):
        network = prune_network(target((5, 6, 4), [50, seed]), 5, epsilon=epsilon, rng=seed)
        for new, old in zip(network.weights, network.initial_weights, strict=True):
            assert np.all(np.abs(new - old) <= epsilon)
