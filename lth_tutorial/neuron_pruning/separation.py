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

from lth_tutorial.checks import finite_array, generator, moderate
from lth_tutorial.weight_pruning import bounds, prune_network

from .kernel import arc_cosine_kernel, draw_weights, in_range
from .selectors import PrunedNeurons, keep_rule, prune_neurons

# Added to the kernel's diagonal, in units of its largest entry, so that nearly dependent features do not turn
# the solution into noise. The error reported is that of the combination found: the ridge can only raise it.
_RIDGE = 1e-12


def feature_error(w: np.ndarray, target: np.ndarray) -> float:
    """Relative error of the best linear combination of relu(w_j . x); w (k, d), target (d,) of length 1.

    With A and b the arc-cosine kernel among the w_j and with the target, c = A^-1 b, and the squared error
    is 1 - 4 b'c + 2 c'Ac.

    Raises:
        ValueError: w is not a finite matrix, or target not a vector of as many entries and of length 1.

    O(k^3 + k^2 d). Source: chapter 4.
    """
    kernel = _kernel_with(w, target)
    among, beside = kernel[:-1, :-1], kernel[:-1, -1]
    ridge = _RIDGE * kernel.diagonal().max() * np.eye(len(among))
    c = np.linalg.solve(among + ridge, beside)
    return _root(1 - 4 * float(beside @ c) + 2 * float(c @ among @ c))


def _kernel_with(w, target) -> np.ndarray:
    """Mean products of the neurons w (k, d) and, last, of the target (d,); (k + 1, k + 1)."""
    w, target = finite_array("w", w, 2), finite_array("target", target, 1)
    if len(target) != w.shape[1]:
        raise ValueError(f"target must have {w.shape[1]} entries, got {len(target)}")
    _check_length(target)
    return in_range("w", arc_cosine_kernel(np.vstack([w, target])))


def _check_length(target: np.ndarray) -> None:
    with np.errstate(over="ignore"):
        length = float(np.linalg.norm(target))
    if abs(length - 1) > 1e-6:
        raise ValueError(f"target must have length 1, got {length:g}")


def nested_errors(w: np.ndarray, target: np.ndarray) -> np.ndarray:
    """`feature_error` of the first 1, 2, ..., k features, by one Cholesky factor; (k,).

    With L L' the kernel of the features and the target, plus the ridge, the last row of L holds z with
    |z_1..j|^2 = b'(A + ridge)^-1 b for the first j features: the relative error^2 is 1 - 2 |z_1..j|^2, never
    understated. O(k^3).
    """
    kernel = _kernel_with(w, target)
    kernel[np.diag_indices_from(kernel)] += _RIDGE * kernel.diagonal().max()
    z = np.linalg.cholesky(kernel)[-1, :-1]
    return np.sqrt(np.maximum(1 - 2 * np.cumsum(z**2), 0))


def mask_error(w: np.ndarray, v: np.ndarray, target: np.ndarray, method: str = "flips") -> float:
    """Relative error of a neuron-pruned network c sum_j b_j v_j relu(w_j . x).

    "flips" is `best_mask`. The other methods are those of `prune_neurons`, which sees the functions
    themselves, as the rows of a square root of their kernel.

    Args:
        w: (k, d) first-layer weights. v: (k,) output weights. target: (d,) of length 1.

    Raises:
        ValueError: shapes do not fit, something is not finite, or the target's length is not 1.
    """
    kernel, v = _kernel_with(w, target), _output_weights(v, len(w))
    if method == "flips":
        mask, scale = best_mask(kernel, v)
    else:
        values, vectors = np.linalg.eigh(kernel)
        rows = (vectors * np.sqrt(np.maximum(values, 0))).T
        mask, scale = prune_neurons(rows[:, :-1], rows[:, -1], v, method)
    kept = np.where(mask, scale * v, 0.0)
    square = kept @ kernel[:-1, :-1] @ kept - 2 * kept @ kernel[:-1, -1] + 0.5
    return _root(2 * float(square))


def _output_weights(v, k: int) -> np.ndarray:
    v = finite_array("v", v, 1)
    if len(v) != k:
        raise ValueError(f"v must have {k} entries, got {len(v)}")
    return moderate("v", v)


def mask_floor(w: np.ndarray, v: np.ndarray, target: np.ndarray) -> float:
    """No mask of these neurons, with any scale, has a smaller relative error.

    A mask's coefficients c b_j v_j have the signs of the v_j: this is the error of the best coefficients with
    those signs, least squares that only may add (scipy's `nnls`), on the rows of the kernel's Cholesky
    factor. At least `feature_error`; O(k^3), some seconds for 1,000 neurons.

    Args:
        w: (k, d) first-layer weights. v: (k,) output weights. target: (d,) of length 1.

    Raises:
        ValueError: as `mask_error`.
        ImportError: scipy is missing.
    """
    from scipy.optimize import nnls

    kernel, v = _kernel_with(w, target), _output_weights(v, len(w))
    kernel[np.diag_indices_from(kernel)] += _RIDGE * kernel.diagonal().max()
    rows = np.linalg.cholesky(kernel)
    _, distance = nnls((rows[:-1] * np.sign(v)[:, None]).T, rows[-1])
    return float(math.sqrt(2) * distance)


# Starts of the search for masks: ridges of the coefficients whose keep rule it begins with, in units of k.
_STARTS = (1e-6, 1e-3)


def best_mask(kernel: np.ndarray, v: np.ndarray) -> PrunedNeurons:
    """The best of `flip_mask` from three starts: nothing, and the keep rule for two sets of coefficients.

    From nothing alone the search may end at a mask of a few neurons that is twice as far from the target.
    Args and returns as `flip_mask`, three times its cost and O(k^3).
    """
    k, beside = len(v), kernel[:-1, -1]
    starts = [np.zeros(k, dtype=bool)]
    for ridge in _STARTS:
        a = np.linalg.solve(kernel[:-1, :-1] + ridge * k * np.eye(k), beside)
        starts.append(keep_rule(a, v).mask)
    found = [flip_mask(kernel, v, start) for start in starts]
    # With the best scale c for a sum s the error falls by c <s, target>.
    return max(found, key=lambda pruned: pruned.scale * float((v * beside)[pruned.mask].sum()))


def flip_mask(kernel: np.ndarray, v: np.ndarray, start: np.ndarray | None = None) -> PrunedNeurons:
    """Keep or drop the neuron that most raises the cosine between sum and target, until none does.

    Args:
        kernel: (k + 1, k + 1), the mean products of the features and, last, the target.
        v: (k,) output weights.
        start: (k,) bool, the mask to begin with; nothing by default.

    Returns:
        PrunedNeurons with the best scale for the mask: a local optimum, no single flip is better. Finding
        the global one is a question about 2^k masks. O(k) a step, some k steps.
    """
    parts = v[:, None] * kernel[:-1, :-1] * v
    along, squares = v * kernel[:-1, -1], np.diagonal(parts)
    mask = np.zeros(len(v), dtype=bool) if start is None else np.array(start, dtype=bool)
    cross = parts[mask].sum(axis=0)
    gain, length = float(along[mask].sum()), float(cross[mask].sum())
    best = gain / math.sqrt(length) if length > 0 else 0.0
    while True:
        sign = np.where(mask, -1.0, 1.0)
        lengths = length + 2 * sign * cross + squares
        # A sum that cancels to its last digits has a direction of rounding errors.
        real = lengths > 1e-6 * (length + squares)
        reached = np.where(real, gain + sign * along, 0.0)
        cosines = reached / np.sqrt(np.where(real, lengths, 1.0))
        j = int(cosines.argmax())
        if cosines[j] <= best * (1 + 1e-12):
            break
        best, gain, length = float(cosines[j]), float(reached[j]), float(lengths[j])
        cross = cross + sign[j] * parts[j]
        mask[j] = not mask[j]
    return PrunedNeurons(mask, gain / length) if best > 0 else PrunedNeurons(mask & False, 0.0)


def weight_pruning_error(target: np.ndarray, n: int, rng, **kwargs) -> tuple[float, int]:
    """Relative error of `prune_network` for one neuron, and its weights: entries of the blocks.

    The target network has matrices w*' (1, d) and (1): its error is that of a ReLU of a piecewise linear
    function, so it is measured on 20,000 Gaussian inputs.

    Raises:
        ValueError: target is not a finite vector of length 1, or as `prune_network`.
    """
    target = finite_array("target", target, 1)
    _check_length(target)
    for_network, for_x = generator("rng", rng).spawn(2)
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


def sufficient_weights(error: float, d: int, failure: float) -> int:
    r"""Weights in blocks of ONE random network that serves every neuron of length 1 within a relative error.

        eta = ln(1 + error / (4 sqrt(2 d))) / (sqrt(2 d) + 1),  4 n d + 2 n weights

    with chapter 3's proven n for 2 d + 1 subset-sum problems within eta, all targets at once, except with
    probability `failure`. Its matrices stand for w / 2 and 1/2, so the output's scale is 4; the error on the
    unit ball grows like |x| beyond it, and E |x|^2 = d. Order d log(d / error).
    """
    root = math.sqrt(2 * d)
    eta = math.log1p(error / (4 * root)) / (root + 1)
    return block_weights(bounds.subset_candidates(eta, 2 * d + 1, failure), d)[0]


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

    Raises:
        ValueError: another `what`.
    """
    if what not in ("features", "mask"):
        raise ValueError(f"what must be 'features' or 'mask', got {what!r}")
    errors = []
    for k, stream in zip(widths, generator("rng", rng).spawn(len(widths)), strict=True):
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
    for_w, for_target = generator("rng", rng).spawn(2)
    w = draw_weights("sphere", most, d, for_w)
    target = draw_weights("sphere", 1, d, for_target)[0]
    return first_at_most(nested_errors(w, target), error)


def first_at_most(errors: np.ndarray, error: float) -> int | None:
    """The first number of features, counted from 1, whose error is at most `error`."""
    found = np.flatnonzero(errors <= error)
    return int(found[0]) + 1 if found.size else None


def harmonics(d: int, degree: int) -> int:
    """The dimension of the spherical harmonics of a degree on the sphere in R^d, d at least 2."""
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

    Raises:
        ValueError: k is negative, or d is below 2.
    """
    if k < 0:
        raise ValueError(f"k must not be negative, got {k}")
    return _root(1 - _largest(k, _eigenvalues(d, degrees)))


def served_share(error: float, k: int, d: int, degrees: int = 200) -> float:
    r"""No k functions are within a relative error of more than this share of all neurons of length 1.

        min over L of T / (tail_L - error^2),   tail_L = share_L + share_{L+1} + ... > error^2

    with T the sum of the k largest of the eigenvalues of degree L and more. For ReLU features with uniform
    directions it is a bound of the probability, over their draw, that they serve a given neuron. At most 1.

    Raises:
        ValueError: the error is negative or not a number, k is negative, or d is below 2.
    """
    if not error >= 0 or k < 0:
        raise ValueError(f"error and k must not be negative, got {error} and {k}")
    least, tail = 1.0, 1.0
    for first, share in enumerate(degree_shares(d, degrees)):
        if tail <= error**2:
            break
        covered = _largest(k, _eigenvalues(d, degrees, first))
        least = min(least, covered / (tail - error**2))
        tail -= share
    return least


def _largest(k: int, eigenvalues: list[tuple[float, int]]) -> float:
    """The sum of the k largest, given as (eigenvalue, multiplicity); 1 if there are not so many."""
    total, left = 0.0, k
    for each, count in eigenvalues:
        if left <= 0:
            break
        total += min(left, count) * each
        left -= count
    return total if left <= 0 else 1.0


def least_features(error: float, d: int, degrees: int = 200) -> int:
    """The least k whose `unavoidable_error` is at most `error`: fewer features never suffice for all neurons.

    0 for errors of 1 or more.

    Raises:
        ValueError: the error is not positive, or takes more than `degrees` degrees (or 10^300 features).
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


@lru_cache(maxsize=1024)
def _eigenvalues(d: int, degrees: int, first: int = 0) -> list[tuple[float, int]]:
    """(eigenvalue, multiplicity) of the kernel on the sphere, as shares of its trace, largest first.

    Of degrees from `first` on, up to the last whose multiplicity a float can hold.
    """
    pairs = []
    for degree, share in enumerate(degree_shares(d, degrees)):
        count = harmonics(d, degree)
        if count > 1e300:
            break
        if share > 0 and degree >= first:
            pairs.append((share / count, count))
    return sorted(pairs, reverse=True)


def _root(square: float) -> float:
    return float(np.sqrt(max(square, 0.0)))
