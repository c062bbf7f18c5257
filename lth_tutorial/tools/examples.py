"""What the pictures of the appendix compute."""

from math import comb, exp
from typing import NamedTuple

import numpy as np

from lth_tutorial.checks import finite_array, generator, not_negative, positive, whole


def product_area(low: float, high: float) -> float:
    """The area from `low` to `high` under the density ln(1 / |x|) / 2 of a product of two uniform numbers.

    Both factors are independent and uniform on [-1, 1].

    Raises:
        ValueError: the two are no such interval in [-1, 1].
    """
    if not -1 <= low <= high <= 1:
        raise ValueError(f"low and high must satisfy -1 <= low <= high <= 1, got {low} and {high}")
    return _up_to(high) - _up_to(low)


def _up_to(x: float) -> float:
    """The area from 0 to x, with the sign of x."""
    return x / 2 * (1 - np.log(abs(x))) if x else 0.0


def later_mean(value: float, coins: int) -> float:
    """The mean of `value` after so many more coins, each of which halves it or leaves it: a factor 3/4 each.

    Raises:
        ValueError: a number of coins below 0.
    """
    return value * 0.75 ** whole("coins", coins, 0)


class Tail(NamedTuple):
    """A probability, and the bounds of Markov's and of Hoeffding's inequality."""

    exact: float
    markov: float
    hoeffding: float


def heads_tail(coins: int) -> Tail:
    """P(S >= 3 coins / 4) for the number S of heads of fair coins: exactly, and bounded.

    Markov's bound is E[S] / (3 coins / 4) = 2/3, Hoeffding's exp(-2 t^2 / coins) with t = coins / 4.

    Raises:
        ValueError: `coins` is no multiple of 4 from 4 on.
    """
    if whole("coins", coins, 4) % 4:
        raise ValueError(f"coins must be a multiple of 4, got {coins}")
    least = 3 * coins // 4
    exact = sum(comb(coins, k) for k in range(least, coins + 1)) / 2**coins
    return Tail(exact, coins / 2 / least, exp(-coins / 8))


def union_length(starts, length: float) -> float:
    """The length of the union of the intervals [a, a + length], for each a of `starts`.

    Raises:
        ValueError: `starts` is no row of numbers, or `length` is below 0.
    """
    length = not_negative("length", length)
    gaps = np.diff(np.sort(finite_array("starts", starts, 1)))
    return float(length + np.minimum(gaps, length).sum())


# Points of a disc are taken from a grid of so many steps along its radius.
STEPS = 60


def packed(distance: float, rng=0) -> np.ndarray:
    """Points of the unit disc, each farther than `distance` from all others, until no further one fits.

    Those of a grid are tried in random order, so that every point of the grid is within `distance` of one
    that was taken. Which are taken depends on the order; they are never fewer than the discs of this radius
    that it takes to cover the grid.

    Args:
        distance: more than 0.
        rng: int or Generator.

    Returns:
        The points, shape (k, 2), in the order in which they were taken.

    Raises:
        ValueError: `distance` is not positive.
    """
    distance = positive("distance", distance)
    along = np.arange(-STEPS, STEPS + 1)
    grid = np.stack(np.meshgrid(along, along), axis=-1).reshape(-1, 2)
    grid = grid[(grid**2).sum(axis=1) <= STEPS**2]
    left = grid[np.argsort(generator("rng", rng).random(len(grid)))]
    taken = []
    while len(left):
        taken.append(left[0])
        left = left[((left - left[0]) ** 2).sum(axis=1) > (distance * STEPS) ** 2]
    return np.array(taken) / STEPS
