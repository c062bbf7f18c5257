r"""Which neurons to keep: masks b in {0, 1}^k and a scale c with c sum_j b_j v_j f_j ~ y.

f_j is the j-th neuron's vector of values on the m points, v_j its output weight, p_j = v_j f_j what it
contributes if it is kept.
"""

from typing import NamedTuple

import numpy as np

from lth_tutorial.subset_sum.checks import finite_array

METHODS = ("random", "rounding", "lp", "omp", "herding")


class PrunedNeurons(NamedTuple):
    """mask (k,) bool: the neurons that are kept. scale: the one number that their sum is multiplied by."""

    mask: np.ndarray
    scale: float


def prune_neurons(
    features, target, output_weights, method: str = "random", rng=0, coefficients=None
) -> PrunedNeurons:
    r"""Keep or drop whole neurons of a random two-layer network so that its outputs fit m points.

        find b in {0, 1}^k and c > 0 with  c sum_j b_j v_j f_ij ~ y_i  for all i

    Args:
        features: (m, k), f_ij = relu(w_j . x_i).
        target: (m,) y.
        output_weights: (k,) v, as drawn.
        method: how.
            "random" is `keep_rule`, for coefficients a with (1/k) sum_j a_j f_ij = y_i: its mean over
            v ~ Unif[-1, 1] is y, its error of order max |a_j| / sqrt(k).
            "rounding" maximises t subject to sum_j q_j p_j = t y, 0 <= q <= 1, and rounds q: at a vertex at
            most m - 1 of the q_j are fractional, so the error is of order A m / k, with A as in chapter 4.
            "lp" then flips single neurons as long as that helps.
            "omp" adds, one after the other, the neuron that turns the sum most towards y.
            "herding" goes through the neurons once and keeps each iff this brings the sum nearer to where
            the keep rule's mean is by then; it needs the coefficients as well.
        rng: used to break ties among neurons by order: they are visited in a random order by "herding".
        coefficients: (k,) a, if known; by default those of least length, k F' (F F')^-1 y.

    Returns:
        PrunedNeurons(mask, scale). For all methods but "random" the scale is the best one for the mask,
        <s, y> / <s, s> with s = sum of the kept p_j, and at least 0. If nothing helps, nothing is kept and
        the scale is 0.

    Raises:
        ValueError: shapes do not fit, something is not finite, another method, the target is 0 ("rounding",
            "lp": t has no largest value), or the features cannot fit the target (rank below m) where
            coefficients are needed.
        ImportError: scipy is missing ("lp").

    Source: E. Malach, G. Yehudai, S. Shalev-Shwartz, O. Shamir, ICML 2020, for the statement; the rules are
    this book's. Chapter 4.
    """
    features, target = finite_array("features", features, 2), finite_array("target", target, 1)
    output_weights = finite_array("output_weights", output_weights, 1)
    m, k = features.shape
    if target.shape != (m,) or output_weights.shape != (k,):
        raise ValueError(
            f"features {features.shape} ask for target ({m},) and output_weights ({k},), got "
            f"{target.shape} and {output_weights.shape}"
        )
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}; got {method!r}")
    parts = features * output_weights
    if method == "omp":
        return _fitted(parts, target, _pursue(parts, target))
    if method in ("rounding", "lp"):
        if not target.any():
            raise ValueError(f"target must not be 0 for method {method!r}")
        return _fitted(parts, target, _round(parts, target, flips=method == "lp"))
    a = least_coefficients(features, target) if coefficients is None else coefficients
    a = finite_array("coefficients", a, 1)
    if a.shape != (k,):
        raise ValueError(f"coefficients must have shape ({k},), got {a.shape}")
    if method == "random":
        return keep_rule(a, output_weights)
    return _fitted(parts, target, _herd(parts, target, a, np.random.default_rng(rng)))


def least_coefficients(features: np.ndarray, target: np.ndarray) -> np.ndarray:
    """The a of least length with (1/k) sum_j a_j f_ij = y_i; (k,).

    Raises:
        ValueError: there is none, or hardly: the rank of the features is below m.
    """
    gram = features @ features.T / features.shape[1]
    if np.linalg.matrix_rank(gram, hermitian=True) < len(target):
        raise ValueError(
            "features must have full rank: more neurons, or points that are not parallel"
        )
    return features.T @ np.linalg.solve(gram, target)


def keep_rule(coefficients, output_weights, bound: float | None = None) -> PrunedNeurons:
    r"""Keep neuron j iff v_j has the sign of a_j and |v_j| <= sqrt(|a_j| / A); scale 4 A / k.

    For v_j ~ Unif[-1, 1] the mean of what is kept, E[v_j b_j], is a_j / (4 A): the pruned network is an
    unbiased estimate of (1/k) sum_j a_j f_j, with variance at most 8 A^2 max |f_j|^2 / (3 k).

    Args:
        coefficients: (k,) a. output_weights: (k,) v.
        bound: A, at least max |a_j|, which is its default.

    Raises:
        ValueError: the bound is below max |a_j|.

    O(k), one look at each neuron. Source: chapter 4.
    """
    a, v = np.asarray(coefficients, dtype=float), np.asarray(output_weights, dtype=float)
    largest = float(np.abs(a).max())
    bound = largest if bound is None else float(bound)
    if bound < largest * (1 - 1e-12):
        raise ValueError(f"bound must be at least max |a_j| = {largest:g}, got {bound:g}")
    if bound == 0:
        return PrunedNeurons(np.zeros(len(a), dtype=bool), 0.0)
    mask = (a * v > 0) & (np.abs(v) <= np.sqrt(np.abs(a) / bound))
    return PrunedNeurons(mask, 4 * bound / len(a))


def _fitted(parts: np.ndarray, target: np.ndarray, mask: np.ndarray) -> PrunedNeurons:
    total = parts[:, mask].sum(axis=1)
    length = float(total @ total)
    scale = max(float(total @ target) / length, 0.0) if length else 0.0
    return PrunedNeurons(mask if scale else np.zeros_like(mask), scale)


def _herd(parts, target, a, rng) -> np.ndarray:
    """Follow the running mean of the keep rule: its partial sums are the goals, one after the other."""
    k = parts.shape[1]
    order = rng.permutation(k)
    largest = float(np.abs(a).max())
    goal_step = target / (4 * largest) if largest else np.zeros_like(target)
    mask = np.zeros(k, dtype=bool)
    behind = np.zeros_like(target)  # goal so far minus sum so far
    for j in order:
        behind = behind + goal_step
        part = parts[:, j]
        if 2 * (behind @ part) > part @ part:
            mask[j] = True
            behind = behind - part
    return mask


def _pursue(parts: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Add the neuron that most raises the cosine between sum and target, until none does."""
    k = parts.shape[1]
    mask = np.zeros(k, dtype=bool)
    along, squares = target @ parts, np.einsum("ij,ij->j", parts, parts)
    total, gain, length, best = np.zeros_like(target), 0.0, 0.0, 0.0
    cross = np.zeros(k)
    while not mask.all():
        lengths = length + 2 * cross + squares
        cosine = np.where(
            lengths > 0, (gain + along) / np.sqrt(np.maximum(lengths, 1e-300)), -np.inf
        )
        cosine[mask] = -np.inf
        j = int(cosine.argmax())
        if cosine[j] <= best * (1 + 1e-12):
            break
        best, mask[j] = float(cosine[j]), True
        total = total + parts[:, j]
        gain, length = float(total @ target), float(total @ total)
        cross = total @ parts
    return mask


def _round(parts: np.ndarray, target: np.ndarray, flips: bool) -> np.ndarray:
    """The linear program's vertex, rounded; `flips`: single ones while they bring the sum nearer to t y."""
    from scipy.optimize import linprog

    m, k = parts.shape
    program = linprog(
        np.r_[np.zeros(k), -1.0],
        A_eq=np.column_stack([parts, -target]),
        b_eq=np.zeros(m),
        bounds=[(0, 1)] * k + [(0, None)],
        method="highs-ds",
    )
    if program.x is None:
        raise ValueError(f"the linear program has no solution: {program.message}")
    mask, reach = program.x[:k] > 0.5, program.x[k]
    if not flips:
        return mask
    miss = parts[:, mask].sum(axis=1) - reach * target
    squares = np.einsum("ij,ij->j", parts, parts)
    while True:
        # Flipping j adds +-p_j to the miss; how much shorter does it get?
        sign = np.where(mask, -1.0, 1.0)
        change = squares + 2 * sign * (miss @ parts)
        j = int(change.argmin())
        if change[j] >= -1e-12 * (1 + miss @ miss):
            return mask
        miss = miss + sign[j] * parts[:, j]
        mask[j] = not mask[j]
