"""Chapter 1's experiments: laws, quantiles and tails against what is known of them."""

import math

import numpy as np
import pytest

from lth_tutorial.subset_sum import best_subset, covering_error, experiments

# Two-sided 5.2 standard errors: a correct program fails less than twice in 10^7.
Z = 5.2


@pytest.mark.parametrize(
    "law, mean, variance",
    [
        ("uniform", 0, 1 / 3),
        ("gaussian", 0, 1 / 3),
        ("product", 0, 1 / 9),
        ("one-sided", 0.5, 1 / 12),
        ("discrete", 0, 24 / 64),
        ("far", 0, (1 - 0.6**3) / 1.2),
    ],
)
def test_laws_have_their_moments(law, mean, variance):
    x = experiments.draw_candidates(law, 200_000, 1)
    assert abs(x.mean() - mean) < Z * x.std() / np.sqrt(x.size)
    squares = (x - mean) ** 2
    assert abs(squares.mean() - variance) < Z * squares.std() / np.sqrt(x.size)


def test_copies_share_their_size():
    x = experiments.draw_candidates("copies", (50_000, 3), 2)
    assert (np.abs(x) == np.abs(x[:, :1])).all()
    assert len(np.unique(np.abs(x[:, 0]))) == 50_000
    assert abs(x.mean()) < Z * x.std() / np.sqrt(x.size)
    assert abs(np.abs(x[:, 0]).mean() - 0.5) < Z * np.sqrt(1 / 12 / 50_000)


def test_unknown_law():
    with pytest.raises(ValueError, match="distribution must be one of uniform, .*; got 'cauchy'"):
        experiments.draw_candidates("cauchy", 3, 1)


def test_errors_are_the_solvers():
    """The streams are as stated: candidates from the first child, targets from the second."""
    for_x, for_z = np.random.default_rng(3).spawn(2)
    x, z = for_x.uniform(-1, 1, (20, 7)), for_z.uniform(-0.5, 0.5, 20)
    expected = [best_subset(a, b).error for a, b in zip(x, z, strict=True)]
    assert experiments.single_target_errors(7, 20, 3).tolist() == expected
    x = np.random.default_rng(4).uniform(-1, 1, (5, 7))
    assert experiments.all_target_errors(7, 5, 4).tolist() == [covering_error(row) for row in x]


def test_streams_are_independent():
    """Candidates and targets of one experiment are uncorrelated: |r| < 5.2 / sqrt(m)."""
    for_x, for_z = np.random.default_rng(5).spawn(2)
    x, z = for_x.uniform(-1, 1, 100_000), for_z.uniform(-1, 1, 100_000)
    assert abs(np.corrcoef(x, z)[0, 1]) < Z / np.sqrt(len(x))


def test_error_halves_with_every_candidate():
    """The exponent: log2 of the median error less log2 sqrt(n) falls by 1 per candidate."""
    n = np.arange(6, 19, 2)
    errors = experiments.errors_by_n(experiments.single_target_errors, n, 2000, 6)
    slope = np.polyfit(n, np.log2(np.median(errors, axis=1) / np.sqrt(n)), 1)[0]
    # A median of 2,000 exponential-like errors has a standard error of 0.032 in log2 units,
    # so the slope over these seven points has one of 0.003.
    assert abs(slope + 1) < 0.05


def test_smallest_n():
    errors = np.array([[1, 1], [0.1, 1], [0.1, 0.1], [0.05, 0.01]])
    assert experiments.smallest_n([1, 2, 3, 4], errors, 0.1, 0.9) == 3
    assert experiments.smallest_n([1, 2, 3, 4], errors, 0.1, 0.5) == 2
    assert experiments.smallest_n([1, 2, 3, 4], errors, 0.001) is None
    assert experiments.smallest_n([1, 2, 3, 4], errors, 2.0) == 1
    relapse = np.array([[0.0], [1.0], [0.0]])
    assert experiments.smallest_n([5, 6, 7], relapse, 0.1) == 7


def test_wilson_interval_by_hand():
    # 8 of 10, z = 1.96: centre (.8 + .19208) / 1.38416 = .71674, half .22657.
    low, high = experiments.wilson_interval(8, 10)
    assert (low, high) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert experiments.wilson_interval(0, 10)[0] == 0
    assert experiments.wilson_interval(10, 10)[1] == pytest.approx(1)


def test_poisson_constant_against_monte_carlo():
    """Simulate the heuristic itself: exponential distances given a normal lopsidedness."""
    rng_g, rng_e = np.random.default_rng(7).spawn(2)
    g = rng_g.standard_normal(400_000)
    distance = rng_e.exponential(1, g.size) / (2 * np.sqrt(6 / np.pi) * np.exp(-(g**2) / 2))
    below = np.mean(distance <= experiments.poisson_constant())
    assert abs(below - 0.5) < Z * 0.5 / np.sqrt(g.size)
    assert experiments.poisson_constant() == pytest.approx(0.378, abs=5e-4)


def test_out_of_reach():
    x = np.array([[0.5, -0.25], [0.5, 0.25]])
    assert experiments.out_of_reach(x, np.array([1.0, -1.0])).tolist() == [0.5, 1.0]
    assert experiments.out_of_reach(x, np.array([0.1, 0.1])).tolist() == [0, 0]


def test_tail_counts_agree_with_the_errors():
    missed, beyond, median = experiments.tail_counts(8, 1.0, 0.05, 3000, 8)
    errors = experiments.tail_errors(8, 1.0, 3000, 8)
    assert missed == int(np.sum(errors > 0.05))
    assert median == np.median(errors)
    assert 0 < beyond <= missed


def test_median_errors_shapes():
    errors = experiments.median_errors([3, 6], [4, 2], 9)
    assert [len(e) for e in errors] == [4, 2]


def test_the_heuristic_for_all_targets_solves_its_equation():
    for eta in (0.25, 1e-2, 1e-6):
        for constant in (0.0, 1.5):
            n = experiments.covering_heuristic(eta, constant)
            right = math.log2(1 / eta) + math.log2(math.log(1 / eta)) + math.log2(n) / 2 + constant
            assert math.isclose(n, right, rel_tol=1e-9)


def test_the_heuristic_needs_less_and_less_for_a_further_digit():
    at = [experiments.covering_heuristic(2.0**-k) for k in range(3, 60)]
    rises = np.diff(at)
    assert (np.diff(rises) < 0).all() and 1 < rises[-1] < 1.05 < 1.3 < rises[0]
    for eta in (0, 0.3, -1):
        with pytest.raises(ValueError, match="eta must lie between"):
            experiments.covering_heuristic(eta)
