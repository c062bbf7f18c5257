"""Tests of weight_pruning.bounds."""

import math

import numpy as np
import pytest

from lth_tutorial import target_network
from lth_tutorial.weight_pruning import bounds, experiments, prune_network

from .cases import target


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


def test_the_size_of_a_network_by_hand():
    """784-500-10: S = sqrt(784000) + sqrt(5000), N = 789,000."""
    size = bounds.network_size((784, 500, 10), 0.1, 0.1)
    eta = math.log(1.1) / (math.sqrt(784_000) + math.sqrt(5_000))
    n = 2 * math.ceil(math.log(4 * 789_000 / (eta**2 * 0.1)) / -math.log(1 - math.log(2) / 8))
    assert (size.tolerance, size.problems) == (pytest.approx(eta), 789_000)
    assert size.candidates == n and size.widths == (784, 2 * n * 784, 500, n * 500, 10)
    assert size.parameters == n * (2 * 784 * 1284 + 500 * 510)


@pytest.mark.parametrize("widths", [(1, 1), (784, 500, 10), (3, 9, 2, 40, 1)])
@pytest.mark.parametrize("error", [1.0, 0.1, 1e-4])
def test_the_size_keeps_its_bound_and_the_network_its_error(widths, error):
    """The corollary's last line, and its error from the propagation of layers of norm 1."""
    size, layers = bounds.network_size(widths, error, 0.1), len(widths) - 1
    odds = math.log(16 * layers * size.problems**2 / (error**2 * 0.1))
    assert size.candidates <= 2 * math.ceil(odds / -math.log(1 - math.log(2) / 8))
    pairs = [a * b for a, b in zip(widths[:-1], widths[1:], strict=True)]
    errors = size.tolerance * np.sqrt([2 * pairs[0], *pairs[1:]])
    assert bounds.propagated(np.ones(layers), errors) <= error * (1 + 1e-12)
    assert size.tolerance <= 0.5


def test_a_network_of_the_size_that_is_proven_has_its_parameters():
    size = bounds.network_size((3, 2, 2), 1.0, 0.5)
    made = [(a, b) for a, b in zip(size.widths[1:], size.widths[:-1], strict=True)]
    assert sum(a * b for a, b in made) == size.parameters and len(made) == 4


@pytest.mark.parametrize(
    "arguments, message",
    [
        (((784,), 0.1, 0.1), "widths must hold the inputs and one layer"),
        (((784, 0), 0.1, 0.1), "widths must be a whole number"),
        (((784, 10), 1.5, 0.1), r"error must lie in \(0, 1\]"),
        (((784, 10), 0.1, 1.0), "failure"),
    ],
)
def test_bad_sizes_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        bounds.network_size(*arguments)


@pytest.mark.parametrize("n", [1, 2, 5, 21, 60])
def test_blocks_of_four_n_neurons_have_n_of_each_sign(n):
    """Hoeffding's bound in the corollary on random signs, against the exact binomial tail."""
    short = sum(math.comb(4 * n, k) for k in range(n)) / 2 ** (4 * n)
    assert short <= math.exp(-n / 2)


@pytest.mark.parametrize("eta", [0.5, 0.1, 1e-3])
@pytest.mark.parametrize("problems", [1, 25, 789_000])
@pytest.mark.parametrize("failure", [0.9, 0.1, 1e-6])
def test_random_signs_cost_no_more_than_the_failure_probability(eta, problems, failure):
    """The corollary has at most as many blocks and signs as there are problems."""
    n = bounds.subset_candidates(eta, problems, failure)
    assert problems * math.exp(-n / 2) < failure


@pytest.mark.parametrize("d, n, share", [(1, 5, 0.03), (10, 21, 0.81)])
def test_behind_a_relu_no_neuron_may_be_negative_throughout(d, n, share):
    """Without spare neurons every row of U needs a positive entry: 2,000 draws, off by 5 deviations once
    in 10^6."""
    assert (1 - 2.0**-d) ** (n * d) == pytest.approx(share, abs=0.005)
    u = np.random.default_rng(40).uniform(-1, 1, (2000, n * d, d))
    measured = np.mean((u > 0).any(axis=2).all(axis=1))
    exact = (1 - 2.0**-d) ** (n * d)
    assert abs(measured - exact) < 5 * math.sqrt(exact * (1 - exact) / 2000)
