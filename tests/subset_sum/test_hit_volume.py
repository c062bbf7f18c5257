"""The process behind chapter 1's proof: sets against brute force, means against the lemmas."""

import itertools

import numpy as np
import pytest

from lth_tutorial.subset_sum import hit_volume as hits


def test_merge_intervals_by_hand():
    lows, highs = hits.merge_intervals(np.array([0.5, 0.0, 0.1]), np.array([0.6, 0.2, 0.3]))
    assert lows.tolist() == [0.0, 0.5]
    assert highs.tolist() == [0.3, 0.6]


def test_merge_intervals_of_nothing():
    lows, highs = hits.merge_intervals(np.empty(0), np.empty(0))
    assert len(lows) == len(highs) == 0


def test_hit_volumes_by_hand():
    # [-.1, .1], then [.2, .4] joins, then both shifted by -.3: [-.4, -.2] joins, [-.1, .1] is there.
    assert hits.hit_volumes([0.3, -0.3], 0.1) == pytest.approx([0.2, 0.4, 0.6])


def test_hit_volumes_match_a_fine_grid():
    """Each grid target belongs to S_t iff it did before or its shift did: the definition, literally."""
    rng, grid = np.random.default_rng(1), np.linspace(-0.5, 0.5, 20_001)

    def member(x, z, eta):
        inside = np.abs(z) <= 0.5
        if len(x) == 0:
            return inside & (np.abs(z) <= eta)
        return inside & (member(x[:-1], z, eta) | member(x[:-1], z - x[-1], eta))

    for eta in (0.2, 0.03):
        x = rng.uniform(-1, 1, 7)
        share = [member(x[:t], grid, eta).mean() for t in range(8)]
        assert hits.hit_volumes(x, eta) == pytest.approx(share, abs=2e-2 * 0.5)


def test_every_target_of_the_process_has_a_subset():
    """v_n counts only targets that the whole process hits too."""
    rng = np.random.default_rng(2)
    for _ in range(20):
        x = rng.uniform(-1, 1, 9)
        sums = [sum(s) for k in range(10) for s in itertools.combinations(x, k)]
        assert hits.hit_volumes(x, 0.02)[-1] <= hits.covered_volume(np.array(sums), 0.02) + 1e-12


def test_mean_growth_is_exact():
    """One step from a fixed set: 20,000 draws, z-score below 5.2 (fails less than twice in 10^7)."""
    lows, highs = np.array([-0.5, -0.1, 0.3]), np.array([-0.35, 0.05, 0.35])
    volume = float(np.sum(highs - lows))
    x = np.random.default_rng(3).uniform(-1, 1, 20_000)
    grown = np.array([_one_step(lows, highs, shift) for shift in x])
    score = (grown.mean() - hits.mean_growth(volume)) / (grown.std() / np.sqrt(len(x)))
    assert abs(score) < 5.2
    assert (grown <= 2 * volume + 1e-12).all() and (grown >= volume - 1e-12).all()


def test_odds_shrink_by_three_quarters():
    """E[odds'] <= 3/4 odds from the same set; the mean may exceed it by 5.2 standard errors."""
    lows, highs = np.array([-0.2, 0.1]), np.array([0.0, 0.4])
    volume = float(np.sum(highs - lows))
    x = np.random.default_rng(4).uniform(-1, 1, 20_000)
    grown = np.array([_one_step(lows, highs, shift) for shift in x])
    odds = (1 - grown) / grown
    assert odds.mean() - 5.2 * odds.std() / np.sqrt(len(x)) <= 0.75 * (1 - volume) / volume


def _one_step(lows, highs, shift):
    more_lows, more_highs = np.maximum(lows + shift, -0.5), np.minimum(highs + shift, 0.5)
    keep = more_lows < more_highs
    a, b = hits.merge_intervals(np.r_[lows, more_lows[keep]], np.r_[highs, more_highs[keep]])
    return float(np.sum(b - a))


def test_recursion_runs_ahead_of_the_mean():
    volumes = hits.simulate_hit_volumes(12, 0.01, 2000, rng=5)
    recursion = hits.mean_recursion(12, 0.01)
    spread = volumes.std(axis=0) / np.sqrt(len(volumes))
    assert (volumes.mean(axis=0) <= recursion + 5.2 * spread + 1e-12).all()
    assert recursion[:2] == pytest.approx([0.02, 0.02 * 1.49])


def test_theorem_holds_where_it_can_be_checked():
    """n from the theorem: failures are at most Binomial(300, .5); 220 or more has probability < 1e-15."""
    n = hits.sufficient_n(0.2, 0.5)
    volumes = hits.simulate_hit_volumes(n, 0.1, 300, rng=6)
    assert np.sum(volumes[:, -1] <= 1 - 0.1) < 220


def test_numbers_of_the_theorem_by_hand():
    # ln(2 / (.01 * .1)) / ln(4/3) = 7.6009 / .28768 = 26.42
    assert hits.sufficient_n(0.1, 0.1) == 27
    # log2(1 / .002) = 8.97
    assert hits.necessary_n(1e-3) == 9
    assert hits.necessary_n(0.5) == 0
    assert hits.necessary_n(np.nextafter(2.0**-5, 0)) == 5 and hits.necessary_n(2.0**-5) == 4
    assert hits.sufficient_n(1e-200, 0.1) > 3000
    assert hits.sufficient_n(0.1, 0.1, weight=0.5) > hits.sufficient_n(0.1, 0.1)


@pytest.mark.parametrize(
    "call, text",
    [
        (lambda: hits.hit_volumes([0.1], 0.6), r"eta must lie in \(0, 1/2\], got 0.6"),
        (lambda: hits.hit_volumes([[0.1]], 0.1), "x must be one-dimensional and finite"),
        (lambda: hits.hit_volumes([np.nan], 0.1), "x must be one-dimensional and finite"),
        (lambda: hits.sufficient_n(0, 0.1), r"eta must lie in \(0, 1/2\]"),
        (lambda: hits.sufficient_n(0.1, 1), r"failure must lie in \(0, 1\), got 1"),
        (lambda: hits.sufficient_n(0.1, 0.1, 2), r"weight must lie in \(0, 1\], got 2"),
    ],
)
def test_errors_name_the_argument(call, text):
    with pytest.raises(ValueError, match=text):
        call()
