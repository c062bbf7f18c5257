"""Chapter 3: the pruned network is what it says it is, and the bounds hold."""

import numpy as np
import pytest

from lth_tutorial import subset_sum, target_network
from lth_tutorial.weight_pruning import bounds, experiments, prune_network, prune_weight


def target(widths, rng, largest=0.5):
    rng = np.random.default_rng(rng)
    pairs = zip(widths[1:], widths[:-1], strict=True)
    return [rng.uniform(-largest, largest, shape) for shape in pairs]


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


@pytest.mark.parametrize("epsilon", [0.0, 0.02])
def test_error_bound_holds(epsilon):
    """On 2,000 random inputs of several laws the measured ratio stays below the bound."""
    weights = target((8, 7, 6, 5), 28, largest=0.4)
    network = prune_network(weights, 9, epsilon=epsilon, rng=29)
    rng = np.random.default_rng(30)
    x = np.concatenate([rng.normal(size=(1000, 8)), rng.choice([-1.0, 0, 1], (1000, 8)), np.eye(8)])
    x = x[np.abs(x).sum(axis=1) > 0]
    away = np.linalg.norm(network.forward(x) - target_network.forward(weights, x), axis=1)
    ratio = (away / np.linalg.norm(x, axis=1)).max()
    bound = bounds.error_bound(network)
    assert 0 < ratio <= bound < 100 * ratio


def test_one_layer_bound_is_attained():
    """For one layer the bound is the supremum when one half-line's errors vanish: here by symmetry of x."""
    network = prune_network(target((5, 4), 31), 6, signed_input=False, rng=32)
    layer = network.layers[0]
    errors = layer.effective_weights()[0] - layer.target
    assert bounds.error_bound(network) == pytest.approx(np.linalg.norm(errors, 2))


def test_propagated_by_hand():
    assert bounds.propagated([1, 1], [0.1, 0.1]) == pytest.approx(0.21)
    assert bounds.propagated([2.0, 0.5], [0.0, 0.5]) == pytest.approx(1.0)
    assert bounds.layer_error(np.array([[[3.0]], [[4.0]]])) == pytest.approx(5.0)


def test_entry_tolerance_is_the_largest():
    weights = experiments.scaled_to_norm(target((8, 7, 6), 33))
    eta = bounds.entry_tolerance(weights, 0.1)
    norms = [h.norm for h in bounds.hypotheses(weights)]
    roots = np.sqrt([2 * 56, 42])
    assert bounds.propagated(norms, eta * roots) == pytest.approx(0.1)


def test_hypotheses_are_reported():
    small, large = bounds.hypotheses([np.eye(4) * 0.5, np.ones((3, 4))])
    assert small.pensia and small.malach and small.range and small.limit == 0.5
    assert not large.pensia and not large.malach and not large.range
    assert large.norm == pytest.approx(np.sqrt(12)) and large.largest == 1
    scaled, factor = bounds.normalised([np.eye(4) * 0.5, np.ones((3, 4))])
    assert factor == pytest.approx(np.sqrt(12)) and bounds.hypotheses(scaled)[1].norm <= 1 + 1e-12
    x = np.random.default_rng(34).normal(size=(5, 4))
    whole = target_network.forward([np.eye(4) * 0.5, np.ones((3, 4))], x)
    assert np.allclose(factor * target_network.forward(scaled, x), whole)


def test_proven_sizes_by_hand():
    p = np.log(2) / 2
    n = 2 * np.ceil(np.log(2 / (0.01**2 * 0.1 / 200)) / -np.log(1 - p / 4))
    assert bounds.subset_candidates(0.01, 100, 0.1) == n
    hit = -0.01 * np.log(0.51)
    assert bounds.single_candidates(0.01, 100, 0.1) == np.ceil(np.log(1000) / -np.log(1 - hit))
    assert bounds.necessary_parameters(10, 0.125) == 199


def test_single_candidates_suffice():
    """At delta = 0.1 more than 45 failures in 100 networks have probability below 1e-17."""
    n = bounds.single_candidates(0.1, 8, 0.1)
    rng = np.random.default_rng(35)
    x = rng.uniform(-1, 1, (100, 8, n)) * rng.uniform(-1, 1, (100, 8, n))
    w = rng.uniform(-0.5, 0.5, (100, 8, 1))
    assert np.sum(np.abs(x - w).min(axis=2).max(axis=1) > 0.1) <= 45


def test_exponents():
    """Median weight error: about 2^-n for subsets, about 1/n for the nearest candidate.

    600 weights, two half-lines: the median's relative standard error is near 0.05 (exponential law), so
    slopes over these ranges have standard errors below 0.03; the bands are more than five of them wide.
    """
    n = np.array([4, 6, 8, 10, 12])
    subset = experiments.median_weight_errors(n, 600, 36)
    assert -1.3 < np.polyfit(n, np.log2(subset), 1)[0] < -0.75
    m = np.array([4, 8, 16, 32])
    nearest = experiments.median_weight_errors(m, 600, 37, rule="nearest")
    assert -1.35 < np.polyfit(np.log(m), np.log(nearest), 1)[0] < -0.7


def test_digits():
    """Sup errors of the digits' logits, medians of 20 networks: precise with balanced signs, not without.

    Over many groups of 20 networks the medians below spread by less than 10 % (first = 1, n = 12 and 14)
    and less than 30 % (uniform, n = 14) around .017, .004 and .005: the limits are far outside.
    """
    weights, x, labels = experiments.digits_target()
    assert target_network.accuracy(target_network.forward(weights, x), labels) > 0.9
    # Trained here, it is the same network up to what processors round differently.
    again = experiments.train_digits_target()
    assert target_network.accuracy(target_network.forward(again, x), labels) > 0.9
    for stored, trained in zip(weights, again, strict=True):
        assert np.corrcoef(stored.ravel(), trained.ravel())[0, 1] > 0.9
    options = {"signed_input": False, "signs": "stratified"}
    n = (8, 10, 12, 14)
    medians = np.median(
        experiments.sup_errors(weights, x, n, 20, 38, first="ones", **options), axis=1
    )
    assert medians[2] <= 0.06 and medians[3] <= 0.01
    # One bit for each candidate: the spread above moves this slope by less than 0.1.
    assert -1.4 < np.polyfit(n, np.log2(medians), 1)[0] < -0.6
    uniform = np.median(experiments.sup_errors(weights, x, (14,), 20, 38, **options))
    assert uniform <= 0.01
    iid = np.median(experiments.sup_errors(weights, x, (14,), 20, 39, signed_input=False))
    assert iid > 5 * uniform


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


def test_missed_weights_are_named_with_their_signs():
    weights = target((7, 6, 5), 43)
    network = prune_network(weights, 5, rng=44, precision=0.02)
    named = experiments.named_missed(network, most=1000)
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
    assert len(experiments.named_missed(network, most=3)) == 3
    assert experiments.own_signs(prune_network(np.zeros((2, 3)), 4))[0].max() == 0


def test_errors_behind_each_layer_stay_below_their_bounds():
    weights = target((6, 7, 5, 4), 45)
    network = prune_network(weights, 8, rng=46)
    x = np.random.default_rng(47).normal(size=(300, 6))
    measured, allowed = experiments.errors_by_layer(network, x), bounds.error_bounds(network)
    assert measured.shape == allowed.shape == (3,)
    assert measured.min() > 0 and np.all(measured <= allowed)
    away = np.linalg.norm(network.forward(x) - target_network.forward(weights, x), axis=1)
    assert measured[-1] == pytest.approx(np.max(away / np.linalg.norm(x, axis=1)), rel=1e-9)
    assert allowed[-1] == pytest.approx(bounds.error_bound(network), rel=1e-12)


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
