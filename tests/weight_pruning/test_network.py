"""Tests of weight_pruning.network."""

import numpy as np
import pytest

from lth_tutorial import subset_sum, target_network
from lth_tutorial.weight_pruning import bounds, prune_network
from lth_tutorial.weight_pruning.network import named_missed, own_signs

from .cases import target


def dense_forward(network, x):
    """The network from .weights, .masks and .scale alone: plain matrix products and ReLUs."""
    weights, masks, scale = list(network.weights), list(network.masks), network.scale
    for k, (weight, mask) in enumerate(zip(weights, masks, strict=True)):
        x = x @ (weight * mask).T
        if k % 2:
            x = scale[k // 2] * x
        if k < len(weights) - 1:
            x = np.maximum(x, 0)
    return x


CASES = [
    {"signs": signs, "first": first, "rule": rule, "signed_input": signed, "epsilon": epsilon}
    for signs in ("iid", "stratified")
    for first in ("uniform", "ones")
    for rule in ("subset", "nearest")
    for signed in (True, False)
    for epsilon in (0.0, 0.01)
]


@pytest.mark.parametrize("options", CASES, ids=lambda o: "-".join(map(str, o.values())))
def test_forward_is_masked_random_matrices_and_relus(options):
    weights = target((5, 4, 3, 2), 1, largest=0.8)
    network = prune_network(weights, 6, rng=2, **options)
    x = np.random.default_rng(3).normal(size=(20, 5))
    x = x if options["signed_input"] else np.abs(x)
    assert np.allclose(network.forward(x), dense_forward(network, x), rtol=1e-12, atol=1e-12)
    halves = 2 if options["signed_input"] else 1
    shapes = [(halves * 30, 5), (4, halves * 30), (24, 4), (3, 24), (18, 3), (2, 18)]
    for matrices in (network.weights, network.initial_weights, network.masks):
        assert [m.shape for m in matrices] == shapes
    for new, old, mask in zip(network.weights, network.initial_weights, network.masks, strict=True):
        assert mask.dtype == bool and np.abs(old).max() <= 1
        assert np.array_equal(new[~mask], old[~mask])
        if options["epsilon"]:
            assert np.all(np.abs(new - old) <= options["epsilon"])
        else:
            assert np.array_equal(new, old)
    assert network.kept == sum(int(mask.sum()) for mask in network.masks)
    assert network.total == sum(matrix.size for matrix in network.weights)


def test_epsilon_moves_something():
    network = prune_network(target((4, 3), 4), 5, epsilon=0.01, rng=5)
    moved = [
        np.abs(a - b).max() for a, b in zip(network.weights, network.initial_weights, strict=True)
    ]
    assert moved[0] == 0 and 0 < moved[1] <= 0.01


def test_one_weight_by_hand():
    """Effective weights on the two half-lines, and the output at +1 and -1."""
    network = prune_network([[[0.3]]], 12, rng=14)
    up, down = network.layers[0].effective_weights()[:, 0, 0]
    assert network.forward([[1.0], [-1.0]]).ravel() == pytest.approx([up, -down])
    assert abs(up - 0.3) < 0.05 and abs(down - 0.3) < 0.05


def test_precise_enough_it_computes_the_target():
    """With 20 stratified candidates errors are some 1e-4 at most."""
    weights = target((6, 5, 4), 15)
    network = prune_network(weights, 20, signs="stratified", rng=16)
    x = np.random.default_rng(17).normal(size=(50, 6))
    assert np.abs(network.forward(x) - target_network.forward(weights, x)).max() < 0.01
    assert len(network.unreached) == 0 and network.scale == [1.0, 1.0]


def test_scale_serves_large_targets():
    weights = [np.array([[3.0, -1.0], [0.5, 2.0]])]
    network = prune_network(weights, 20, signs="stratified", rng=18)
    assert network.scale == [6.0]
    assert network.layers[0].errors().max() < 0.01


def test_zero_targets_and_dead_neurons():
    network = prune_network([np.array([[0.0, 0.4], [0.0, -0.4]])], 6, rng=19)
    assert not network.masks[1][:, :12].any() and not network.masks[0][:12].any()
    used = network.masks[1].any(axis=0)
    assert np.array_equal(network.masks[0].any(axis=1), used)
    assert network.kept == used.sum() + network.masks[1].sum()


def test_unreached_are_named():
    """One candidate for each of many weights: the list is exactly that of the errors."""
    network = prune_network(target((6, 5, 4), 20), 1, rng=21, precision=0.05)
    named = {tuple(row) for row in network.unreached}
    expected = {
        (k, *at)
        for k, errors in enumerate(network.weight_errors)
        for at in zip(*np.nonzero(errors > 0.05), strict=True)
    }
    assert named == expected and len(named) > 50


def test_same_seed_same_network_and_workers_do_not_matter():
    weights = target((30, 20, 10), 22)
    counted = []
    one = prune_network(weights, 6, rng=23)
    two = prune_network(
        weights, 6, rng=np.random.default_rng(23), workers=3, progress=counted.append
    )
    assert sum(counted) == 2 * 600 + 200
    for a, b in zip(one.layers, two.layers, strict=True):
        assert np.array_equal(a.mask, b.mask) and np.array_equal(a.first, b.first)
    assert np.array_equal(one.weights[0], two.weights[0])
    assert not np.array_equal(
        one.layers[0].second, prune_network(weights, 6, rng=24).layers[0].second
    )


def test_unsigned_inputs_need_half():
    weights = target((7, 5), 25)
    both, one = (prune_network(weights, 9, signed_input=s, rng=26) for s in (True, False))
    assert both.total == 2 * one.total
    with pytest.raises(
        ValueError, match="x must not be negative: the network was built with signed_"
    ):
        one.forward([[0.1] * 6 + [-0.1]])


def test_without_the_negative_half_negative_inputs_give_nothing():
    network = prune_network([[[0.4]]], 10, signed_input=False, rng=27)
    assert dense_forward(network, np.array([[-1.0]])) == 0


@pytest.mark.parametrize(
    ("weights", "candidates", "options", "message"),
    [
        ([], 3, {}, "weights must hold at least one matrix"),
        ([[0.1, 0.2]], 3, {}, r"weights\[0\] must have 2 dimension"),
        (
            [np.eye(2), np.ones((2, 3))],
            3,
            {},
            r"weights\[1\] takes 3 inputs, but weights\[0\] gives 2",
        ),
        ([[[np.nan]]], 3, {}, r"weights\[0\] must be finite"),
        ([[[0.1]]], 0, {}, "candidates must be a whole number from 1 to 48, got 0"),
        ([[[0.1]]], 2.5, {}, "candidates must be a whole number from 1 to 48, got 2.5"),
        ([[[0.1]]], 3, {"epsilon": -0.1}, "epsilon must be finite and not negative, got -0.1"),
        (None, 3, {}, "weights must be a list of matrices, got None"),
        ([[[1e308]]], 3, {}, r"weights\[0\] must not exceed 9.0e\+307 in size"),
        ([[[0.1]]], 3, {"epsilon": [0.1]}, "epsilon must have 0 dimension"),
        ([[[0.1]]], 3, {"epsilon": "a"}, "epsilon must hold real numbers"),
        ([[[0.1]]], 3, {"precision": np.nan}, "precision must be finite, but holds NaN"),
        ([[[0.1]]], 3, {"precision": -1}, "precision must be finite and not negative, got -1"),
        ([[[0.1]]], 3, {"workers": 0}, "workers must be a whole number, at least 1, got 0"),
        ([[[0.1]]], 3, {"signs": "even"}, "signs must be one of iid, stratified; got 'even'"),
        ([[[0.1]]], 3, {"first": "ramp"}, "first must be one of uniform, ones; got 'ramp'"),
        ([[[0.1]]], 3, {"rule": "all"}, "rule must be one of subset, nearest; got 'all'"),
    ],
)
def test_bad_input_is_named(weights, candidates, options, message):
    with pytest.raises(ValueError, match=message):
        prune_network(weights, candidates, **options)


def test_bad_inputs_of_forward_are_named():
    network = prune_network(np.full((1, 2), 0.1), 3)
    with pytest.raises(ValueError, match="x must have 2 columns, got 3"):
        network.forward(np.zeros((4, 3)))
    with pytest.raises(ValueError, match="x must be finite"):
        network.forward([[np.nan, 0]])
    with pytest.raises(ValueError, match="error must be positive"):
        bounds.entry_tolerance(np.eye(2), 0)
    with pytest.raises(ValueError, match=r"eta must lie in \(0, 1/2\)"):
        bounds.single_candidates(0.5, 1, 0.1)
    with pytest.raises(ValueError, match=r"failure must lie in \(0, 1\), got 1"):
        bounds.single_candidates(0.1, 1, 1)
    for candidates in (bounds.single_candidates, bounds.subset_candidates):
        with pytest.raises(ValueError, match="problems must be at least 1, got 0"):
            candidates(0.1, 0, 0.1)
    with pytest.raises(ValueError, match="error must be positive, got 0"):
        bounds.necessary_parameters(3, 0)
    with pytest.raises(
        ValueError, match=r"norms and errors must agree, got shapes \(1,\) and \(2,\)"
    ):
        bounds.propagated([1], [1, 2])


def test_missed_weights_are_named_with_their_signs():
    weights = target((7, 6, 5), 43)
    network = prune_network(weights, 5, rng=44, precision=0.02)
    named = named_missed(network, most=1000)
    assert len(named) == len(network.unreached) > 10
    assert [w["error"] for w in named] == sorted((w["error"] for w in named), reverse=True)
    for w in named:
        first, second = network.weights[2 * w["layer"]], network.weights[2 * w["layer"] + 1]
        halves = 2 if w["layer"] == 0 else 1
        start = (w["input"] * halves + w["half"]) * 5
        block = slice(start, start + 5)
        products = first[block, w["input"]] * second[w["output"], block]
        assert w["own_sign"] == np.sum(products * w["target"] > 0)
        assert w["target"] == weights[w["layer"]][w["output"], w["input"]]
        best = subset_sum.exhaustive_search(products, w["target"])
        assert w["error"] == pytest.approx(best.error, abs=1e-14) and w["error"] > 0.02
    assert len(named_missed(network, most=3)) == 3
    assert own_signs(prune_network(np.zeros((2, 3)), 4))[0].max() == 0
