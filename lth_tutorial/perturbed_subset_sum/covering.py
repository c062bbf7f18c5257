"""The worst best-error over all targets of an interval, when candidates may move."""

import numpy as np

from lth_tutorial import subset_sum
from lth_tutorial.checks import at_most, finite_array, finite_number, gibibytes
from lth_tutorial.subset_sum.grid import to_grid
from lth_tutorial.subset_sum.sorted_sums import sorted_sums

from .best import as_radii

MOST_CANDIDATES = 26


def covering_error(x, epsilon, low: float = -0.5, high: float = 0.5) -> float:
    r"""How badly the worst target of an interval is served when every candidate may move by epsilon.

        max over z in [low, high] of min over s in {0, 1}^n, |y_i| <= epsilon_i of
            | sum_i s_i (x_i + y_i) - z |

    Mask s serves the targets of an interval from l(s) = sum s_i (x_i - epsilon_i) to
    r(s) = sum s_i (x_i + epsilon_i) exactly; what is missing are the gaps of the union of these 2^n
    intervals. Sort the left ends and, apart from them, the right ends: between the k-th right end and
    the (k+1)-th left end lies a gap if and only if the first is smaller. (A target is in a gap exactly
    when as many intervals have begun as have ended before it.) So two sorted lists of subset sums
    suffice, and 0.0 is returned when every target is hit exactly.

    Exact as `best_subset` is: computed in integers on the common binary grid of x, epsilon, low and high,
    rounded once; where they do not fit into 60 bits, within (2n + 1) units of the grid.

    Args:
        x: (n,) finite candidates, 1 <= n <= 26 (38 when epsilon is 0: `subset_sum.covering_error`).
        epsilon: scalar or (n,), >= 0.
        low, high: finite, low <= high.

    Returns:
        the error as a float.

    Raises:
        ValueError: as `subset_sum.covering_error`; or epsilon is negative, not finite, or of another shape.

    Time and memory O(2^n). Chapter 2.
    """
    x = finite_array("x", x, 1)
    low, high = finite_number("low", low), finite_number("high", high)
    if low > high:
        raise ValueError(f"low must not exceed high, got low = {low} and high = {high}")
    radii = as_radii(epsilon, x.shape)
    if not radii.any():
        return subset_sum.covering_error(x, low, high)
    n = len(x)
    at_most("x", n, MOST_CANDIDATES, f"{n} would need about {gibibytes(n, 3)} of memory")
    joint, _, exponent, _ = to_grid(
        np.r_[x, radii, low, high][None],
        np.zeros(1),
        60,
        "x, epsilon (per candidate), low and high",
    )
    # All is doubled, so that midpoints are whole.
    values, reach = 2 * joint[0, :n], 2 * joint[0, n : 2 * n]
    worst = _largest_miss(
        sorted_sums(values - reach), sorted_sums(values + reach), *(2 * joint[0, 2 * n :])
    )
    return float(np.ldexp(float(worst), int(exponent[0]) - 1))


def _largest_miss(left: np.ndarray, right: np.ndarray, low, high) -> int:
    """The largest distance of a target in [low, high] from intervals with these sorted ends."""
    worst = max(0, int(left[0] - low), int(high - right[-1]))
    # Gaps that meet [low, high]: from the last that begins before it to the first that ends after it.
    first = max(int(np.searchsorted(left[1:], low)), 0)
    last = int(np.searchsorted(right[:-1], high, side="right"))
    begin, end = right[:-1][first:last], left[1:][first:last]
    gap = begin < end
    begin, end = begin[gap], end[gap]
    if len(begin):
        middle = np.clip((begin + end) >> 1, low, high)
        worst = max(worst, int(np.minimum(middle - begin, end - middle).max()))
    return worst
