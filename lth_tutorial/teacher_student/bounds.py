"""What theory says in numbers: rates of heavy-ball descent, convex radii, samples."""

import math

import numpy as np

from lth_tutorial.checks import finite_array, finite_number, whole


def heavy_ball_rate(curvature, step: float, momentum: float) -> np.ndarray:
    r"""By what factor an error shrinks per iteration, along eigenvectors of a constant Hessian.

    e_{t+1} = (1 + beta - eta mu) e_t - beta e_{t-1}, so the factor is the larger root, in absolute value, of

        z^2 - (1 + beta - eta mu) z + beta = 0 .

    For small eta mu it is 1 - eta mu / (1 - beta) + ...; below 1 iff 0 < eta mu < 2 (1 + beta).

    Args:
        curvature: eigenvalues mu, any shape. step: eta > 0. momentum: beta in [0, 1).

    Raises:
        ValueError: step is not positive or momentum outside [0, 1).
    """
    step, momentum = finite_number("step", step), finite_number("momentum", momentum)
    if step <= 0 or not 0 <= momentum < 1:
        raise ValueError(f"step must be positive, momentum in [0, 1); got {step} and {momentum}")
    curvature = finite_array("curvature", curvature, tuple(range(8)))
    half = (1 + momentum - step * curvature) / 2
    root = np.sqrt(np.maximum(half**2 - momentum, 0))
    return np.where(half**2 >= momentum, np.abs(half) + root, math.sqrt(momentum))


def best_momentum(least: float, largest: float) -> tuple[float, float, float]:
    """Step, momentum and rate of heavy-ball descent that are best for eigenvalues in [least, largest].

    eta = 4 / (sqrt L + sqrt mu)^2, beta = rate^2, rate = (sqrt L - sqrt mu) / (sqrt L + sqrt mu)
    (B. Polyak 1964).

    Raises:
        ValueError: not 0 < least <= largest.
    """
    least, largest = finite_number("least", least), finite_number("largest", largest)
    if not 0 < least <= largest:
        raise ValueError(f"least must be in (0, largest], got {least} and {largest}")
    low, high = math.sqrt(least), math.sqrt(largest)
    rate = (high - low) / (high + low)
    return 4 / (high + low) ** 2, rate**2, rate


def one_neuron_least_eigenvalue(length, angle) -> np.ndarray:
    """Least eigenvalue of the population Hessian of one neuron w: 1/2 - max(sin t, 0) |w*| / (pi |w|).

    Args:
        length: |w| / |w*|, positive. angle: t between w and w*, in [0, pi].

    For K = 1 the Hessian is I/2 - (|w*| sin t / (2 pi |w|)) (I - ww'/|w|^2 + nn'), and its least eigenvalue
    belongs to n, the direction in which w would have to turn. (In one dimension sin t is 0: it is 1/2.)
    """
    return 0.5 - np.sin(angle) / (np.pi * np.asarray(length, dtype=float))


def one_neuron_convex_radius() -> float:
    """The largest ball around w*, in units of |w*|, in which one neuron's population risk is convex.

    The boundary |w| = (2 / pi) sin t is a circle of radius 1 / pi, its centre 1 / pi from 0 and at a right
    angle to w*. So the ball ends at sqrt(1 + 1 / pi^2) - 1 / pi = 0.731..., whatever r is.
    """
    return (math.sqrt(1 + math.pi**2) - 1) / math.pi


def disjoint_extremes(neurons: int) -> tuple[float, float]:
    """Least and largest eigenvalue of the population Hessian at a teacher whose supports do not overlap.

    (1/2 - 1/(2 pi)) / K^2 and (1/2 + (K - 1)/(2 pi)) / K^2, whatever r and the weights are; 1/2 for K = 1.
    """
    shared = 1 / (2 * math.pi) if neurons > 1 else 0.0
    return (0.5 - shared) / neurons**2, (0.5 + (neurons - 1) * shared) / neurons**2


def constant_noise_shift(neurons: int) -> float:
    r"""By how much every neuron becomes longer, for a noise of 1 in all outputs; supports do not overlap.

    With w_j = (1 + s / |w*_j|) w*_j and S = (1/K) sum_j relu(w*_j . x / |w*_j|) the population risk is
    E (s S - xi)^2 / 2, least at s = xi E S / E S^2:

        s = xi K / ( sqrt(2 pi) (1/2 + (K - 1) / (2 pi)) ) ,   2 xi / sqrt(2 pi) for K = 1 .

    Across its own direction no neuron has a slope there, by symmetry. Chapter 5, "With noise".

    Raises:
        ValueError: neurons is no whole number of at least 1.
    """
    neurons = whole("neurons", neurons, 1)
    return neurons / (math.sqrt(2 * math.pi) * (0.5 + (neurons - 1) / (2 * math.pi)))


def counting_samples(neurons: int, support: int) -> float:
    """r K / (1 - 2^-K): samples of which r K are seen by an active neuron, in the mean; disjoint supports.

    With fewer, there are weights near the teacher's that give the same outputs on all samples.

    Raises:
        ValueError: neurons or support is no whole number of at least 1.
    """
    neurons, support = whole("neurons", neurons, 1), whole("support", support, 1)
    return neurons * support / (1 - 2.0**-neurons)


def theorem_samples(neurons: int, support: int, d: int) -> float:
    """K^8 r log d, the samples of Theorem 2 (Eq. (8)), constant, epsilon_0 and log(1/epsilon) at 1."""
    return float(neurons) ** 8 * support * math.log(d)


def theorem_convexity_samples(neurons: int, support: int, d: int) -> float:
    """K^4 r log d, the order of samples in Theorem 1 (Eq. (5)) with its constant and epsilon_1 at 1."""
    return float(neurons) ** 4 * support * math.log(d)


def gram_least_eigenvalue(ratio) -> np.ndarray:
    """(1 - sqrt(weights / samples))^2, or 0 with fewer samples than weights (Marchenko and Pastur 1967).

    The limit of the least eigenvalue of A'A / N for N x p matrices of independent entries of variance 1,
    N / p = ratio.
    """
    return np.maximum(1 - np.sqrt(1 / np.asarray(ratio, dtype=float)), 0) ** 2
