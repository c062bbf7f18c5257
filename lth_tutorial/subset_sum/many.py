"""The best subsets for many instances at once."""

from typing import NamedTuple

import numpy as np

from lth_tutorial.checks import at_most, exact_error, finite_array, gibibytes

from .best import MOST_CANDIDATES, best_subset
from .grid import scaled, to_grid

# Beyond this many candidates one instance fills the caches, and there is nothing to gain from batches.
_MOST_BATCHED = 28
# Numbers in a block of instances: about what stays in the processor's cache.
_BLOCK = 1 << 17
# Rounded sums stay below 2^_SPAN, and their differences within 64 bits.
_SPAN = 61
_FAR = np.uint64(2**64 - 1)


class Subsets(NamedTuple):
    """One subset for each of m instances: masks (m, n) bool, totals (m,), errors (m,) float64."""

    masks: np.ndarray
    totals: np.ndarray
    errors: np.ndarray


def best_subsets(x, z) -> Subsets:
    r"""`best_subset` for each of m instances: the same masks, totals and errors, bit for bit.

        for each k:  min over s in {0, 1}^n of | sum_i s_i x_ki - z_k |

    Args:
        x: (m, n) candidates of each instance, or (n,) the same for all; finite, 1 <= n <= 52.
        z: (m,) targets, finite.

    Returns:
        Subsets(masks (m, n) bool, totals (m,), errors (m,)).

    Raises:
        ValueError: as `best_subset`; or x and z disagree on m.

    The candidates of an instance are rounded to the bits that are free beside a mask; its half sums and
    target minus half sums, each carrying its mask, are sorted in one row. The closest neighbours are
    the best pair unless another pair comes within the rounding: then the instance is handed to
    `best_subset`. So the result is exact always, and fast when ties are rare. Time O(m 2^(n/2) n),
    memory a few blocks of 2^17 numbers.
    """
    x = finite_array("x", x, (1, 2))
    z = finite_array("z", z, 1)
    if x.ndim == 2 and len(x) != len(z):
        raise ValueError(f"x holds {len(x)} instances and z {len(z)} targets; they must agree")
    n = x.shape[-1]
    at_most("x", n, MOST_CANDIDATES, f"{n} would need about {gibibytes(n / 2, 6)}")
    x = np.broadcast_to(x, (len(z), n))
    masks = best_masks(x, z)
    totals, errors = np.empty(len(z)), np.empty(len(z))
    for start in range(0, len(z), _BLOCK):
        part = slice(start, start + _BLOCK)
        totals[part], errors[part] = _exact_errors(x[part], masks[part], z[part])
    return Subsets(masks, totals, errors)


def best_masks(x: np.ndarray, z: np.ndarray) -> np.ndarray:
    """The masks alone, for arguments that `best_subsets` has checked; x (m, n), z (m,)."""
    n = x.shape[1]
    masks = np.empty((len(z), n), dtype=bool)
    unsure = np.ones(len(z), dtype=bool)
    if n <= _MOST_BATCHED:
        rows = max(1, _BLOCK >> (n - n // 2))
        # The same memory serves every block: fresh pages would cost as much as the sorting.
        memory = np.empty((3, rows, (1 << n // 2) + (1 << (n - n // 2))), dtype=np.int64)
        for start in range(0, len(z), rows):
            part = slice(start, start + rows)
            masks[part], unsure[part] = _solve_block(x[part], z[part], memory[:, : len(z[part])])
    for k in np.flatnonzero(unsure):
        masks[k] = best_subset(x[k], z[k]).mask
    return masks


def _solve_block(x: np.ndarray, z: np.ndarray, memory: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Masks of a block of instances, and which of them are not certain; works in `memory`."""
    n = x.shape[1]
    half = n // 2
    tag = n - half + 1  # bits of the longer half's mask, and one that tells the halves apart
    with np.errstate(over="ignore"):
        total = np.abs(x).sum(axis=1) + np.abs(z) + np.finfo(float).tiny
    if not np.isfinite(total).all():
        raise ValueError("x and z: their absolute values must add up to a finite number")
    shift = _SPAN - tag - np.frexp(total)[1]
    coarse = np.rint(scaled(x, shift[:, None])).astype(np.int64) << tag
    target = np.rint(scaled(z, shift)).astype(np.int64) << tag
    row = memory[0]
    _fill(row[:, : 1 << half], 0, coarse[:, :half])
    _fill(row[:, 1 << half :], target | 1, -coarse[:, half:])
    row.sort(axis=1)
    at, unsure = _closest_neighbours(row, (n + 3) << tag, memory[1:, :, 1:])
    pair = np.take_along_axis(row, at[:, None] + np.arange(2), axis=1)
    pair = np.where(pair[:, :1] & 1, pair[:, ::-1], pair)
    masks = np.concatenate([_bits(pair[:, 0], half), _bits(pair[:, 1], n - half)], axis=1)
    return masks, unsure


def _fill(sums: np.ndarray, start, x: np.ndarray) -> None:
    """All 2^n of start + subset sums of each row of x (m, n), bit k + 1 saying that x[:, k] is in."""
    sums[:, 0] = start
    for k in range(x.shape[1]):
        width = 1 << k
        np.add(sums[:, :width], x[:, k : k + 1] + (2 << k), out=sums[:, width : 2 * width])


def _bits(tagged: np.ndarray, n: int) -> np.ndarray:
    return (tagged[:, None] >> np.arange(1, n + 1) & 1).astype(bool)


def _closest_neighbours(
    row: np.ndarray, slack: int, memory: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Where in each sorted row the closest numbers of different halves stand, and where that is unsure.

    Rounding n candidates and a target to the nearest unit changes a distance by at most (n + 1) / 2
    units, the masks below the unit by less than one: a pair is certainly the best if every other pair is
    more than `slack` = n + 3 units further apart; a rival's true error is then larger by more than one
    of these units, which is more than `best_subset` can lose by its own, finer rounding. A rival pair
    encloses two neighbours of different halves. If these are others than the closest ones, they are
    themselves a second close pair; if they are the closest ones, at positions (p, p + 1), the rival
    reaches to p - 1 or p + 2, and what lies between there and its neighbour is within the slack.
    """
    gap, between = memory
    np.subtract(row[:, 1:], row[:, :-1], out=gap)
    # A difference is odd iff its numbers come from different halves; others are put out of the way.
    np.bitwise_and(gap, 1, out=between)
    between -= 1
    between |= gap
    between = between.view(np.uint64)
    at = between.argmin(axis=1)
    index = np.arange(len(row))
    least = between[index, at]
    between[index, at] = _FAR
    unsure = between.min(axis=1) <= least + np.uint64(slack)
    for step in (-1, 1):
        beside = np.clip(at + step, 0, gap.shape[1] - 1)
        unsure |= (beside != at) & (gap[index, beside] <= slack)
    return at, unsure


def _exact_errors(x: np.ndarray, masks: np.ndarray, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Totals and errors as `best_subset` reports them: each rounded once from its exact value."""
    integers, targets, exponent, exact = to_grid(x, z)
    sums = (integers * masks).sum(axis=1)
    totals = scaled(sums.astype(float), exponent)
    errors = scaled(np.abs(sums - targets).astype(float), exponent)
    whole = exact & (scaled(targets.astype(float), exponent) == z)
    for k in np.flatnonzero(~whole):
        totals[k], errors[k] = exact_error(x[k], masks[k], z[k])
    return totals, errors
