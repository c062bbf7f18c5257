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

from lth_tutorial.checks import (
    affordable,
    finite_array,
    finite_number,
    generator,
    inside,
    positive,
    real_array,
    whole,
)

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
    eta, x = _checked_eta(eta), real_array("x", x)
    if x.ndim != 1 or not np.isfinite(x).all():
        raise ValueError("x must be one-dimensional and finite")
    lows, highs = np.array([-eta]), np.array([eta])
    volumes = [2 * eta]
    for shift in x:
        more_lows, more_highs = np.maximum(lows + shift, LOW), np.minimum(highs + shift, HIGH)
        kept = more_lows < more_highs
        lows, highs = merge_intervals(np.r_[lows, more_lows[kept]], np.r_[highs, more_highs[kept]])
        volumes.append(float(np.sum(highs - lows)))
    return np.minimum(volumes, 1.0)


def simulate_hit_volumes(n: int, eta: float, trials: int, rng) -> np.ndarray:
    """`hit_volumes` for `trials` independent draws of n candidates Unif[-1, 1]; (trials, n + 1)."""
    x = _draws(n, trials, rng)
    return np.array([hit_volumes(row, eta) for row in x])


def covered_volume(sums: np.ndarray, eta: float) -> float:
    """The share of [-1/2, 1/2] within eta of one of `sums` (m,): the whole process, nothing cut off."""
    sums, eta = finite_array("sums", sums, 1), positive("eta", eta)
    lows, highs = np.maximum(sums - eta, LOW), np.minimum(sums + eta, HIGH)
    kept = lows < highs
    lows, highs = merge_intervals(lows[kept], highs[kept])
    return float(np.sum(highs - lows))


def simulate_covered_volumes(n: int, eta: float, trials: int, rng) -> np.ndarray:
    """`covered_volume` of all subset sums of the first 0, ..., n candidates Unif[-1, 1]; (trials, n + 1)."""
    from .best import subset_sums

    x = _draws(n, trials, rng)
    return np.array(
        [
            [2 * eta, *(covered_volume(subset_sums(row[:k]), eta) for k in range(1, n + 1))]
            for row in x
        ]
    )


def _draws(n, trials, rng) -> np.ndarray:
    """Candidates Unif[-1, 1] of each trial; (trials, n)."""
    n, trials = whole("n", n, 0), whole("trials", trials, 1)
    affordable("n and trials", n * trials)
    return generator("rng", rng).uniform(-1, 1, (trials, n))


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
    eta = _checked_eta(eta)
    volumes = [2 * eta]
    for _ in range(whole("n", n, 0)):
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
    return candidates(eta, math.log(inside("failure", failure)), weight)


def candidates(eta: float, log_failure: float, weight: float) -> int:
    """`sufficient_n` for ln(delta), which may belong to a delta that no float holds.

    Raises:
        ValueError: eta or weight is outside its range, or the weight so small that the number is no float.
    """
    eta, weight = _checked_eta(eta), finite_number("weight", weight)
    if not 0 < weight <= 1:
        raise ValueError(f"weight must lie in (0, 1], got {weight}")
    if weight < 1e-300:
        raise ValueError(
            f"weight must be at least 1e-300 for a number that can be told, got {weight}"
        )
    demand = math.log(2) - 2 * math.log(eta) - log_failure
    return math.ceil(demand / -math.log1p(-weight / 4))


def necessary_n(eta: float) -> int:
    """The least n with 2^n * 2 eta >= 1: with fewer candidates no draw at all covers [-1/2, 1/2]."""
    eta = _checked_eta(eta)
    # eta = m 2^e with 1/2 <= m < 1, so the least n with 2^(n + 1) m 2^e >= 1 is -e, without rounding.
    return max(0, -math.frexp(eta)[1])


def _checked_eta(eta: float) -> float:
    eta = finite_number("eta", eta)
    if not 0 < eta <= 0.5:
        raise ValueError(f"eta must lie in (0, 1/2], got {eta}")
    return eta
