r"""The growth of the hit volume: the process behind chapter 1's proof of Lueker's theorem.

Candidates x_1, x_2, ... arrive one at a time. Starting from the targets that the empty subset hits,
S_0 = [-eta, eta], each candidate adds a shifted copy, cut to the interval I = [-1/2, 1/2]:

    S_{t+1} = S_t  u  ((S_t + x_{t+1}) n I),        v_t = |S_t|.

Every z in S_t has a subset of the first t candidates within eta. For x ~ Unif[-1, 1] the mean growth
is exactly E[v_{t+1} | S_t] = v_t (1 + (1 - v_t) / 2), and the odds (1 - v_t) / v_t shrink on average
by 3/4 or faster, which is the whole proof.

Source: A. da Cunha, F. d'Amore, F. Giroire, H. Lesfari, E. Natale, L. Viennot, "Revisiting the
random subset sum problem", ESA 2023, for the process; the odds argument is the chapter's own.
"""

import math

import numpy as np

LOW, HIGH = -0.5, 0.5


def merge_intervals(lows: np.ndarray, highs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The union of closed intervals [lows[k], highs[k]] as disjoint intervals in increasing order.

    Args:
        lows, highs: (m,) float, lows <= highs; any order, overlaps allowed.

    Returns:
        (lows, highs) of the disjoint intervals, each (k,), k <= m. Cost O(m log m).
    """
    order = np.argsort(lows, kind="stable")
    lows, reach = lows[order], np.maximum.accumulate(highs[order])
    starts = np.r_[True, lows[1:] > reach[:-1]][: len(lows)]
    ends = np.r_[starts[1:], True][: len(lows)]
    return lows[starts], reach[ends]


def hit_volumes(x: np.ndarray, eta: float) -> np.ndarray:
    """v_0, ..., v_n of the process above for the candidates `x`.

    Args:
        x: (n,) candidates, in order of arrival.
        eta: radius within which a target counts as hit, 0 < eta <= 1/2.

    Returns:
        (n + 1,) float, non-decreasing, from 2 eta to at most 1; exact up to rounding, since the
        sets are kept as unions of intervals.

    Raises:
        ValueError: eta is outside (0, 1/2], or x is not one-dimensional and finite.
    """
    x = np.asarray(x, dtype=float)
    _check_eta(eta)
    if x.ndim != 1 or not np.isfinite(x).all():
        raise ValueError("hit_volumes: x must be one-dimensional and finite")
    lows, highs = np.array([-eta]), np.array([eta])
    volumes = [2 * eta]
    for shift in x:
        more_lows, more_highs = np.maximum(lows + shift, LOW), np.minimum(highs + shift, HIGH)
        inside = more_lows < more_highs
        lows, highs = merge_intervals(
            np.r_[lows, more_lows[inside]], np.r_[highs, more_highs[inside]]
        )
        volumes.append(float(np.sum(highs - lows)))
    return np.minimum(volumes, 1.0)


def simulate_hit_volumes(n: int, eta: float, trials: int, rng) -> np.ndarray:
    """`hit_volumes` for `trials` independent draws of n candidates Unif[-1, 1]; (trials, n + 1)."""
    x = np.random.default_rng(rng).uniform(-1, 1, (trials, n))
    return np.array([hit_volumes(row, eta) for row in x])


def covered_volume(sums: np.ndarray, eta: float) -> float:
    """The share of [-1/2, 1/2] within eta of one of `sums` (m,): the whole process, nothing cut off."""
    sums = np.asarray(sums, dtype=float)
    lows, highs = np.maximum(sums - eta, LOW), np.minimum(sums + eta, HIGH)
    inside = lows < highs
    lows, highs = merge_intervals(lows[inside], highs[inside])
    return float(np.sum(highs - lows))


def simulate_covered_volumes(n: int, eta: float, trials: int, rng) -> np.ndarray:
    """`covered_volume` of all subset sums of the first 0, ..., n candidates Unif[-1, 1]; (trials, n + 1)."""
    from .best import subset_sums

    x = np.random.default_rng(rng).uniform(-1, 1, (trials, n))
    return np.array(
        [
            [2 * eta, *(covered_volume(subset_sums(row[:k]), eta) for k in range(1, n + 1))]
            for row in x
        ]
    )


def mean_growth(v, weight: float = 1.0):
    """E[v_{t+1} | v_t = v] = v (1 + weight (1 - v) / 2); weight 1 is Unif[-1, 1] (chapter 1, Lemma 1).

    `weight` is the share p of a uniform law that the candidates' law contains; then the right side is
    a lower bound.
    """
    return v * (1 + weight * (1 - v) / 2)


def mean_recursion(n: int, eta: float, weight: float = 1.0) -> np.ndarray:
    """v_0 = 2 eta and v_{t+1} = mean_growth(v_t), (n + 1,): the picture, not the proof.

    The mean of v_t itself lies below it: v -> v (1 + (1 - v) / 2) is concave (Jensen's inequality) and
    increasing on [0, 1], so the inequality passes from one step to the next.
    """
    _check_eta(eta)
    volumes = [2 * eta]
    for _ in range(n):
        volumes.append(mean_growth(volumes[-1], weight))
    return np.array(volumes)


def sufficient_n(eta: float, failure: float, weight: float = 1.0) -> int:
    r"""A number of candidates that the chapter's theorem proves to suffice for all z at once.

    n = ceil( ln(2 / (eta^2 delta)) / -ln(1 - p/4) ) candidates hit every z in [-1/2, 1/2] within eta
    with probability at least 1 - delta.

    Args:
        eta: tolerance in (0, 1/2].
        failure: delta in (0, 1).
        weight: p in (0, 1]: the candidates' density is at least p/2 on [-1, 1].

    Raises:
        ValueError: an argument outside its range.
    """
    _check_eta(eta)
    if not 0 < failure < 1:
        raise ValueError(f"sufficient_n: failure must lie in (0, 1), got {failure}")
    if not 0 < weight <= 1:
        raise ValueError(f"sufficient_n: weight must lie in (0, 1], got {weight}")
    demand = math.log(2) - 2 * math.log(eta) - math.log(failure)
    return math.ceil(demand / -math.log1p(-weight / 4))


def necessary_n(eta: float) -> int:
    """The least n with 2^n * 2 eta >= 1: with fewer candidates no draw at all covers [-1/2, 1/2]."""
    _check_eta(eta)
    # eta = m 2^e with 1/2 <= m < 1, so the least n with 2^(n + 1) m 2^e >= 1 is -e, without rounding.
    return max(0, -math.frexp(eta)[1])


def _check_eta(eta: float) -> None:
    if not 0 < eta <= 0.5:
        raise ValueError(f"eta must lie in (0, 1/2], got {eta}")
