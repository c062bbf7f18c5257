"""Experiments of chapter 4: the selectors' exponents, points on the circle, dropped assumptions."""

from typing import NamedTuple

import numpy as np

from lth_tutorial.checks import generator

from .kernel import arc_cosine_kernel, draw_weights, kernel_coefficients, relu_features
from .selectors import keep_rule, prune_neurons


def problem(m: int = 10, d: int = 5, rng=9) -> tuple[np.ndarray, np.ndarray]:
    """m points on the unit sphere in R^d with labels in [-1, 1]; x (m, d), y (m,)."""
    rng = generator("rng", rng)
    return draw_weights("sphere", m, d, rng), rng.uniform(-1, 1, m)


def outputs(features, output_weights, pruned) -> np.ndarray:
    """What the pruned network says on the points: scale times the sum over kept neurons; (m,)."""
    mask, scale = pruned
    return scale * (features[:, mask] @ output_weights[mask])


def sup_errors(method: str, widths, trials: int, rng, x, y, law: str = "sphere") -> np.ndarray:
    """Largest error on the points, for `trials` random networks of each width; (len(widths), trials).

    "random" and "herding" use the proof's coefficients, `kernel_coefficients`.
    """
    errors = []
    for k, stream in zip(widths, generator("rng", rng).spawn(len(widths)), strict=True):
        row = []
        for child in stream.spawn(trials):
            for_w, for_v, for_order = child.spawn(3)
            w, v = draw_weights(law, k, x.shape[1], for_w), for_v.uniform(-1, 1, k)
            features = relu_features(x, w)
            a = kernel_coefficients(x, y, w, law)[0]
            pruned = prune_neurons(features, y, v, method, for_order, a)
            row.append(np.abs(outputs(features, v, pruned) - y).max())
        errors.append(row)
    return np.array(errors)


def slope(widths, errors) -> float:
    """The exponent: slope of log error against log width."""
    return float(np.polyfit(np.log(widths), np.log(errors), 1)[0])


def variance_of_rule(coefficients, features, draws: int, rng) -> tuple[float, float]:
    """Mean square distance of `keep_rule`'s network from (1/k) sum_j a_j f_j, and its proven bound.

    Args:
        coefficients: (k,) a. features: (m, k); the mean is over the m points and over draws of v.
    """
    rng = generator("rng", rng)
    k = len(coefficients)
    wanted = features @ coefficients / k
    squares = []
    for _ in range(draws):
        v = rng.uniform(-1, 1, k)
        squares.append(np.mean((outputs(features, v, keep_rule(coefficients, v)) - wanted) ** 2))
    bound = 8 * np.abs(coefficients).max() ** 2 * np.mean(features.max(axis=1) ** 2) / (3 * k)
    return float(np.mean(squares)), float(bound)


def sufficient_width(bound: float, m: int, error: float, delta: float) -> int:
    """The finite-sample theorem's width: 32 A^2 ln(2 m / delta) / error^2."""
    return int(np.ceil(32 * bound**2 * np.log(2 * m / delta) / error**2))


class Linear(NamedTuple):
    """A pruned network that imitates f(x) = x_1 / 2 on the unit circle, by coefficients a(w) = 2 w_1.

    angles, network (91,): degrees and outputs. mean: f there. direction, coefficient (k,): where each neuron
    looks, in degrees, and what it has instead of a(w_j), k c b_j v_j. error: the largest one.
    """

    angles: np.ndarray
    network: np.ndarray
    mean: np.ndarray
    direction: np.ndarray
    coefficient: np.ndarray
    error: float


def on_linear(k: int, rng) -> Linear:
    """The keep rule with bound 2 for the model (1/k) sum_j 2 w_j1 relu(w_j . x), w_j on the unit circle.

    On the circle E[w relu(w . x)] = x / 4, so for k to infinity the model is x_1 / 2.
    """
    for_w, for_v = generator("rng", rng).spawn(2)
    w, v = draw_weights("sphere", k, 2, for_w), for_v.uniform(-1, 1, k)
    mask, scale = keep_rule(2 * w[:, 0], v, bound=2.0)
    angles = np.arange(0.0, 361.0, 4.0)
    x = _at(angles)
    network = scale * (relu_features(x, w[mask]) @ v[mask]) if mask.any() else np.zeros(len(x))
    return Linear(
        angles,
        network,
        x[:, 0] / 2,
        np.degrees(np.arctan2(w[:, 1], w[:, 0])) % 360,
        k * scale * mask * v,
        float(np.abs(network - x[:, 0] / 2).max()),
    )


def linear_errors(widths, trials: int, rng) -> np.ndarray:
    """Largest error of `on_linear` for `trials` networks of each width; (len(widths), trials)."""
    streams = generator("rng", rng).spawn(len(widths))
    return np.array(
        [
            [on_linear(k, child).error for child in stream.spawn(trials)]
            for k, stream in zip(widths, streams, strict=True)
        ]
    )


class Circle(NamedTuple):
    """A pruned network on the unit circle.

    angles (91,) in degrees; network, mean (91,): its outputs, and those of the infinitely wide one.
    kept, expected (2, bins): kept neurons by direction, positive output weights first, and the mean number.
    error: the largest one on the points. neurons: how many are kept.
    """

    angles: np.ndarray
    network: np.ndarray
    mean: np.ndarray
    kept: np.ndarray
    expected: np.ndarray
    error: float
    neurons: int


def on_circle(degrees, y, k: int, method: str, rng, bins: int = 36) -> Circle:
    """Points at angles `degrees` of the unit circle with labels y, and k neurons with random directions."""
    for_w, for_v, for_order = generator("rng", rng).spawn(3)
    x, y = _at(degrees), np.asarray(y, dtype=float)
    w, v = draw_weights("sphere", k, 2, for_w), for_v.uniform(-1, 1, k)
    a = kernel_coefficients(x, y, w)[0]
    features = relu_features(x, w)
    pruned = prune_neurons(features, y, v, method, for_order, a)
    angles = np.arange(0.0, 361.0, 4.0)
    everywhere = outputs(relu_features(_at(angles), w), v, pruned)
    both = arc_cosine_kernel(np.vstack([x, _at(angles)]), "sphere")[: len(x)]
    mean = np.linalg.solve(both[:, : len(x)], y) @ both[:, len(x) :]
    edges = np.linspace(0, 360, bins + 1)
    direction = np.degrees(np.arctan2(w[:, 1], w[:, 0])) % 360
    kept = [np.histogram(direction[pruned.mask & (s * v > 0)], edges)[0] for s in (1, -1)]
    middle = kernel_coefficients(x, y, _at((edges[1:] + edges[:-1]) / 2))[0]
    rate = k / bins * np.sqrt(np.abs(middle) / np.abs(a).max()) / 2
    return Circle(
        angles,
        everywhere,
        mean,
        np.array(kept),
        np.array([np.where(middle > 0, rate, 0), np.where(middle < 0, rate, 0)]),
        float(np.abs(outputs(features, v, pruned) - y).max()),
        int(pruned.mask.sum()),
    )


def _at(degrees) -> np.ndarray:
    angle = np.radians(np.asarray(degrees, dtype=float))
    return np.column_stack([np.cos(angle), np.sin(angle)])


CASES = (
    "all assumptions",
    "two parallel points",
    "too many opposite pairs",
    "a point at 0",
    "a Gaussian first layer",
    "positive output weights",
)


def broken_problem(case: str) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Ten points with labels, of which the case may break an assumption, and what they then forbid.

    Returns:
        x, y, and a vector n with <n, f> = 0 for whatever a network without biases can say on x; None if
        there is none.
    """
    x, y = problem()
    null = None
    if case == "two parallel points":
        x[1], y[0], y[1] = x[0] / 2, 0.8, -0.6
        null = np.r_[0.5, -1.0, np.zeros(8)]
    elif case == "too many opposite pairs":
        third = x[0] + x[1]
        length = np.linalg.norm(third)
        x[2:6] = -x[0], -x[1], third / length, -third / length
        y[:6] = 0.8, 0.5, -0.6, -0.7, -0.9, 0.6
        null = np.r_[1.0, 1.0, -1.0, -1.0, -length, length, np.zeros(4)]
    elif case == "a point at 0":
        x[0], y[0] = 0.0, 0.5
        null = np.r_[1.0, np.zeros(9)]
    return x, y, null


def floor(case: str) -> float:
    """The largest error that no network without biases, however wide, can go below on those points.

    With <n, f> = 0 the largest error is at least |<n, y>| / |n|_1; positive output weights cannot make a
    negative output.
    """
    _, y, null = broken_problem(case)
    if case == "positive output weights":
        return float(max(-y.min(), 0))
    return 0.0 if null is None else float(abs(null @ y) / np.abs(null).sum())


def broken_errors(case: str, widths, trials: int, rng) -> np.ndarray:
    """Median largest error of the keep rule where a case breaks an assumption; (len(widths),)."""
    x, y, _ = broken_problem(case)
    law = "gaussian" if case == "a Gaussian first layer" else "sphere"
    if case != "positive output weights":
        return np.median(sup_errors("random", widths, trials, rng, x, y, law), axis=1)
    medians = []
    for k, stream in zip(widths, generator("rng", rng).spawn(len(widths)), strict=True):
        row = []
        for child in stream.spawn(trials):
            w, v = draw_weights(law, k, x.shape[1], child), child.uniform(0, 1, k)
            mask, scale = keep_rule(kernel_coefficients(x, y, w)[0], v)
            # Each neuron with a positive coefficient is now kept twice as often.
            row.append(np.abs(outputs(relu_features(x, w), v, (mask, scale / 2)) - y).max())
        medians.append(np.median(row))
    return np.array(medians)
