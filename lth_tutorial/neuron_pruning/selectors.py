r"""Which neurons to keep: masks b in {0, 1}^k and a scale c with c sum_j b_j v_j f_j ~ y.

f_j is the j-th neuron's vector of values on the m points, v_j its output weight, p_j = v_j f_j what it
contributes if it is kept.
"""

from typing import NamedTuple

import numpy as np

from lth_tutorial.checks import choice, finite_array, finite_number, generator

from .kernel import in_range

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
        ValueError: shapes do not fit, something is empty or not finite, another method, the target is 0
            ("rounding", "lp": t has no largest value), or the features cannot fit the target (rank below m)
            where coefficients are needed.
        ImportError: scipy is missing ("rounding", "lp").

    Features and target may have any size: only the scale depends on it. "rounding" and "lp" keep nothing
    where no q reaches y's direction, as when there are fewer neurons than points. Masks are not unique: of
    equal choices the first neuron is taken ("omp", flips), of equal vertices the solver's.

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
    choice("method", method, METHODS)
    rng = generator("rng", rng)
    if method in ("random", "herding"):
        a = least_coefficients(features, target) if coefficients is None else coefficients
        a = finite_array("coefficients", a, 1)
        if a.shape != (k,):
            raise ValueError(f"coefficients must have shape ({k},), got {a.shape}")
        if method == "random":
            return keep_rule(a, output_weights)
    elif method != "omp" and not target.any():
        raise ValueError(f"target must not be 0 for method {method!r}")
    parts, power = _parts(features, output_weights)
    target, power_of_target = _unit(target)
    if method == "herding":
        with np.errstate(over="ignore"):
            goal = np.ldexp(_goal_of_one(target, a), power_of_target - power)
            in_range("features, target, output_weights and coefficients", goal * k)
        mask = _herd(parts, goal, rng)
    elif method == "omp":
        mask = _pursue(parts, target)
    else:
        mask = _round(parts, target, flips=method == "lp")
    mask, scale = _fitted(parts, target, mask)
    with np.errstate(over="ignore"):
        scale = in_range(
            "features, target and output_weights", np.ldexp(scale, power_of_target - power)
        )
    return PrunedNeurons(mask, float(scale))


def _parts(features: np.ndarray, output_weights: np.ndarray) -> tuple[np.ndarray, int]:
    """`_unit` of their products, some of which may be no floats."""
    features, first = _unit(features)
    output_weights, second = _unit(output_weights)
    parts, power = _unit(features * output_weights)
    return parts, power + first + second


def _unit(values: np.ndarray) -> tuple[np.ndarray, int]:
    """`values` divided by a power of two, so that the largest is between 1/2 and 1, and that power."""
    power = int(np.frexp(np.abs(values).max())[1])
    return np.ldexp(values, -power), power


def least_coefficients(features, target) -> np.ndarray:
    """The a of least length with (1/k) sum_j a_j f_ij = y_i; (k,).

    Args:
        features: (m, k) f. target: (m,) y.

    Raises:
        ValueError: shapes do not fit, something is not finite, or there is no such a, or hardly: the rank of
            the features is below m.

    By the normal equations, O(m^2 k).
    """
    features, target = finite_array("features", features, 2), finite_array("target", target, 1)
    if len(target) != len(features):
        raise ValueError(f"target must have {len(features)} entries, got {len(target)}")
    (features, power), (target, power_of_target) = _unit(features), _unit(target)
    gram = features @ features.T / features.shape[1]
    if np.linalg.matrix_rank(gram, hermitian=True) < len(target):
        raise ValueError(
            "features must have full rank: more neurons, or points that are not parallel"
        )
    with np.errstate(over="ignore"):
        a = np.ldexp(features.T @ np.linalg.solve(gram, target), power_of_target - power)
    return in_range("features and target", a)


def keep_rule(coefficients, output_weights, bound: float | None = None) -> PrunedNeurons:
    r"""Keep neuron j iff v_j has the sign of a_j and |v_j| <= sqrt(|a_j| / A); scale 4 A / k.

    For v_j ~ Unif[-1, 1] the mean of what is kept, E[v_j b_j], is a_j / (4 A): the pruned network is an
    unbiased estimate of (1/k) sum_j a_j f_j, with variance at most 8 A^2 max |f_j|^2 / (3 k).

    Args:
        coefficients: (k,) a. output_weights: (k,) v, in [-1, 1]: a larger one is never kept.
        bound: A, at least max |a_j|, which is its default.

    Returns:
        PrunedNeurons(mask, scale). Nothing is kept, with scale 0, if A is 0; with another A the scale is
        4 A / k, whether or not a neuron is kept.

    Raises:
        ValueError: coefficients and output_weights are not finite vectors of one length, or the bound is not
            finite or below max |a_j|.

    O(k), one look at each neuron. Source: chapter 4.
    """
    a = finite_array("coefficients", coefficients, 1)
    v = finite_array("output_weights", output_weights, 1)
    if len(v) != len(a):
        raise ValueError(
            f"output_weights must have {len(a)} entries, got {len(v)}, like coefficients"
        )
    largest = float(np.abs(a).max())
    bound = largest if bound is None else finite_number("bound", bound)
    if bound < largest * (1 - 1e-12):
        raise ValueError(f"bound must be at least max |a_j| = {largest:g}, got {bound:g}")
    if bound == 0:
        return PrunedNeurons(np.zeros(len(a), dtype=bool), 0.0)
    mask = (np.sign(a) * v > 0) & (np.abs(v) <= np.sqrt(np.abs(a) / bound))
    return PrunedNeurons(mask, float(in_range("bound and coefficients", 4 * (bound / len(a)))))


def _fitted(parts: np.ndarray, target: np.ndarray, mask: np.ndarray) -> PrunedNeurons:
    """The mask with the scale of least squares; nothing, if the kept parts cancel to rounding errors."""
    total = parts[:, mask].sum(axis=1)
    length = float(total @ total)
    cancelled = length <= (1e-14 * np.abs(parts[:, mask]).sum()) ** 2
    scale = 0.0 if cancelled else max(float(total @ target) / length, 0.0)
    return PrunedNeurons(mask if scale else np.zeros_like(mask), scale)


def _goal_of_one(target: np.ndarray, a: np.ndarray) -> np.ndarray:
    """What the keep rule's sum moves by, in the mean, from one neuron to the next: y / (4 max |a_j|)."""
    largest = float(np.abs(a).max())
    with np.errstate(over="ignore"):
        return target / (4 * largest) if largest else np.zeros_like(target)


def _herd(parts: np.ndarray, goal_of_one: np.ndarray, rng) -> np.ndarray:
    """Follow the running mean of the keep rule: its partial sums are the goals, one after the other."""
    mask = np.zeros(parts.shape[1], dtype=bool)
    behind = np.zeros_like(goal_of_one)  # goal so far minus sum so far
    for j in rng.permutation(len(mask)):
        behind = behind + goal_of_one
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
        # A sum that cancels to its last digits has a direction of rounding errors.
        real = lengths > 1e-6 * (length + squares)
        cosine = np.where(real, (gain + along) / np.sqrt(np.where(real, lengths, 1.0)), -np.inf)
        cosine[mask] = -np.inf
        j = int(cosine.argmax())
        if cosine[j] <= best * (1 + 1e-9):
            break
        best, mask[j] = float(cosine[j]), True
        total = total + parts[:, j]
        gain, length = float(total @ target), float(total @ total)
        cross = total @ parts
    return mask


def _round(parts: np.ndarray, target: np.ndarray, flips: bool) -> np.ndarray:
    """The linear program's vertex, rounded; `flips`: single ones while they bring the sum nearer to t y."""
    fractions, reach = _farthest(parts, target)
    mask = fractions > 0.5
    return _flip(parts, mask, reach * target) if flips else mask


def _farthest(parts: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, float]:
    """The q (k,) and t of a vertex where t is largest, subject to sum_j q_j p_j = t y and 0 <= q <= 1.

    The solver's tolerances are absolute, so the equations are brought to entries of size 1 first, and then t.
    """
    from scipy.optimize import linprog

    m, k = parts.shape
    sizes = np.abs(parts).max(axis=1)
    sizes[sizes == 0] = 1.0
    column = target / sizes
    stretch = np.abs(column).max()
    program = linprog(
        np.r_[np.zeros(k), -1.0],
        A_eq=np.column_stack([parts / sizes[:, None], -column / stretch]),
        b_eq=np.zeros(m),
        bounds=[(0, 1)] * k + [(0, None)],
        method="highs-ds",
    )
    if program.x is None:
        raise RuntimeError(f"the linear program has no solution: {program.message}")
    return program.x[:k], float(program.x[k] / stretch)


def _flip(parts: np.ndarray, mask: np.ndarray, goal: np.ndarray) -> np.ndarray:
    """Flip the neuron that brings the kept sum nearest to the goal, until none brings it nearer."""
    mask = mask.copy()
    miss = parts[:, mask].sum(axis=1) - goal
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
