"""Sorted lists of subset sums, the halves that meet in the middle."""

import numpy as np

# Lists of at most this many sums are kept; longer ones are made again when they are needed.
KEPT = 1 << 17
# Up to this many values are looked up by meeting in the middle once more, instead of in a long list.
_FEW = 256


def sorted_sums(x: np.ndarray, kept: dict[int, np.ndarray] | None = None) -> np.ndarray:
    """All 2^n subset sums of the integers x (n,), sorted, with repetitions. Time and memory O(2^n).

    Each candidate, from the last to the first, adds a shifted copy of the sums so far. The two sorted
    runs are merged in linear time: numpy's stable sort of 64-bit integers finds runs and merges them.

    Args:
        x: (n,) int64.
        kept: if given, receives the sorted sums of each short enough suffix x[n - k:], by its length k.
    """
    sums = np.empty(1 << len(x), dtype=np.int64)
    sums[0], width = 0, 1
    for k, value in enumerate([0, *x[::-1]]):
        if k:
            np.add(sums[:width], value, out=sums[width : 2 * width])
            width *= 2
            sums[:width].sort(kind="stable")
        if kept is not None and width <= KEPT:
            kept[k] = sums[:width].copy()
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
