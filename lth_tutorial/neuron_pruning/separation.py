r"""One ReLU neuron as a target: random features and neuron pruning against weight pruning.

The target is relu(w* . x) with |w*| = 1 on Gaussian inputs, whose mean square is 1/2. For Gaussian x the mean
of relu(a . x) relu(b . x) is the arc-cosine kernel of a and b, so the errors of random features and of neuron
masks are exact in x:

    relative error^2 = 2 E_x (f(x) - relu(w* . x))^2 .

Weights are counted by one rule: every random weight that the mask may decide about. A neuron has d + 1 of
them (its first-layer weights and its output weight, kept or dropped together); weight pruning has the entries
of its blocks, since everything outside the blocks is pruned unseen.
"""

import math
from functools import lru_cache

import numpy as np

from lth_tutorial.weight_pruning import prune_network

from .kernel import arc_cosine_kernel, draw_weights
from .selectors import PrunedNeurons, prune_neurons

# Added to the kernel's diagonal, in units of its largest entry, so that nearly dependent features do not turn
# the solution into noise. The error reported is that of the combination found: the ridge can only raise it.
_RIDGE = 1e-12


def feature_error(w: np.ndarray, target: np.ndarray) -> float:
    """Relative error of the best linear combination of relu(w_j . x); w (k, d), target (d,) of length 1.

    With A and b the arc-cosine kernel among the w_j and with the target, c = A^-1 b, and the squared error
    is 1 - 4 b'c + 2 c'Ac.
    """
    kernel = arc_cosine_kernel(np.vstack([w, target]))
    among, beside = kernel[:-1, :-1], kernel[:-1, -1]
    ridge = _RIDGE * among.diagonal().max() * np.eye(len(w))
    c = np.linalg.solve(among + ridge, beside)
    return _root(1 - 4 * float(beside @ c) + 2 * float(c @ among @ c))


def nested_errors(w: np.ndarray, target: np.ndarray) -> np.ndarray:
    """`feature_error` of the first 1, 2, ..., k features, by one Cholesky factor; (k,).

    With L L' the kernel of the features and the target, plus the ridge, the last row of L holds z with
    |z_1..j|^2 = b'(A + ridge)^-1 b for the first j features: the relative error^2 is 1 - 2 |z_1..j|^2, never
    understated. O(k^3).
    """
    kernel = arc_cosine_kernel(np.vstack([w, target]))
    kernel[np.diag_indices_from(kernel)] += _RIDGE * kernel.diagonal().max()
    z = np.linalg.cholesky(kernel)[-1, :-1]
    return np.sqrt(np.maximum(1 - 2 * np.cumsum(z**2), 0))


def mask_error(w: np.ndarray, v: np.ndarray, target: np.ndarray, method: str = "flips") -> float:
    """Relative error of a neuron-pruned network c sum_j b_j v_j relu(w_j . x).

    "flips" is `flip_mask`. The other methods are those of `prune_neurons`, which sees the functions
    themselves, as the rows of a square root of their kernel.
    """
    kernel = arc_cosine_kernel(np.vstack([w, target]))
    if method == "flips":
        mask, scale = flip_mask(kernel, v)
    else:
        values, vectors = np.linalg.eigh(kernel)
        rows = (vectors * np.sqrt(np.maximum(values, 0))).T
        mask, scale = prune_neurons(rows[:, :-1], rows[:, -1], v, method)
    kept = np.where(mask, scale * v, 0.0)
    square = kept @ kernel[:-1, :-1] @ kept - 2 * kept @ kernel[:-1, -1] + 0.5
    return _root(2 * float(square))


def flip_mask(kernel: np.ndarray, v: np.ndarray) -> PrunedNeurons:
    """Keep or drop the neuron that most raises the cosine between sum and target, until none does.

    Args:
        kernel: (k + 1, k + 1), the mean products of the features and, last, the target.
        v: (k,) output weights.

    Returns:
        PrunedNeurons with the best scale for the mask: a local optimum, no single flip is better. Finding
        the global one is a question about 2^k masks. O(k) a step, some k steps.
    """
    parts = v[:, None] * kernel[:-1, :-1] * v
    along, squares = v * kernel[:-1, -1], np.diagonal(parts)
    mask, cross = np.zeros(len(v), dtype=bool), np.zeros(len(v))
    gain = length = best = 0.0
    while True:
        sign = np.where(mask, -1.0, 1.0)
        lengths = length + 2 * sign * cross + squares
        reached = np.where(lengths > 1e-14, gain + sign * along, 0.0)
        cosines = reached / np.sqrt(np.maximum(lengths, 1e-14))
        j = int(cosines.argmax())
        if cosines[j] <= best * (1 + 1e-12):
            return PrunedNeurons(mask, gain / length if length else 0.0)
        best, gain, length = float(cosines[j]), float(reached[j]), float(lengths[j])
        cross = cross + sign[j] * parts[j]
        mask[j] = not mask[j]


def weight_pruning_error(target: np.ndarray, n: int, rng, **kwargs) -> tuple[float, int]:
    """Relative error of `prune_network` for one neuron, and its weights: entries of the blocks.

    The target network has matrices w*' (1, d) and (1): its error is that of a ReLU of a piecewise linear
    function, so it is measured on 20,000 Gaussian inputs.
    """
    for_network, for_x = np.random.default_rng(rng).spawn(2)
    network = prune_network([target[None], np.array([[0.5]])], n, rng=for_network, **kwargs)
    x = for_x.normal(size=(20_000, len(target)))
    found = 2 * network.forward(x).ravel()
    return float(np.sqrt(2 * np.mean((found - np.maximum(x @ target, 0)) ** 2))), network.candidates


def neuron_weights(k: int, d: int) -> int:
    """Random weights of k neurons: d of the first layer and one of the second each."""
    return k * (d + 1)


def block_weights(n: int, d: int) -> tuple[int, int]:
    """Random weights of weight pruning with n candidates for one neuron: in blocks, and all of the matrices.

    Two blocks of n neurons for each of d signed inputs, then one of n neurons for the one positive output.
    """
    return 4 * n * d + 2 * n, 2 * n * d * (d + 1) + 2 * n


def hermite_coefficients(degrees: int) -> np.ndarray:
    """relu(t) = sum_n h_n He_n(t) in mean square for t ~ N(0, 1); (degrees + 1,).

    h_0 = phi(0), h_1 = 1/2 and h_n = phi(0) He_{n-2}(0) / n!, with phi the normal density: two
    integrations by parts move two derivatives to relu, whose second is a unit mass at 0. He_n has mean
    square n!.
    """
    found, at_zero = [1 / math.sqrt(2 * math.pi), 0.5], 1.0
    for n in range(2, degrees + 1):
        if n > 2 and n % 2 == 0:
            at_zero *= -(n - 3)  # He_{n-2}(0) = -(n - 3) He_{n-4}(0)
        found.append(0.0 if n % 2 else found[0] * at_zero / math.factorial(n))
    return np.array(found[: degrees + 1])


def hermite_shares(degrees: int) -> np.ndarray:
    """`degree_shares` for ever larger d; (degrees + 1,)."""
    factorials = [math.factorial(n) for n in range(degrees + 1)]
    return 2 * hermite_coefficients(degrees) ** 2 * np.array(factorials, dtype=float)


def errors_by_width(widths, d: int, trials: int, rng, what: str = "features") -> np.ndarray:
    """Relative errors of `trials` draws of k neurons; (len(widths), trials).

    what: "features" for `feature_error`, "mask" for `mask_error`.
    """
    errors = []
    for k, stream in zip(widths, np.random.default_rng(rng).spawn(len(widths)), strict=True):
        row = []
        for child in stream.spawn(trials):
            for_w, for_v, for_target = child.spawn(3)
            w = draw_weights("sphere", k, d, for_w)
            target = draw_weights("sphere", 1, d, for_target)[0]
            v = for_v.uniform(-1, 1, k)
            row.append(feature_error(w, target) if what == "features" else mask_error(w, v, target))
        errors.append(row)
    return np.array(errors)


def needed_width(error: float, d: int, rng, most: int = 1500) -> int | None:
    """The number of features at which one nested draw's error is at most `error`; None beyond `most`."""
    for_w, for_target = np.random.default_rng(rng).spawn(2)
    w = draw_weights("sphere", most, d, for_w)
    target = draw_weights("sphere", 1, d, for_target)[0]
    return first_at_most(nested_errors(w, target), error)


def first_at_most(errors: np.ndarray, error: float) -> int | None:
    """The first number of features, counted from 1, whose error is at most `error`."""
    found = np.flatnonzero(errors <= error)
    return int(found[0]) + 1 if found.size else None


def harmonics(d: int, degree: int) -> int:
    """The dimension of the spherical harmonics of a degree on the sphere in R^d."""
    return math.comb(d + degree - 1, degree) - (
        math.comb(d + degree - 3, degree - 2) if degree > 1 else 0
    )


def degree_shares(d: int, degrees: int) -> np.ndarray:
    r"""How the neuron's mean square is shared among the spherical harmonics' degrees; (degrees + 1,).

    relu(w . x) = |x| relu(t) with t = w . x / |x|, and relu(t) = sum_l c_l p_l(t) with the polynomials p_l
    that are orthonormal for t's law, of density (1 - t^2)^((d - 3) / 2): the share is c_l^2 / sum c_l^2, with
    sum c_l^2 = E relu(t)^2 = 1 / (2 d). Odd degrees beyond 1 have none. As d grows this becomes the Hermite
    expansion.

    Raises:
        ValueError: d is below 2.

    By Gauss-Legendre in the angle, where everything is smooth, and the three-term recurrence.
    """
    if d < 2:
        raise ValueError(f"d must be at least 2, got {d}")
    nodes, weights = _gauss_legendre(max(200, 2 * degrees))
    angle = (nodes + 1) * np.pi / 4
    t, weights = np.cos(angle), weights * np.sin(angle) ** (d - 2)
    weights = weights / (2 * weights.sum())
    before, now = np.zeros_like(t), np.ones_like(t)
    inner, step = [], 0.0
    for degree in range(degrees + 1):
        inner.append(float(weights @ (t * now)))
        n = degree + 1
        squared = 1 / d if n == 1 else n * (n + d - 3) / ((2 * n + d - 2) * (2 * n + d - 4))
        before, now, step = now, (t * now - step * before) / math.sqrt(squared), math.sqrt(squared)
    shares = 2 * d * np.array(inner) ** 2
    shares[3::2] = 0.0
    return shares


@lru_cache(maxsize=8)
def _gauss_legendre(size: int) -> tuple[np.ndarray, np.ndarray]:
    return np.polynomial.legendre.leggauss(size)


def unavoidable_error(k: int, d: int, degrees: int = 200) -> float:
    """No k functions, chosen before the neuron is drawn, are closer to it: root mean square over neurons.

    The share left after the k largest eigenvalues of the arc-cosine kernel on the sphere; that of degree l
    is share_l / harmonics(d, l), so many times. Looks at `degrees` degrees; if k exceeds them all, what
    lies beyond is counted as covered, and the bound is weaker, not wrong.
    """
    left, rest = k, 1.0
    for each, count in _eigenvalues(d, degrees):
        take = min(left, count)
        rest -= take * each
        left -= take
        if not left:
            return _root(rest)
    return 0.0


def least_features(error: float, d: int, degrees: int = 200) -> int:
    """The least k whose `unavoidable_error` is at most `error`: fewer features never suffice for all neurons.

    0 for errors of 1 or more.

    Raises:
        ValueError: the error is not positive, or takes more than `degrees` degrees.
    """
    if not error > 0:
        raise ValueError(f"error must be positive, got {error}")
    k, rest = 0, 1.0
    for each, count in _eigenvalues(d, degrees):
        if rest - each * count <= error**2:
            return max(k + math.ceil((rest - error**2) / each), 0)
        rest -= each * count
        k += count
    raise ValueError(f"error {error:g} takes more than {degrees} degrees")


@lru_cache(maxsize=64)
def _eigenvalues(d: int, degrees: int) -> list[tuple[float, int]]:
    """(eigenvalue, multiplicity) of the kernel on the sphere, as shares of its trace, largest first."""
    pairs = [
        (share / harmonics(d, degree), harmonics(d, degree))
        for degree, share in enumerate(degree_shares(d, degrees))
        if share > 0
    ]
    return sorted(pairs, reverse=True)


def _root(square: float) -> float:
    return float(np.sqrt(max(square, 0.0)))
