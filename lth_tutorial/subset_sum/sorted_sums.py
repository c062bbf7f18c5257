"""Sorted lists of subset sums, the halves that meet in the middle."""

from collections.abc import Iterator

import numpy as np

# Lists of at most this many sums are kept; longer ones are made again when they are needed.
KEPT = 1 << 17
# Up to this many values are looked up by meeting in the middle once more, instead of in a long list.
_FEW = 256


def merge(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The sorted union (with repetitions) of two sorted arrays, in linear time.

    numpy's stable sort of 64-bit integers finds the two sorted runs and merges them.
    """
    both = np.concatenate([a, b])
    both.sort(kind="stable")
    return both


def growing_sums(x: np.ndarray) -> Iterator[np.ndarray]:
    """Sorted sums of x[n:], x[n-1:], ..., x[0:]: 1, 2, 4, ..., 2^n of them."""
    sums = np.zeros(1, dtype=np.int64)
    yield sums
    for value in x[::-1]:
        sums = merge(sums, sums + value)
        yield sums


def sorted_sums(x: np.ndarray) -> np.ndarray:
    """All 2^n subset sums of the integers x (n,), sorted, with repetitions. Time and memory O(2^n)."""
    for sums in growing_sums(x):
        pass
    return sums


def contains(ordered: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Which of `values` occur in the sorted array `ordered`."""
    at = np.minimum(np.searchsorted(ordered, values), len(ordered) - 1)
    return ordered[at] == values


def reachable(x: np.ndarray, values: np.ndarray, kept: dict[int, np.ndarray]) -> np.ndarray:
    """Which of `values` are subset sums of the integers x; `kept` holds some lists by their length n."""
    n = len(x)
    if n in kept:
        return contains(kept[n], values)
    if len(values) > _FEW:
        return contains(sorted_sums(x), values)
    second = sorted_sums(x[n // 2 :])
    rest = values[:, None] - sorted_sums(x[: n // 2])
    return contains(second, rest.ravel()).reshape(rest.shape).any(axis=1)


def first_mask(x: np.ndarray, values: np.ndarray, kept: dict[int, np.ndarray]) -> np.ndarray:
    """The lexicographically smallest mask whose sum is one of `values`, with x[0] read first.

    Bit by bit: leave x[k] out if some value is a sum of the rest without it. At each step at most
    2^(n-k) distinct values are left, so with a list of the sums at hand the whole walk is linear.

    Args:
        x: (n,) int64.
        values: (k,) distinct int64, at least one of them a subset sum of x.
    """
    values = values[reachable(x, values, kept)]
    mask = np.zeros(len(x), dtype=bool)
    for k, value in enumerate(x):
        without = values[reachable(x[k + 1 :], values, kept)]
        mask[k] = len(without) == 0
        values = values - value if mask[k] else without
    return mask
