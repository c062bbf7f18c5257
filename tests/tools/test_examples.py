"""What the appendix computes, each held to a second way of finding it."""

from itertools import product

import numpy as np
import pytest

from lth_tutorial.tools import examples, heads_tail, later_mean, packed, product_area, union_length


@pytest.mark.parametrize("t", [0.01, 0.2, 0.5, 1.0])
def test_a_products_area_is_the_mean_over_its_second_factor(t):
    """P(|uv| <= t) is the mean of min(1, t / |v|)."""
    v = (np.arange(100_000) + 0.5) / 100_000
    assert product_area(-t, t) == pytest.approx(np.minimum(1, t / v).mean(), abs=1e-6)
    assert product_area(-t, t) == pytest.approx(t + t * np.log(1 / t), abs=1e-12)


def test_areas_add_up():
    edges = np.linspace(-1, 1, 9)
    parts = [product_area(a, b) for a, b in zip(edges[:-1], edges[1:], strict=True)]
    assert sum(parts) == pytest.approx(1) and parts == pytest.approx(parts[::-1])
    assert parts[4] > 0.25 * np.log(2) / 2  # chapter 1's lower bound, on [0, 1/4]


@pytest.mark.parametrize("left", [0, 1, 5])
def test_the_later_mean_is_that_of_all_ways_the_coins_can_fall(left):
    ends = [0.5 * 0.5 ** sum(fallen) for fallen in product((0, 1), repeat=left)]
    assert later_mean(0.5, left) == pytest.approx(np.mean(ends), abs=1e-15)


@pytest.mark.parametrize("coins", [4, 20, 84])
def test_the_tail_of_coins(coins):
    law = np.ones(1)
    for _ in range(coins):
        law = np.convolve(law, [0.5, 0.5])
    found = heads_tail(coins)
    assert found.exact == pytest.approx(law[3 * coins // 4 :].sum(), rel=1e-9)
    assert found.exact <= found.hoeffding and found.exact <= found.markov
    assert found.markov == pytest.approx(2 / 3)
    assert found.hoeffding == pytest.approx(np.exp(-2 * (coins / 4) ** 2 / coins))


def test_the_tail_by_hand():
    assert heads_tail(4).exact == 5 / 16


def test_the_length_of_a_union():
    assert union_length([0.0, 0.5], 0.1) == pytest.approx(0.2)
    assert union_length([0.3, 0.3, 0.3], 0.1) == pytest.approx(0.1)
    starts = np.random.default_rng(2).uniform(0, 1, 12)
    x = (np.arange(200_000) + 0.5) / 100_000
    covered = ((x[:, None] >= starts) & (x[:, None] <= starts + 0.07)).any(axis=1)
    assert union_length(starts, 0.07) == pytest.approx(covered.mean() * 2, abs=5e-4)


@pytest.mark.parametrize("distance", [0.25, 0.6])
def test_packed_points_keep_their_distance_and_leave_no_room(distance):
    points = packed(distance, rng=3)
    apart = np.linalg.norm(points[:, None] - points, axis=-1)
    assert (apart[~np.eye(len(points), dtype=bool)] > distance).all()
    along = np.arange(-examples.STEPS, examples.STEPS + 1, 2) / examples.STEPS
    grid = np.stack(np.meshgrid(along, along), axis=-1).reshape(-1, 2)
    grid = grid[np.linalg.norm(grid, axis=1) <= 1]
    nearest = np.linalg.norm(grid[:, None] - points, axis=-1).min(axis=1)
    assert nearest.max() <= distance + 1e-12
    assert distance**-2 <= len(points) <= (1 + 2 / distance) ** 2


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: product_area(0.5, 0.2), "low and high must satisfy -1 <= low <= high <= 1"),
        (lambda: later_mean(1, -1), "coins must be a whole number, at least 0"),
        (lambda: heads_tail(6), "coins must be a multiple of 4, got 6"),
        (lambda: heads_tail(0), "coins must be a whole number, at least 4"),
        (lambda: union_length([0.1], -1), "length must be finite and not negative"),
        (lambda: packed(0), "distance must be positive"),
        (lambda: packed(0.5, rng=None), "rng must be a numpy Generator or a seed"),
    ],
)
def test_wrong_arguments_are_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()
