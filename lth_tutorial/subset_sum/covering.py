"""The worst best-error over all targets of an interval: half of the largest gap between subset sums."""

import numpy as np

from lth_tutorial.checks import at_most, count_of_subsets, finite_array, finite_number

from .grid import to_grid
from .sorted_sums import sorted_sums

MOST_CANDIDATES = 38
# Up to this many candidates all sums are sorted; beyond, they are only marked in buckets.
_MOST_SORTED = 20
# Buckets in one window, one byte each: what fits into a processor's cache counts more than their number.
_BUCKETS = 1 << 22
_HEAD = 10
# More close looks than this in a window cost more than sorting it.
_MOST_LOOKS = 2000


def covering_error(x, low: float = -0.5, high: float = 0.5) -> float:
    r"""How badly the worst target of an interval is served.

        max over z in [low, high] of min over s in {0, 1}^n of | sum_i s_i x_i - z |

    Exact as `best_subset` is: computed in integers on the common binary grid of x, low and high, and
    rounded once; where that grid takes more than 58 bits the result before that last rounding is within
    (n + 1) 2^-57 total of the truth, total = sum |x_i| + |low| + |high|. The maximum is attained at the
    middle of a gap between neighbouring sums, or at an end of the interval.

    Args:
        x: (n,) finite candidates, 1 <= n <= 38.
        low, high: finite, low <= high.

    Returns:
        the error as a float.

    Raises:
        ValueError: x is not a non-empty finite vector or is too long; low or high is not finite;
            low > high; or their absolute values add up beyond the largest float.

    Up to n = 20 all sums are sorted. Beyond, the interval is cut into buckets of a few mean gaps each,
    and every sum marks its bucket; only runs of empty buckets that could hide a gap larger than the
    largest one known are looked at closely. Time O(2^n), a few nanoseconds a sum for random draws;
    memory O(2^(n-10)) and a few megabytes.
    """
    x = finite_array("x", x, 1)
    low, high = finite_number("low", low), finite_number("high", high)
    if low > high:
        raise ValueError(f"low must not exceed high, got low = {low} and high = {high}")
    n = len(x)
    at_most(
        "x",
        n,
        MOST_CANDIDATES,
        f"{n} would mean {count_of_subsets(n)} sums, a nanosecond or more each",
    )
    # Both ends join the candidates only to share their grid; all is doubled, so midpoints are whole.
    joint, _, exponent, _ = to_grid(
        np.r_[x, low, high][None], np.zeros(1), bits=60, names="x, low and high"
    )
    values, (low_unit, high_unit) = 2 * joint[0, :-2], 2 * joint[0, -2:]
    if n <= _MOST_SORTED:
        worst = _worst_of_sorted(sorted_sums(values), low_unit, high_unit)
    else:
        worst = _Search(values, low_unit, high_unit).worst()
    return float(np.ldexp(float(worst), int(exponent[0]) - 1))


def _worst_of_sorted(sums: np.ndarray, low, high) -> int:
    """The largest distance of a target in [low, high] from the sorted even integers `sums`."""
    at = np.searchsorted(sums, [low, high], side="left")
    inside = sums[max(at[0] - 1, 0) : at[1] + 1]
    worst = max(_distance(inside, low), _distance(inside, high))
    if len(inside) > 1:
        left, right = inside[:-1], inside[1:]
        middle = np.clip((left + right) >> 1, low, high)
        worst = max(worst, int(np.minimum(middle - left, right - middle).max()))
    return worst


def _distance(ordered: np.ndarray, target) -> int:
    k = int(np.searchsorted(ordered, target))
    near = ordered[max(k - 1, 0) : k + 1]
    return int(np.abs(near - target).min())


class _Search:
    """The bucket search: sums are a head sum (few) plus a tail sum (many, sorted)."""

    def __init__(self, x: np.ndarray, low, high):
        self.low, self.high = int(low), int(high)
        self.head, self.tail = sorted_sums(x[:_HEAD]), sorted_sums(x[_HEAD:])
        self.record = 0
        # Every sum is a multiple of this, so every gap is.
        self.step = max(1, int(np.gcd.reduce(x)))

    def worst(self) -> int:
        """Half of the largest gap, once every window has been searched."""
        for end in (self.low, self.high):
            self.record = max(self.record, self.nearest(end))
            self.look(end)  # no run of empty buckets shows the whole of a gap across an end
        inside = self.count(self.low, self.high)
        # About six sums a bucket; and whatever is no larger than the record needs no finding.
        width = max(2, 6 * (self.high - self.low) // max(inside, 1), self.record // 2)
        self.scan(self.low, self.high, width.bit_length() - 1)
        return self.record

    def count(self, low, high) -> int:
        """How many sums lie in [low, high]."""
        below = np.searchsorted(self.tail, low - self.head, side="left")
        upto = np.searchsorted(self.tail, high - self.head, side="right")
        return int((upto - below).sum(dtype=np.int64))

    def nearest(self, target) -> int:
        """The distance from `target` to the nearest sum."""
        below, above = self.neighbours(target)
        return min(abs(target - s) for s in (below, above) if s is not None)

    def neighbours(self, target) -> tuple[int | None, int | None]:
        """The largest sum <= target and the smallest sum > target; None where there is none."""
        rest = target - self.head
        k = np.searchsorted(self.tail, rest, side="right")
        has_below, has_above = k > 0, k < len(self.tail)
        below = (self.head + self.tail[np.maximum(k - 1, 0)])[has_below]
        above = (self.head + self.tail[np.minimum(k, len(self.tail) - 1)])[has_above]
        return (
            int(below.max()) if len(below) else None,
            int(above.min()) if len(above) else None,
        )

    def scan(self, low: int, high: int, bits: int) -> None:
        """Search [low, high] with buckets of 2^bits units, window by window."""
        step = _BUCKETS << bits
        for start in range(low, high + 1, step):
            self.look(start)  # a gap across the border of two windows is whole in neither
            self.scan_window(start, min(start + step - 1, high), bits)

    def scan_window(self, low: int, high: int, bits: int) -> None:
        """Look closely at every run of empty buckets that could hide a gap above the record."""
        marked = self.marks(low, high, bits)
        starts, lengths = _empty_runs(marked)
        close = np.sort(lengths)[-_MOST_LOOKS:]
        if len(close) == _MOST_LOOKS and self.can_beat((int(close[0]) + 2) << bits):
            self.sort_window(low, high)
            return
        for k in np.argsort(-lengths, kind="stable"):
            # The gap around a run of r empty buckets is shorter than (r + 2) buckets.
            if not self.can_beat((int(lengths[k]) + 2) << bits):
                break
            self.look(low + (int(starts[k]) << bits))
        if bits > 1 and self.can_beat(2 << bits):
            # A gap between two filled buckets, shorter than two of them, may still beat the record.
            self.scan(low, high, max(1, bits - 3))
        elif self.record < 1 and np.any(marked[1:] & marked[:-1]):
            self.record = 1  # buckets of two units: neighbouring even integers

    def sort_window(self, low: int, high: int) -> None:
        """The gaps of [low, high] from its sorted sums: for the rare draws whose gaps are nearly equal."""
        if self.count(low, high) > _BUCKETS and high - low > 1:
            middle = (low + high) >> 1
            self.look(middle)  # whole in neither half
            self.sort_window(low, middle)
            self.sort_window(middle + 1, high)
            return
        first = np.searchsorted(self.tail, low - self.head, side="left")
        last = np.searchsorted(self.tail, high - self.head, side="right")
        sums = [self.tail[i:j] + h for h, i, j in zip(self.head, first, last, strict=True)]
        gaps = np.diff(np.sort(np.concatenate(sums)))
        self.record = max(self.record, int(gaps.max(initial=0)) // 2)

    def can_beat(self, bound: int) -> bool:
        """Whether a gap shorter than `bound` can be larger than the record's."""
        return (bound - 1) // self.step * self.step > 2 * self.record

    def look(self, inside: int) -> None:
        """The exact gap around a point of an empty bucket."""
        below, above = self.neighbours(inside)
        if below is not None and above is not None:
            middle = min(max((below + above) >> 1, self.low), self.high)
            self.record = max(self.record, min(middle - below, above - middle))

    def marks(self, low: int, high: int, bits: int) -> np.ndarray:
        """For each bucket of [low, high] whether a sum falls into it."""
        marked = np.zeros(((high - low) >> bits) + 1, dtype=bool)
        first = np.searchsorted(self.tail, low - self.head, side="left")
        last = np.searchsorted(self.tail, high - self.head, side="right")
        for head, i, j in zip(self.head.tolist(), first.tolist(), last.tolist(), strict=True):
            if i < j:
                marked[(self.tail[i:j] + (head - low)) >> bits] = True
        return marked


def _empty_runs(marked: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Starts and lengths of the runs of False."""
    edges = np.flatnonzero(np.diff(np.r_[True, marked, True].view(np.int8)))
    return edges[::2], edges[1::2] - edges[::2]
