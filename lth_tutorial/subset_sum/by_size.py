"""The best subset of each size: what it costs to keep few candidates."""

import math
from functools import lru_cache
from itertools import combinations

import numpy as np

from lth_tutorial.checks import count_of_subsets, finite_array, finite_number, whole

MOST_SUMS = 1 << 18
"""Of one half of the candidates at most this many sums are looked at."""


def errors_by_size(x, z, most=None) -> np.ndarray:
    r"""The best error of the subsets that keep exactly k candidates, for k = 0, 1, ..., most.

        errors[k] = min over s in {0, 1}^n with sum_i s_i = k of | sum_i s_i x_i - z |

    The least of all n + 1 is the error of `best_subset`, up to rounding: sums are floats here, added up
    within each half, so an error is right to about n units in the last place of the sum of |x_i|.
    Meeting in the middle as there, once for each way to divide k between the two halves.

    Args:
        x: (n,) finite candidates, n >= 1.
        z: finite target.
        most: the largest size looked at, from 0 to n; n by default.

    Returns:
        (most + 1,) float64.

    Raises:
        ValueError: x is empty, not one-dimensional or not finite, z is not one finite number, their
            absolute values add up beyond the largest float, most is no such size, or a half has more
            than 2^18 subsets of these sizes (36 candidates are served at all sizes, 1,446 up to size 2).

    Time O(n 2^(n/2)) numpy steps for all sizes. Chapters 1 and 3, "What came after". The question is that
    of Natale et al., "On the sparsity of the strong lottery ticket hypothesis", NeurIPS 2024.
    """
    x, z = finite_array("x", x, 1), finite_number("z", z)
    most = len(x) if most is None else whole("most", most, 0, len(x))
    with np.errstate(over="ignore"):
        if not np.isfinite(np.abs(x).sum() + abs(z)):
            raise ValueError("x and z: their absolute values must add up to a finite number")
    half = (len(x) + 1) // 2
    sums = sum(math.comb(half, j) for j in range(min(half, most) + 1))
    if sums > MOST_SUMS:
        raise ValueError(
            f"x and most: {len(x):,} candidates, up to {most:,} of them kept, mean "
            f"{sums:,} sums of a half, and at most {count_of_subsets(18)} are served"
        )
    first, second = _sums_by_size(x[:half], most), _sums_by_size(x[half:], most)
    errors = np.full(most + 1, np.inf)
    for j, a in enumerate(first):
        for k, b in enumerate(second[: most - j + 1], start=j):
            errors[k] = min(errors[k], _least_distance(a, z - b))
    return errors


def _sums_by_size(x: np.ndarray, most: int) -> list[np.ndarray]:
    """The sorted sums of j members of x, for j = 0, 1, ... up to `most` or all of them."""
    return [np.sort(x[_members(len(x), j)].sum(axis=1)) for j in range(min(len(x), most) + 1)]


@lru_cache(maxsize=128)
def _members(n: int, j: int) -> np.ndarray:
    """The subsets of size j of 0, ..., n - 1, one a row."""
    return np.array(list(combinations(range(n), j)), dtype=np.int64).reshape(math.comb(n, j), j)


def _least_distance(ordered: np.ndarray, values: np.ndarray) -> float:
    """The least distance between a member of a sorted array and one of `values`."""
    at = np.searchsorted(ordered, values)
    below = np.abs(values - ordered[np.maximum(at - 1, 0)])
    above = np.abs(values - ordered[np.minimum(at, len(ordered) - 1)])
    return float(min(below.min(), above.min()))
