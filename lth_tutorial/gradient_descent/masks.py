"""The best mask of each column of a matrix: one subset-sum problem a column."""

from typing import NamedTuple

import numpy as np

from lth_tutorial.checks import finite_array, finite_number
from lth_tutorial.subset_sum import best_subsets


class Masks(NamedTuple):
    """Best masks and what they leave: masks (..., n, d) bool, gaps (..., d) = kept sum minus target."""

    masks: np.ndarray
    gaps: np.ndarray


def best_masks(u: np.ndarray, w: np.ndarray, size: int | None = None) -> Masks:
    r"""The mask M in {0, 1}^{n x d} that minimises |w - (U o M)'1|, exact, column by column.

        for each j:  min over S of | sum_{i in S} u_ij - w_j |,   with |S| = size where a size is given

    Of several best masks `best_subsets`' rule picks one: 0 before 1, first row first. A size is enforced by
    adding one large number B to all candidates and size * B to the target: no other number of candidates
    comes near it. B costs digits: of that problem the mask is best up to n 2^-50 of |u_j|_1 + |w_j|.

    Args:
        u: (..., n, d), 1 <= n <= 52. w: (..., d); leading dimensions are broadcast.
        size: how many entries each column keeps, 0 to n; any number by default.

    Raises:
        ValueError: size is not a whole number in [0, n]; or as `best_subsets`.

    Time as `best_subsets`, O(2^(n/2) n) a column.
    """
    u, w = finite_array("u", u, tuple(range(2, 8))), finite_array("w", w, tuple(range(1, 7)))
    n, d = u.shape[-2:]
    if w.shape[-1] != d:
        raise ValueError(f"w must have d = {d} columns as u has, got shape {w.shape}")
    lead = np.broadcast_shapes(u.shape[:-2], w.shape[:-1])
    columns = np.broadcast_to(np.swapaxes(u, -1, -2), (*lead, d, n)).reshape(-1, n)
    targets = np.broadcast_to(w, (*lead, d)).reshape(-1)
    if size is None:
        kept = best_subsets(columns, targets).masks
    else:
        kept = best_subsets(*_with_size(columns, targets, size)).masks
    gaps = _kept_sums(columns, kept, targets).reshape(*lead, d)
    return Masks(np.swapaxes(kept.reshape(*lead, d, n), -1, -2), gaps)


def _with_size(x: np.ndarray, z: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Candidates and targets moved so far that only subsets of `size` members come near."""
    n = x.shape[1]
    number = finite_number("size", size)
    if number != int(number) or not 0 <= number <= n:
        raise ValueError(f"size must be a whole number from 0 to n = {n}, got {size}")
    reach = np.abs(x).sum(axis=1) + np.abs(z)
    far = np.ldexp(1.0, np.frexp(reach)[1] + 1)  # a power of two above 2 * reach
    return x + far[:, None], z + size * far


def _kept_sums(x: np.ndarray, kept: np.ndarray, z: np.ndarray) -> np.ndarray:
    return np.where(kept, x, 0.0).sum(axis=1) - z
