"""The best mask and perturbation for one target: exhaustive search, and meeting in the middle."""

import math
from typing import NamedTuple

import numpy as np

from lth_tutorial import subset_sum
from lth_tutorial.checks import at_most, count_of_subsets, finite_array, finite_number, gibibytes
from lth_tutorial.subset_sum.grid import to_grid
from lth_tutorial.subset_sum.sorted_sums import sorted_sums

MOST_CANDIDATES = 48
MOST_EXHAUSTIVE = 24
_CHUNK = 1 << 14
# The integers of an instance add up to less than 2^_BITS, so that a sum and _FAR fit into 64 bits.
_BITS = 61
_FAR = np.int64(2**62)
# Sums that carry their number stay below 2^_SPAN.
_SPAN = 62


class PerturbedSubset(NamedTuple):
    """A subset, what its members move by, the sum they then have, and its distance from the target.

    mask: (n,) bool. perturbation: (n,) float64, 0 outside the mask. total, error: floats.
    """

    mask: np.ndarray
    perturbation: np.ndarray
    total: float
    error: float


def best_subset(x, z, epsilon) -> PerturbedSubset:
    r"""The subset that comes nearest to the target when its members may move a little, exact.

        min over s in {0, 1}^n and |y_i| <= epsilon_i of | sum_i s_i (x_i + y_i) - z |

    For a fixed mask the best y is known: with s = sum of its candidates and R = sum of its radii the
    error is max(0, |s - z| - R). So a mask stands for the interval [s - R, s + R], and the problem is to
    find the interval nearest to z; the empty mask is the point 0. Of several optimal masks the
    lexicographically smallest is returned (0 before 1, x[0] read first), and of its optimal perturbations
    the one that moves every member by the same share of its radius. With epsilon = 0 this is
    `subset_sum.best_subset`, mask for mask.

    Exact in the sense of `subset_sum.best_subset`: the numbers are integers on a common binary grid. The
    mask is optimal for the numbers as they are if sum |x_i| + sum epsilon_i + |z| is below 2^59 times the
    last binary digit that any x_i or epsilon_i has. Where it is not (as for epsilon = 1e-3, whose last
    digit is far below those of most x), all numbers are first rounded to multiples of a unit u, about
    2^-60 of that sum at most, and the mask is optimal up to (2n + 1) u.

    Meeting in the middle: sums of the first half and target minus sums of the second give two families
    of intervals; wanted is the closest pair. Sorted by their centres, an interval's nearest partner on
    the left is the one that reaches furthest right, a running maximum, and the same on the right.

    Args:
        x: (n,) finite candidates, 1 <= n <= 48.
        z: finite target.
        epsilon: radius of every candidate, or (n,) one radius for each; finite, >= 0.

    Returns:
        PerturbedSubset(mask (n,) bool, perturbation (n,), total, error). The total is the real number
        sum_i s_i (x_i + y_i) of the optimum, rounded once; the stored perturbation is y, rounded.

    Raises:
        ValueError: as `subset_sum.best_subset`; or epsilon is negative, not finite, or of another shape.

    Time and memory O(2^(n/2)). Source: the problem is that of Xiong, Liao, Kyrillidis (AISTATS 2023).
    Chapter 2.
    """
    x, z = finite_array("x", x, 1), finite_number("z", z)
    n = len(x)
    at_most("x", n, MOST_CANDIDATES, f"{n} would need about {gibibytes(n / 2, 10)}")
    radii = as_radii(epsilon, (n,))
    if not radii.any():
        return finish(x, z, radii, subset_sum.best_subset(x, z).mask)
    integers, grid_radii, target = on_grid(x[None], radii[None], np.array([z]))
    return finish(x, z, radii, _best_mask(integers[0], grid_radii[0], target[0]))


def as_radii(epsilon, shape: tuple[int, ...]) -> np.ndarray:
    """epsilon as an array of `shape`, (n,) or (m, n): a scalar, (n,) radii, or all of them.

    Raises:
        ValueError: negative, not finite, or of another shape.
    """
    radii = finite_array("epsilon", epsilon, (0, 1, 2))
    if radii.min() < 0:
        raise ValueError(f"epsilon must not be negative, got {radii.min()}")
    allowed = dict.fromkeys([(), shape[-1:], shape])
    if radii.shape not in allowed:
        wanted = " or ".join(map(str, allowed))
        raise ValueError(f"epsilon must have shape {wanted}, got {radii.shape}")
    return np.broadcast_to(radii + 0.0, shape)  # no -0.0


def on_grid(x, radii, z) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows of candidates, radii and targets as integers; see `subset_sum.grid`."""
    joint, targets, _, _ = to_grid(
        np.concatenate([x, radii], axis=1), z, _BITS, "x, epsilon (per candidate) and z"
    )
    n = x.shape[1]
    return joint[:, :n], joint[:, n:], targets


def finish(x: np.ndarray, z: float, radii: np.ndarray, mask: np.ndarray) -> PerturbedSubset:
    """The optimal perturbation of a mask, its total and its error, each rounded once."""
    chosen, reach = x[mask].tolist(), radii[mask].tolist()
    offset = math.fsum([z, *(-v for v in chosen)])
    sign = 1.0 if offset >= 0 else -1.0
    error = max(0.0, math.fsum([sign * z, *(-sign * v for v in chosen), *(-r for r in reach)]))
    total = math.fsum([*chosen, *(sign * r for r in reach)]) if error else z
    radius = math.fsum(reach)
    share = min(max(offset / radius, -1.0), 1.0) if radius else 0.0
    return PerturbedSubset(mask, np.where(mask, share * radii, 0.0), total, error)


def _best_mask(x: np.ndarray, radii: np.ndarray, z: np.int64) -> np.ndarray:
    half = len(x) // 2
    first = _Family(0, x[:half], radii[:half])
    second = _Family(
        z, -x[half:], radii[half:]
    )  # the intervals around z - b: what the first must meet
    error, at = _closest_pair(first, second)
    partner = second.first_within(error, *first.intervals(np.array([at])))
    return np.concatenate([to_mask(at, half), to_mask(partner, len(x) - half)])


class _Family:
    """The 2^n intervals [start + s - R, start + s + R], s and R subset sums of x and of the radii.

    Numbered by their masks; a number's sum is that of its high and its low bits, so that two short
    tables serve, which stay in the processor's cache.
    """

    def __init__(self, start, x: np.ndarray, radii: np.ndarray):
        self.x, n = x, len(x)
        self.bits = n // 2
        self.high_sums = sums_in_order(x[: n - self.bits], start)
        self.low_sums = sums_in_order(x[n - self.bits :])
        self.high_radii = sums_in_order(radii[: n - self.bits])
        self.low_radii = sums_in_order(radii[n - self.bits :])

    def intervals(self, numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Centres and radii of the intervals with these numbers."""
        high, low = numbers >> self.bits, numbers & ((1 << self.bits) - 1)
        return self.high_sums[high] + self.low_sums[low], self.high_radii[high] + self.low_radii[
            low
        ]

    def sorted_numbers(self) -> np.ndarray:
        """Numbers in the order of the centres, in nearly linear time.

        `sorted_sums` merges sums that carry their number in their low bits. Where it leaves too few bits
        for a sum, sums are rounded; the few that then stand in the wrong order are put right by a second
        sort, which is quick on what is nearly sorted.
        """
        n = len(self.x)
        shift = max(0, int(np.abs(self.x).sum()).bit_length() + n + 1 - _SPAN)
        numbers = sorted_sums(((self.x >> shift) << n) + (1 << np.arange(n)[::-1]))
        numbers &= (1 << n) - 1
        centres = np.empty_like(numbers)
        for part in _parts(len(numbers)):
            centres[part], _ = self.intervals(numbers[part])
        if shift and np.any(centres[1:] < centres[:-1]):
            numbers = numbers[np.argsort(centres, kind="stable")]
        return numbers

    def first_within(self, distance: int, centre, radius) -> int:
        """The smallest number whose interval is within `distance` of another one."""
        for k, (sum_, reach) in enumerate(zip(self.high_sums, self.high_radii, strict=True)):
            near = (
                np.abs(self.low_sums + (sum_ - centre)) - self.low_radii
                <= distance + radius + reach
            )
            if near.any():
                return (k << self.bits) + int(np.argmax(near))
        raise AssertionError("the closest pair has two members")


def _parts(length: int):
    return (slice(k, k + _CHUNK) for k in range(0, length, _CHUNK))


def _closest_pair(a: _Family, b: _Family) -> tuple[int, int]:
    """The least distance (0 where two meet) of an interval of a from one of b, and its first number in a."""
    order_a, order_b = a.sorted_numbers(), b.sorted_numbers()
    # How far right the first k intervals of b reach, and how far left the others do.
    to_the_right = np.empty(len(order_b) + 1, dtype=np.int64)
    to_the_left, centres = np.empty_like(to_the_right), np.empty_like(order_b)
    to_the_right[0], to_the_left[-1] = -_FAR, _FAR
    for part in _parts(len(order_b)):
        centre, radius = b.intervals(order_b[part])
        centres[part] = centre
        to_the_right[1:][part], to_the_left[:-1][part] = centre + radius, centre - radius
    np.maximum.accumulate(to_the_right, out=to_the_right)
    np.minimum.accumulate(to_the_left[::-1], out=to_the_left[::-1])
    best, at, start = 2 * int(_FAR), 0, 0
    for part in _parts(len(order_a)):
        numbers = order_a[part]
        centre, radius = a.intervals(numbers)
        stop = start + int(np.searchsorted(centres[start:], centre[-1], side="right"))
        k = start + np.searchsorted(centres[start:stop], centre, side="right")
        apart = np.minimum(centre - to_the_right[k], to_the_left[k] - centre) - radius
        np.maximum(apart, 0, out=apart)
        least = int(apart.min())
        if least <= best:
            first = int(numbers[apart == least].min())
            best, at = least, (first if least < best else min(at, first))
        start = stop
    return best, at


def sums_in_order(x: np.ndarray, start=0, out: np.ndarray | None = None) -> np.ndarray:
    """start + all 2^n sums of the integers x (..., n) in the order of their masks.

    x[..., 0] is the highest bit of a mask; start: scalar or (...).
    """
    *rows, n = x.shape
    sums = np.empty((*rows, 1 << n), dtype=np.int64) if out is None else out
    sums[..., 0] = start
    for k in range(n):
        width = 1 << k
        np.add(sums[..., :width], x[..., n - 1 - k, None], out=sums[..., width : 2 * width])
    return sums


def to_mask(index: int, n: int) -> np.ndarray:
    """The mask (n,) whose bits, x[0] highest, are the binary digits of `index`."""
    return (int(index) >> np.arange(n - 1, -1, -1) & 1).astype(bool)


def exhaustive_search(x, z, epsilon) -> PerturbedSubset:
    """`best_subset` by trying all 2^n masks: the reference, with the same contract and tie rule.

    Args:
        x: (n,) finite candidates, 1 <= n <= 24.
        z: finite target.
        epsilon: scalar or (n,), >= 0.

    Raises:
        ValueError: as `best_subset`, and n > 24.
    """
    x, z = finite_array("x", x, 1), finite_number("z", z)
    n = len(x)
    at_most(
        "x", n, MOST_EXHAUSTIVE, f"{n} would mean {count_of_subsets(n)} subsets; use best_subset"
    )
    radii = as_radii(epsilon, (n,))
    if not radii.any():
        return finish(x, z, radii, subset_sum.exhaustive_search(x, z).mask)
    integers, grid_radii, target = on_grid(x[None], radii[None], np.array([z]))
    apart = np.abs(sums_in_order(integers[0]) - target[0]) - sums_in_order(grid_radii[0])
    return finish(x, z, radii, to_mask(int(np.argmin(np.maximum(apart, 0))), n))
