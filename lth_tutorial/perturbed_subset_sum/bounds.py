r"""How many candidates the perturbed problem needs: what is published, and what this chapter proves.

Published, for candidates Unif[-1, 1], targets in [-1/2, 1/2], tolerance eta, radius epsilon:

    abstract   over-parameterization falls by O(1 / (1 + epsilon))
    poster     n = O(log(1/eta) / (1 + epsilon) + K), error 2 eta, with probability at least
               1 - exp(-(n - K)(1 + epsilon)^2 / (8 (3 - epsilon))) - exp(-K)
    slides     n = O(log(1/eta) / (1 + log(1 + epsilon)))

This chapter: n = Theta(log 1/(eta + epsilon)), up to a term in log n.
"""

import math

from lth_tutorial.checks import finite_number
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
    if version not in VERSIONS:
        raise ValueError(f"version must be one of {', '.join(VERSIONS)}; got {version!r}")
    return VERSIONS[version](_radius(epsilon))


def poster_failure(n: float, surplus: float, epsilon: float) -> float:
    """The failure probability that the poster's theorem allows for n candidates and K = surplus.

    Raises:
        ValueError: epsilon is not in [0, 3), or not 0 <= surplus <= n.
    """
    epsilon = _radius(epsilon)
    if epsilon >= 3:
        raise ValueError(f"epsilon must be below 3 in the poster's theorem, got {epsilon}")
    if not 0 <= surplus <= n:
        raise ValueError(f"surplus must lie between 0 and n = {n}, got {surplus}")
    rate = (1 + epsilon) ** 2 / (8 * (3 - epsilon))
    return math.exp(-(n - surplus) * rate) + math.exp(-surplus)


def poster_n(epsilon: float, failure: float) -> int:
    """The smallest n at which the poster's probability, with the best K, reaches 1 - failure."""
    n = 1
    while min(poster_failure(n, k / 4, epsilon) for k in range(4 * n + 1)) > failure:
        n += 1
    return n


def sufficient_n(eta: float, epsilon: float, failure: float) -> int:
    r"""Candidates that serve every target, by this chapter's theorem.

        n >= log2(2 / delta) + ln(8 / (tau^2 delta)) / ln(4/3),   tau = min(eta + epsilon, 1/2)

    for epsilon > 0; chapter 1's theorem for epsilon = 0.

    Raises:
        ValueError: eta < 0, epsilon < 0, eta + epsilon = 0, or failure outside (0, 1).
    """
    epsilon = _radius(epsilon)
    if not 0 < failure < 1:
        raise ValueError(f"failure must lie in (0, 1), got {failure}")
    tolerance = _tolerance(eta, epsilon)
    if epsilon == 0:
        return hit_volume.sufficient_n(min(tolerance, 0.5), failure)
    tolerance = min(tolerance, 0.5)
    waiting = math.ceil(math.log2(2 / failure))
    return waiting + math.ceil(math.log(8 / (tolerance**2 * failure)) / math.log(4 / 3))


def necessary_n(eta: float, epsilon: float) -> int:
    """The smallest n with 2^n (2 eta + n epsilon) >= 1: below it some target is missed.

    Raises:
        ValueError: eta < 0, epsilon < 0, or eta + epsilon = 0.
    """
    epsilon = _radius(epsilon)
    _tolerance(eta, epsilon)
    n = 0
    while 2.0**n * (2 * eta + n * epsilon) < 1:
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
