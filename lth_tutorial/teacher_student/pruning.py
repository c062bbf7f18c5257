r"""Finding the support: train a dense student, remove the smallest weights, train again (Section 4.1)."""

import math
from typing import NamedTuple

import numpy as np

from lth_tutorial.checks import finite_array, finite_number, whole

from .model import dense, on_supports
from .recovery import recover


class Level(NamedTuple):
    """One round of pruning: remaining, the share of weights left; supports (K, r'), -1 pads; weights (K, r')
    after training on them."""

    remaining: float
    supports: np.ndarray
    weights: np.ndarray


def largest_supports(weights, count: int) -> np.ndarray:
    """The supports of the `count` weights of a dense student that are largest in absolute value.

    Args:
        weights: (K, d). count: how many weights stay, over all neurons; of equal ones the first.

    Returns:
        (K, r') integers in increasing order, r' the largest number that a neuron keeps, -1 pads.

    Raises:
        ValueError: count is not between 1 and K d.

    Section 4.1 compares the weights themselves; a negative weight is as needed as a positive one, so the
    order must be that of absolute values (as its own next sentence says).
    """
    weights = finite_array("weights", weights, 2)
    if not 1 <= whole("count", count) <= weights.size:
        raise ValueError(
            f"count must lie in 1 .. {weights.size}, the number of weights; got {count}"
        )
    order = np.argsort(-np.abs(weights), axis=None, kind="stable")
    keep = np.zeros(weights.size, dtype=bool)
    keep[order[:count]] = True
    keep = keep.reshape(weights.shape)
    supports = np.full((len(weights), max(keep.sum(axis=1).max(), 1)), -1)
    for row, kept in zip(supports, keep, strict=True):
        row[: kept.sum()] = np.flatnonzero(kept)
    return supports


def enough_iterations(largest: float, smallest: float, rate: float) -> int:
    r"""T_1 = log(2 W_max / W_min) / log(1 / nu): after these the true weights stand above the others.

    The max-norm error starts at most at W_max and shrinks by nu = `rate` an iteration (Eq. (10)); once it is
    below W_min / 2 (at most W_min / 2, should T_1 be a whole number), every weight of the teacher is larger
    in absolute value than every other.

    Raises:
        ValueError: not 0 < smallest <= largest, or rate not in (0, 1).
    """
    largest, smallest = finite_number("largest", largest), finite_number("smallest", smallest)
    if not 0 < smallest <= largest or not 0 < finite_number("rate", rate) < 1:
        raise ValueError("smallest must be in (0, largest] and rate in (0, 1)")
    return math.ceil(math.log(2 * largest / smallest) / -math.log(rate))


def iterative_pruning(
    x, y, initial, step, momentum, *, rounds: int, rate: float = 0.2, **options
) -> list[Level]:
    """Iterative magnitude pruning: train, remove the share `rate` of what is left, rewind, train again.

    Args:
        x (N, d), y (N,): data. initial: (K, d) weights, to which those that stay are rewound each round.
        step, momentum, options: as for `recover`.
        rounds: how often weights are removed; rate: the share, over all neurons.

    Returns:
        rounds + 1 levels, the dense one first.

    Raises:
        ValueError: rounds is negative or leaves no weight, or rate is not in (0, 1).

    Source: J. Frankle, M. Carbin (2019); Section 5.2. Absolute values decide, and a pruned weight is not
    merely frozen: it is not there.
    """
    if whole("rounds", rounds) < 0 or not 0 < finite_number("rate", rate) < 1:
        raise ValueError(f"rounds must be at least 0 and rate in (0, 1); got {rounds} and {rate}")
    initial = finite_array("initial", initial, 2)
    if round(initial.size * (1 - rate) ** rounds) < 1:
        raise ValueError(
            f"rounds must leave a weight of {initial.size}; got {rounds} at rate {rate}"
        )
    supports = np.tile(np.arange(initial.shape[1]), (len(initial), 1))
    levels = []
    for count in [round(initial.size * (1 - rate) ** k) for k in range(rounds + 1)]:
        if levels:
            last = levels[-1]
            supports = largest_supports(dense(last.supports, last.weights, initial.shape[1]), count)
        start = on_supports(initial, supports)
        found = recover(x, y, supports, start, step, momentum, **options)
        levels.append(Level(count / initial.size, supports, found.weights))
    return levels
