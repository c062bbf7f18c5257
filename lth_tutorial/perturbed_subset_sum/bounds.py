r"""How many candidates the perturbed problem needs: what is published, and what this chapter proves.

Published, for candidates Unif[-1, 1], targets in [-1/2, 1/2], tolerance eta, radius epsilon:

    abstract   over-parameterization falls by O(1 / (1 + epsilon))
    poster     n = O(log(1/eta) / (1 + epsilon) + K), error 2 eta, with probability at least
               1 - exp(-(n - K)(1 + epsilon)^2 / (8 (3 - epsilon))) - exp(-K)
    slides     n = O(log(1/eta) / (1 + log(1 + epsilon)))

This chapter: n = Theta(log 1/(eta + epsilon)), up to a term in log n.
"""

import math
from fractions import Fraction

from lth_tutorial.checks import choice, finite_number, inside
from lth_tutorial.subset_sum import hit_volume

VERSIONS = {
    "abstract": lambda epsilon: 1 / (1 + epsilon),
    "poster": lambda epsilon: 1 / (1 + epsilon),
    "slides": lambda epsilon: 1 / (1 + math.log1p(epsilon)),
}


def predicted_factor(version: str, epsilon: float) -> float:
    """What a published version multiplies the number of candidates by, against epsilon = 0.

    Raises:
        ValueError: another version than "abstract", "poster", "slides"; or epsilon < 0.
    """
    return VERSIONS[choice("version", version, VERSIONS)](_radius(epsilon))


def poster_failure(n: float, surplus: float, epsilon: float) -> float:
    """The failure probability that the poster's theorem allows for n candidates and K = surplus.

    Raises:
        ValueError: epsilon is not in [0, 3), or not 0 <= surplus <= n.
    """
    rate = _poster_rate(epsilon)
    n, surplus = finite_number("n", n), finite_number("surplus", surplus)
    if not 0 <= surplus <= n:
        raise ValueError(f"surplus must lie between 0 and n = {n:g}, got {surplus:g}")
    return math.exp(-(n - surplus) * rate) + math.exp(-surplus)


def poster_n(epsilon: float, failure: float) -> int:
    """The smallest n at which the poster's probability, with the best K of quarters, reaches 1 - failure.

    The probability of failure is convex in K, and falls with n: so the best K lies beside where the slope
    vanishes, K = (n r - ln r) / (1 + r), and n is found by halving.

    Raises:
        ValueError: epsilon is not in [0, 3), or failure not in (0, 1): certain success no n reaches.
    """
    failure, rate = inside("failure", failure), _poster_rate(epsilon)

    def enough(n: int) -> bool:
        best = 4 * (n * rate - math.log(rate)) / (1 + rate)
        quarters = {min(max(k, 0), 4 * n) for k in (math.floor(best), math.ceil(best))}
        return min(poster_failure(n, k / 4, epsilon) for k in quarters) <= failure

    low, high = 0, 1
    while not enough(high):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _poster_rate(epsilon: float) -> float:
    epsilon = _radius(epsilon)
    if epsilon >= 3:
        raise ValueError(f"epsilon must be below 3 in the poster's theorem, got {epsilon}")
    return (1 + epsilon) ** 2 / (8 * (3 - epsilon))


def sufficient_n(eta: float, epsilon: float, failure: float) -> int:
    r"""Candidates that serve every target, by this chapter's theorem.

        n >= log2(2 / delta) + ln(8 / (tau^2 delta)) / ln(4/3),   tau = min(eta + epsilon, 1/2)

    for epsilon > 0; chapter 1's theorem for epsilon = 0.

    Raises:
        ValueError: eta < 0, epsilon < 0, eta + epsilon = 0, or failure outside (0, 1).
    """
    epsilon = _radius(epsilon)
    failure = inside("failure", failure)
    tolerance = _tolerance(eta, epsilon)
    if epsilon == 0:
        return hit_volume.sufficient_n(min(tolerance, 0.5), failure)
    tolerance = min(tolerance, 0.5)
    waiting = math.ceil(1 - math.log2(failure))
    demand = math.log(8) - 2 * math.log(tolerance) - math.log(failure)
    return waiting + math.ceil(demand / math.log(4 / 3))


def necessary_n(eta: float, epsilon: float) -> int:
    """The smallest n with 2^n (2 eta + n epsilon) >= 1: below it some target is missed.

    Raises:
        ValueError: eta < 0, epsilon < 0, or eta + epsilon = 0.
    """
    epsilon = _radius(epsilon)
    _tolerance(eta, epsilon)
    n, served, reach = 0, 2 * Fraction(float(eta)), Fraction(epsilon)
    while 2**n * (served + n * reach) < 1:  # in whole numbers: 2^n may be larger than any float
        n += 1
    return n


def _radius(epsilon: float) -> float:
    epsilon = finite_number("epsilon", epsilon)
    if epsilon < 0:
        raise ValueError(f"epsilon must not be negative, got {epsilon}")
    return epsilon


def _tolerance(eta: float, epsilon: float) -> float:
    eta = finite_number("eta", eta)
    if eta < 0 or eta + epsilon == 0:
        raise ValueError(f"eta must not be negative, nor 0 together with epsilon; got {eta}")
    return eta + epsilon
