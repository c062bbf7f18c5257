"""One column: its weights all move by one shift q, and the best error is a function of q alone."""

import numpy as np

from lth_tutorial.checks import finite_array, finite_number
from lth_tutorial.subset_sum import best_subsets, subset_sums

MOST_LISTED = 20


def error_of_shift(u, w: float, shifts) -> np.ndarray:
    r"""e(q) = min over S of | sum_{i in S} (u_i + q) - w |, for each q in shifts.

    Piecewise linear in q: mask S contributes |S| |q - q_S| with its zero q_S = (w - u_S) / |S|, the empty
    mask the constant |w|.

    Args:
        u: (n,) weights. w: target. shifts: (k,).

    Returns:
        (k,) float64, exact up to one rounding of each u_i + q.

    Raises:
        ValueError: as `best_subsets`.
    """
    u, w, shifts = finite_array("u", u, 1), finite_number("w", w), finite_array("shifts", shifts, 1)
    return best_subsets(u + shifts[:, None], np.full(len(shifts), w)).errors


def end(u, w: float) -> float:
    """q* = (w - sum u) / n, where the descent ends: the zero of the mask that keeps everything."""
    u = finite_array("u", u, 1)
    return (finite_number("w", w) - float(u.sum())) / len(u)


def crossed(u, w: float) -> tuple[np.ndarray, np.ndarray]:
    """The masks whose zero lies strictly between 0 and q*: their zeros and sizes, in order of the way.

    With residual r = sum u - w, mask S is crossed iff 0 < (u_S - w) / r < |S| / n.

    Args:
        u: (n,), n <= 20. w: target.

    Returns:
        zeros (k,), sizes (k,); both empty if r = 0.

    Raises:
        ValueError: u is not finite, or longer than 20.
    """
    u, w = finite_array("u", u, 1), finite_number("w", w)
    n = len(u)
    if n > MOST_LISTED:
        raise ValueError(f"u must hold at most {MOST_LISTED} weights to list all masks, got {n}")
    r = float(u.sum()) - w
    sums, sizes = subset_sums(u)[1:-1], subset_sums(np.ones(n))[1:-1]
    if r == 0:
        return np.empty(0), np.empty(0, dtype=int)
    place = (sums - w) / r
    inside = (place > 0) & (place < sizes / n)
    zeros, sizes = (w - sums[inside]) / sizes[inside], sizes[inside].astype(int)
    order = np.argsort(np.abs(zeros))
    return zeros[order], sizes[order]


def never_rises(u, w: float) -> bool:
    """Whether the error never rises when the shift runs from 0 to q* (then no steps with kappa <= 1 do).

    True iff no zero is crossed and e(0) belongs to a mask that does not get worse on the way: the empty
    one, or one whose signed error has the sign of the residual (or r = 0: nothing moves).
    """
    u, w = finite_array("u", u, 1), finite_number("w", w)
    r = float(u.sum()) - w
    if r == 0 or w == 0:
        return True
    if len(crossed(u, w)[0]):
        return False
    gaps = subset_sums(u) - w
    helpful = gaps * np.sign(r) > 0
    helpful[0] = True
    return bool(np.abs(gaps[helpful]).min() <= np.abs(gaps).min() + 1e-15)


def pruned_error(u, w) -> np.ndarray:
    """The best error among masks that prune at least one weight; u (..., n), w (...).

    min over S != {1, ..., n} of | u_S - w |: the best of the n problems that leave one weight out.

    Raises:
        ValueError: fewer than two weights; or as `best_subsets`.
    """
    u, w = finite_array("u", u, tuple(range(1, 7))), finite_array("w", w, tuple(range(6)))
    if u.shape[:-1] != w.shape:
        raise ValueError(f"w must be {u.shape[:-1]} like the rows of u, got {w.shape}")
    n = u.shape[-1]
    if n < 2:
        raise ValueError(f"u must hold at least 2 weights, got {n}")
    best = np.full(w.shape, np.inf).reshape(-1)
    for i in range(n):
        rest = np.delete(u, i, axis=-1).reshape(-1, n - 1)
        best = np.minimum(best, best_subsets(rest, w.reshape(-1)).errors)
    return best.reshape(w.shape)
