"""Chapter 1's experiments: random candidates, best errors, and how many candidates suffice.

Each function draws from the generator it is given and returns numbers; pictures are made elsewhere.
Independent things draw from independent streams: the candidates and the targets of one experiment come
from two children of the same seed.
"""

import math

import numpy as np

from lth_tutorial.checks import generator

from .best import best_subset
from .by_size import errors_by_size
from .covering import covering_error
from .many import best_subsets

DISTRIBUTIONS = {
    "uniform": "uniform on [-1, 1]",
    "gaussian": "normal with mean 0 and variance 1/3",
    "product": "products of two numbers, each uniform on [-1, 1]",
    "one-sided": "uniform on [0, 1]",
    "discrete": "multiples of 1/8 in [-1, 1]",
    "far": "uniform on [-1, 1] with |x| > 3/5",
    "copies": "one number uniform on [-1, 1] for all, with random signs",
}
"""Names of the candidates' laws and how the book writes them."""


def draw_candidates(distribution: str, shape, rng) -> np.ndarray:
    """Independent candidates from one of `DISTRIBUTIONS`.

    Args:
        distribution: a key of DISTRIBUTIONS. The Gaussian has the uniform's variance, 1/3; "far" is
            uniform on [-1, -3/5] and [3/5, 1]; "copies" are not independent: those of a row (the last
            axis) share their absolute value.
        shape: int or tuple.
        rng: numpy Generator or seed.

    Raises:
        ValueError: an unknown distribution.
    """
    rng = generator("rng", rng)
    if distribution == "uniform":
        return rng.uniform(-1, 1, shape)
    if distribution == "gaussian":
        return rng.normal(0, math.sqrt(1 / 3), shape)
    if distribution == "product":
        return rng.uniform(-1, 1, shape) * rng.uniform(-1, 1, shape)
    if distribution == "one-sided":
        return rng.uniform(0, 1, shape)
    if distribution == "discrete":
        return rng.integers(-8, 9, shape) / 8
    if distribution == "far":
        return rng.uniform(0.6, 1, shape) * rng.choice([-1.0, 1.0], shape)
    if distribution == "copies":
        signs = rng.choice([-1.0, 1.0], shape)
        return signs * rng.uniform(0, 1, (*signs.shape[:-1], 1))
    raise ValueError(
        f"distribution must be one of {', '.join(DISTRIBUTIONS)}; got {distribution!r}"
    )


def single_target_errors(
    n: int, trials: int, rng, distribution="uniform", radius=0.5
) -> np.ndarray:
    """Best error for ONE target z ~ Unif[-radius, radius], its own candidates each time; (trials,)."""
    for_x, for_z = generator("rng", rng).spawn(2)
    x = draw_candidates(distribution, (trials, n), for_x)
    return best_subsets(x, for_z.uniform(-radius, radius, trials)).errors


def sized_errors(
    n: int, trials: int, rng, most: int | None = None, distribution="uniform", radius=0.5
) -> np.ndarray:
    """Best errors for ONE target z ~ Unif[-radius, radius] with exactly 0, 1, ..., most candidates kept.

    Returns:
        (trials, most + 1), for the instances that `single_target_errors` draws with this rng.
    """
    for_x, for_z = generator("rng", rng).spawn(2)
    x = draw_candidates(distribution, (trials, n), for_x)
    z = for_z.uniform(-radius, radius, trials)
    return np.array([errors_by_size(row, one, most) for row, one in zip(x, z, strict=True)])


def all_target_errors(n: int, trials: int, rng, distribution="uniform") -> np.ndarray:
    """Worst best-error over ALL z in [-1/2, 1/2], for fresh candidates each time; (trials,)."""
    x = draw_candidates(distribution, (trials, n), rng)
    return np.array([covering_error(row) for row in x])


def errors_by_n(experiment, n_values, trials: int, rng, **kwargs) -> np.ndarray:
    """`experiment(n, trials, rng, **kwargs)` for each n, each with its own stream.

    Returns:
        (len(n_values), trials) errors.
    """
    streams = generator("rng", rng).spawn(len(n_values))
    rows = [experiment(n, trials, s, **kwargs) for n, s in zip(n_values, streams, strict=True)]
    return np.array(rows)


def smallest_n(n_values, errors: np.ndarray, eta: float, confidence: float = 0.9) -> int | None:
    """The smallest n from which on at least `confidence` of the trials have error <= eta.

    Args:
        n_values: (k,) increasing.
        errors: (k, trials).

    Returns:
        an element of n_values, or None when even the last falls short.
    """
    enough = np.mean(np.asarray(errors) <= eta, axis=1) >= confidence
    if not enough[-1]:
        return None
    short = np.flatnonzero(~enough)
    return int(n_values[short[-1] + 1 if len(short) else 0])


def wilson_interval(successes, trials: int, z: float = 1.96) -> tuple[np.ndarray, np.ndarray]:
    """Wilson's confidence interval for a probability; z = 1.96 for 95 %.

    Source: E. B. Wilson, J. Amer. Statist. Assoc. 22 (1927) 209-212.
    """
    p = np.asarray(successes) / trials
    centre = p + z**2 / (2 * trials)
    half = z * np.sqrt(p * (1 - p) / trials + z**2 / (4 * trials**2))
    scale = 1 + z**2 / trials
    return np.maximum((centre - half) / scale, 0), np.minimum((centre + half) / scale, 1)


def median_errors(n_values, trials, rng, radius: float = 1.0) -> np.ndarray:
    """Best errors for z ~ Unif[-radius, radius] at each n; rows of possibly different length.

    Args:
        n_values: (k,).
        trials: (k,) how many instances at each n.

    Returns:
        list of (trials[k],) arrays.
    """
    errors = []
    for n, m, stream in zip(
        n_values, trials, generator("rng", rng).spawn(len(n_values)), strict=True
    ):
        for_x, for_z = stream.spawn(2)
        x, z = for_x.uniform(-1, 1, (m, n)), for_z.uniform(-radius, radius, m)
        errors.append(np.array([best_subset(xi, zi).error for xi, zi in zip(x, z, strict=True)]))
    return errors


def poisson_constant(quantile: float = 0.5, points: int = 4001) -> float:
    r"""The c for which the Poisson heuristic puts the error's quantile at c sqrt(n) 2^-n.

    Given the candidates, the 2^n sums are spread like a normal law of mean sum(x)/2 and variance
    sum(x^2)/4 ~ n/12; locally they look like a Poisson process. For z near 0 their density is
    2^n sqrt(6 / (pi n)) exp(-g^2 / 2), g a standard normal (the draw's own lopsidedness), so that
    P(error > c sqrt(n) 2^-n) = E exp(-2 c sqrt(6 / pi) exp(-g^2 / 2)). The c that makes it 1 - quantile
    is found by bisection, the mean over g by the trapezoidal rule on [-10, 10].
    """
    g = np.linspace(-10, 10, points)
    weight = np.exp(-(g**2) / 2) / math.sqrt(2 * math.pi) * (g[1] - g[0])
    rate = 2 * math.sqrt(6 / math.pi) * np.exp(-(g**2) / 2)
    low, high = 0.0, 1e3
    for _ in range(100):
        middle = (low + high) / 2
        survives = float(np.sum(weight * np.exp(-middle * rate)))
        low, high = (middle, high) if survives > 1 - quantile else (low, middle)
    return (low + high) / 2


def covering_heuristic(eta: float, constant: float = 0.0) -> float:
    r"""The n with n = log2(1/eta) + log2 ln(1/eta) + log2(n) / 2 + constant: a count, not a bound.

    The 2^n sums, spread over a length of about sqrt(n), put some m ~ 2^n eta / sqrt(n) into an interval of
    length 2 eta. If they lie like points thrown at random, an interval is empty with probability exp(-m);
    none of 1 / (2 eta) is when m ~ ln(1/eta). The larger solution, by fixed-point iteration.

    Raises:
        ValueError: eta is not between 0 and 1/4.
    """
    if not 0 < eta <= 0.25:
        raise ValueError(f"eta must lie between 0 and 1/4, got {eta!r}")
    digits = math.log2(1 / eta)
    n = digits + 2
    for _ in range(60):
        n = max(digits + math.log2(math.log(1 / eta)) + math.log2(n) / 2 + constant, 1.0)
    return n


def out_of_reach(x, z) -> np.ndarray:
    """The distance of each target from the range that any subset can reach.

    max(0, z - sum of the positive candidates, sum of the negative candidates - z): a lower bound on
    the best error, and the whole of it when every candidate of the right sign is used.

    Args:
        x: (m, n); z: (m,).

    Returns:
        (m,) float.
    """
    x, z = np.asarray(x, dtype=float), np.asarray(z, dtype=float)
    above = z - np.maximum(x, 0).sum(axis=-1)
    below = np.minimum(x, 0).sum(axis=-1) - z
    return np.maximum(np.maximum(above, below), 0.0)


def tail_errors(n: int, radius: float, trials: int, rng, distribution="uniform") -> np.ndarray:
    """Best errors of `trials` targets z ~ Unif[-radius, radius], sorted increasingly; (trials,)."""
    return np.sort(single_target_errors(n, trials, rng, distribution, radius))


def tail_counts(
    n: int, radius: float, eta: float, trials: int, rng, distribution="uniform"
) -> tuple[int, int, float]:
    """How many of `trials` targets z ~ Unif[-radius, radius] miss by more than eta, and why.

    Returns:
        (missed, beyond, median): those whose best error exceeds eta; those among them whose target
        lies more than eta beyond everything that the candidates can sum to; the median error.
    """
    for_x, for_z = generator("rng", rng).spawn(2)
    x = draw_candidates(distribution, (trials, n), for_x)
    z = for_z.uniform(-radius, radius, trials)
    errors = best_subsets(x, z).errors
    beyond = int((out_of_reach(x, z) > eta).sum())
    return int((errors > eta).sum()), beyond, float(np.median(errors))
