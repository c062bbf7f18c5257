"""The best subset for one target: exhaustive search, and meeting in the middle."""

from typing import NamedTuple

import numpy as np

from lth_tutorial.checks import (
    at_most,
    count_of_subsets,
    exact_error,
    finite_array,
    finite_number,
    gibibytes,
    real_array,
)

from .grid import to_grid
from .sorted_sums import first_mask, sorted_sums

MOST_CANDIDATES = 52
MOST_EXHAUSTIVE = 26
_CHUNK = 1 << 18


class Subset(NamedTuple):
    """A subset of the candidates, its sum and its distance from the target.

    mask: (n,) bool. total, error: floats, each rounded once from its exact value.
    """

    mask: np.ndarray
    total: float
    error: float


def best_subset(x, z) -> Subset:
    r"""The subset whose sum is nearest to the target, exact.

        min over s in {0, 1}^n of | sum_i s_i x_i - z |

    The empty subset counts. Of several optimal masks the lexicographically smallest is returned
    (0 before 1, x[0] read first). "Exact" is meant for the float64 numbers as they are: candidates and
    target are written as integers on a common binary grid. Where 60 bits cannot hold them (see
    `rounding_unit`) they are first rounded to multiples of a unit u; optimality and tie rule then hold
    for the rounded instance, the reported error is still the exact error of the returned mask, and it
    is within (n + 1) u of the optimum.

    Meeting in the middle (E. Horowitz, S. Sahni, J. ACM 21 (1974) 277-292): the sums a of the first half
    and the values z - b of the second are sorted and merged; the closest pair lies side by side.

    Args:
        x: (n,) finite candidates, 1 <= n <= 52.
        z: finite target.

    Returns:
        Subset(mask (n,) bool, total, error).

    Raises:
        ValueError: x is empty, not one-dimensional, not finite or too long for memory; z is not one
            finite number; or the absolute values of x and z add up beyond the largest float.

    Time and memory O(2^(n/2)). Chapter 1, "Solvers".
    """
    x, z = finite_array("x", x, 1), finite_number("z", z)
    n = len(x)
    at_most("x", n, MOST_CANDIDATES, f"{n} would need about {gibibytes(n / 2, 6)} of memory")
    integers, target, _, _ = to_grid(x[None], np.array([z]))
    mask = _best_mask(integers[0], target[0])
    return Subset(mask, *exact_error(x, mask, z))


def _best_mask(x: np.ndarray, z: np.int64) -> np.ndarray:
    half = len(x) // 2
    kept_first, kept_second = {}, {}
    first = sorted_sums(x[:half], kept_first)
    second = sorted_sums(-x[half:], kept_second)  # negated, so that z + second increases
    error, sums = _closest(first, second, z)
    del first, second
    mask = first_mask(x[:half], sums, kept_first)
    rest = x[:half][mask].sum() - z
    others = np.unique([rest - error, rest + error])
    return np.concatenate([mask, first_mask(-x[half:], others, kept_second)])


def _closest(a: np.ndarray, b: np.ndarray, z: np.int64) -> tuple[np.int64, np.ndarray]:
    """The least distance between the sorted a and z + b, and the distinct values of a that attain it.

    Between the two of a closest pair lie only copies of them, so when all are sorted together each
    such value of a has its partner beside it.
    """
    best, found = None, []
    for part_a, part_b in _aligned(a, b, z):
        distance, values = _closest_neighbours(part_a, part_b, z)
        if best is None or distance < best:
            best, found = distance, []
        if distance == best:
            found.append(values)
    return best, np.unique(np.concatenate(found))


def _closest_neighbours(a: np.ndarray, b: np.ndarray, z: np.int64) -> tuple[np.int64, np.ndarray]:
    # Even numbers are 2a, odd numbers 2(z + b) + 1: one bit tells where a number comes from.
    line = np.empty(len(a) + len(b), dtype=np.int64)
    np.multiply(a, 2, out=line[: len(a)])
    np.multiply(b, 2, out=line[len(a) :])
    line[len(a) :] += 2 * z + 1
    line.sort(kind="stable")
    at = np.flatnonzero((line[:-1] ^ line[1:]) & 1)
    left, right = line[at], line[at + 1]
    distance = (right >> 1) - (left >> 1)
    least = distance.min()
    closest = distance == least
    left, right = left[closest], right[closest]
    return least, np.where(left & 1, right, left) >> 1


def _aligned(a: np.ndarray, b: np.ndarray, z: np.int64):
    """Parts of the sorted a and b that cover the same stretch of the line, a against z + b, in order.

    Each part begins with the last elements of the one before, so no pair of neighbours is lost.
    """
    i = j = 0
    while i < len(a) and j < len(b):
        more_a, more_b = a[i : i + _CHUNK], b[j : j + _CHUNK]
        if more_a[-1] <= more_b[-1] + z:
            to_i, to_j = i + len(more_a), j + np.searchsorted(more_b, more_a[-1] - z, side="right")
        else:
            to_i, to_j = i + np.searchsorted(more_a, more_b[-1] + z, side="right"), j + len(more_b)
        yield a[max(i - 1, 0) : to_i + 1], b[max(j - 1, 0) : to_j + 1]
        i, j = to_i, to_j


def exhaustive_search(x, z) -> Subset:
    """`best_subset` by trying all 2^n subsets: the reference, with the same contract and tie rule.

    Args:
        x: (n,) finite candidates, 1 <= n <= 26.
        z: finite target.

    Raises:
        ValueError: as `best_subset`, and n > 26.

    Time O(2^n), memory O(2^20).
    """
    x, z = finite_array("x", x, 1), finite_number("z", z)
    n = len(x)
    at_most(
        "x", n, MOST_EXHAUSTIVE, f"{n} would mean {count_of_subsets(n)} subsets; use best_subset"
    )
    integers, target, _, _ = to_grid(x[None], np.array([z]))
    head = max(0, n - 20)
    heads, tails = _sums_in_order(integers[0][:head]), _sums_in_order(integers[0][head:])
    best, at = None, 0
    for k, start in enumerate(heads):
        distance = np.abs(tails + (start - target[0]))
        j = int(np.argmin(distance))
        if best is None or distance[j] < best:
            best, at = distance[j], k * len(tails) + j
    mask = np.array([at >> (n - 1 - k) & 1 for k in range(n)], dtype=bool)
    return Subset(mask, *exact_error(x, mask, z))


def subset_sums(x) -> np.ndarray:
    """All 2^n sums of subsets of x, in the order of their masks read as binary numbers.

    Args:
        x: (n,) finite, 0 <= n <= 26; x[0] is the highest bit.

    Returns:
        (2^n,) float64, each a rounded sum; index 0 is the empty subset's 0.

    Raises:
        ValueError: x is not one-dimensional and finite, or too long.
    """
    x = real_array("x", x)
    x = finite_array("x", x, 1) if x.size or x.ndim != 1 else np.empty(0)
    at_most("x", x.size, MOST_EXHAUSTIVE, f"2^{x.size} sums take {gibibytes(x.size)}")
    with np.errstate(over="ignore"):
        if not np.isfinite(np.abs(x).sum()):
            raise ValueError("x: the absolute values must add up to a finite number")
    return _sums_in_order(x)


def _sums_in_order(x: np.ndarray) -> np.ndarray:
    sums = np.zeros(1, dtype=x.dtype)
    for value in x[::-1]:
        sums = np.concatenate([sums, sums + value])
    return sums
