"""The best masks and perturbations for many instances at once."""

from typing import NamedTuple

import numpy as np

from lth_tutorial import subset_sum
from lth_tutorial.checks import at_most, finite_array, gibibytes

from .best import (
    MOST_CANDIDATES,
    as_radii,
    best_subset,
    finish,
    on_grid,
    sums_in_order,
)

# Beyond this many candidates one instance fills the caches, and there is nothing to gain from batches.
_MOST_BATCHED = 26
# Numbers in a block of instances: about what stays in the processor's cache.
_BLOCK = 1 << 17
_FAR = np.int64(2**62)


class PerturbedSubsets(NamedTuple):
    """One answer for each of m instances.

    masks: (m, n) bool. perturbations: (m, n) float64. totals, errors: (m,) float64.
    """

    masks: np.ndarray
    perturbations: np.ndarray
    totals: np.ndarray
    errors: np.ndarray


def best_subsets(x, z, epsilon) -> PerturbedSubsets:
    r"""`best_subset` for each of m instances: the same masks, perturbations, totals and errors.

        for each k:  min over s in {0, 1}^n, |y_i| <= epsilon_ki of | sum_i s_i (x_ki + y_i) - z_k |

    Args:
        x: (m, n) candidates of each instance, or (n,) the same for all; finite, 1 <= n <= 48.
        z: (m,) targets, finite.
        epsilon: scalar, (n,), or (m, n); >= 0.

    Returns:
        PerturbedSubsets(masks (m, n), perturbations (m, n), totals (m,), errors (m,)).

    Raises:
        ValueError: as `best_subset`; or x and z disagree on m.

    Time O(m 2^(n/2) n), memory a few blocks of 2^17 numbers. The two families of intervals of an instance
    (see `best_subset`) are sorted in one row by their centres, each number carrying its place in its low
    bits. Where that leaves too few bits for the centres to come out in order, the instance is handed to
    `best_subset`.
    """
    x = finite_array("x", x, (1, 2))
    z = finite_array("z", z, 1)
    if x.ndim == 2 and len(x) != len(z):
        raise ValueError(f"x holds {len(x)} instances and z {len(z)} targets; they must agree")
    n = x.shape[-1]
    at_most("x", n, MOST_CANDIDATES, f"{n} would need about {gibibytes(n / 2, 10)}")
    x = np.broadcast_to(x, (len(z), n))
    radii = as_radii(epsilon, x.shape)
    masks = best_masks(x, z, radii)
    done = (finish(*instance) for instance in zip(x, z.tolist(), radii, masks, strict=True))
    totals, errors = np.empty(len(z)), np.empty(len(z))
    perturbations = np.empty(x.shape)
    for k, answer in enumerate(done):
        perturbations[k], totals[k], errors[k] = answer.perturbation, answer.total, answer.error
    return PerturbedSubsets(masks, perturbations, totals, errors)


def best_masks(x: np.ndarray, z: np.ndarray, radii: np.ndarray) -> np.ndarray:
    """The masks alone, for arguments that `best_subsets` has checked; x, radii (m, n), z (m,)."""
    n = x.shape[1]
    moving = radii.any(axis=1)
    if not moving.all():
        masks = np.empty(x.shape, dtype=bool)
        masks[~moving] = subset_sum.many.best_masks(x[~moving], z[~moving])
        if moving.any():
            masks[moving] = best_masks(x[moving], z[moving], radii[moving])
        return masks
    masks = np.empty(x.shape, dtype=bool)
    unsure = np.ones(len(z), dtype=bool)
    if n <= _MOST_BATCHED:
        rows = max(1, _BLOCK >> (n - n // 2))
        # The same memory serves every block: fresh pages would cost as much as the sorting.
        memory = np.empty((5, rows, (1 << n // 2) + (1 << (n - n // 2))), dtype=np.int64)
        for start in range(0, len(z), rows):
            part = slice(start, start + rows)
            grid = on_grid(x[part], radii[part], z[part])
            masks[part], unsure[part] = _solve_block(*grid, memory[:, : len(z[part])])
    for k in np.flatnonzero(unsure):
        masks[k] = best_subset(x[k], z[k], radii[k]).mask
    return masks


def _solve_block(x, radii, z, memory) -> tuple[np.ndarray, np.ndarray]:
    """Masks of a block of instances on the grid, and which of them are not certain; works in `memory`."""
    n = x.shape[1]
    half = n // 2
    first = 1 << half  # places below it belong to the first family, the others to the second
    centres, reach, place, right, left = memory
    sums_in_order(x[:, :half], out=centres[:, :first])
    sums_in_order(-x[:, half:], z, out=centres[:, first:])
    sums_in_order(radii[:, :half], out=reach[:, :first])
    sums_in_order(radii[:, half:], out=reach[:, first:])
    _sorted_places(centres, out=place)
    of_first = np.flatnonzero(place < first).reshape(-1, first)
    at = place.take(of_first)
    place += centres.shape[1] * np.arange(len(z))[:, None]
    places = place.astype(
        np.intp, copy=False
    )  # numpy takes by no other type where indices have 32 bits
    np.take(centres, places, out=right, mode="clip")
    unsure = np.any(right[:, 1:] < right[:, :-1], axis=1)
    centre = right.take(of_first)
    np.take(reach, places, out=left, mode="clip")
    radius = left.take(of_first)
    np.subtract(right, left, out=place)
    right += left
    left = place
    right.put(of_first, -_FAR)
    left.put(of_first, _FAR)
    # The furthest that the second family reaches from the left, and from the right, up to each place.
    np.maximum.accumulate(right, axis=1, out=right)
    np.minimum.accumulate(left[:, ::-1], axis=1, out=left[:, ::-1])
    apart = np.minimum(centre - right.take(of_first), left.take(of_first) - centre)
    apart -= radius
    np.maximum(apart, 0, out=apart)
    least = apart.min(axis=1)
    at[apart > least[:, None]] = first
    at = at.min(axis=1)
    index = np.arange(len(z))
    away = np.subtract(centres[:, first:], centres[index, at][:, None], out=right[:, first:])
    np.abs(away, out=away)
    away -= reach[:, first:]
    partner = np.argmax(away <= (least + reach[index, at])[:, None], axis=1)
    return _bits((at << (n - half)) | partner, n), unsure


def _sorted_places(centres: np.ndarray, out: np.ndarray) -> None:
    """The places that sort each row, up to the rounding of centres that leave too few bits for a place."""
    width = centres.shape[1]
    bits = (width - 1).bit_length()
    height = max(int(centres.max()), -int(centres.min())).bit_length()
    np.right_shift(centres, max(0, height + bits - 62), out=out)
    out <<= bits
    out |= np.arange(width)
    out.sort(axis=1)
    out &= (1 << bits) - 1


def _bits(numbers: np.ndarray, n: int) -> np.ndarray:
    return (numbers[:, None] >> np.arange(n - 1, -1, -1) & 1).astype(bool)
